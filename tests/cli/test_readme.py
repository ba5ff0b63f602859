# SPDX-License-Identifier: MIT
"""README.md shows a terminal: what it shows must be what comes out."""
import os
import pty
import re
import subprocess


def terminal(box, command):
    """What a terminal would hold after a command, run at the top folder."""
    ours, theirs = pty.openpty()
    env = dict(os.environ, NO_COLOR="1", LC_ALL="C.UTF-8", TERM="xterm",
               ASAN_OPTIONS="exitcode=99")
    with subprocess.Popen(command, cwd=box.root, env=env, stdout=theirs,
                          stderr=subprocess.DEVNULL, stdin=theirs) as process:
        os.close(theirs)
        seen = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # how Linux says that the other end is closed
                break
            if not part:
                break
            seen += part
        os.close(ours)
        box.check(process.wait() == 1, f"ends with {process.returncode}")
    return seen.decode().replace("\r\n", "\n").split("\n")


def transcript(real):
    """The part of a terminal that README.md shows: one deadlock."""
    first = next(i for i, line in enumerate(real) if "[lock-order-cycle]" in line)
    last = next(i for i in range(first, len(real)) if "to repair" in real[i])
    return ["[…]", *real[first:last + 1], "[…]"]


def test_transcript_is_real(box):
    path = os.path.join(box.root, "README.md")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    block = re.search(r"```console\n\$ (.*)\n((?:.*\n)*?)```\n", text)
    box.check(block, "README.md has a ```console block")
    box.check(block.group(1) == "build/lockcheck check -p build/demo",
              block.group(1))
    real = transcript(terminal(box, [
        box.lockcheck, "check", "--db", os.path.join(box.path, "facts.db"),
        "-p", os.path.join(os.path.dirname(box.lockcheck), "demo")]))
    if box.update:
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace(block.group(2), "\n".join(real) + "\n"))
        return
    box.equal(block.group(2), "\n".join(real) + "\n", "README.md (if the "
              "terminal is right: tests/cli/run --update readme)")


def test_confirmed_as_in_the_tutorial(box):
    """The tutorial is run by its own test; what README.md shows is from it."""
    with open(os.path.join(box.root, "README.md"), encoding="utf-8") as f:
        block = re.search(r"```text\n\$ (lockcheck confirm .*)\n((?:.*\n)*?)```\n",
                          f.read())
    with open(os.path.join(box.root, "docs", "tutorial.md"),
              encoding="utf-8") as f:
        tutorial = f.read()
    box.check(block, "README.md shows lockcheck confirm")
    box.check("$ " + block.group(1) + "\n" in tutorial, block.group(1))
    shown = [part for part in block.group(2).split("[…]\n") if part]
    box.check(shown and all(part in tutorial for part in shown), str(shown))

# SPDX-License-Identifier: MIT
"""What is made of the table of options: manual pages and completions, the
latter in the shells themselves."""
import os
import pty
import re
import select
import shutil
import subprocess
import time


def verbs(box):
    """The verbs that --help lists."""
    shown = box.run("--help", code=0).out.split("verbs:\n")[1]
    return re.findall(r"^  ([a-z]+) +\S", shown.split("\n\n")[0], re.M)


def options(box, verb):
    """The long options that its --help lists."""
    shown = box.run(verb, "--help", code=0).out.split("options:\n")[1]
    return re.findall(r"^  [ -].[ ,] --([a-z-]+)", shown, re.M)


def lint(box, name, text, known):
    box.write(name, text)
    done = subprocess.run(["mandoc", "-Tlint", name], cwd=box.path,
                          capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        other = re.search(r"referenced manual not found: Xr (\S+) 1$", line)
        box.check(other and other[1] in known, f"{name}: {line}")


def test_manual_pages(box):
    names = verbs(box)
    known = {"lockcheck", "lockcheck-cc"} | {f"lockcheck-{v}" for v in names}
    main = box.run("manpage", code=0).out
    box.check(".Sh EXIT STATUS" in main, main)
    box.check(shutil.which("mandoc"), "mandoc is there")
    lint(box, "lockcheck.1", main, known)
    for verb in names:
        page = box.run("manpage", verb, code=0).out
        for option in options(box, verb):
            box.check(re.search(rf"^\.It .*Fl -{option}\b", page, re.M),
                      f"the page of {verb} has --{option}")
        lint(box, f"lockcheck-{verb}.1", page, known)
        box.check(f"lockcheck-{verb} 1" in main, f"lockcheck(1) names {verb}")
    box.fault("manpage", "nothing", says=["nothing"])


def test_manual_page_by_hand(box):
    with open(os.path.join(box.root, "docs", "man", "lockcheck-cc.1"),
              encoding="utf-8") as f:
        lint(box, "lockcheck-cc.1", f.read(), {"lockcheck", "lockcheck-run"})


def test_completion_of_bash(box):
    script = box.run("completion", "bash", code=0).out
    box.write("lockcheck.bash", script)

    def complete(*words):
        done = subprocess.run(
            ["bash", "--norc", "-c", "source ./lockcheck.bash; COMP_WORDS=("
             '"$@"); COMP_CWORD=$(($# - 1)); _lockcheck; '
             'printf "%s\\n" "${COMPREPLY[@]}"', "bash", "lockcheck", *words],
            cwd=box.path, capture_output=True, text=True, check=True,
            env=dict(os.environ, PATH=os.path.dirname(box.lockcheck) + ":" +
                     os.environ["PATH"]))
        box.check(done.stderr == "", done.stderr)
        return done.stdout.split()

    for verb in verbs(box):
        box.check(verb in complete(""), f"completes {verb}")
        box.equal(" ".join(f"--{o}" for o in options(box, verb)),
                  " ".join(complete(verb, "--")), f"options of {verb}")
    box.check(complete("ch") == ["check"], "a verb's start")
    box.check(complete("check", "--fail-on", "w") == ["warning"], "a value")
    box.check(complete("check", "--fail-on", "=", "w") == ["warning"],
              "a value behind =")
    box.check(complete("graph", "-f", "sv") == ["svg"], "of a short option")
    box.check(complete("completion", "z") == ["zsh"], "an operand")
    box.check(complete("explain", "double") == ["double-acquire"], "a rule")
    box.write("some.c", "")
    box.check(complete("check", "som") == ["some.c"], "a file")
    box.check(complete("check", "--", "som") == ["some.c"], "behind --")


def plain(seen):
    """Without the terminal's codes, and what was written over."""
    return re.sub(r".\x08", "",
                  re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\0", "", seen))


def typed(box, argv, keys, wanted, seconds=30):
    """Types into a shell on a terminal of its own until it shows `wanted`."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(box.path)
        os.environ.update(TERM="vt100", PS1="$ ", HOME=box.path)
        os.execvp(argv[0], argv)
    seen, end, pending = "", time.monotonic() + seconds, list(keys)
    try:
        while not re.search(wanted, plain(seen)) and time.monotonic() < end:
            ready, _, _ = select.select([fd], [], [], 0.3)
            if ready:
                try:
                    seen += os.read(fd, 4096).decode(errors="replace")
                except OSError:
                    break
            elif pending:
                os.write(fd, pending.pop(0).encode())
    finally:
        os.close(fd)
        os.kill(pid, 9)
        os.waitpid(pid, 0)
    box.check(re.search(wanted, plain(seen)),
              f"wanted {wanted} in {plain(seen)!r}")


def test_completion_of_zsh(box):
    if not shutil.which("zsh"):
        return
    os.mkdir(os.path.join(box.path, "functions"))
    box.write("functions/_lockcheck",
              box.run("completion", "zsh", code=0).out)
    start = ["fpath=($PWD/functions $fpath); autoload -U compinit; "
             "compinit -u -D; echo ready\n"]
    typed(box, ["zsh", "-f"], start + ["lockcheck chec\t--fail-o\twarn\t"],
          r"lockcheck check --fail-on=warning")
    typed(box, ["zsh", "-f"], start + ["lockcheck completion z\t"],
          r"lockcheck completion zsh")
    typed(box, ["zsh", "-f"], start + ["lockcheck graph -f s\t"],
          r"lockcheck graph -f svg")
    names = verbs(box)
    typed(box, ["zsh", "-f"], start + ["lockcheck \t"],
          r"(?s)" + ".*".join(sorted(names)))


def test_completion_of_fish(box):
    if not shutil.which("fish"):
        return
    box.write("lockcheck.fish", box.run("completion", "fish", code=0).out)

    def complete(line):
        done = subprocess.run(
            ["fish", "--no-config", "-c", "source lockcheck.fish; complete "
             f"-C'{line}'"], cwd=box.path, capture_output=True, text=True,
            check=True, env=dict(os.environ, HOME=box.path))
        return [x.split("\t")[0] for x in done.stdout.splitlines()]

    names = verbs(box)
    box.check(set(names) <= set(complete("lockcheck ")), "the verbs")
    for verb in names:
        box.check({f"--{o}" for o in options(box, verb)} <=
                  set(complete(f"lockcheck {verb} --")),
                  f"options of {verb}")
    box.check(complete("lockcheck check --fail-on w") == ["warning"], "value")
    box.check(complete("lockcheck completion z") == ["zsh"], "operand")


def test_completion_of_no_shell(box):
    box.fault("completion", "csh", says=["csh", "bash", "zsh", "fish"])

# SPDX-License-Identifier: MIT
"""A unit that kills or stops the parser costs that unit and nothing else.

LOCKCHECK_TEST_CRASH and LOCKCHECK_TEST_HANG hold a part of a file's name: the
worker that is given such a unit crashes, or sleeps.
"""
import os
import signal
import subprocess
import time

BAD = """#include <pthread.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
void NAME(void)
{
	pthread_mutex_lock(&m);
	pthread_mutex_lock(&m);
}
"""


def three(box):
    for name in ("one", "two", "three"):
        box.write(f"{name}.c", BAD.replace("NAME", name))


def found(done):
    return sorted({f[0] for f in done.findings()})


def test_crash(box):
    three(box)
    for j in ("1", "2"):
        done = box.run("check", "-j", j, "one.c", "two.c", "three.c", "--",
                       env={"LOCKCHECK_TEST_CRASH": "two.c"}, code=1)
        box.check(found(done) == ["one.c", "three.c"], str(done))
        box.check("two.c" in done.err, f"says which: {done}")


def test_crash_alone_is_incomplete(box):
    three(box)
    done = box.run("check", "two.c", "--", code=3,
                   env={"LOCKCHECK_TEST_CRASH": "two.c"})
    box.check("two.c" in done.err, str(done))


def test_hang(box):
    three(box)
    start = time.monotonic()
    done = box.run("check", "--timeout", "2", "-j", "2", "one.c", "two.c",
                   "three.c", "--", code=1,
                   env={"LOCKCHECK_TEST_HANG": "two.c"})
    box.check(found(done) == ["one.c", "three.c"], str(done))
    box.check("two.c" in done.err, f"says which: {done}")
    box.check(time.monotonic() - start < 30, "and does not wait for long")


def test_real_crash_of_the_parser(box):
    """Deep enough nesting overflows every stack."""
    three(box)
    box.write("deep.c", "int x = " + "(" * 1000000 + "1" + ")" * 1000000 + ";")
    done = box.run("check", "deep.c", "one.c", "--",
                   "-fbracket-depth=10000000", code=1, sanitized=False)
    box.check(found(done) == ["one.c"], str(done))
    box.check("deep.c" in done.err, f"says which: {done}")


def state(pid):
    """(letter of its state, parent) of a process; Z, as of a dead one, if it
    is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
            words = f.read().rsplit(")", 1)[1].split()
            return words[0], int(words[1])
    except OSError:
        return "Z", 0


def children(pid):
    return [p for p in os.listdir("/proc") if p.isdigit() and
            state(p)[1] == pid]


def alive(pid):
    return state(pid)[0] != "Z"


def test_interrupted(box):
    """Database and report are those of the run before, no worker stays, and the
    exit code tells the signal."""
    three(box)
    report = ("check", "-f", "sarif", "-o", "r.sarif", "one.c", "two.c")
    box.run(*report, "--", code=1)
    files, before = box.files(), box.read("r.sarif")
    with open(os.path.join(box.path, ".lockcheck.db"), "rb") as f:
        database = f.read()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        run = subprocess.Popen(
            [box.lockcheck, *report, "three.c", "--"], cwd=box.path,
            env=dict(os.environ, LOCKCHECK_TEST_HANG="two.c"),
            stderr=subprocess.DEVNULL)
        end, workers = time.monotonic() + 30, []
        while not workers and time.monotonic() < end:
            time.sleep(0.05)
            workers = children(run.pid)
        box.check(workers, "there are workers")
        time.sleep(0.3)
        run.send_signal(number)
        code = run.wait(30)
        box.check(code in (128 + number, -number), f"{number}: ends with {code}")
        end = time.monotonic() + 30
        while any(map(alive, workers)) and time.monotonic() < end:
            time.sleep(0.05)
        box.check(not any(map(alive, workers)), f"{number}: workers are left")
        box.check(box.files() == files or number == signal.SIGKILL,
                  f"{number}: {box.files()}")
        box.check(box.read("r.sarif") == before, f"{number}: the report")
        with open(os.path.join(box.path, ".lockcheck.db"), "rb") as f:
            box.check(f.read() == database, f"{number}: the database")
    box.run(*report, "--", code=1)
    box.equal(before, box.read("r.sarif"), "the next run")

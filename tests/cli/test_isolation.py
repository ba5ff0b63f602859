# SPDX-License-Identifier: MIT
"""A unit that kills or stops the parser costs that unit and nothing else.

LOCKCHECK_TEST_CRASH and LOCKCHECK_TEST_HANG hold a part of a file's name: the
worker that is given such a unit crashes, or sleeps.
"""
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

# SPDX-License-Identifier: MIT
"""Exit codes: 0 nothing at the threshold, 1 findings, 2 fault, 3 incomplete."""

GOOD = """#include <pthread.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
void once(void) { pthread_mutex_lock(&m); pthread_mutex_unlock(&m); }
"""
BAD = """#include <pthread.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
void twice(void)
{
	pthread_mutex_lock(&m);
	pthread_mutex_lock(&m);
	pthread_mutex_unlock(&m);
	pthread_mutex_unlock(&m);
}
"""
VERBS = ("check", "rules", "explain", "query", "dump", "graph")


def test_nothing_found_is_0(box):
    box.write("good.c", GOOD)
    done = box.run("check", "good.c", "--", code=0)
    box.check(done.out == "", f"prints nothing: {done}")


def test_an_error_is_1(box):
    box.write("bad.c", BAD)
    done = box.run("check", "bad.c", "--", code=1)
    box.check(done.findings() == [("bad.c", 6, "error", "double-acquire")],
              str(done))


def test_fail_on_none_still_prints(box):
    box.write("bad.c", BAD)
    done = box.run("check", "--fail-on", "none", "bad.c", "--", code=0)
    box.check(len(done.findings()) == 1, str(done))


def test_fail_on_warning_takes_errors_too(box):
    box.write("bad.c", BAD)
    for level in ("error", "warning", "note"):
        box.run("check", "--fail-on", level, "bad.c", "--", code=1)


def test_a_finding_below_the_threshold_is_0(box):
    box.write("try.c", """#include <pthread.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int n;
void bump(void)
{
	pthread_mutex_trylock(&m);
	n++;
	pthread_mutex_unlock(&m);
}
""")
    done = box.run("check", "--fail-on", "note", "try.c", "--", code=1)
    levels = {level for _, _, level, _ in done.findings()}
    box.check(levels == {"warning"}, f"this test needs a warning: {done}")
    box.run("check", "--fail-on", "error", "try.c", "--", code=0)
    box.run("check", "--fail-on", "warning", "try.c", "--", code=1)


def test_the_default_threshold_is_error(box):
    test_a_finding_below_the_threshold_is_0(box)
    box.run("check", "try.c", "--", code=0)


def test_a_unit_that_does_not_parse_is_3(box):
    box.write("good.c", GOOD)
    box.write("broken.c", "#include \"not-there.h\"\nint f(void) { return")
    done = box.run("check", "good.c", "broken.c", "--", code=3)
    box.check("broken.c" in done.err, f"says which unit: {done}")


def test_findings_go_before_incomplete(box):
    box.write("bad.c", BAD)
    box.write("broken.c", "#include \"not-there.h\"\nint f(void) { return")
    done = box.run("check", "bad.c", "broken.c", "--", code=1)
    box.check("broken.c" in done.err, f"says which unit: {done}")


def test_no_verb_is_2(box):
    done = box.run(code=2)
    box.check("check" in done.err, f"says what there is: {done}")


def test_unknown_verb_is_2(box):
    box.fault("chekc", says=["chekc"])


def test_unknown_flag_is_2(box):
    for verb in VERBS:
        box.fault(verb, "--no-such-flag", says=["--no-such-flag"])


def test_flag_without_its_value_is_2(box):
    box.fault("check", "--format", says=["--format"])


def test_flag_with_a_wrong_value_is_2(box):
    box.write("good.c", GOOD)
    box.fault("check", "--format", "yelling", "good.c", says=["yelling"])
    box.fault("check", "--fail-on", "panic", "good.c", says=["panic"])
    box.fault("check", "-j", "many", "good.c", says=["many"])
    box.fault("check", "-j", "0", "good.c", says=["0"])


def test_help_of_each_verb(box):
    done = box.run("--help", code=0)
    for verb in VERBS:
        box.check(verb in done.out, f"--help lists {verb}: {done}")
        one = box.run(verb, "--help", code=0)
        box.check(verb in one.out and one.err == "", str(one))


def test_version(box):
    done = box.run("--version", code=0)
    box.check(done.out.startswith("lockcheck "), str(done))

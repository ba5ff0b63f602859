# SPDX-License-Identifier: MIT
"""Comments in the sources that keep findings out of the report."""
import json

HEAD = """#include <pthread.h>
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
"""
TWICE = HEAD + """void twice(void)
{
	pthread_mutex_lock(&a);
	%s
	pthread_mutex_lock(&a); %s
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&a);
}
"""
CYCLE = HEAD + """static void take_b(void)
{
	pthread_mutex_lock(&b); %s
	pthread_mutex_unlock(&b);
}
void one(void)
{
	pthread_mutex_lock(&a); %s
	take_b(); %s
	pthread_mutex_unlock(&a);
}
void two(void)
{
	pthread_mutex_lock(&b);
	pthread_mutex_lock(&a); %s
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&b);
}
"""
IGNORE = "/* lockcheck-ignore(%s): %s */"
TWICE_OK = IGNORE % ("double-acquire", "recursive on our platform")
CYCLE_OK = IGNORE % ("lock-order-cycle", "never at once")


def findings(box, *args, code=0):
    done = box.run("check", *args, "a.c", "--", code=code)
    return [(line, rule) for _, line, _, rule in done.findings()]


def rules(found):
    return [rule for _, rule in found]


def test_on_the_line_or_above(box):
    for above, behind in ((TWICE_OK, ""), ("", TWICE_OK),
                          ("// lockcheck-ignore(double-acquire): so it is", ""),
                          ("", "// lockcheck-ignore(double-acquire): it is"),
                          ("/* Words.\n\t * lockcheck-ignore(double-acquire):"
                           " a reason\n\t * of two lines */\n\t/* more */", "")):
        box.write("a.c", TWICE % (above, behind))
        box.equal(str(findings(box)), "[]", f"with {above}{behind}")


def test_what_is_suppressed_stays_in_sarif_and_in_the_database(box):
    box.write("a.c", TWICE % (TWICE_OK, ""))
    done = box.run("check", "--format", "sarif", "a.c", "--", code=0)
    run, = json.loads(done.out)["runs"]
    result, = run["results"]
    box.check(result["ruleId"] == "double-acquire", str(result))
    one, = result["suppressions"]
    box.check(one["kind"] == "inSource" and one["justification"] ==
              "recursive on our platform", str(one))
    region = one["location"]["physicalLocation"]["region"]
    box.check(region["startLine"] == 7, str(region))
    done = box.run("query", "SELECT f.rule, f.suppressed, s.reason, s.used "
                   "FROM v_finding f JOIN v_suppression s "
                   "ON s.id = f.suppression_id", code=0)
    box.equal(done.out.split("\n")[1],
              "double-acquire\t1\trecursive on our platform\t1", "the row")
    done = box.run("check", "--format", "json", "a.c", "--", code=0)
    box.equal(done.out, "", "JSON lines have only what is reported")
    box.check("1 suppressed" in done.err, done.err)
    prints = json.dumps(result["partialFingerprints"])
    done = box.run("explain", prints.split('"')[3][:8], code=0)
    box.check("suppressed at a.c:7: recursive on our platform" in done.out,
              done.out)
    # GitHub would show it as an open alert
    done = box.run("check", "-f", "sarif-github", "a.c", "--", code=0)
    box.check(json.loads(done.out)["runs"][0]["results"] == [], done.out)


def test_sarif_says_of_every_result_whether_it_is_suppressed(box):
    box.write("a.c", TWICE % (TWICE_OK, "") +
              TWICE.replace("twice", "again")[len(HEAD):] % ("", ""))
    done = box.run("check", "--format", "sarif", "a.c", "--", code=1)
    results = json.loads(done.out)["runs"][0]["results"]
    box.check(sorted(len(r["suppressions"]) for r in results) == [0, 1],
              done.out)


def test_another_rule_or_line_suppresses_nothing(box):
    box.write("a.c", TWICE % (IGNORE % ("unreleased-lock", "no"), ""))
    found = findings(box, code=1)
    box.check(rules(found) == ["suppression", "double-acquire"], str(found))
    box.write("a.c", TWICE % (TWICE_OK + "\n", ""))
    found = findings(box, code=1)
    box.check(rules(found) == ["suppression", "double-acquire"],
              f"an empty line is between: {found}")


def test_no_comment_no_suppression(box):
    text = "/* lockcheck-ignore(double-acquire): no */"
    for line in (f'const char *s = "{text}";',
                 f"char c = '\"'; const char *s = \"{text}\";",
                 f'const char *s = "\\"{text}";',
                 f'const char *s = "a\\\n{text}";'):
        box.write("a.c", TWICE % (line, ""))
        found = findings(box, code=1)
        box.check(rules(found) == ["double-acquire"], f"{line}: {found}")


def test_prose_about_it_is_no_suppression(box):
    box.write("a.c", TWICE % ("/* see lockcheck-ignore in the manual */", ""))
    box.check(rules(findings(box, code=1)) == ["double-acquire"], "prose")


def test_begin_and_end(box):
    box.write("a.c", TWICE % (
        "/* lockcheck-ignore-begin(double-acquire): here */",
        "/* lockcheck-ignore-end(double-acquire) */"))
    box.equal(str(findings(box)), "[]", "within")
    box.write("a.c", TWICE % (
        "/* lockcheck-ignore-begin(double-acquire): here */\n"
        "/* lockcheck-ignore-end */", ""))
    box.check(rules(findings(box, code=1)) == ["suppression",
                                               "double-acquire"], "before")
    box.write("a.c", TWICE % (
        "/* lockcheck-ignore-begin(double-acquire): here */", ""))
    done = box.run("check", "a.c", "--", code=1)
    box.check("its end is missing" in done.out, done.out)
    box.write("a.c", TWICE % ("/* lockcheck-ignore-end */", ""))
    done = box.run("check", "a.c", "--", code=1)
    box.check("there is no lockcheck-ignore-begin before it" in done.out,
              done.out)


def test_a_whole_file(box):
    box.write("a.c", TWICE % ("", "") +
              "// lockcheck-ignore-file(double-acquire): generated\n")
    box.equal(str(findings(box)), "[]", "the file")


def test_a_whole_function(box):
    source = TWICE % ("", "")
    box.write("a.c", source.replace("void twice", TWICE_OK + "\nvoid twice"))
    box.equal(str(findings(box)), "[]", "above a function")


def test_several_rules(box):
    box.write("a.c", TWICE % (IGNORE % ("unreleased-lock, double-acquire",
                                        "both"), ""))
    box.check(rules(findings(box)) == ["suppression"],
              "one of them is not needed")


def test_in_a_header(box):
    box.write("a.h", (TWICE % (TWICE_OK, "")).replace("void twice",
                                                       "static void twice"))
    box.write("a.c", '#include "a.h"\nvoid f(void) { twice(); }\n')
    box.equal(str(findings(box)), "[]", "in the header")


def test_nolint(box):
    for above, behind in (("", "// NOLINT(lockcheck-double-acquire)"),
                          ("// NOLINTNEXTLINE(lockcheck-double-acquire)", ""),
                          ("/* NOLINTBEGIN(lockcheck-double-acquire) */",
                           "/* NOLINTEND(lockcheck-double-acquire) */")):
        box.write("a.c", TWICE % (above, behind))
        box.equal(str(findings(box)), "[]", f"with {above}{behind}")
    box.write("a.c", TWICE % ("", "// NOLINT"))
    box.check(rules(findings(box, code=1)) == ["double-acquire"],
              "a bare NOLINT is not ours")
    box.write("a.c", TWICE % ("", "// NOLINT(bugprone-x)"))
    box.check(rules(findings(box, code=1)) == ["double-acquire"],
              "nor is another's")


def test_at_an_acquire_it_removes_the_order_edge(box):
    box.write("a.c", CYCLE % ("", "", "", ""))
    box.check(rules(findings(box, "--fail-on", "warning", code=1)) ==
              ["lock-order-cycle"], "the cycle is there")
    for places in ((CYCLE_OK, "", "", ""), ("", "", CYCLE_OK, ""),
                   ("", "", "", CYCLE_OK)):
        box.write("a.c", CYCLE % places)
        box.equal(str(findings(box, "--fail-on", "note")), "[]", str(places))
    # no edge is made where the first lock is taken
    box.write("a.c", CYCLE % ("", CYCLE_OK, "", ""))
    found = findings(box, "--fail-on", "warning", code=1)
    box.check(rules(found) == ["suppression", "lock-order-cycle"], str(found))


def test_a_second_edge_keeps_the_cycle(box):
    more = """void three(void)
{
	pthread_mutex_lock(&b);
	pthread_mutex_lock(&a);
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&b);
}
"""
    box.write("a.c", CYCLE % ("", "", "", CYCLE_OK) + more)
    done = box.run("check", "--fail-on", "warning", "a.c", "--", code=1)
    box.check(rules([(f[1], f[3]) for f in done.findings()]).count(
        "lock-order-cycle") == 1, str(done))
    box.check("three()" in done.out, f"the one that is left: {done}")


def test_what_is_wrong_with_a_comment_is_told(box):
    for comment, says in (
            ("/* lockcheck-ignore(double-acquire) */", "gives no reason"),
            ("/* lockcheck-ignore(double-acqiure): x */",
             'there is no rule "double-acqiure"'),
            ("/* lockcheck-ignore: x */", "names no rule"),
            ("/* lockcheck-ignore(): x */", "names no rule"),
            ("/* lockcheck-ignore(double-acquire: x */", "is not closed")):
        box.write("a.c", TWICE % (comment, ""))
        done = box.run("check", "--fail-on", "none", "a.c", "--", code=0)
        box.check("a.c:7:5: note: " in done.out and says in done.out,
                  f"{comment}: {done}")


def test_the_level_of_suppression_can_be_raised(box):
    box.write("a.c", TWICE % ("/* lockcheck-ignore(double-acquire) */", ""))
    box.run("check", "a.c", "--", code=0)
    box.write(".lockcheck.yaml", "rules:\n  suppression: error\n")
    box.run("check", "a.c", "--", code=1)
    box.write(".lockcheck.yaml", "rules:\n  suppression: off\n")
    box.equal(str(findings(box)), "[]", "off")


def test_sources_a_compiler_would_not_take_do_no_harm(box):
    box.write("a.c", HEAD + "#if 0\n'\n\"\n}}}\n#endif\n" +
              (TWICE % (TWICE_OK, ""))[len(HEAD):] +
              "#if 0\n/* lockcheck-ignore(")
    box.run("check", "a.c", "--", code=3)

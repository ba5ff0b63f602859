# SPDX-License-Identifier: MIT
"""Reports for other programs: GitLab, JUnit, Markdown, and GitHub's limits."""
import gzip
import hashlib
import json
import re
import sqlite3
import xml.etree.ElementTree

# what GitLab's documentation of the Code Quality report asks for
SEVERITIES = {"info", "minor", "major", "critical", "blocker"}

HOSTILE = """#include <pthread.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
void f(void)
{
	pthread_mutex_lock(&m);
	pthread_mutex_lock(&m);
	pthread_mutex_unlock(&m);
	pthread_mutex_unlock(&m);
}
"""
# markup of every kind; no slash, and nothing a shell would see
NAME = "a|b `c` <b>&amp;\"' [x](y) ]]> @all *_~$ é.c"


def report(box, form, *args, code=1):
    return box.run("check", "-q", "-f", form, *args, code=code).out


def check_gitlab(box, text):
    entries = json.loads(text)
    box.check(isinstance(entries, list), text)
    for e in entries:
        box.check(set(e) == {"description", "check_name", "fingerprint",
                             "severity", "location"}, str(e))
        box.check(all(isinstance(e[k], str) and e[k] for k in
                      ("description", "check_name")), str(e))
        box.check(re.fullmatch("[0-9a-f]{32}", e["fingerprint"]), str(e))
        box.check(e["severity"] in SEVERITIES, str(e))
        path, lines = e["location"]["path"], e["location"]["lines"]
        box.check(not path.startswith(("./", "/")), str(e))
        box.check(isinstance(lines["begin"], int) and lines["begin"] > 0,
                  str(e))
    box.check(len({e["fingerprint"] for e in entries}) == len(entries),
              "fingerprints are unique")
    return entries


def check_junit(box, text):
    """The suites, after what every reader of JUnit XML relies on."""
    root = xml.etree.ElementTree.fromstring(text)
    box.check(root.tag == "testsuites", root.tag)
    for suite in root:
        box.check(suite.tag == "testsuite" and suite.get("name"), suite.tag)
        cases = suite.findall("testcase")
        for word, tag in (("failures", "failure"), ("errors", "error"),
                          ("skipped", "skipped")):
            box.check(int(suite.get(word)) ==
                      len([c for c in cases if c.find(tag) is not None]),
                      f"{suite.get('name')}: {word}")
        box.check(int(suite.get("tests")) == len(cases), "tests")
        box.check(all(c.get("classname") and c.get("name") for c in cases),
                  "names")
        names = [c.get("name") for c in cases]
        box.check(len(set(names)) == len(names), f"unique: {names}")
    return {s.get("name"): s for s in root}


def test_gitlab(box):
    box.demo()
    entries = check_gitlab(box, report(box, "gitlab"))
    box.check({e["severity"] for e in entries} == {"critical", "major"},
              str(entries))
    box.check(("stats.c", 27) in {(e["location"]["path"],
                                   e["location"]["lines"]["begin"])
                                  for e in entries}, str(entries))
    box.write(NAME, HOSTILE)
    entry, = check_gitlab(box, report(box, "gitlab", NAME, "--"))
    box.check(entry["location"]["path"] == NAME, str(entry))
    box.write("n.c", "int n;\n")
    box.equal(report(box, "gitlab", "n.c", "--", code=0), "[]\n", "nothing")


def test_junit(box):
    box.demo()
    suites = check_junit(box, report(box, "junit"))
    box.check(set(suites) >= {"double-acquire", "units", "suppression"},
              str(set(suites)))
    case = suites["double-acquire"].findall("testcase")[1]
    box.check(case.get("file") == "cache.c" and case.get("line") == "94",
              str(case.attrib))
    failure = case.find("failure")
    box.check(failure.get("type") == "error" and
              "wants cache.lock; holds cache.lock" in failure.text,
              failure.text)
    box.check(suites["release-not-held"].get("tests") == "1", "passes")
    box.write(NAME, HOSTILE.replace(
        "void f", "/* lockcheck-ignore(double-acquire): <&\"> */\nvoid f"))
    box.write("broken.c", "int x = ;\n")
    suites = check_junit(box, report(box, "junit", NAME, "broken.c", "--",
                                     code=3))
    case = suites["double-acquire"].findall("testcase")[1]
    box.check(case.get("file") == NAME and
              case.find("skipped").get("message") == "<&\">",
              str(case.attrib))
    box.check(suites["units"].get("errors") == "1", "the unit")


def test_verdicts_are_in_reports_for_people(box):
    box.demo()
    box.run("check", "-q", "--db", "facts.db")
    db = sqlite3.connect(box.path + "/facts.db")
    for rule, verdict, detail in (
            ("lock-order-cycle", "confirmed", "thread 1 …"),
            ("double-acquire", "not reached", "first\n<b> was not executed")):
        db.execute("INSERT INTO confirmation (finding, title, verdict, reason,"
                   " detail, schedule, runs) SELECT id, '', ?, '', ?, '', 1 "
                   "FROM finding WHERE rule = ?", (verdict, detail, rule))
    db.commit()
    db.close()
    text = box.run("report", "--db", "facts.db", "--format", "markdown").out
    box.check("| error, confirmed | lock-order-cycle |" in text, text)
    box.check("\nconfirmed: it happened when the program ran\n" in text, text)
    box.check("\nnot reached: &lt;b&gt; was not executed\n" in text, text)
    text = box.run("report", "--db", "facts.db", "--format", "junit").out
    box.check("\nconfirmed: it happened when the program ran\n" in text, text)


def test_markdown(box):
    box.demo()
    text = report(box, "markdown")
    box.check(text.startswith("## lockcheck: 4 findings\n\n3 errors, 1 "), text)
    box.check(text.count("<details>") == text.count("</details>") == 4, text)
    box.check("| error | unreleased-lock | store.c\\:85 |" in text, text)
    box.write(NAME, HOSTILE)
    text = report(box, "markdown", NAME, "--")
    rows = [line for line in text.split("\n") if line.startswith("| error")]
    box.check(len(rows) == 1, text)
    row = re.sub(r"\\.", "", rows[0])
    box.check(row.count("|") == 5 and not re.search(r"[<`@\[*~$]", row),
              f"markup gets through: {rows[0]}")
    details = text[text.index("<details>"):]
    box.check(re.findall(r"<[^>]*>", details) ==
              ["<details>", "<summary>", "</summary>", "<pre>", "</pre>",
               "</details>"], details)
    box.run("check", "-q", "--fail-on", "none", NAME, "--")
    box.run("baseline", "write", "k")
    text = report(box, "markdown", "--baseline", "k", NAME, "--", code=0)
    box.check("## lockcheck: 0 new findings" in text and "; 1 known" in text
              and "| error" not in text, text)


def inflate(path, n):
    """Copies of the findings in a database until there are n."""
    db = sqlite3.connect(path)
    rows = db.execute("SELECT id, rule, message, site, key, fix, doubt FROM finding "
                      "ORDER BY id").fetchall()
    for i in range(len(rows), n):
        old, rule, message, site, key, fix, doubt = rows[i % len(rows)]
        db.execute("INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                   "NULL)",
                   (i + 1, rule, ("error", "warning", "note")[i % 3], message,
                    site, key, i + 1, hashlib.md5(b"%d" % i).hexdigest(), fix,
                    doubt))
        for table in ("trace", "lock"):
            db.execute(f"INSERT INTO finding_{table} SELECT ?, seq, {table} "
                       f"FROM finding_{table} WHERE finding = ?", (i + 1, old))
    db.commit()
    db.close()


def test_a_large_result_keeps_to_the_limits_of_github(box):
    box.demo()
    box.run("check", "-q", code=1)
    inflate(f"{box.path}/.lockcheck.db", 25400)
    box.run("report", "-f", "sarif", "-o", "big.sarif", code=0)
    text = box.read("big.sarif")
    run, = json.loads(text)["runs"]
    results = run["results"]
    box.check(len(results) == 25000, f"{len(results)} results")
    levels = [r["level"] for r in results]
    box.check(levels.count("note") == 25000 - levels.count("error") -
              levels.count("warning") and levels.count("error") > 8400 and
              levels.count("warning") > 8400, "the least severe are left out")
    box.check(max(sum(len(t["locations"]) for t in
                      r.get("codeFlows", [{"threadFlows": []}])[0]
                      ["threadFlows"]) for r in results) <= 10000, "steps")
    box.check(max(len(r.get("relatedLocations", [])) for r in results) <= 1000,
              "related places")
    notes = [n["message"]["text"] for n in
             run["invocations"][0]["toolExecutionNotifications"]]
    box.check(any("400 results are left out" in n for n in notes), str(notes))
    box.check(any("without their code flows" in n for n in notes) ==
              any("codeFlows" not in r for r in results), str(notes))
    size = len(gzip.compress(text.encode(), 6))
    box.check(size < 10 << 20, f"{size} bytes compressed")
    # a baseline leaves nothing out
    box.run("baseline", "write", "all.sarif", code=0)
    box.check(box.read("all.sarif").count('\n{"ruleId"') == 25400, "baseline")
    box.run("report", "-f", "markdown", "-o", "big.md", code=0)
    box.check(len(box.read("big.md")) < 1 << 20 and
              "25200 more are not shown" in box.read("big.md"), "summary")

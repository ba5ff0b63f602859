# SPDX-License-Identifier: MIT
"""What comes out: text, SARIF, JSON, and always the same bytes."""
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios

BAD = """#include <pthread.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static void again(void)
{
	pthread_mutex_lock(&m);
	pthread_mutex_unlock(&m);
}
void twice(void)
{
	pthread_mutex_lock(&m);
	again();
	pthread_mutex_unlock(&m);
}
"""


def test_same_bytes_for_any_j(box):
    box.demo()
    for form in ("text", "sarif", "json"):
        runs = [box.run("check", "-j", str(j), "--format", form, code=1)
                for j in (1, 2, 5)]
        box.equal(runs[0].out, runs[1].out, f"{form}: -j 1 and -j 2")
        box.equal(runs[0].out, runs[2].out, f"{form}: -j 1 and -j 5")


def test_same_bytes_for_any_order_of_units(box):
    box.demo()
    first = box.run("check", code=1)
    entries = json.loads(box.read("compile_commands.json"))
    box.write("compile_commands.json", json.dumps(entries[::-1] + entries[:2]))
    box.equal(first.out, box.run("check", code=1).out, "order of units")


def test_same_facts_for_any_j(box):
    box.demo()
    texts = []
    for j in ("1", "2"):
        box.run("check", "-j", j, "--db", f"facts{j}.db", code=1)
        texts.append("".join(
            box.run("dump", what, "--db", f"facts{j}.db", code=0).out
            for what in ("flow", "summaries", "graph")))
    box.equal(texts[0], texts[1], "dumps of -j 1 and -j 2")


def test_no_absolute_path(box):
    box.demo()
    for form in ("text", "json", "sarif"):
        done = box.run("check", "--format", form, code=1)
        box.check(box.path not in done.out, f"{form} names the folder")


def test_text_is_gnu_style_with_a_witness(box):
    box.write("bad.c", BAD)
    done = box.run("check", "bad.c", "--", code=1)
    box.check(done.findings() == [("bad.c", 11, "error", "double-acquire")],
              str(done))
    for line in (10, 11, 5):  # taken, called, wanted
        box.check(re.search(rf"^bad\.c:{line}:\d+: note: ", done.out, re.M),
                  f"a note at line {line}: {done}")
    box.check("\x1b" not in done.out, "no colours in a pipe")


def test_json_is_one_finding_a_line(box):
    box.demo()
    text = box.run("check", code=1).findings()
    lines = box.run("check", "--format", "json", code=1).out.splitlines()
    rows = [json.loads(line) for line in lines]
    box.check(len(rows) == len(text), f"{len(rows)} rows, {len(text)} findings")
    for row, (file, line, level, rule) in zip(rows, text):
        box.check((row["rule"], row["level"], row["file"], row["line"]) ==
                  (rule, level, file, line), f"{row} is not {file}:{line}")


def test_sarif_into_a_file(box):
    box.demo()
    text = box.run("check", code=1).findings()
    done = box.run("check", "--format", "sarif", "-o", "out.sarif", code=1)
    box.check(done.out == "", f"nothing on stdout: {done}")
    log = json.loads(box.read("out.sarif"))
    box.check(log["version"] == "2.1.0" and len(log["runs"]) == 1, "one run")
    results = log["runs"][0]["results"]
    got = [(r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            r["locations"][0]["physicalLocation"]["region"]["startLine"],
            r["level"], r["ruleId"]) for r in results]
    box.check(sorted(got) == sorted(text), f"{got} is not {text}")
    prints = [json.dumps(r["partialFingerprints"], sort_keys=True)
              for r in results]
    box.check(len(set(prints)) == len(prints), "fingerprints tell apart")
    for r in results:
        flows = r["codeFlows"][0]["threadFlows"]
        box.check(len(flows) >= (2 if r["ruleId"] == "lock-order-cycle" else 1)
                  and all(f["locations"] for f in flows), str(r["ruleId"]))


def test_fingerprint_survives_edits(box):
    def prints():
        log = json.loads(box.run("check", "--format", "sarif", "bad.c", "--",
                                 code=1).out)
        return [r["partialFingerprints"] for r in log["runs"][0]["results"]]
    box.write("bad.c", BAD)
    before = prints()
    box.write("bad.c", "/* a new\n * head */\n" + BAD.replace(
        "void twice", "static int unrelated;\nint get(void) "
        "{ return unrelated; }\nvoid twice"))
    box.check(before == prints(), "the same finding, some lines below")


def test_report_that_cannot_be_written(box):
    box.write("bad.c", BAD)
    box.fault("check", "-o", "no/such/folder/out.txt", "bad.c", "--",
              says=["no/such/folder/out.txt"])
    box.check(not box.exists("no"), "makes no folder")


def test_nothing_half_written(box):
    box.write("bad.c", BAD)
    box.write("own.yaml", "functions: {f: {op: nonsense}}\n")
    box.write("out.sarif", "before")
    before = box.files()
    box.run("check", "--models", "own.yaml", "--format", "sarif", "-o",
            "out.sarif", "--db", "facts.db", "bad.c", "--", code=2)
    box.check(box.files() == before, f"{box.files()} is not {before}")
    box.check(box.read("out.sarif") == "before", "report untouched")


def test_database_replaced_as_a_whole(box):
    box.write("bad.c", BAD)
    box.run("check", "--db", "facts.db", "bad.c", "--", code=1)
    box.run("check", "--db", "facts.db", "bad.c", "--", code=1)
    box.check(box.files() == ["bad.c", "facts.db"], str(box.files()))


def test_progress_is_on_stderr_only(box):
    box.demo()
    with_progress = box.run("check", code=1)
    box.check("\r" not in with_progress.err, "no redrawn line in a pipe")
    for line in with_progress.out.split("\n"):
        box.check(line == "" or line[0] in " \t" or re.match(
            r"\S+:\d+:\d+: (error|warning|note): ", line), f"odd: {line}")


def on_a_terminal(box, *args, term="xterm", width=40):
    """What a terminal of this width gets as stderr."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ,
                struct.pack("HHHH", 24, width, 0, 0))
    env = dict(os.environ, TERM=term, LC_ALL="C.UTF-8",
               ASAN_OPTIONS="exitcode=99")
    with subprocess.Popen([box.lockcheck, *args], cwd=box.path, env=env,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=theirs) as process:
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
    box.check(process.returncode == 1, f"ends with {process.returncode}")
    return seen.decode().replace("\r\n", "\n")


def test_progress_on_a_terminal(box):
    box.demo()
    seen = on_a_terminal(box, "check")
    drawn = seen.split("\r\x1b[K")
    box.check(any(re.match(r"\[\d+/8, \d+/s\] \S+\.c$", d) for d in drawn),
              f"units: {seen!r}")
    box.check("solving" in drawn and "judging" in drawn, f"stages: {seen!r}")
    box.check(all(len(d) < 40 for d in drawn[:-1]), f"one line: {seen!r}")
    box.check(drawn[-1].startswith("lockcheck: 4 findings"),
              f"it is gone before the summary: {seen!r}")
    for args in (("--progress", "plain"), ("--progress=none",), ("-q",)):
        seen = on_a_terminal(box, "check", *args)
        box.check("\x1b" not in seen and "\r" not in seen, f"{args}: {seen!r}")
    seen = on_a_terminal(box, "check", term="dumb")
    box.check("\x1b" not in seen, f"TERM=dumb: {seen!r}")


def test_full_disk(box):
    box.write("bad.c", BAD)
    if os.path.exists("/dev/full"):
        box.fault("check", "-q", "-o", "/dev/full", "bad.c", "--",
                  says=["/dev/full"])


def test_statistics(box):
    box.demo()
    done = box.run("check", "-q", "--stats", code=1)
    for name in ("extract", "peak memory", "calls unresolved", "edges",
                 "functions", "  body not lowered whole",
                 "  analysed in part", "cycles"):
        box.check(f"stats: {name} " in done.err, f"{name}: {done.err}")
    done = box.run("check", "-q", "--stats=json", code=1)
    stats = json.loads(done.err)
    box.check(stats["units"] == {"all": 8, "incomplete": 0, "skipped": 0},
              done.err)
    box.check(stats["functions"]["all"] > 10 and
              stats["functions"]["unlowered"] == 0 and
              stats["functions"]["partial"] == 0, done.err)
    for name in ("edges", "cycles"):
        part = stats[name]
        box.check(part["kept"] > 0 and part["all"] == part["kept"] +
                  sum(part["dropped"].values()), f"{name} add up: {part}")
    box.check(stats["findings"] == len(done.findings()), done.err)
    box.check(sum(stats["seconds"].values()) > 0 and stats["peak_kib"] > 0,
              done.err)
    box.fault("check", "--stats=xml", says=["--stats", "text|json"])


def test_statistics_of_dropped_cycles(box):
    box.write("gate.c", open(os.path.join(
        box.root, "testdata", "threads", "gate.c")).read())
    done = box.run("check", "-q", "--stats=json", "--fail-on", "none",
                   "gate.c")
    cycles = json.loads(done.err)["cycles"]
    rows = box.run("query", "SELECT count(*) FROM cycle WHERE dropped <> ''",
                   code=0).out.split()[-1]
    box.check(sum(cycles["dropped"].values()) == int(rows) > 0, str(cycles))


def test_progress_as_json(box):
    box.demo()
    done = box.run("check", "--progress=json", code=1)
    events = [json.loads(line) for line in done.err.splitlines()
              if line.startswith("{")]
    units = [e for e in events if e["event"] == "unit"]
    box.check([e["done"] for e in units] == list(range(1, 9)) and
              {e["total"] for e in units} == {8}, done.err)
    box.check([e["name"] for e in events if e["event"] == "stage"] ==
              ["solving", "storing", "judging"], done.err)


def test_quiet_and_verbose(box):
    box.demo()
    box.write(".lockcheck.yaml", "fail-on: warning\n")
    box.check(box.run("check", "-q", code=1).err == "", "quiet")
    box.check(box.run("check", "-q", "-v", code=1).err == "", "quiet wins")
    box.check("compile database" not in box.run("check", code=1).err, "plain")
    said = box.run("check", "-v", code=1).err
    for text in (".lockcheck.yaml", "compile_commands.json", "8 units"):
        box.check(text in said, f"{text}: {said}")


def test_several_databases(box):
    for name in ("a", "b", "c"):
        box.write(f"{name}.c", f"int {name};\n")
    box.database("one/compile_commands.json", ["a.c", "b.c"])
    box.database("two/compile_commands.json", ["b.c", "c.c"])
    done = box.run("check", "-p", "one", "-p",
                   "two/compile_commands.json", code=0)
    box.check("; 3 units," in done.err, done.err)
    box.fault("check", "-p", "one", "-p", "three", says=["three"])
    box.write("three/compile_commands.json", "[")
    box.fault("check", "-p", "one", "-p", "three",
              says=["three/compile_commands.json"])


# One call takes both locks; a loop's next call of a function wants a second one.
CALLS = """#include <pthread.h>
struct account {
	pthread_mutex_t lock;
	long sum;
};
static pthread_mutex_t book = PTHREAD_MUTEX_INITIALIZER;
static void enter(struct account *a)
{
	pthread_mutex_lock(&a->lock);
	a->sum++;
	pthread_mutex_lock(&book);
	pthread_mutex_unlock(&book);
	pthread_mutex_unlock(&a->lock);
}
void deposit(struct account *a)
{
	enter(a);
}
void audit(struct account *a)
{
	pthread_mutex_lock(&book);
	pthread_mutex_lock(&a->lock);
	pthread_mutex_unlock(&a->lock);
	pthread_mutex_unlock(&book);
}
"""


def test_calls_that_take_both_locks_are_told_once(box):
    box.write("a.c", CALLS)
    done = box.run("check", "--fail-on", "warning", "a.c", "--", code=1)
    notes = re.findall(r"note: ( *T\d.*)", done.out)
    box.equal("\n".join(notes), """\
T1 any caller of deposit(): deposit() begins
T1: calls enter()
  T1: takes account.lock
  T1: wants book; holds account.lock
T2 any caller of audit(): audit() begins
T2: takes book
T2: wants account.lock; holds book""", "the witness")


def test_a_warning_says_what_it_is_not_sure_of(box):
    box.write("a.c", CALLS)
    args = ("--fail-on", "warning", "a.c", "--")
    done = box.run("check", *args, code=1)
    doubt = re.search("note: possible, not sure: (.*)", done.out)
    box.check(doubt and doubt[1] == "the threads may mean the account.lock "
              "of different objects; nothing is seen to start T1 or T2", str(done))
    row = json.loads(box.run("check", "-f", "json", *args, code=1).out)
    box.equal(row["doubt"], doubt[1], "JSON")
    log = json.loads(box.run("check", "-f", "sarif", *args, code=1).out)
    box.equal(log["runs"][0]["results"][0]["properties"]["doubt"], doubt[1],
              "SARIF")
    for form in ("markdown", "junit"):
        done = box.run("report", "-f", form, code=0)
        box.check(f"possible, not sure: {doubt[1]}" in done.out, done.out)
    box.write("b.c", BAD)
    done = box.run("check", "b.c", "--", code=1)
    box.check("not sure" not in done.out, f"an error is sure: {done}")

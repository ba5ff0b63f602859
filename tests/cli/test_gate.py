# SPDX-License-Identifier: MIT
"""Only new findings: baselines, comparisons, changes since a revision; and
that a finding is known again after changes that have nothing to do with it."""
import importlib.util
import json
import os
import shutil
import subprocess

_spec = importlib.util.spec_from_file_location(
    "mutate", os.path.join(os.path.dirname(os.path.abspath(__file__)),
                           "mutate.py"))
mutate = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(mutate)

HEAD = """#include <pthread.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
"""
BAD = """void %s(void)
{
	pthread_mutex_lock(&m);
	pthread_mutex_lock(&m);
	pthread_mutex_unlock(&m);
	pthread_mutex_unlock(&m);
}
"""
GOOD = """void good(void)
{
	pthread_mutex_lock(&m);
	pthread_mutex_unlock(&m);
}
"""


def fingerprints(box, *args, cwd="."):
    """fingerprint → (file, line) of everything that is found."""
    done = box.run("check", "-q", "--fail-on", "none", "--format", "json",
                   *args, cwd=cwd, code=0)
    found = [json.loads(line) for line in done.out.splitlines()]
    box.check(len({f["fingerprint"] for f in found}) == len(found),
              "each has its own fingerprint")
    return {f["fingerprint"]: (f["file"], f["line"]) for f in found}


def same(box, before, after, what):
    box.check(sorted(before) == sorted(after),
              f"{what}: gone {[before[f] for f in before if f not in after]}, "
              f"new {[after[f] for f in after if f not in before]}")


# ---- identity ----

def test_findings_keep_their_identity_through_changes_to_the_text(box):
    box.demo()
    before = fingerprints(box)
    box.check(len(before) >= 4, str(before))
    sources = [f for f in box.files() if f.endswith(".c")]
    for what, change in mutate.ALL.items():
        lines = before
        box.demo()
        changed = 0
        for name in sources:
            text = box.read(name)
            box.write(name, change(text))
            changed += box.read(name) != text
        box.check(changed >= 4, f"{what}: only {changed} files changed")
        after = fingerprints(box)
        same(box, before, after, what)
        if what != "locals renamed":
            box.check(any(lines[f] != after[f] for f in after),
                      f"{what}: the findings did not move at all")
    for name in sources:  # all at once
        text = box.read(name)
        for change in mutate.ALL.values():
            text = change(text)
        box.write(name, text)
    same(box, before, fingerprints(box), "everything at once")


def test_findings_keep_their_identity_when_other_files_change_their_names(box):
    box.demo()
    before = fingerprints(box)
    names = {s["file"] for line in box.run(
        "check", "-q", "-f", "json", code=1).out.splitlines()
             for t in json.loads(line)["threads"] for s in t["steps"]}
    other = [f for f in box.files() if f.endswith(".c") and f not in names]
    box.check(other, "the demo has a file without a finding")
    for name in other:
        os.rename(os.path.join(box.path, name),
                  os.path.join(box.path, "zz_" + name))
    box.database("compile_commands.json",
                 [f for f in box.files() if f.endswith(".c")])
    same(box, before, fingerprints(box), "renamed")


def test_findings_keep_their_identity_elsewhere(box):
    box.demo()
    before = fingerprints(box)
    folder = os.path.join(box.path, "a b", "src")
    shutil.copytree(os.path.join(box.root, "testdata", "demo"), folder)
    files = sorted(os.path.join(folder, f) for f in os.listdir(folder)
                   if f.endswith(".c"))
    same(box, before, fingerprints(box, *files, "--"), "from above")
    os.makedirs(os.path.join(box.path, "a b", "build"))
    same(box, before, fingerprints(box, *files, "--", cwd="a b/build"),
         "from a folder beside it")
    same(box, before, fingerprints(box, *reversed(files), "--",
                                   cwd="a b/build"), "in another order")


def test_a_real_bug_is_exactly_one_new_finding(box):
    box.demo()
    before = fingerprints(box)
    text = mutate.insert_lines(box.read("stats.c"))
    box.write("stats.c", text + """
void stats_reset_bad(void)
{
	pthread_mutex_lock(&stats_lock);
	pthread_mutex_lock(&stats_lock);
	pthread_mutex_unlock(&stats_lock);
	pthread_mutex_unlock(&stats_lock);
}
""")
    after = fingerprints(box)
    new = set(after) - set(before)
    box.check(len(new) == 1 and not set(before) - set(after),
              f"{before} {after}")
    # a second one of the same kind above the first is one more, too
    box.write("stats.c", box.read("stats.c").replace(
        "void stats_reset_bad(void)\n{\n", "void stats_reset_bad(void)\n{\n"
        "\tpthread_mutex_lock(&stats_lock);\n"
        "\tpthread_mutex_lock(&stats_lock);\n"
        "\tpthread_mutex_unlock(&stats_lock);\n"
        "\tpthread_mutex_unlock(&stats_lock);\n"))
    third = fingerprints(box)
    box.check(len(set(third) - set(after)) == 1 and
              not set(after) - set(third), f"{after} {third}")


def test_a_cycle_is_its_locks_not_the_place_that_was_chosen(box):
    one = """void %s(void)
{
	pthread_mutex_lock(&%s);
	pthread_mutex_lock(&%s);
	pthread_mutex_unlock(&%s);
	pthread_mutex_unlock(&%s);
}
"""
    def order(name, x, y):
        return one % (name, x, y, y, x)
    head = HEAD + "static pthread_mutex_t k = PTHREAD_MUTEX_INITIALIZER;\n"
    box.write("a.c", head + order("z1", "m", "k") + order("z2", "k", "m"))
    before = fingerprints(box, "a.c", "--")
    box.check(len(before) == 1, str(before))
    box.write("a.c", head + order("a0", "k", "m") + order("z1", "m", "k") +
              order("z2", "k", "m"))
    same(box, before, fingerprints(box, "a.c", "--"), "one place more")
    box.write("a.c", head + order("a0", "k", "m") + order("z1", "m", "k"))
    same(box, before, fingerprints(box, "a.c", "--"), "the other is mended")


# ---- baselines ----

def start(box, text):
    """A file and the baseline of it."""
    box.write("a.c", HEAD + text)
    box.run("check", "--fail-on", "none", "a.c", "--", code=0)
    box.run("baseline", "write", "known.sarif", code=0)


def test_only_what_is_new_counts(box):
    start(box, BAD % "old")
    done = box.run("check", "--baseline", "known.sarif", "a.c", "--", code=0)
    box.check(done.out == "", f"what is known is not printed: {done}")
    box.check("0 new, 1 known, 0 gone" in done.err, done.err)
    box.write("a.c", HEAD + "\n\n" + BAD % "fresh" + BAD % "old")
    done = box.run("check", "--baseline", "known.sarif", "a.c", "--", code=1)
    box.check(len(done.findings()) == 1 and "1 new, 1 known" in done.err,
              str(done))
    box.write("a.c", HEAD + GOOD)
    done = box.run("check", "--baseline", "known.sarif", "a.c", "--", code=0)
    box.check("0 new, 0 known, 1 gone" in done.err, done.err)


def states(box, *args):
    done = box.run("check", "-f", "sarif", "--exit-zero", *args, code=0)
    run, = json.loads(done.out)["runs"]
    return sorted(r.get("baselineState", "") for r in run["results"])


def test_sarif_has_the_states(box):
    start(box, BAD % "old" + BAD % "gone")
    box.write("a.c", HEAD + BAD % "fresh" + BAD % "old")
    args = ("--baseline", "known.sarif", "a.c", "--")
    box.equal(str(states(box, *args)), "['absent', 'new', 'unchanged']",
              "baselineState")
    box.equal(str(states(box, "a.c", "--")), "['', '']", "without a baseline")
    done = box.run("check", "-f", "sarif-github", "--exit-zero", *args, code=0)
    box.check('"absent"' not in done.out, "GitHub would show it as open")
    done = box.run("check", "-f", "json", "--exit-zero", *args, code=0)
    box.equal(str(sorted(json.loads(line)["state"]
                         for line in done.out.splitlines())),
              "['new', 'unchanged']", "JSON")


def test_a_report_is_a_baseline_too(box):
    box.write("a.c", HEAD + BAD % "old")
    box.run("check", "-f", "sarif", "-o", "r.sarif", "a.c", "--", code=1)
    box.run("check", "--baseline", "r.sarif", "a.c", "--", code=0)


def test_a_baseline_is_the_same_wherever_lines_are_sorted(box):
    start(box, BAD % "one" + BAD % "two")
    lines = [line for line in box.read("known.sarif").split("\n")
             if line.startswith('{"ruleId"')]
    prints = [json.loads(line.rstrip(","))["partialFingerprints"]
              for line in lines]
    box.check(len(lines) == 2 and str(prints[0]) < str(prints[1]), str(lines))


def test_the_baseline_of_the_configuration(box):
    start(box, BAD % "old")
    box.write(".lockcheck.yaml", "baseline: known.sarif\n")
    box.run("check", "a.c", "--", code=0)
    box.run("check", "--baseline", "none", "a.c", "--", code=1)
    box.write(".lockcheck.yaml", "baseline: later.sarif\n")
    done = box.run("check", "a.c", "--", code=1)
    box.check("there is no baseline yet" in done.err, done.err)


def test_what_is_suppressed_is_in_no_baseline(box):
    start(box, (BAD % "old").replace(
        "\n}", "\n}", 1).replace("void", "/* lockcheck-ignore(double-acquire):"
                                 " for now */\nvoid", 1))
    box.write("a.c", HEAD + BAD % "old")
    box.run("check", "--baseline", "known.sarif", "a.c", "--", code=1)


def test_baselines_that_are_none(box):
    box.write("a.c", HEAD + GOOD)
    for text, says in (("", "not SARIF"), ("{}", "has no runs"),
                       ('{"runs": 1}', "has no runs"),
                       ('{"runs": []}', "no run of lockcheck"),
                       ('{"runs": [{"tool": {"driver": {"name": "x"}}}]}',
                        "no run of lockcheck"),
                       ('{"runs": [{"tool": {"driver": {"name": "lockcheck"}},'
                        '"results": [{"ruleId": "x"}]}]}', "no fingerprint"),
                       ("\0", "not SARIF")):
        box.write("b.sarif", text)
        box.fault("check", "--baseline", "b.sarif", "a.c", "--",
                  says=["b.sarif", says])
    box.fault("check", "--baseline", "gone.sarif", "a.c", "--",
              says=["gone.sarif"])
    box.fault("baseline", "read", "x", says=["read", "write"])
    box.run("check", "-q", "a.c", "--", code=0)
    for target in ("a.c", ".lockcheck.db", "."):
        box.fault("baseline", "write", target, says=[target])
    for _ in range(2):
        box.run("baseline", "write", "known.sarif", code=0)


# ---- diff ----

def test_diff_tells_what_came_and_went(box):
    box.write("a.c", HEAD + BAD % "old" + BAD % "gone")
    box.run("check", "-f", "sarif", "-o", "old.sarif", "--db", "old.db", "a.c",
            "--", code=1)
    box.run("baseline", "write", "--db", "old.db", "old.base", code=0)
    box.write("a.c", HEAD + "\n" + BAD % "fresh" + BAD % "old")
    box.run("check", "-f", "sarif", "-o", "new.sarif", "--db", "new.db", "a.c",
            "--", code=1)
    first = None
    for old in ("old.db", "old.sarif", "old.base"):
        for new in ("new.db", "new.sarif"):
            done = box.run("diff", old, new, code=1)
            first = first or done.out
            box.equal(done.out, first, f"diff {old} {new}")
    box.check("introduced: 1\n+ a.c:7:" in first and
              "fixed: 1\n- a.c:13:" in first and "unchanged: 1" in first,
              first)
    done = box.run("diff", "-f", "json", "old.db", "new.db", code=1)
    j = json.loads(done.out)
    box.check([len(j[k]) for k in ("introduced", "fixed", "unchanged")] ==
              [1, 1, 1], done.out)
    done = box.run("diff", "-f", "sarif", "old.base", "new.db", code=1)
    box.check(sorted(r["baselineState"] for r in
                     json.loads(done.out)["runs"][0]["results"]) ==
              ["absent", "new", "unchanged"], done.out)
    box.run("diff", "--fail-on", "none", "old.db", "new.db", code=0)
    box.run("diff", "--exit-zero", "old.db", "new.db", code=0)
    box.run("diff", "new.db", "new.sarif", code=0)
    box.fault("diff", "a.c", "new.db", says=["a.c", "not SARIF"])


# ---- since ----

def git(box, *args):
    subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@t",
                    "-c", "init.defaultBranch=main", *args], cwd=box.path,
                   check=True, capture_output=True,
                   env=dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null",
                            GIT_CONFIG_SYSTEM="/dev/null"))


def test_since_counts_what_the_changes_touch(box):
    box.write("a.c", HEAD + BAD % "old")
    git(box, "init")
    git(box, "add", "a.c")
    git(box, "commit", "-m", "one")
    box.run("check", "a.c", "--", code=1)
    done = box.run("check", "--since", "HEAD", "a.c", "--", code=0)
    box.check(len(done.findings()) == 1, f"it is still printed: {done}")
    box.write("a.c", HEAD + BAD % "old" + BAD % "fresh")
    done = box.run("check", "--since", "HEAD", "a.c", "--", code=1)
    box.check([f[1] for f in done.findings()] == [13, 6],
              f"what was touched comes first: {done}")
    git(box, "commit", "-am", "two")
    box.run("check", "--since", "HEAD", "a.c", "--", code=0)
    box.run("check", "--since", "HEAD~1", "a.c", "--", code=1)
    box.run("check", "--fail-on", "none", "a.c", "--", code=0)
    box.run("report", "--since", "HEAD~1", code=0)


def test_since_shows_the_edge_inside_the_change(box):
    cycle = """void one(void)
{
	pthread_mutex_lock(&m);
%s	pthread_mutex_unlock(&m);
}
void two(void)
{
	pthread_mutex_lock(&k);
	pthread_mutex_lock(&m);
	pthread_mutex_unlock(&m);
	pthread_mutex_unlock(&k);
}
"""
    inner = "\tpthread_mutex_lock(&k);\n\tpthread_mutex_unlock(&k);\n"
    head = HEAD + "static pthread_mutex_t k = PTHREAD_MUTEX_INITIALIZER;\n"
    box.write("a é.c", head + cycle % "")
    git(box, "init")
    git(box, "add", ".")
    git(box, "commit", "-m", "one")
    box.write("a é.c", head + cycle % inner)
    done = box.run("check", "--fail-on", "warning", "a é.c", "--", code=1)
    box.check([f[1] for f in done.findings()] == [14], str(done))
    git(box, "checkout", "-b", "side")
    box.write("a é.c", head + "\n" + cycle % inner)
    git(box, "commit", "-am", "the first edge")
    box.write("a é.c", head + "\n" + cycle % inner.replace("k(&k", "k( &k"))
    done = box.run("check", "--fail-on", "warning", "--since", "side", "a é.c",
                   "--", code=1)
    box.check([f[1] for f in done.findings()] == [8],
              f"the first edge is what changed: {done}")
    done = box.run("check", "--fail-on", "warning", "a é.c", "--", code=1)
    box.check([f[1] for f in done.findings()] == [15], f"without: {done}")
    first = "T1 any caller of %s(): "
    box.check(first % "one" in done.out, f"the cycle begins with one(): {done}")
    box.write("a é.c", head + "\n" + (cycle % inner).replace(
        "k(&k);\n\tpthread_mutex_lock(&m", "k( &k);\n\tpthread_mutex_lock( &m"))
    done = box.run("check", "--fail-on", "warning", "--since", "side", "a é.c",
                   "--", code=1)
    box.check(first % "two" in done.out, f"what changed comes first: {done}")
    steps = [line.split(" (")[0].strip() for line in done.out.split("\n")
             if line.startswith("    ") and " (a" in line]
    box.equal(steps, ["takes k", "takes m", "waits for m", "waits for k"],
              "and the schedule too")


def test_since_sees_a_release_that_is_gone(box):
    """No step of the witness changed, but the way between two."""
    text = """int later(int x)
{
	pthread_mutex_lock(&m);
	x++;
	x *= 2;
%s	x--;
	x /= 3;
	return x;
}
void other(void)
{
	pthread_mutex_lock(&m);

	pthread_mutex_unlock(&m);
}
"""
    unlock = "\tpthread_mutex_unlock(&m);\n"
    box.write("a.c", HEAD + text % unlock)
    git(box, "init")
    git(box, "add", ".")
    git(box, "commit", "-m", "one")
    box.run("check", "a.c", "--", code=0)
    box.write("a.c", HEAD + text % "")
    done = box.run("check", "--since", "HEAD", "a.c", "--", code=1)
    box.check([f[1] for f in done.findings()] == [10], str(done))
    git(box, "commit", "-am", "two")
    box.write("a.c", HEAD + (text % "").replace("m);\n\n", "m);\n"))
    box.run("check", "--since", "HEAD", "a.c", "--", code=0)
    box.run("check", "a.c", "--", code=1)


def test_since_in_a_folder_of_the_repository(box):
    box.write("sub/dir/a.c", HEAD + BAD % "old")
    box.write("b.c", HEAD + BAD % "old")
    git(box, "init")
    git(box, "add", ".")
    git(box, "commit", "-m", "one")
    box.write("sub/dir/a.c", HEAD + BAD % "old" + BAD % "fresh")
    box.write("b.c", HEAD + "\n" + BAD % "old")
    done = box.run("check", "--since", "HEAD", "dir/a.c", "--", cwd="sub",
                   code=1)
    box.check([f[1] for f in done.findings()] == [13, 6], str(done))
    git(box, "rm", "-q", "--cached", "sub/dir/a.c")
    box.run("check", "--since", "HEAD", "dir/a.c", "--", cwd="sub", code=0)


def test_since_what_git_does_not_know(box):
    box.write("a.c", HEAD + GOOD)
    box.fault("check", "--since", "main", "a.c", "--", says=["main"])
    git(box, "init")
    git(box, "add", ".")
    git(box, "commit", "-m", "one")
    box.fault("check", "--since", "nowhere", "a.c", "--", says=["nowhere"])
    box.fault("check", "--since", "--output=x", "a.c", "--",
              says=["--output=x"])
    box.check(not box.exists("x"), "no option reaches git")
    done = box.run("check", "--since", "HEAD", "a.c", "--", code=2,
                   env={"PATH": "/nowhere"})
    box.check("git" in done.err, done.err)


def test_since_runs_no_program_of_the_repository(box):
    box.write("a.c", HEAD + BAD % "old")
    git(box, "init")
    box.write(".gitattributes", "*.c diff=evil\n")
    git(box, "add", ".")
    git(box, "commit", "-m", "one")
    for key in ("diff.external", "diff.evil.command", "diff.evil.textconv",
                "core.fsmonitor", "core.pager", "core.hooksPath"):
        git(box, "config", key, f"touch {box.path}/evil;")
    box.write("a.c", HEAD + BAD % "old" + BAD % "fresh")
    done = box.run("check", "--since", "HEAD", "a.c", "--", code=1)
    box.check(not box.exists("evil"), "ran a program")
    box.check(done.findings()[0][1] == 13, str(done))


# ---- exit codes ----

def test_exit_zero_and_allow_partial(box):
    box.write("a.c", HEAD + BAD % "old")
    box.write("g.c", HEAD + GOOD)
    box.write("broken.c", "int x = ;\n")
    box.run("check", "--exit-zero", "a.c", "--", code=0)
    box.run("check", "--exit-zero", "a.c", "broken.c", "--", code=0)
    box.run("check", "g.c", "broken.c", "--", code=3)
    box.run("check", "--allow-partial", "g.c", "broken.c", "--", code=0)
    box.run("check", "--allow-partial", "a.c", "broken.c", "--", code=1)
    box.write(".lockcheck.yaml", "allow-partial: true\n")
    done = box.run("check", "g.c", "broken.c", "--", code=0)
    box.check("broken.c" in done.err, "it is still named")
    box.fault("check", "--exit-zero", "gone.c", "--", says=["gone.c"])

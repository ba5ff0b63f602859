# SPDX-License-Identifier: MIT
"""The verbs that look at a database, and the two about rules."""
import json
import os
import re


def facts(box):
    box.demo()
    box.run("check", "--db", "facts.db", code=1)


def test_rules_lists_every_rule(box):
    done = box.run("rules", code=0)
    for name in os.listdir(os.path.join(box.root, "rules")):
        if name.endswith(".sql"):
            box.check(name[:-4] in done.out, f"{name}: {done}")


def test_explain_every_rule(box):
    for name in sorted(os.listdir(os.path.join(box.root, "rules"))):
        if name.endswith(".sql"):
            done = box.run("explain", name[:-4], code=0)
            box.check(name[:-4] in done.out and "Bad" in done.out and
                      "Good" in done.out, str(done))


def test_explain_of_nothing_known(box):
    facts(box)
    box.fault("explain", "no-such-rule", "--db", "facts.db",
              says=["no-such-rule"])


def test_explain_a_finding(box):
    facts(box)
    done = box.run("check", "--db", "facts.db", "--format", "json", code=1)
    row = json.loads(done.out.splitlines()[0])
    told = box.run("explain", row["fingerprint"], "--db", "facts.db", code=0)
    box.check(row["message"] in told.out, str(told))
    short = box.run("explain", row["fingerprint"][:12], "--db", "facts.db",
                    code=0)
    box.equal(told.out, short.out, "by the start of a fingerprint")


def test_query(box):
    facts(box)
    done = box.run("query", "--db", "facts.db",
                   "SELECT name FROM lock ORDER BY name", code=0)
    box.check("store_lock" in done.out.splitlines(), str(done))


def test_query_of_views(box):
    facts(box)
    names = box.run("query", "--db", "facts.db", "SELECT name FROM "
                    "sqlite_schema WHERE type = 'view' ORDER BY name", code=0)
    views = names.out.split()[1:]
    box.check({"v_acquire", "v_held", "v_edge", "v_exit"} <= set(views),
              str(views))
    for view in views:
        box.run("query", "--db", "facts.db", f"SELECT * FROM {view}", code=0)


def test_query_only_reads(box):
    facts(box)
    before = open(os.path.join(box.path, "facts.db"), "rb").read()
    for sql in ("DELETE FROM lock", "INSERT INTO meta VALUES ('a', 'b')",
                "DROP TABLE lock", "PRAGMA user_version = 7",
                "ATTACH 'other.db' AS other", "VACUUM INTO 'copy.db'",
                "SELECT 1; DELETE FROM lock",
                "CREATE TEMP TABLE t AS SELECT 1"):
        done = box.run("query", "--db", "facts.db", sql, code=2)
        box.check(done.err.strip() != "", f"{sql}: says why")
    after = open(os.path.join(box.path, "facts.db"), "rb").read()
    box.check(before == after, "the file is as it was")
    box.check(not box.exists("other.db") and not box.exists("copy.db"),
              "no new file")


def test_query_with_a_fault(box):
    facts(box)
    box.fault("query", "--db", "facts.db", "SELECT nothing FROM lock",
              says=["nothing"])


def test_database_not_there(box):
    for verb in (["query", "SELECT 1"], ["dump", "flow"], ["graph"]):
        box.fault(*verb, "--db", "none.db", says=["none.db"])
        box.check(not box.exists("none.db"), "none is made")


def test_database_that_is_none(box):
    box.write("odd.db", "This is a letter and no database at all.\n" * 40)
    for verb in (["query", "SELECT 1"], ["dump", "flow"], ["graph"]):
        box.fault(*verb, "--db", "odd.db", says=["odd.db"])
    box.write("a.c", "int a;\n")
    before = box.read("odd.db")
    box.fault("check", "--db", "odd.db", "a.c", "--", says=["odd.db"])
    box.check(box.read("odd.db") == before, "a stranger's file is not touched")


def test_database_cut_short(box):
    facts(box)
    path = os.path.join(box.path, "facts.db")
    with open(path, "r+b") as f:
        f.truncate(os.path.getsize(path) // 2)
    box.fault("dump", "flow", "--db", "facts.db", says=["facts.db"])


def test_graph_as_dot(box):
    facts(box)
    done = box.run("graph", "--format", "dot", "--db", "facts.db", code=0)
    box.check(re.match(r"digraph\b", done.out) and
              done.out.rstrip().endswith("}"), str(done))
    for lock in ("store_lock", "stats_lock"):
        box.check(lock in done.out, f"{lock} is in it: {done}")


def test_dump_of_one_function(box):
    facts(box)
    whole = box.run("dump", "flow", "--db", "facts.db", code=0).out
    one = box.run("dump", "flow", "store_rename", "--db", "facts.db",
                  code=0).out
    box.check("store_rename" in one and len(one) < len(whole) / 4, one)
    box.check("store_set" not in one, one)


def test_dump_of_an_unknown_function(box):
    facts(box)
    box.fault("dump", "flow", "no_such_function", "--db", "facts.db",
              says=["no_such_function"])


def test_dump_of_an_unknown_thing(box):
    facts(box)
    box.fault("dump", "everything", "--db", "facts.db", says=["everything"])

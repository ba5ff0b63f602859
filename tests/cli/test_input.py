# SPDX-License-Identifier: MIT
"""What goes in: compile databases, flags, models, rules; and their faults."""
import json
import os

from_flag = """#include <pthread.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
void f(void)
{
	pthread_mutex_lock(&m);
#ifdef TWICE
	pthread_mutex_lock(&m);
	pthread_mutex_unlock(&m);
#endif
	pthread_mutex_unlock(&m);
}
"""
own_lock = """void grab(int *); void drop(int *);
static int l;
void f(void)
{
	grab(&l);
	grab(&l);
	drop(&l);
	drop(&l);
}
"""
own_model = """name: own
functions:
  grab: {op: acquire, lock: 0, kind: mutex}
  drop: {op: release, lock: 0, kind: mutex}
"""


def test_flags_after_two_dashes(box):
    box.write("f.c", from_flag)
    box.run("check", "f.c", "--", code=0)
    box.run("check", "f.c", "--", "-DTWICE", code=1)


def test_database_by_folder_and_by_file(box):
    box.write("f.c", from_flag)
    box.database("out/compile_commands.json", ["f.c"], ["-DTWICE"])
    box.run("check", "-p", "out", code=1)
    box.run("check", "-p", "out/compile_commands.json", code=1)


def test_database_found_upwards_and_in_build(box):
    box.write("f.c", from_flag)
    box.write("deep/down/g.c", "int g;\n")
    box.database("build/compile_commands.json", ["f.c"], ["-DTWICE"])
    box.run("check", code=1)
    box.run("check", code=1, cwd="deep/down")


def test_database_with_command_strings(box):
    box.write("f.c", from_flag)
    box.write("compile_commands.json", json.dumps([{
        "directory": box.path, "file": "f.c",
        "command": "cc '-DTWICE' -DNAME=\"a b\" -c f.c"}]))
    box.run("check", code=1)


def test_paths_restrict_the_database(box):
    box.write("a/f.c", from_flag)
    box.write("b/g.c", from_flag.replace("void f", "void g"))
    box.database("compile_commands.json", ["a/f.c", "b/g.c"], ["-DTWICE"])
    box.check(len(box.run("check", code=1).findings()) == 2, "both")
    done = box.run("check", "a", code=1)
    box.check([f[0] for f in done.findings()] == ["a/f.c"], str(done))
    done = box.run("check", "b/g.c", code=1)
    box.check([f[0] for f in done.findings()] == ["b/g.c"], str(done))


# A thread is joined before main takes the locks the other way round.
both_ways = """#include <assert.h>
#include <pthread.h>
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static void forth(int n)
{
	assert(n > 0);
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b);
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
}
static void *worker(void *p)
{
	forth(*(int *)p);
	return p;
}
void start(pthread_t *t, int *n)
{
	assert(n);
	pthread_create(t, 0, worker, n);
}
int main(int argc, char **argv)
{
	pthread_t t;
	assert(argv);
	start(&t, &argc);
	%s
	pthread_mutex_lock(&b);
	pthread_mutex_lock(&a);
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&b);
	return argc;
}
"""


def test_one_source_in_two_programs(box):
    """A release and a debug build of the same sources, as a makefile's `all`
    may have them: neither is to be blamed for what the other one does."""
    for line, rules in (("pthread_join(t, 0);", []),
                        ("pthread_detach(t);", ["lock-order-cycle"])):
        box.write("m.c", both_ways % line)
        both = [{"directory": box.path, "file": "m.c",
                 "arguments": ["cc", flag, "-o", f"{n}-m.o", "-c", "m.c"]}
                for n, flag in (("kvd", "-DNDEBUG"), ("kvd_debug", "-DD"))]
        for entries in (both[:1], both[1:], both):
            box.write("compile_commands.json", json.dumps(entries))
            done = box.run("check", "--fail-on", "none", code=0)
            box.check([f[3] for f in done.findings()] == rules,
                      f"{line} {len(entries)}: {done}")


def test_a_database_from_elsewhere(box):
    """Recorded in a container, say: the paths are those of another machine."""
    box.write("f.c", from_flag)
    box.write("compile_commands.json", json.dumps([
        {"directory": "/nowhere/src", "file": "f.c",
         "arguments": ["cc", "-c", "f.c"]},
        {"directory": box.path, "file": "gone.c",
         "arguments": ["cc", "-c", "gone.c"]}]))
    done = box.run("check", code=3)
    box.check("/nowhere/src/f.c: not analysed: the directory" in done.err and
              "gone.c: not analysed: the source is not there" in done.err,
              str(done))


def test_commands_are_data(box):
    """Nothing of a command is run, and no flag of it writes a file."""
    box.write("f.c", from_flag)
    box.write("compile_commands.json", json.dumps([
        {"directory": box.path, "file": "f.c",
         "command": "touch ran; cc `touch ran` $(touch ran) -MD -MF ran.d "
                    "-MT x -o ran.o -ftime-trace -Wp,-MD,ran.d2 "
                    "--serialize-diagnostics ran.dia -save-temps -c f.c"}]))
    before = box.files()
    box.run("check", "--db", "facts.db")
    left = set(box.files()) - set(before) - {"facts.db"}
    box.check(not left, f"wrote {sorted(left)}")


def test_gcc_only_flags_are_dropped(box):
    box.write("f.c", from_flag)
    box.database("compile_commands.json", ["f.c"],
                 ["-DTWICE", "-fno-allow-store-data-races", "-fconserve-stack",
                  "-mindirect-branch=thunk-extern", "-Wno-no-such-warning"])
    done = box.run("check", code=1)
    box.check(len(done.findings()) == 1, str(done))


def test_no_database_at_all(box):
    box.fault("check", says=["compile_commands.json"])


def test_database_not_there(box):
    box.fault("check", "-p", "nowhere", says=["nowhere"])


def test_database_is_no_json(box):
    box.write("compile_commands.json", '[\n {"directory": ".",\n  "file" "a"}]')
    box.fault("check", says=["compile_commands.json:3"])


def test_database_of_another_shape(box):
    box.write("compile_commands.json", '{"a": 1}\n')
    box.fault("check", says=["compile_commands.json"])
    box.write("compile_commands.json", '[{"directory": "/", "file": "a.c"}]\n')
    box.fault("check", says=["compile_commands.json"])
    box.write("compile_commands.json", '[{"command": "cc a.c"}]\n')
    box.fault("check", says=["compile_commands.json"])


def test_source_not_there(box):
    box.fault("check", "missing.c", "--", says=["missing.c"])


def test_source_not_readable(box):
    os.symlink("nowhere", os.path.join(box.path, "dangling.c"))
    box.fault("check", "dangling.c", "--", says=["dangling.c"])


def test_source_that_the_database_does_not_have(box):
    """It is analysed all the same, without flags, and that is said."""
    box.write("f.c", from_flag)
    box.write("g.c", from_flag.replace("#ifdef", "#ifndef"))
    box.database("compile_commands.json", ["f.c"], ["-DTWICE"])
    done = box.run("check", "g.c", code=1)
    box.check([f[0] for f in done.findings()] == ["g.c"], str(done))
    box.check("g.c is not listed in compile_commands.json" in done.err,
              str(done))


def test_folder_that_the_database_does_not_have(box):
    box.write("f.c", from_flag)
    box.write("sub/notes.txt", "no source here\n")
    box.database("compile_commands.json", ["f.c"])
    box.fault("check", "sub", says=["sub"])
    box.fault("check", "nosub", says=["nosub"])


def test_own_model_by_option(box):
    box.write("f.c", own_lock)
    box.write("own.yaml", own_model)
    box.run("check", "f.c", "--", code=0)
    done = box.run("check", "--models", "own.yaml", "f.c", "--", code=1)
    box.check(done.findings() == [("f.c", 6, "error", "double-acquire")],
              str(done))


def test_own_model_by_configuration(box):
    box.write("f.c", own_lock)
    box.write("own.yaml", own_model)
    box.write(".lockcheck.yaml", "models: [own.yaml]\n")
    box.run("check", "f.c", "--", code=1)


def test_model_not_there(box):
    box.write("f.c", own_lock)
    box.fault("check", "--models", "own.yaml", "f.c", "--", says=["own.yaml"])


def test_model_is_no_yaml(box):
    box.write("f.c", own_lock)
    box.write("own.yaml", "name: own\nfunctions:\n  grab: {op: [}\n")
    box.fault("check", "--models", "own.yaml", "f.c", "--",
              says=["own.yaml:3"])


def test_model_with_an_unknown_key(box):
    box.write("f.c", own_lock)
    box.write("own.yaml", own_model.replace("op: release", "opp: release"))
    box.fault("check", "--models", "own.yaml", "f.c", "--",
              says=["own.yaml:4", "opp"])


def test_model_with_an_unknown_value(box):
    box.write("f.c", own_lock)
    box.write("own.yaml", own_model.replace("acquire", "aquire"))
    box.fault("check", "--models", "own.yaml", "f.c", "--",
              says=["own.yaml:3", "aquire"])


def test_configuration_with_an_unknown_key(box):
    box.write("f.c", own_lock)
    box.write(".lockcheck.yaml", "# ours\nmodells: [own.yaml]\n")
    box.fault("check", "f.c", "--", says=[".lockcheck.yaml:2", "modells"])


def test_own_rule(box):
    box.write("f.c", from_flag)
    box.write("rules/any-lock.sql", """-- SPDX-License-Identifier: MIT
-- id: any-lock
-- name: AnyLock
-- level: note
-- short: Every acquisition, to try out a rule of one's own.
--
-- ## Manual
-- Nothing to mend.
SELECT 'note' AS level, 'takes ' || lock AS message, site_id AS site,
       '' AS traces, lock_id AS locks, '' AS related, at AS key
FROM v_acquire;
""")
    done = box.run("check", "--rules", "rules", "--fail-on", "note", "f.c",
                   "--", code=1)
    box.check(("f.c", 5, "note", "any-lock") in done.findings(), str(done))


def test_rule_that_is_no_sql(box):
    box.write("f.c", from_flag)
    box.write("rules/odd.sql", "-- id: odd\n-- name: Odd\n-- level: note\n"
              "-- short: Not SQL.\n--\n-- ## Manual\n-- None.\nSELEKT 1;\n")
    box.fault("check", "-q", "--rules", "rules", "f.c", "--",
              says=["odd.sql"])


def test_rule_without_its_head(box):
    box.write("f.c", from_flag)
    box.write("rules/odd.sql", "SELECT 1;\n")
    box.fault("check", "--rules", "rules", "f.c", "--", says=["odd.sql:1"])


def test_rules_not_there(box):
    box.write("f.c", from_flag)
    box.fault("check", "--rules", "none", "f.c", "--", says=["none"])


# ---- .lockcheck.yaml ----

def test_configured_level_and_off(box):
    box.write("f.c", from_flag)
    box.write(".lockcheck.yaml", "rules:\n  double-acquire: note\n")
    done = box.run("check", "f.c", "--", "-DTWICE", code=0)
    box.check([f[2] for f in done.findings()] == ["note"], str(done))
    box.write(".lockcheck.yaml", "rules:\n  double-acquire: off\n")
    done = box.run("check", "f.c", "--", "-DTWICE", code=0)
    box.check(done.findings() == [], str(done))


def test_configured_exclusion(box):
    box.write("third_party/f.c", from_flag)
    box.write("own/f.c", from_flag.replace("void f", "void g"))
    box.write(".lockcheck.yaml", "exclude: [third_party]\n")
    done = box.run("check", "third_party/f.c", "own/f.c", "--", "-DTWICE",
                   code=1)
    box.check([f[0] for f in done.findings()] == ["own/f.c"], str(done))


def test_configured_threshold(box):
    box.write("f.c", from_flag)
    box.write(".lockcheck.yaml", "fail-on: none\n")
    box.run("check", "f.c", "--", "-DTWICE", code=0)
    box.run("check", "--fail-on", "error", "f.c", "--", "-DTWICE", code=1)


def test_nearest_configuration(box):
    box.write("a/b/f.c", from_flag)
    box.write(".lockcheck.yaml", "fail-on: none\n")
    box.run("check", "f.c", "--", "-DTWICE", code=0, cwd="a/b")
    box.write("a/.lockcheck.yaml", "fail-on: error\n")
    box.run("check", "f.c", "--", "-DTWICE", code=1, cwd="a/b")


def test_configuration_of_an_unknown_rule(box):
    box.write("f.c", from_flag)
    box.write(".lockcheck.yaml", "rules:\n  duoble-acquire: off\n")
    box.fault("check", "f.c", "--", says=[".lockcheck.yaml:2",
                                          "duoble-acquire"])


def test_configuration_with_a_model_that_is_not_there(box):
    box.write("f.c", from_flag)
    box.write(".lockcheck.yaml", "models:\n  - none.yaml\n")
    box.fault("check", "f.c", "--", says=[".lockcheck.yaml:2", "none.yaml"])


PROGRAMS = {
    "conn.h": """#include <pthread.h>
struct conn { pthread_mutex_t lock; int n; };
int packet_read(struct conn *c);
int handle_packet(struct conn *c);
extern pthread_mutex_t stats_lock;
""",
    "packet.c": """#include "conn.h"
int packet_read(struct conn *c)
{
	int r;

	c->n++;
	r = handle_packet(c);
	pthread_mutex_lock(&stats_lock);
	c->n++;
	pthread_mutex_unlock(&stats_lock);
	return r;
}
""",
    "broker/handle.c": """#include "../conn.h"
pthread_mutex_t stats_lock = PTHREAD_MUTEX_INITIALIZER;
int handle_packet(struct conn *c)
{
	pthread_mutex_lock(&c->lock);
	c->n = 1;
	pthread_mutex_unlock(&c->lock);
	return 1;
}
""",
    "broker/main.c": """#include "../conn.h"
static struct conn c = { PTHREAD_MUTEX_INITIALIZER, 0 };
int main(void)
{
	while (packet_read(&c))
		;
	return 0;
}
""",
    "client/handle.c": """#include "../conn.h"
int handle_packet(struct conn *c)
{
	pthread_mutex_unlock(&c->lock);
	c->n = 0;
	pthread_mutex_lock(&c->lock);
	return 0;
}
""",
    "client/main.c": """#include "../conn.h"
static struct conn c = { PTHREAD_MUTEX_INITIALIZER, 0 };
pthread_mutex_t stats_lock = PTHREAD_MUTEX_INITIALIZER;
int main(void)
{
	pthread_mutex_lock(&c.lock);
	packet_read(&c);
	pthread_mutex_unlock(&c.lock);
	HELD;
	return 0;
}
""",
}
# what the object files are called: CMake, Meson, Automake; the last one has
# the same flags for both programs, so that packet.c is one unit of two
OBJECTS = [("CMakeFiles/{0}.dir/{1}.o", "-D{0}=1"), ("{0}.p/{1}.o", "-D{0}=1"),
           ("{0}-{1}.o", "-D{0}=1"), ("CMakeFiles/{0}.dir/{1}.o", "-DALL")]


def two_programs(box, name, flag, broker, client):
    """One database of both; HELD is what the client's main ends with."""
    entries = []
    for program in ("broker", "client"):
        for f in (f"{program}/main.c", f"{program}/handle.c", "packet.c"):
            end = broker if program == "broker" else client
            stem = f.split("/")[-1][:-2]
            entries.append({
                "directory": box.path, "file": f,
                "arguments": ["cc", flag.format(program), f"-DHELD={end}",
                              "-o", name.format(program, stem), "-c", f]})
    box.write("compile_commands.json", json.dumps(entries))


def test_programs_that_share_files(box):
    for f, text in PROGRAMS.items():
        box.write(f, text)
    for name, flag in OBJECTS:
        two_programs(box, name, flag, "1", "1")
        done = box.run("check", "-p", ".", code=0)
        box.check(not done.findings(), f"{name} {flag}: {done}")


def test_faults_in_programs_that_share_files(box):
    """Each program's own way through the shared file is still followed."""
    for f, text in PROGRAMS.items():
        box.write(f, text)
    twice = "pthread_mutex_lock(&stats_lock),packet_read(&c)"
    for name, flag in OBJECTS[:3]:
        two_programs(box, name, flag, "1", twice)
        done = box.run("check", "-p", ".", code=1)
        box.check(any("double-acquire" in str(f) for f in done.findings()),
                  f"{name}: {done}")

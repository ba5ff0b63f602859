# SPDX-License-Identifier: MIT
""".lockcheck.yaml: what each key does, and that what is wrong is told with its
line. (Where the file is looked for, and more: test_input.py.)"""

HEAD = """#include <pthread.h>
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;
struct conn { pthread_mutex_t lock; };
"""
BAD = """void twice(void)
{
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&a);
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&a);
}
"""
NEST = """%s%s(%s)
{
	pthread_mutex_lock(%s);
	pthread_mutex_lock(%s);
	pthread_mutex_unlock(%s);
	pthread_mutex_unlock(%s);
}
"""


def nest(name, outer, inner, args="void", static=""):
    return NEST % (static + "void ", name, args, outer, inner, inner, outer)


def rules(done):
    return [rule for _, _, _, rule in done.findings()]


def test_unknown_keys_and_values_are_told_with_their_line(box):
    box.write("a.c", HEAD + BAD)
    for text, says in (
            ("# c\nfail-no: error\n", ["lockcheck.yaml:2", "fail-no",
                                       "thread-roots"]),
            ("fail-on: panic\n", ["yaml:1", "panic"]),
            ("rules:\n  double-acquire: loud\n", ["yaml:2", "loud"]),
            ("rules:\n  no-such: error\n", ["yaml:2", "no-such"]),
            ("include: x\n", ["yaml:1", "include"]),
            ("include: [\"\"]\n", ["yaml:1", "empty"]),
            ("allow-partial: maybe\n", ["yaml:1", "maybe"]),
            ("thread-roots:\n- {fnuction: x}\n", ["yaml:2", "fnuction"]),
            ("thread-roots:\n- {many: true}\n", ["yaml:2", "no function"]),
            ("orders:\n- [a]\n", ["yaml:2", "two locks"]),
            ("orders:\n- [a, a]\n", ["yaml:2", "before itself"]),
            ("orders: [a, b]\n", ["yaml:1", "order"]),
            ("order-file: gone\n", ["yaml:1", "gone"]),
            ("models: [gone.yaml]\n", ["yaml:1", "gone.yaml"]),
            ("baseline: \"\"\n", ["yaml:1", "empty"])):
        box.write(".lockcheck.yaml", text)
        box.fault("check", "a.c", "--", says=says)
    box.write(".lockcheck.yaml", "order-file: o\n")
    for text, says in (("a\n", "o:1"), ("a < b\n\na <\n", "o:3"),
                       ("< a\n", "o:1"), ("a < a\n", "o:1")):
        box.write("o", text)
        box.fault("check", "a.c", "--", says=[says, "FIRST < SECOND"])


def test_include_and_exclude(box):
    box.write("src/a.c", HEAD + BAD)
    box.write("src/gen/b.c", HEAD + BAD)
    box.write("c.c", HEAD + BAD)
    for text, want in (("include: [src]\n", {"src/a.c", "src/gen/b.c"}),
                       ("include: [\"src/*.c\"]\nexclude: [src/gen]\n",
                        {"src/a.c"}),
                       ("exclude: [\"*/gen/*\"]\n", {"src/a.c", "c.c"})):
        box.write(".lockcheck.yaml", text)
        done = box.run("check", "src", "c.c", "--", code=1)
        box.equal(str(sorted({f[0] for f in done.findings()})),
                  str(sorted(want)), text)
    done = box.run("query", "SELECT count(*) FROM finding", code=0)
    box.check(done.out.split()[1] == "2", "nor are they in the database")


def test_a_declared_order(box):
    box.write("a.c", HEAD + nest("right", "&a", "&b") +
              nest("wrong", "&c", "&a"))
    box.run("check", "a.c", "--", code=0)
    for text, origin in (("orders:\n- [a, b]\n- [b, c]\n", ".lockcheck.yaml"),
                         ("orders:\n  - [a, b, c]\n", ".lockcheck.yaml"),
                         ("order-file: locks\n", "locks")):
        box.write("locks", "# from the outside in\na < b < c\n")
        box.write(".lockcheck.yaml", text)
        done = box.run("check", "a.c", "--", code=1)
        box.check([(f[1], f[3]) for f in done.findings()] ==
                  [(16, "lock-order-violation")], f"{text}: {done}")
        box.check("a before c" in done.out and f"({origin}:" in done.out,
                  done.out)
        box.check("note: wrong(): takes c" in done.out.replace(
            "wrong() begins; ", "wrong(): ") or "takes c" in done.out,
                  f"has a witness: {done}")


def test_an_order_of_classes_and_through_calls(box):
    box.write("a.c", HEAD + nest("deep", "&k->lock", "&b", "struct conn *k",
                                 "static ") +
              "void f(struct conn *k)\n{\n\tdeep(k);\n}\n"
              "static void in(struct conn *k)\n{\n"
              "\tpthread_mutex_lock(&k->lock);\n"
              "\tpthread_mutex_unlock(&k->lock);\n}\n"
              "void g(struct conn *k)\n{\n\tpthread_mutex_lock(&b);\n"
              "\tin(k);\n\tpthread_mutex_unlock(&b);\n}\n")
    box.write(".lockcheck.yaml", "orders: [[b, conn.lock]]\n")
    done = box.run("check", "--fail-on", "error", "a.c", "--")
    box.check("lock-order-violation" in rules(done), str(done))
    box.write(".lockcheck.yaml", "orders: [[conn.lock, b]]\n")
    done = box.run("check", "--fail-on", "error", "a.c", "--", code=1)
    found = [f for f in done.findings() if f[3] == "lock-order-violation"]
    box.check(len(found) == 1 and "calls in()" in done.out, str(done))


def test_names_that_nothing_has_are_noted(box):
    box.write("a.c", HEAD + nest("right", "&a", "&b"))
    box.write(".lockcheck.yaml",
              "orders:\n- [a, bb, b]\nthread-roots:\n- wroker\n")
    done = box.run("check", "a.c", "--", code=0)
    box.check("yaml:2: no lock is called bb" in done.err and
              done.err.count("bb") == 1 and
              "yaml:4: no function is called wroker" in done.err, done.err)


THREADS = HEAD + nest("one", "&a", "&b", static="static ") + nest(
    "two", "&b", "&a", static="static ") + """
int main(void)
{
	%s
	return 0;
}
void on_event(void *x) { (void)x; %s }
"""


def test_thread_roots(box):
    box.write("a.c", THREADS % ("one();", "two();"))
    done = box.run("check", "--fail-on", "note", "a.c", "--")
    before = rules(done)
    box.write(".lockcheck.yaml", "thread-roots: [on_event]\n")
    done = box.run("check", "a.c", "--", code=1)
    box.check(rules(done) == ["lock-order-cycle"] and
              done.findings()[0][2] == "error", f"{before}: {done}")
    # both orders in it: a deadlock needs two of them at a time
    box.write("a.c", THREADS % ("", "one(); two();"))
    box.run("check", "--fail-on", "note", "a.c", "--", code=0)
    box.write(".lockcheck.yaml",
              "thread-roots:\n  - { function: on_event, many: true }\n")
    done = box.run("check", "a.c", "--", code=1)
    box.check(rules(done) == ["lock-order-cycle"], str(done))
    done = box.run("query", "SELECT name, kind, many FROM v_thread", code=0)
    box.check("on_event()\tthread\t1" in done.out, done.out)


def test_dump_config_tells_where_each_value_comes_from(box):
    box.write(".lockcheck.yaml", """fail-on: warning
rules:
  double-acquire: note
  unreleased-lock: off
exclude:
  - "third party/*"
orders: [[a, b, conn.lock]]
thread-roots:
  - worker
  - {function: handler, many: true}
baseline: known.sarif
""")
    done = box.run("check", "--dump-config", "--fail-on", "note", code=0)
    for line in ("fail-on: note # command line",
                 "double-acquire: note # .lockcheck.yaml:3",
                 "unreleased-lock: off # .lockcheck.yaml:4",
                 "trylock-unchecked: warning # default",
                 '- "third party/*" # .lockcheck.yaml:6',
                 "- [b, conn.lock] # .lockcheck.yaml:7",
                 "- { function: handler, many: true } # .lockcheck.yaml:10",
                 "allow-partial: false # default",
                 "baseline: known.sarif # .lockcheck.yaml:11"):
        box.check(line in [" ".join(out.split())
                           for out in done.out.split("\n")],
                  f"wanted {line}: {done}")
    # what it prints is a configuration that says the same
    box.write(".lockcheck.yaml", done.out)
    again = box.run("check", "--dump-config", code=0)

    def values(text):
        return [line.split(" #")[0].rstrip() for line in text.split("\n")]
    box.equal("\n".join(values(done.out)[1:]),
              "\n".join(values(again.out)[1:]), "read again")
    box.check(not box.exists(".lockcheck.db"), "nothing was analysed")


def test_options_in_the_environment(box):
    box.write("a.c", HEAD + BAD)
    args = {"LOCKCHECK_ARGS": "--fail-on none  -f 'json'"}
    done = box.run("check", "a.c", "--", env=args, code=0)
    box.check(done.out.startswith("{"), str(done))
    box.run("check", "--fail-on", "error", "a.c", "--", env=args, code=1)
    box.write(".lockcheck.yaml", "fail-on: error\n")
    done = box.run("check", "--dump-config", "--baseline", "b", env=args,
                   code=0)
    lines = [" ".join(line.split()) for line in done.out.split("\n")]
    box.check("fail-on: none # LOCKCHECK_ARGS" in lines and
              "baseline: b # command line" in lines, done.out)
    box.run("rules", env=args, code=0)
    for text in ("--fail-no x", "a.c", "--fail-on 'x"):
        box.fault("check", "a.c", "--", env={"LOCKCHECK_ARGS": text},
                  says=["LOCKCHECK_ARGS"])

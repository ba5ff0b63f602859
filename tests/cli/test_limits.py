# SPDX-License-Identifier: MIT
"""Functions with very much below them are analysed whole: callers are told
less of it, but not nothing."""

import os

LOCKS = 300
CALLS = 150


def incomplete(box):
    done = box.run("query", "SELECT what, reason FROM v_incomplete", code=0)
    return done.out.splitlines()[1:]


def many_locks(held):
    text = ["#include <pthread.h>\n"]
    for i in range(LOCKS):
        text.append(f"pthread_mutex_t m{i} = PTHREAD_MUTEX_INITIALIZER;\n"
                    f"static void take{i}(void)\n{{\n"
                    f"\tpthread_mutex_lock(&m{i});\n"
                    f"\tpthread_mutex_unlock(&m{i});\n}}\n")
    calls = "".join(f"\ttake{i}();\n" for i in range(LOCKS))
    text.append(f"static void all(void)\n{{\n{calls}}}\n"
                f"void caller(void)\n{{\n\tpthread_mutex_lock(&{held});\n"
                f"\tall();\n\tpthread_mutex_unlock(&{held});\n}}\n")
    return "".join(text)


def test_many_locks_below(box):
    box.write("f.c", many_locks(f"m{LOCKS - 1}"))
    done = box.run("check", "f.c", "--", code=1)
    box.check("double-acquire" in str(done.findings()), str(done))
    box.check(incomplete(box) == [], str(incomplete(box)))


def test_many_locks_below_none_held(box):
    text = many_locks("other").replace(
        "static void all",
        "pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;\nstatic void all")
    box.write("f.c", text)
    done = box.run("check", "f.c", "--", code=0)
    box.check(not done.findings(), str(done))
    box.check(incomplete(box) == [], str(incomplete(box)))


def many_callbacks(held):
    calls = "".join(f"\tcb({i});\n" for i in range(CALLS))
    return f"""#include <pthread.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;
static int sum;
static void add(int n)
{{
	pthread_mutex_lock(&m);
	sum += n;
	pthread_mutex_unlock(&m);
}}
static void each(void (*cb)(int))
{{
{calls}}}
void caller(void)
{{
	pthread_mutex_lock(&{held});
	each(add);
	pthread_mutex_unlock(&{held});
}}
"""


def test_many_callbacks(box):
    box.write("f.c", many_callbacks("m"))
    done = box.run("check", "f.c", "--", code=1)
    box.check("double-acquire" in str(done.findings()), str(done))
    box.check(incomplete(box) == [], str(incomplete(box)))


def test_many_callbacks_none_held(box):
    box.write("f.c", many_callbacks("other"))
    done = box.run("check", "f.c", "--", code=0)
    box.check(not done.findings(), str(done))
    box.check(incomplete(box) == [], str(incomplete(box)))


def test_all_locks_given_up_in_a_loop(box):
    """No lock state for each element."""
    box.write("f.c", open(os.path.join(
        box.root, "testdata", "paths", "leave_all.c")).read())
    box.run("check", "-q", "f.c", "--", code=1)
    box.check(incomplete(box) == [], str(incomplete(box)))


def test_body_that_does_not_parse(box):
    """No limit: the two are told apart."""
    box.write("f.c", "int g(int);\nint cut(int x)\n{\n\tif (x)\n\t\tg(1);\n"
              "\tfor (;;)\n}\nint fine(void)\n{\n\treturn 1;\n}\n")
    done = box.run("check", "--stats", "f.c", "--", code=3)
    rows = box.run("query", "SELECT scope, what FROM v_incomplete", code=0)
    box.check(rows.out.splitlines()[1:] == ["body\tcut"], rows.out)
    for name, n in (("body not lowered whole", 1), ("analysed in part", 0)):
        line = [x for x in done.err.splitlines() if f"stats:   {name} " in x]
        box.check(line and int(line[0].split()[-1]) == n, done.err)

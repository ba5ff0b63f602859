# SPDX-License-Identifier: MIT
"""lockcheck report: a report of any form from an existing database."""

FORMATS = ("text", "json", "sarif")


def facts(box):
    box.demo()
    box.run("check", "--db", "facts.db", code=1)


def test_report_is_what_check_printed(box):
    box.demo()
    for form in FORMATS:
        made = box.run("check", "--db", "facts.db", "--format", form, code=1)
        again = box.run("report", "--db", "facts.db", "--format", form, code=0)
        box.equal(made.out, again.out, form)


def test_report_to_a_file(box):
    facts(box)
    done = box.run("report", "--db", "facts.db", "-o", "r.txt", code=0)
    box.check(done.out == "" and "[lock-order-cycle]" in box.read("r.txt"),
              "the report is in the file")


def test_report_obeys_exclude(box):
    facts(box)
    box.write(".lockcheck.yaml", 'exclude: ["cache.c"]\n')
    done = box.run("report", "--db", "facts.db", code=0)
    files = {f[0] for f in done.findings()}
    box.check("cache.c" not in files and "store.c" in files, str(done))


def test_report_without_a_database(box):
    box.fault("report", "--db", "none.db", says=["none.db"])
    box.check(not box.exists("none.db"), "none is made")


def test_dropped_cycles_have_a_reason(box):
    box.write("gate.c", """
#include <pthread.h>
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static void *one(void *x)
{
	pthread_mutex_lock(&gate);
	pthread_mutex_lock(&a); pthread_mutex_lock(&b);
	pthread_mutex_unlock(&b); pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&gate);
	return x;
}
static void *two(void *x)
{
	pthread_mutex_lock(&gate);
	pthread_mutex_lock(&b); pthread_mutex_lock(&a);
	pthread_mutex_unlock(&a); pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&gate);
	return x;
}
int main(void)
{
	pthread_t t[2];
	pthread_create(&t[0], 0, one, 0);
	pthread_create(&t[1], 0, two, 0);
	pthread_join(t[0], 0);
	pthread_join(t[1], 0);
}
""")
    box.run("check", "--db", "facts.db", "gate.c", code=0)
    done = box.run("report", "--dropped", "--db", "facts.db", code=0)
    for text in ("gate", "a → b", "one() at gate.c:9", "two() at gate.c:17",
                 "1 of 1 cycles dropped"):
        box.check(text in done.out, f"{text}: {done}")
    box.fault("report", "--dropped", "--format", "json", "--db", "facts.db",
              says=["--dropped", "json"])

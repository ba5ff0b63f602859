/* SPDX-License-Identifier: MIT */
/* Rule files and the judge: what is a rule, what it finds, what is said of
 * one that is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#include "facts_made.h"
#include "store/judge.h"
#include "store/sql.h"

static char dir[] = "/tmp/lc-test-rules-XXXXXX";
static char path[sizeof(dir) + 8];

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/r.sql", dir);
	return 0;
}

static int clean_up(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static void write_rule(const char *text)
{
	FILE *f = fopen(path, "w");

	fputs(text, f);
	fclose(f);
}

#define HEAD                                                                   \
	"-- SPDX-License-Identifier: MIT\n"                                    \
	"-- id: my-rule\n-- name: MyRule\n-- level: note\n"                    \
	"-- short: All locks: every one.\n"                                    \
	"--\n-- ## Manual\n-- Text.\n--\n-- More.\n\n" /* the SELECT is line 12 */
#define COLUMNS                                                                \
	"message, 1 AS site, '' AS traces, '' AS locks, '' AS related, "       \
	"'k' AS key"

/* ---- loading ---- */

static void bad_rule(const char *text, const char *why)
{
	struct lc_error err = LC_ERROR_INIT;
	struct lc_rules rules;

	lc_rules_init(&rules);
	write_rule(text);
	assert_int_equal(lc_rules_load(&rules, path, &err), -1);
	if (!strstr(err.text, why) || !strstr(err.text, path))
		fail_msg("%s", err.text);
	assert_int_equal(rules.rules.len, 0);
	lc_error_release(&err);
	lc_rules_release(&rules);
}

static void heads_are_checked(void **state)
{
	(void)state;
	bad_rule("", "r.sql:1: the head has no '-- id:");
	bad_rule("SELECT 1;\n", "r.sql:1: the head has no '-- id:");
	bad_rule("-- id: a\n-- colour: red\n", "r.sql:2: unknown key 'colour'");
	bad_rule("-- id: a\n-- id: b\n", "r.sql:2: the key 'id' is given twice");
	bad_rule("-- id: a\n-- level: bad\n", "r.sql:2: level must be error");
	bad_rule("-- id: a\n-- level: none\n", "r.sql:2: level must be error");
	bad_rule("-- id: a\n-- just words\n", "r.sql:2: expected 'key: value'");
	bad_rule("-- id: a\n-- ## Ugly\n", "r.sql:2: unknown section 'Ugly'");
	bad_rule("-- id: a\n-- ## Bad\n-- x\n-- ## Bad\n",
		 "r.sql:4: the section 'Bad' is given twice");
	bad_rule("-- id: A b\n-- name: N\n-- level: note\n-- short: s\n",
		 "the id 'A b' must be small letters");
	bad_rule("-- id: n\n-- name: n\n-- level: note\n-- short: s\n",
		 "the name must differ from the id");
	bad_rule("-- id: n\n-- name: N\n-- level: note\n-- short: s\n"
		 "-- precision: great\n", "precision must be");
	bad_rule("-- id: n\n-- name: N\n-- level: note\n-- short: s\nSELECT 1",
		 "no '-- ## Manual' section");
	bad_rule(HEAD, "r.sql:12: there is no SELECT after the head");
}

static void a_rule_is_read(void **state)
{
	struct lc_error err = LC_ERROR_INIT;
	const struct lc_rule *r;
	struct lc_rules rules;

	(void)state;
	lc_rules_init(&rules);
	write_rule(HEAD "SELECT 1;\n");
	assert_int_equal(lc_rules_load(&rules, path, &err), 0);
	r = lc_rules_find(&rules, "my-rule");
	assert_non_null(r);
	assert_string_equal(r->name, "MyRule");
	assert_string_equal(r->short_text, "All locks: every one.");
	assert_string_equal(r->manual, "Text.\n\nMore.");
	assert_string_equal(r->precision, "medium");
	assert_string_equal(r->cwe, "");
	assert_int_equal(r->level, LC_LEVEL_NOTE);
	assert_int_equal(r->line, 12);
	assert_int_equal(lc_rules_load(&rules, path, &err), -1);
	assert_non_null(strstr(err.text, "the rule id 'my-rule' is taken by"));
	lc_error_release(&err);
	lc_rules_release(&rules);
}

static void our_rules_load(void **state)
{
	struct lc_error err = LC_ERROR_INIT;
	struct lc_rules rules;

	(void)state;
	lc_rules_init(&rules);
	if (lc_rules_load_dir(&rules, LC_RULES_DIR, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(rules.rules.len >= 5);
	for (uint32_t i = 0; i < rules.rules.len; i++) {
		const struct lc_rule *r = &rules.rules.data[i];

		assert_true(*r->bad && *r->good);
		/* of comments no catalogue knows */
		assert_true(*r->cwe || !strcmp(r->id, "suppression"));
		assert_null(strstr(r->short_text, "\n"));
		if (i)
			assert_true(strcmp(r[-1].id, r->id) < 0);
	}
	assert_int_equal(lc_rules_load_dir(&rules, "/nonexistent", &err), -1);
	assert_non_null(strstr(err.text, "/nonexistent"));
	lc_error_release(&err);
	assert_int_equal(lc_rules_load_dir(&rules, LC_RULES_DIR "/models",
					   &err), -1);
	assert_non_null(strstr(err.text, "there is no rule"));
	lc_error_release(&err);
	lc_rules_release(&rules);
}

/* ---- judging ---- */

static struct lc_store *filled(void)
{
	struct lc_error err = LC_ERROR_INIT;
	struct lc_facts facts;
	struct lc_store *s;
	struct made m;

	made_facts(&facts, &m);
	assert_int_equal(lc_store_open(&s, NULL, true, &err), 0);
	assert_int_equal(lc_store_write(s, NULL, NULL, 0, &facts, &err), 0);
	lc_facts_release(&facts);
	return s;
}

static char *ask(struct lc_store *s, const char *sql)
{
	struct lc_error err = LC_ERROR_INIT;
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (lc_store_query(s, sql, out, &err) < 0)
		fail_msg("%s: %s", sql, err.text);
	fclose(out);
	return text;
}

static void expect(struct lc_store *s, const char *sql, const char *want)
{
	char *got = ask(s, sql);

	assert_string_equal(got, want);
	free(got);
}

static void judged_with(struct lc_store *s, const struct lc_judge_options *o)
{
	struct lc_error err = LC_ERROR_INIT;
	struct lc_rules rules;

	lc_rules_init(&rules);
	assert_int_equal(lc_rules_load_dir(&rules, LC_RULES_DIR, &err), 0);
	if (lc_judge(s, &rules, o, &err) < 0)
		fail_msg("%s", err.text);
	lc_rules_release(&rules);
}

static void each_rule_finds_its_own(void **state)
{
	struct lc_store *s = filled();

	(void)state;
	judged_with(s, NULL);
	expect(s, "SELECT id, level, rule, file, line, locks FROM v_finding",
	       "id\tlevel\trule\tfile\tline\tlocks\n"
	       "1\terror\tdouble-acquire\ta.c\t31\tconn.lock\n"
	       "2\terror\tunreleased-lock\ta.c\t50\tg_a\n"
	       "3\terror\tlock-order-cycle\tb.c\t20\tg_a, g_b\n"
	       "4\terror\trelease-not-held\tb.c\t60\tg_b\n"
	       "5\twarning\ttrylock-unchecked\tb.c\t70\tg_a\n");
	expect(s, "SELECT message AS m FROM finding",
	       "m\n"
	       "calling flush() acquires conn.lock, which handle() already "
	       "holds (taken at a.c:30): the thread waits for itself\n"
	       "store() returns -1 with g_a held (taken at a.c:48); other paths "
	       "release it (at a.c:55)\n"
	       "threads can deadlock: worker() holds g_a (taken at a.c:10) and "
	       "wants g_b at a.c:12, while main() holds g_b (taken at b.c:18) "
	       "and wants g_a at b.c:20\n"
	       "pop() releases g_b again: it was already released at b.c:58\n"
	       "count() ignores whether its try-lock of g_a succeeded, and "
	       "releases the lock as if it had\n");
	expect(s, "SELECT fix FROM finding WHERE id < 3",
	       "fix\ncall flush_locked() instead, if it expects the lock to be "
	       "held\nrelease g_a before this return, as the path at a.c:55 "
	       "does\n");
	expect(s, "SELECT seq, trace FROM finding_trace WHERE finding = 3",
	       "seq\ttrace\n1\t1\n2\t2\n");
	expect(s, "SELECT text FROM finding_related WHERE finding = 1",
	       "text\ntaken here the first time\nacquired here again\n");
	lc_store_close(s);
}

/* `change` is made to the facts; then `want` is what the query gives. */
static void after(const char *change, const char *sql, const char *want)
{
	struct lc_store *s = filled();

	if (sqlite3_exec(s->db, change, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", change, sqlite3_errmsg(s->db));
	judged_with(s, NULL);
	expect(s, sql, want);
	lc_store_close(s);
}

#define DOUBLE "SELECT level, message AS m FROM finding WHERE rule = "         \
	       "'double-acquire'"
#define NO_ROW "level\tm\n"

static void double_acquire_knows_kinds(void **state)
{
	(void)state;
	after("UPDATE lock SET kind = 'recursive'", DOUBLE, NO_ROW);
	after("UPDATE lock SET kind = 'stream'", DOUBLE, NO_ROW);
	after("UPDATE reacquire SET held_mode = 'shared', wanted_mode = "
	      "'shared'", DOUBLE, NO_ROW);
	after("UPDATE lock SET kind = 'semaphore'; "
	      "UPDATE reacquire SET strength = 'possible'", DOUBLE, NO_ROW);
	after("UPDATE lock SET kind = 'unknown'", "SELECT level FROM finding "
	      "WHERE id = 1", "level\nwarning\n");
	after("UPDATE reacquire SET strength = 'possible'",
	      "SELECT level FROM finding WHERE id = 1", "level\nwarning\n");
	after("UPDATE lock SET kind = 'errorcheck'; "
	      "UPDATE reacquire SET depth = 0", DOUBLE,
	      "level\tm\nwarning\tconn.lock is acquired while this thread "
	      "already holds it (taken at a.c:30): the acquire fails with "
	      "EDEADLK\n");
	after("UPDATE lock SET kind = 'rwlock'; UPDATE reacquire SET depth = 0, "
	      "held_mode = 'shared'", DOUBLE,
	      "level\tm\nerror\tconn.lock is acquired for writing while this "
	      "thread already holds it for reading (taken at a.c:30): the "
	      "upgrade waits for its own read lock\n");
	after("UPDATE reacquire SET depth = 0, blocking = 'try'", DOUBLE,
	      "level\tm\nwarning\tconn.lock is acquired while this thread "
	      "already holds it (taken at a.c:30): the try can never "
	      "succeed\n");
	/* Where the second acquisition is said to be at the call already, the
	 * witness still tells what is behind it. */
	after("UPDATE reacquire SET site = (SELECT site FROM step WHERE role = "
	      "'call')", "SELECT line, message AS m, fix, text FROM v_finding "
	      "f JOIN finding_related r ON r.finding = f.id AND seq = 2 "
	      "WHERE f.id = 1",
	      "line\tm\tfix\ttext\n31\tcalling flush() acquires conn.lock, "
	      "which handle() already holds (taken at a.c:30): the thread waits "
	      "for itself\tcall flush_locked() instead, if it expects the lock "
	      "to be held\tacquired here again\n");
	/* Without a trace the place is that of the acquisition itself. */
	after("UPDATE reacquire SET trace = NULL",
	      "SELECT line, message AS m FROM v_finding WHERE id = 1",
	      "line\tm\n40\tflush() acquires conn.lock, which handle() already "
	      "holds (taken at a.c:30): the thread waits for itself\n");
}

#define HELD "SELECT level, message AS m FROM finding WHERE rule = "           \
	     "'unreleased-lock'"

static void unreleased_lock_knows_exits(void **state)
{
	(void)state;
	after("UPDATE exit SET max_count = 2", HELD, NO_ROW);
	after("UPDATE exit SET max_count = 2, ret = ''; "
	      "UPDATE lock SET kind = 'recursive'", HELD,
	      "level\tm\nerror\tstore() returns with g_a held (taken "
	      "at a.c:48, 2 times in all): a recursive lock needs one release for each "
	      "acquire\n");
	after("UPDATE exit SET strength = 'possible'",
	      "SELECT level FROM finding WHERE rule = 'unreleased-lock'",
	      "level\nwarning\n");
	after("UPDATE lock SET kind = 'semaphore'",
	      "SELECT level FROM finding WHERE rule = 'unreleased-lock'",
	      "level\nwarning\n");
	after("UPDATE exit SET kind = 'thread-end', release_site = NULL", HELD,
	      "level\tm\nerror\tstore() ends its thread with g_a held (taken "
	      "at a.c:48)\n");
	after("UPDATE exit SET kind = 'main-end'", HELD,
	      "level\tm\nerror\tstore() ends the program with g_a held (taken "
	      "at a.c:48)\n");
	after("UPDATE exit SET kind = 'loop'", HELD,
	      "level\tm\nerror\tstore() comes to the next round of a loop with "
	      "g_a held (taken at a.c:48) and takes it again\n");
}

#define FREED "SELECT level, message AS m FROM finding WHERE rule = "          \
	      "'release-not-held'"

static void release_not_held_knows_why(void **state)
{
	(void)state;
	after("UPDATE lock SET kind = 'semaphore'", FREED, NO_ROW);
	after("UPDATE release SET why = 'never', other_site = NULL", FREED,
	      "level\tm\nerror\tpop() releases g_b, which nothing on the way "
	      "there has taken\n");
	after("UPDATE release SET why = 'wrong-lock', other_lock = 1", FREED,
	      "level\tm\nerror\tpop() releases g_b, which is not held; the "
	      "thread holds g_a (taken at b.c:58)\n");
	after("UPDATE release SET why = 'failed-try'", FREED,
	      "level\tm\nerror\tpop() releases g_b where the attempt to take "
	      "it (at b.c:58) has failed\n");
	after("UPDATE release SET why = 'some-path', other_site = NULL", FREED,
	      "level\tm\nwarning\tpop() releases g_b, which only some of the "
	      "paths to here have taken\n");
	after("UPDATE unchecked SET released = 0, blocking = 'timed'",
	      "SELECT level, message AS m FROM finding WHERE rule = "
	      "'trylock-unchecked'",
	      "level\tm\nnote\tcount() ignores whether its timed-lock of g_a "
	      "succeeded\n");
}

static void cycles_know_their_kind(void **state)
{
	const char *cycle = "SELECT level, message AS m FROM finding WHERE "
			    "rule = 'lock-order-cycle'";

	(void)state;
	after("UPDATE cycle SET dropped = 'joined before'", cycle, NO_ROW);
	after("UPDATE cycle SET strength = 'possible'",
	      "SELECT level FROM finding WHERE rule = 'lock-order-cycle'",
	      "level\nwarning\n");
	after("UPDATE thread SET name = 'boss()' WHERE id = 1; "
	      "UPDATE thread SET name = 'any caller', kind = 'external' "
	      "WHERE id = 2", cycle,
	      "level\tm\nerror\tthreads can deadlock: boss() in worker() holds "
	      "g_a (taken at a.c:10) and wants g_b at a.c:12, while main() "
	      "holds g_b (taken at b.c:18) and wants g_a at b.c:20\n");
	after("UPDATE cycle SET same_class = 1; "
	      "DELETE FROM cycle_edge WHERE seq = 2; "
	      "UPDATE edge SET wanted = 1", cycle,
	      "level\tm\nwarning\ttwo instances of g_a are locked in no defined "
	      "order: worker() takes one at a.c:12 while it holds another "
	      "(taken at a.c:10), and a second thread may take them the other "
	      "way round\n");
	after("UPDATE cycle_edge SET thread = NULL; "
	      "INSERT INTO edge SELECT 3, 3, 1, 'exclusive', 'exclusive', 'yes',"
	      " 3, 12, 13, 'sure', '', 3; "
	      "UPDATE edge SET wanted = 3 WHERE id = 2; "
	      "INSERT INTO cycle_edge VALUES (1, 3, 3, 1, NULL)", cycle,
	      "level\tm\nerror\tthreads can deadlock: worker() holds g_a (taken "
	      "at a.c:10) and wants g_b at a.c:12, main() holds g_b (taken at "
	      "b.c:18) and wants conn.lock at b.c:20, while worker() in "
	      "handle() holds conn.lock (taken at a.c:55) and wants g_a at "
	      "b.c:60\n");
}

/* The fingerprint is the cycle, wherever its list of edges begins. */
static void fingerprints_do_not_turn(void **state)
{
	const char *sql = "SELECT fingerprint FROM finding "
			  "WHERE rule = 'lock-order-cycle'";
	struct lc_store *s = filled();
	char *print;

	(void)state;
	judged_with(s, NULL);
	print = ask(s, sql);
	lc_store_close(s);
	after("UPDATE cycle_edge SET seq = 9 WHERE seq = 1; "
	      "UPDATE cycle_edge SET seq = 1 WHERE seq = 2; "
	      "UPDATE cycle_edge SET seq = 2 WHERE seq = 9; "
	      "UPDATE site SET line = line + 5, col = 1", sql, print);
	free(print);
}

static void equal_findings_are_folded(void **state)
{
	(void)state;
	/* The same at the same place, with a longer witness: one finding. */
	after("INSERT INTO exit SELECT 2, function, lock, site, held_site, kind, "
	      "mode, ret, released_elsewhere, error_path, max_count, "
	      "release_site, 'possible', 3 FROM exit",
	      "SELECT level, trace FROM finding JOIN finding_trace ON "
	      "finding = id WHERE rule = 'unreleased-lock'",
	      "level\ttrace\nerror\t4\n");
	/* The same at another place: two, told apart by number. */
	after("INSERT INTO exit SELECT 2, function, lock, held_site, held_site, "
	      "kind, mode, ret, released_elsewhere, error_path, max_count, "
	      "release_site, strength, trace FROM exit",
	      "SELECT line, occurrence, count(*) OVER (PARTITION BY "
	      "fingerprint) AS same FROM v_finding WHERE rule = "
	      "'unreleased-lock' ORDER BY id",
	      "line\toccurrence\tsame\n48\t1\t1\n50\t2\t1\n");
}

static void levels_can_be_forced(void **state)
{
	const struct lc_rule_override o[] = {
		{ "double-acquire", LC_LEVEL_NONE },
		{ "unreleased-lock", LC_LEVEL_NOTE },
	};
	const struct lc_judge_options options = { .overrides = o,
						  .noverrides = 2 };
	struct lc_store *s = filled();

	(void)state;
	judged_with(s, &options);
	expect(s, "SELECT level, rule FROM finding WHERE id < 3",
	       "level\trule\nnote\tunreleased-lock\nerror\tlock-order-cycle\n");
	lc_store_close(s);
}

/* ---- rules that are wrong when they run ---- */

static void fails_to_run(const char *sql, const char *why)
{
	struct lc_error err = LC_ERROR_INIT;
	struct lc_store *s = filled();
	struct lc_rules rules;
	char *text = lc_asprintf(HEAD "%s", sql);

	lc_rules_init(&rules);
	write_rule(text);
	assert_int_equal(lc_rules_load_dir(&rules, LC_RULES_DIR, &err), 0);
	assert_int_equal(lc_rules_load(&rules, path, &err), 0);
	assert_int_equal(lc_judge(s, &rules, NULL, &err), -1);
	if (!strstr(err.text, why) || !strstr(err.text, path))
		fail_msg("%s", err.text);
	expect(s, "SELECT (SELECT count(*) FROM finding) + "
		  "(SELECT count(*) FROM rule) AS n", "n\n0\n");
	lc_error_release(&err);
	lc_rules_release(&rules);
	lc_store_close(s);
	free(text);
}

static void wrong_rules_say_so(void **state)
{
	(void)state;
	fails_to_run("SELECT 1\nFROM nowhere", "SQLite refuses the rule: no such "
					       "table: nowhere");
	fails_to_run("SELECT 1,\n\n nme FROM lock", "r.sql:14: SQLite refuses");
	fails_to_run("DELETE FROM lock", "r.sql:12: a rule may only SELECT");
	fails_to_run("SELECT 'error' AS level", "no column 'message'");
	fails_to_run("SELECT 1; SELECT 2", "there is more after the first ';'");
	fails_to_run("SELECT 'bad' AS level, 'm' AS " COLUMNS,
		     "column 'level' is 'bad'");
	fails_to_run("SELECT 'note' AS level, '' AS " COLUMNS,
		     "column 'message' is ''");
	fails_to_run("SELECT 'note' AS level, 'm' AS message, 999 AS site, '' AS "
		     "traces, '' AS locks, '' AS related, 'k' AS key",
		     "there is no such site");
	fails_to_run("SELECT 'note' AS level, 'm' AS message, 1 AS site, '1,x' "
		     "AS traces, '' AS locks, '' AS related, 'k' AS key",
		     "column 'traces' is '1,x'");
	fails_to_run("SELECT 'note' AS level, 'm' AS message, 1 AS site, '1' "
		     "AS traces, '77' AS locks, '' AS related, 'k' AS key",
		     "column 'locks' is '77': there is no such id");
	fails_to_run("SELECT 'note' AS level, 'm' AS message, 1 AS site, '' "
		     "AS traces, '' AS locks, '' AS related, '' AS key",
		     "column 'key' is ''");
	fails_to_run("SELECT 'note' AS level, abs(-9223372036854775807 - 1) AS "
		     COLUMNS, "the rule fails: integer overflow");
}

/* ---- the manual ---- */

static char *doc(const char *name)
{
	char *at = lc_asprintf("%s/../docs/%s", LC_RULES_DIR, name);
	struct lc_error err = LC_ERROR_INIT;
	struct lc_buf b = { 0 };

	if (lc_read_file(at, &b, &err) < 0)
		fail_msg("%s", err.text);
	free(at);
	return b.data;
}

/* The worked example of docs/rules-howto.md is a rule that runs. */
static void the_manuals_example_runs(void **state)
{
	struct lc_error err = LC_ERROR_INIT;
	struct lc_store *s = filled();
	char *text = doc("rules-howto.md");
	char *start = strstr(text, "```sql\n") + 7;
	struct lc_rules rules;

	(void)state;
	*strstr(start, "\n```\n\nTo find out") = '\0';
	write_rule(start);
	lc_rules_init(&rules);
	if (lc_rules_load(&rules, path, &err) < 0 ||
	    lc_sql_exec(s, "INSERT INTO held VALUES (1, 2, 3, 'exclusive', 5);"
			   "UPDATE acquire SET strength = 'sure'", &err) < 0 ||
	    lc_judge(s, &rules, NULL, &err) < 0)
		fail_msg("%s", err.text);
	expect(s, "SELECT level, rule, file, line, message FROM v_finding",
	       "level\trule\tfile\tline\tmessage\n"
	       "warning\ttoo-many-locks\ta.c\t12\tworker() takes g_b while it "
	       "holds g_a (taken at a.c:10) and conn.lock (taken at b.c:20)\n");
	lc_rules_release(&rules);
	lc_store_close(s);
	free(text);
}

/* docs/database.md has a section for every table and view, with a row for
 * each of its columns. */
static void the_reference_is_complete(void **state)
{
	struct lc_store *s = filled();
	char *names = ask(s, "SELECT m.name || ' ' || c.name FROM sqlite_schema m"
			     " JOIN pragma_table_info(m.name) c"
			     " WHERE m.type IN ('table', 'view')");
	char *text = doc("database.md"), *line = strchr(names, '\n') + 1;
	int n = 0;

	(void)state;
	for (char *end; (end = strchr(line, '\n')); line = end + 1, n++) {
		char *space = strchr(line, ' '), *head, *row, *section, *next;

		*end = *space = '\0';
		head = lc_asprintf("\n### `%s`\n", line);
		row = lc_asprintf("\n| `%s` |", space + 1);
		section = strstr(text, head);
		if (!section)
			fail_msg("no section for %s", line);
		next = strstr(section + 1, "\n#");
		section = strstr(section, row);
		if (!section || (next && section > next))
			fail_msg("no row for %s.%s", line, space + 1);
		free(head);
		free(row);
	}
	assert_true(n > 200);
	free(names);
	free(text);
	lc_store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_are_checked),
		cmocka_unit_test(a_rule_is_read),
		cmocka_unit_test(our_rules_load),
		cmocka_unit_test(each_rule_finds_its_own),
		cmocka_unit_test(double_acquire_knows_kinds),
		cmocka_unit_test(unreleased_lock_knows_exits),
		cmocka_unit_test(release_not_held_knows_why),
		cmocka_unit_test(cycles_know_their_kind),
		cmocka_unit_test(fingerprints_do_not_turn),
		cmocka_unit_test(equal_findings_are_folded),
		cmocka_unit_test(levels_can_be_forced),
		cmocka_unit_test(wrong_rules_say_so),
		cmocka_unit_test(the_manuals_example_runs),
		cmocka_unit_test(the_reference_is_complete),
	};

	return cmocka_run_group_tests_name("rules", tests, set_up, clean_up);
}

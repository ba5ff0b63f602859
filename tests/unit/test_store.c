/* SPDX-License-Identifier: MIT */
/* The database: what is written is read back, what is not ours is refused,
 * and a query cannot write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pty.h>
#include <stdlib.h>
#include <unistd.h>

#include "facts_made.h"
#include "store/sql.h"
#include "store/store.h"

static struct lc_store *filled(const char *path)
{
	struct lc_error err = LC_ERROR_INIT;
	struct lc_plan plan = { .root = (char[]){ "/src" } };
	struct lc_unit units[2];
	struct lc_facts facts;
	struct lc_store *s;
	struct made m;

	made_facts(&facts, &m);
	made_units(units);
	assert_int_equal(lc_store_open(&s, path, true, &err), 0);
	assert_int_equal(lc_store_write(s, &plan, units, 2, &facts, &err), 0);
	assert_null(err.text);
	lc_facts_release(&facts);
	lc_unit_release(&units[0]);
	lc_unit_release(&units[1]);
	return s;
}

/* The output of a query, to be freed; fails the test if it is refused. */
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

static void every_table_is_written(void **state)
{
	struct lc_store *s = filled(NULL);

	(void)state;
	expect(s, "SELECT * FROM meta ORDER BY key",
	       "key\tvalue\ncalls_unresolved\t2\nfunctions_total\t9\n"
	       "root\t/src\nschema\t4\ntool\tlockcheck " LC_VERSION "\n");
	expect(s, "SELECT id, name, status, message, ndropped FROM v_unit",
	       "id\tname\tstatus\tmessage\tndropped\n1\ta.c\tok\t\t0\n"
	       "2\tbroken.c\tfailed\tno such file\t3\n");
	expect(s, "SELECT min(flow_bytes) > 0 AS b FROM v_unit", "b\n1\n");
	expect(s, "SELECT scope, what, reason, gating FROM v_incomplete",
	       "scope\twhat\treason\tgating\n"
	       "unit\tbroken.c\tdoes not parse\t1\n");
	expect(s, "SELECT name, file, line, unit, relevant, thread_entry, "
		  "reached FROM function WHERE id = 4",
	       "name\tfile\tline\tunit\trelevant\tthread_entry\treached\n"
	       "flush\ta.c\t38\ta.c\t1\t0\t1\n");
	expect(s, "SELECT name, class, kind, exact, local, api, decl_at "
		  "FROM v_lock WHERE id = 1",
	       "name\tclass\tkind\texact\tlocal\tapi\tdecl_at\n"
	       "g_a\tg_a\tmutex\t0\t0\tpthread\ta.c:3\n");
	expect(s, "SELECT name, kind, many, entry, start_at FROM v_thread",
	       "name\tkind\tmany\tentry\tstart_at\n"
	       "worker\tthread\t1\tworker\tb.c:15\nmain\tmain\t0\tmain\t\n");
	expect(s, "SELECT caller, callee, indirect, strength, at FROM v_call",
	       "caller\tcallee\tindirect\tstrength\tat\n"
	       "handle\tflush\t1\tsure\ta.c:31\n");
	expect(s, "SELECT seq, role, text, held, lock, at FROM v_step "
		  "WHERE trace_id = 1",
	       "seq\trole\ttext\theld\tlock\tat\n"
	       "1\tacquire\ttakes g_a\tg_a\tg_a\ta.c:10\n"
	       "2\twant\twants g_b\tg_a\tg_b\ta.c:12\n");
	lc_store_close(s);
}

static void views_name_what_happens(void **state)
{
	struct lc_store *s = filled(NULL);

	(void)state;
	expect(s, "SELECT held, held_at, wanted, wanted_mode, blocking, "
		  "strength FROM v_held",
	       "held\theld_at\twanted\twanted_mode\tblocking\tstrength\n"
	       "g_a\ta.c:10\tg_b\tshared\ttimed\tpossible\n");
	expect(s, "SELECT nheld, lock, mode FROM v_acquire",
	       "nheld\tlock\tmode\n1\tg_b\tshared\n");
	expect(s, "SELECT lock, function, held_at, at, site_function, depth "
		  "FROM v_reacquire",
	       "lock\tfunction\theld_at\tat\tsite_function\tdepth\n"
	       "conn.lock\thandle\ta.c:30\ta.c:40\tflush\t1\n");
	expect(s, "SELECT kind, lock, ret, released_elsewhere, error_path, "
		  "max_count, release_at FROM v_exit",
	       "kind\tlock\tret\treleased_elsewhere\terror_path\tmax_count\t"
	       "release_at\nreturn\tg_a\t-1\t1\t1\t1\ta.c:55\n");
	expect(s, "SELECT why, lock, at, other_at, other_lock FROM v_release",
	       "why\tlock\tat\tother_at\tother_lock\n"
	       "double\tg_b\tb.c:60\tb.c:58\t\n");
	expect(s, "SELECT lock, blocking, released FROM v_unchecked",
	       "lock\tblocking\treleased\ng_a\ttry\t1\n");
	expect(s, "SELECT held, wanted, gates, threads FROM v_edge",
	       "held\twanted\tgates\tthreads\n"
	       "g_a\tg_b\tconn.lock\tworker\ng_b\tg_a\t\tmain\n");
	expect(s, "SELECT locks, nedges, dropped FROM v_cycle",
	       "locks\tnedges\tdropped\ng_a → g_b\t2\t\n"
	       "g_a → g_b\t2\tgate lock\n");
	/* A cycle's edge without a trace of its own has the edge's. */
	expect(s, "SELECT seq, held, wanted, thread, trace_id "
		  "FROM v_cycle_edge WHERE cycle_id = 1",
	       "seq\theld\twanted\tthread\ttrace_id\n"
	       "1\tg_a\tg_b\tworker\t1\n2\tg_b\tg_a\tmain\t2\n");
	lc_store_close(s);
}

static int count_unit(void *ctx, const struct lc_unit *u)
{
	int *seen = ctx;

	++*seen;
	assert_string_equal(lc_str(&u->strings, u->file),
			    *seen == 1 ? "a.c" : "broken.c");
	return *seen == 2 ? 7 : 0;
}

static void units_come_back(void **state)
{
	struct lc_store *s = filled(NULL);
	struct lc_error err = LC_ERROR_INIT;
	int seen = 0;

	(void)state;
	assert_int_equal(lc_store_units(s, count_unit, &seen, &err), 7);
	assert_int_equal(seen, 2);
	sqlite3_exec(s->db, "UPDATE unit SET flow = x'00ff'", NULL, NULL, NULL);
	assert_int_equal(lc_store_units(s, count_unit, &seen, &err), -1);
	assert_non_null(strstr(err.text, "is damaged: unit a.c"));
	lc_error_release(&err);
	lc_store_close(s);
}

/* ---- queries ---- */

static void refused(struct lc_store *s, const char *sql, const char *why)
{
	struct lc_error err = LC_ERROR_INIT;
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	assert_int_equal(lc_store_query(s, sql, out, &err), -1);
	fclose(out);
	if (!strstr(err.text, why))
		fail_msg("%s: %s", sql, err.text);
	assert_string_equal(text, "");
	lc_error_release(&err);
	free(text);
}

static void queries_cannot_write(void **state)
{
	struct lc_store *s = filled(NULL);

	(void)state;
	refused(s, "DELETE FROM lock", "only SELECT");
	refused(s, "WITH x AS (SELECT 1) INSERT INTO meta VALUES ('a', 'b')",
		"only SELECT");
	refused(s, "PRAGMA user_version = 7", "only SELECT");
	refused(s, "ATTACH '/tmp/x' AS x", "only SELECT");
	refused(s, "BEGIN", "only SELECT");
	refused(s, "VACUUM INTO '/tmp/x'", "only SELECT");
	refused(s, "CREATE TEMP TABLE x (y)", "only SELECT");
	refused(s, "UPDATE sqlite_master SET sql = 'x'", "may not be modified");
	refused(s, "EXPLAIN DELETE FROM lock", "only SELECT");
	refused(s, "SELECT 1; DELETE FROM lock", "one query at a time");
	refused(s, "  -- nothing\n", "empty");
	refused(s, "SELECT nme FROM lock", "no such column: nme");
	expect(s, "SELECT count(*) AS n FROM lock; -- fine\n", "n\n3\n");
	expect(s, "SELECT value FROM json_each('[4]')", "value\n4\n");
	expect(s, "SELECT c.name FROM pragma_table_info('meta') c",
	       "name\nkey\nvalue\n");
	lc_store_close(s);
}

static void values_stay_on_their_line(void **state)
{
	struct lc_store *s = filled(NULL);

	(void)state;
	expect(s, "SELECT 'a' || char(10, 9, 27) || 'b' AS x, NULL AS y, "
		  "x'0102' AS z", "x\ty\tz\na\\n\\t\\x1bb\t\t<2 bytes>\n");
	lc_store_close(s);
}

/* On a terminal the values stand in columns. */
static void terminals_get_columns(void **state)
{
	struct lc_store *s = filled(NULL);
	struct lc_error err = LC_ERROR_INIT;
	char text[256];
	int host, terminal;
	const char *want = "locks      nedges  dropped\r\n"
			   "g_a → g_b  2       \r\n"
			   "g_a → g_b  2       gate lock\r\n";
	size_t len = 0;
	ssize_t n;
	FILE *out;

	(void)state;
	assert_int_equal(openpty(&host, &terminal, NULL, NULL, NULL), 0);
	out = fdopen(terminal, "w");
	assert_int_equal(lc_store_query(s, "SELECT locks, nedges, dropped FROM "
					   "v_cycle", out, &err), 0);
	fflush(out);
	/* a terminal hands out what it has so far */
	while (len < strlen(want)) {
		n = read(host, text + len, sizeof(text) - 1 - len);
		assert_true(n > 0);
		len += (size_t)n;
	}
	text[len] = '\0';
	assert_string_equal(text, want);
	fclose(out);
	close(host);
	lc_store_close(s);
}

/* ---- files ---- */

static char dir[] = "/tmp/lc-test-store-XXXXXX";
static char path[sizeof(dir) + 8];

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/x.db", dir);
	return 0;
}

static int clean_up(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static void bytes_to(const char *bytes, size_t n)
{
	FILE *f = fopen(path, "wb");

	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

static void not_opened(bool create, const char *why)
{
	struct lc_error err = LC_ERROR_INIT;
	struct lc_store *s;

	assert_int_equal(lc_store_open(&s, path, create, &err), -1);
	assert_null(s);
	if (!strstr(err.text, why) || !strstr(err.text, path))
		fail_msg("%s", err.text);
	lc_error_release(&err);
}

static void change(const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void a_file_is_read_back(void **state)
{
	struct lc_error err = LC_ERROR_INIT;
	struct lc_store *s;
	char *root;

	(void)state;
	lc_store_close(filled(path));
	assert_int_equal(lc_store_open(&s, path, false, &err), 0);
	root = lc_store_meta(s, "root");
	assert_string_equal(root, "/src");
	assert_null(lc_store_meta(s, "nothing"));
	free(root);
	assert_int_not_equal(sqlite3_exec(s->db, "DELETE FROM meta", NULL, NULL,
					  NULL), SQLITE_OK);
	lc_store_close(s);
	not_opened(true, "there is one already");
}

static void other_files_are_refused(void **state)
{
	(void)state;
	unlink(path);
	not_opened(false, "No such file");
	lc_store_close(filled(path));
	change("PRAGMA user_version = 99");
	not_opened(false, "another version of lockcheck (its schema is 99");
	change("PRAGMA application_id = 5");
	not_opened(false, "is not a lockcheck database");
	bytes_to("int main(void) { return 0; }\n", 29);
	not_opened(false, "is not a lockcheck database");
	bytes_to("", 0);
	not_opened(false, "is not a lockcheck database");
}

/* Every byte may be wrong; whatever happens, it is a sentence or rows. */
static void damage_is_survived(void **state)
{
	struct lc_buf good = { 0 };
	struct lc_error err = LC_ERROR_INIT;
	int failed = 0;

	(void)state;
	unlink(path);
	lc_store_close(filled(path));
	assert_int_equal(lc_read_file(path, &good, &err), 0);
	for (size_t at = 100; at < good.len; at += 997) {
		struct lc_store *s;
		char *text = NULL;
		size_t n;
		FILE *out;

		good.data[at] ^= 0x5a;
		bytes_to(good.data, good.len);
		good.data[at] ^= 0x5a;
		if (lc_store_open(&s, path, false, &err) < 0) {
			assert_non_null(err.text);
			lc_error_release(&err);
			failed++;
			continue;
		}
		out = open_memstream(&text, &n);
		if (lc_store_query(s, "SELECT * FROM v_cycle_edge", out,
				   &err) < 0) {
			assert_non_null(err.text);
			failed++;
		}
		fclose(out);
		free(text);
		lc_error_release(&err);
		lc_store_close(s);
	}
	bytes_to(good.data, good.len / 2);
	{
		struct lc_store *s;

		if (lc_store_open(&s, path, false, &err) == 0)
			assert_int_equal(lc_store_query(s, "SELECT * FROM step",
							stderr, &err), -1);
		assert_non_null(err.text);
		lc_store_close(s);
	}
	assert_true(failed > 0);
	lc_error_release(&err);
	lc_buf_release(&good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_table_is_written),
		cmocka_unit_test(views_name_what_happens),
		cmocka_unit_test(units_come_back),
		cmocka_unit_test(queries_cannot_write),
		cmocka_unit_test(values_stay_on_their_line),
		cmocka_unit_test(terminals_get_columns),
		cmocka_unit_test(a_file_is_read_back),
		cmocka_unit_test(other_files_are_refused),
		cmocka_unit_test(damage_is_survived),
	};

	return cmocka_run_group_tests_name("store", tests, set_up, clean_up);
}

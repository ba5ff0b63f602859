/* SPDX-License-Identifier: MIT */
/* Reports: the text people read, the SARIF and JSON that tools read, and that
 * nothing a hostile source or database says gets through unescaped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "facts_made.h"
#include "report/report.h"
#include "report/source.h"
#include "store/judge.h"
#include "store/sql.h"

static char dir[] = "/tmp/lc-test-report-XXXXXX";
static char file_a[sizeof(dir) + 8];

/* a.c: only the lines that findings point at; line 12 starts with a tab and a
 * two-byte character, so bytes, characters and columns all differ. */
static int set_up(void **state)
{
	FILE *f;

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(file_a, sizeof(file_a), "%s/a.c", dir);
	f = fopen(file_a, "w");
	for (int line = 1; line <= 60; line++) {
		if (line == 31)
			fputs("\tflush(c);\r", f);
		if (line == 50)
			fputs("\té return\x1b[31m -1;", f);
		fputc('\n', f);
	}
	fclose(f);
	return 0;
}

static int clean_up(void **state)
{
	(void)state;
	unlink(file_a);
	return rmdir(dir);
}

/* A database of the made facts, changed by `sql`, judged. */
static struct lc_store *judged(const char *sql)
{
	struct lc_error err = LC_ERROR_INIT;
	struct lc_plan plan = { .root = dir };
	struct lc_rules rules;
	struct lc_unit units[2];
	struct lc_facts facts;
	struct lc_store *s;
	struct made m;

	made_facts(&facts, &m);
	made_units(units);
	lc_rules_init(&rules);
	if (lc_store_open(&s, NULL, true, &err) < 0 ||
	    lc_store_write(s, &plan, units, 2, &facts, &err) < 0 ||
	    lc_rules_load_dir(&rules, LC_RULES_DIR, &err) < 0 ||
	    lc_sql_exec(s, sql, &err) < 0 || lc_judge(s, &rules, NULL, &err) < 0)
		fail_msg("%s", err.text);
	lc_rules_release(&rules);
	lc_facts_release(&facts);
	lc_unit_release(&units[0]);
	lc_unit_release(&units[1]);
	return s;
}

static void load(struct lc_findings *f, const char *sql)
{
	struct lc_store *s = judged(sql);
	struct lc_error err = LC_ERROR_INIT;

	lc_findings_init(f);
	if (lc_findings_load(f, s, &err) < 0)
		fail_msg("%s", err.text);
	lc_store_close(s);
}

typedef int (*reporter)(const struct lc_findings *,
			const struct lc_report_options *, FILE *,
			struct lc_error *);

static char *report_of(reporter how, const char *sql,
		       const struct lc_report_options *o)
{
	struct lc_error err = LC_ERROR_INIT;
	struct lc_findings f;
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	load(&f, sql);
	assert_int_equal(how(&f, o, out, &err), 0);
	lc_findings_release(&f);
	fclose(out);
	return text;
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in:\n%s", part, text);
}

static void has_not(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("there is '%s' in:\n%s", part, text);
}

/* ---- text ---- */

static void text_tells_the_witness(void **state)
{
	char *text = report_of(lc_report_text, "", NULL);

	(void)state;
	has(text,
	    "a.c:31:2: error: calling flush() acquires conn.lock, which "
	    "handle() already holds (taken at a.c:30): the thread waits for "
	    "itself [double-acquire]\n"
	    "a.c:30:2: note: any caller of handle(): takes conn.lock\n"
	    "a.c:31:2: note: calls flush()\n"
	    "a.c:40:2: note:   wants conn.lock; holds conn.lock\n"
	    "a.c:31:2: note: to repair: call flush_locked() instead, if it "
	    "expects the lock to be held\n\n");
	has(text, "a.c:55:2: note: another path releases it here\n");
	has(text,
	    "[lock-order-cycle]\n"
	    "a.c:10:2: note: T1 worker() started at b.c:15: takes g_a\n"
	    "a.c:12:2: note: T1: wants g_b; holds g_a\n"
	    "b.c:18:2: note: T2 main: takes g_a\n"
	    "b.c:18:2: note: T2: releases g_a\n"
	    "b.c:18:2: note: T2: takes g_b\n"
	    "b.c:20:2: note: T2: wants g_a; holds g_b\n"
	    "  the steps that end in the deadlock:\n"
	    "    T1 worker()             T2 main\n"
	    "                            takes g_a (b.c:18)\n"
	    "                            releases g_a (b.c:18)\n"
	    "    takes g_a (a.c:10)\n"
	    "                            takes g_b (b.c:18)\n"
	    "    waits for g_b (a.c:12)\n"
	    "                            waits for g_a (b.c:20)\n"
	    "    neither can go on: each waits for the other\n");
	has_not(text, "\033");
	has_not(text, " | ");
	free(text);
}

static void excerpts_point_at_the_word(void **state)
{
	struct lc_report_options o = { .excerpt = true, .color = true };
	char *text = report_of(lc_report_text, "", &o);

	(void)state;
	has(text, "    31 |         flush(c);\n"
		  "       |         \033[1;32m^~~~~\033[0m\n");
	/* Byte column 3 is the tail of a character: nothing to point at is
	 * still printed cleanly, and the escape in the source stays text. */
	has(text, "    50 |         é return\\x1b[31m -1;\n");
	has(text, "\033[1;31merror: \033[0m");
	has(text, "\033[1;35mwarning: \033[0m");
	free(text);
	/* Byte column 5 is `return`: the caret stands below it. */
	text = report_of(lc_report_text, "UPDATE site SET col = 5 WHERE line = 50",
			 &o);
	has(text, "       |           \033[1;32m^~~~~~\033[0m\n");
	free(text);
}

static void colors_follow_the_environment(void **state)
{
	(void)state;
	unsetenv("NO_COLOR");
	unsetenv("CLICOLOR_FORCE");
	unsetenv("CLICOLOR");
	assert_true(lc_color_wanted(LC_COLOR_ALWAYS, stderr));
	setenv("CLICOLOR_FORCE", "0", 1);
	FILE *f = fopen("/dev/null", "w");
	assert_false(lc_color_wanted(LC_COLOR_AUTO, f));
	setenv("CLICOLOR_FORCE", "1", 1);
	setenv("CLICOLOR", "0", 1);
	assert_true(lc_color_wanted(LC_COLOR_AUTO, f));
	setenv("NO_COLOR", "1", 1);
	assert_false(lc_color_wanted(LC_COLOR_AUTO, f));
	assert_true(lc_color_wanted(LC_COLOR_ALWAYS, f));
	assert_false(lc_color_wanted(LC_COLOR_NEVER, f));
	fclose(f);
}

/* What a name can be when it comes from a stranger's file or database. */
#define HOSTILE "'x' || char(27, 10, 34, 92, 0x202e) || x'ff' || '</script>'"

static void hostile_names_stay_text(void **state)
{
	const char *sql = "UPDATE lock SET name = CAST(" HOSTILE " AS TEXT); "
			  "UPDATE step SET text = CAST(" HOSTILE " AS TEXT), "
			  "held = CAST(" HOSTILE " AS TEXT); "
			  "UPDATE site SET file = CAST(" HOSTILE " AS TEXT), "
			  "macro = CAST(" HOSTILE " AS TEXT); "
			  "UPDATE function SET name = CAST(" HOSTILE " AS TEXT); "
			  "UPDATE trace SET thread = CAST(" HOSTILE " AS TEXT)";
	struct lc_report_options o = { .excerpt = true };
	char *text = report_of(lc_report_text, sql, &o);
	struct lc_lockgraph g = { 0 };
	struct lc_store *s;
	FILE *out;
	size_t n;

	(void)state;
	has(text, "x\\x1b\\x0a\"\\\\u202e\\xff</script>");
	has_not(text, "\033");
	has_not(text, "\xff");
	free(text);

	text = report_of(lc_report_sarif, sql, NULL);
	has(text, "\"uri\":\"x%1B%0A%22%5C%E2%80%AE%FF%3C/script%3E\"");
	has_not(text, "\033");
	has_not(text, "\xff");
	has_not(text, "\xe2\x80\xae");
	json_t *j = json_loads(text, 0, NULL);
	assert_non_null(j);
	json_decref(j);
	free(text);

	text = report_of(lc_report_json, sql, NULL);
	assert_int_equal(text[strlen(text) - 1], '\n');
	j = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);
	assert_non_null(j);
	json_decref(j);
	free(text);

	s = judged(sql);
	out = open_memstream(&text, &n);
	assert_int_equal(lc_lockgraph_load(&g, s, NULL), 0);
	assert_int_equal(lc_graph_dot(&g, out, NULL), 0);
	fclose(out);
	has(text, "label=\"x\\\\x1b\\\\x0a\\\"\\\\\\\\u202e\\\\xff</script>\"");
	free(text);

	out = open_memstream(&text, &n);
	assert_int_equal(lc_graph_svg(&g, out, NULL), 0);
	fclose(out);
	has(text, "x\\x1b\\x0a&quot;\\\\u202e\\xff&lt;/script&gt;");
	has_not(text, "</script>");
	lc_lockgraph_release(&g);
	lc_store_close(s);
	free(text);
}

static void odd_positions_are_no_trouble(void **state)
{
	struct lc_report_options o = { .excerpt = true, .root = "/nonexistent" };
	char *text = report_of(lc_report_text,
			       "UPDATE site SET line = 0, col = 0, file = ''", &o);

	(void)state;
	has(text, "(unknown): error: ");
	free(text);
	o.root = dir;
	text = report_of(lc_report_text, "UPDATE site SET line = 4000000000, "
					 "col = 4000000000", &o);
	has(text, "a.c:4000000000:4000000000: error: ");
	has_not(text, " | ");
	free(text);
	text = report_of(lc_report_text, "UPDATE site SET file = '/dev/zero'", &o);
	has_not(text, " | ");
	free(text);
}

/* ---- SARIF ---- */

static json_t *sarif(const char *sql, const struct lc_report_options *o)
{
	char *text = report_of(lc_report_sarif, sql, o);
	json_error_t why;
	json_t *j = json_loads(text, 0, &why);

	if (!j)
		fail_msg("line %d: %s", why.line, why.text);
	free(text);
	return j;
}

static const char *text_at(json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(
		json_object_get(j, key), "text"));

	return s ? s : "";
}

static json_t *only_run(json_t *log)
{
	return json_array_get(json_object_get(log, "runs"), 0);
}

static json_t *result_at(json_t *log, size_t i)
{
	return json_array_get(json_object_get(only_run(log), "results"), i);
}

static void sarif_has_rules(void **state)
{
	json_t *log = sarif("", NULL), *driver, *rules, *rule;
	size_t i;

	(void)state;
	driver = json_object_get(json_object_get(only_run(log), "tool"),
				 "driver");
	rules = json_object_get(driver, "rules");
	assert_true(json_array_size(rules) >= 5);
	json_array_foreach(rules, i, rule) {
		const char *full = text_at(rule, "fullDescription");

		assert_true(*text_at(rule, "shortDescription"));
		assert_true(strlen(full) > 20 && strlen(full) <= 1024);
		assert_true(*text_at(rule, "help"));
	}
	json_array_foreach(json_object_get(only_run(log), "results"), i, rule) {
		json_int_t k = json_integer_value(json_object_get(rule,
								  "ruleIndex"));
		json_t *of = json_array_get(rules, (size_t)k);

		assert_string_equal(
			json_string_value(json_object_get(of, "id")),
			json_string_value(json_object_get(rule, "ruleId")));
	}
	json_decref(log);
}

static void sarif_shows_both_threads(void **state)
{
	json_t *log = sarif("", NULL), *cycle = result_at(log, 2), *flows, *step;
	static const int orders[2][4] = { { 3, 5 }, { 1, 2, 4, 6 } };
	const char *id, *print;
	json_t *flow;

	(void)state;
	assert_string_equal(json_string_value(json_object_get(cycle, "ruleId")),
			    "lock-order-cycle");
	flows = json_object_get(json_array_get(json_object_get(cycle,
							       "codeFlows"), 0),
				"threadFlows");
	assert_int_equal(json_array_size(flows), 2);
	for (size_t t = 0; t < 2; t++) {
		json_t *steps;

		flow = json_array_get(flows, t);
		id = json_string_value(json_object_get(flow, "id"));
		assert_string_equal(id, t ? "T2" : "T1");
		steps = json_object_get(flow, "locations");
		assert_int_equal(json_array_size(steps), t ? 4 : 2);
		for (size_t i = 0; i < json_array_size(steps); i++) {
			step = json_array_get(steps, i);
			assert_int_equal(json_integer_value(json_object_get(
						 step, "executionOrder")),
					 orders[t][i]);
			assert_string_equal(
				json_string_value(json_object_get(step,
								  "importance")),
				"essential");
			/* Readers that join the threads still tell them apart. */
			assert_memory_equal(text_at(json_object_get(step,
								    "location"),
						    "message"), id, 2);
		}
	}
	assert_int_equal(json_array_size(json_object_get(
				 json_array_get(json_object_get(cycle, "graphs"),
						0), "edges")), 2);
	flow = json_object_get(cycle, "partialFingerprints");
	print = json_string_value(json_object_get(flow, "lockcheckCycle/v1"));
	id = json_string_value(json_object_get(flow, "primaryLocationLineHash"));
	assert_int_equal(strlen(print), 32);
	assert_memory_equal(id, print, 32);
	assert_string_equal(id + 32, ":1");
	json_decref(log);
}

static json_t *region_of(json_t *result)
{
	json_t *place = json_array_get(json_object_get(result, "locations"), 0);

	return json_object_get(json_object_get(place, "physicalLocation"),
			       "region");
}

static void check_region(json_t *result, int start, int end)
{
	json_t *r = region_of(result);

	assert_int_equal(json_integer_value(json_object_get(r, "startColumn")),
			 start);
	assert_int_equal(json_integer_value(json_object_get(r, "endColumn")),
			 end);
	assert_int_equal(json_integer_value(json_object_get(r, "startLine")),
			 json_integer_value(json_object_get(r, "endLine")));
}

static void sarif_columns_count_characters(void **state)
{
	json_t *log = sarif("UPDATE site SET col = 5 WHERE line = 50", NULL);

	(void)state;
	check_region(result_at(log, 0), 2, 7);  /* flush */
	check_region(result_at(log, 1), 4, 10); /* return, after a tab and é */
	check_region(result_at(log, 2), 2, 3);  /* b.c cannot be read */
	json_decref(log);
}

static void sarif_tells_of_failed_units(void **state)
{
	struct lc_report_options o = { .exit_code = 1 };
	json_t *log = sarif("", &o), *call, *note;

	(void)state;
	call = json_array_get(json_object_get(only_run(log), "invocations"), 0);
	assert_true(json_is_false(json_object_get(call, "executionSuccessful")));
	assert_int_equal(json_integer_value(json_object_get(call, "exitCode")),
			 1);
	note = json_array_get(json_object_get(call,
					      "toolExecutionNotifications"), 0);
	assert_string_equal(text_at(note, "message"),
			    "broken.c: failed: no such file");
	json_decref(log);
	log = sarif("DELETE FROM incomplete; DELETE FROM unit; "
		    "DELETE FROM cycle", NULL);
	call = json_array_get(json_object_get(only_run(log), "invocations"), 0);
	assert_true(json_is_true(json_object_get(call, "executionSuccessful")));
	json_decref(log);
}

static void no_path_of_this_machine(void **state)
{
	char *text = report_of(lc_report_sarif, "", NULL);

	(void)state;
	has_not(text, dir);
	has(text, "\"uriBaseId\":\"SRCROOT\"");
	free(text);
	text = report_of(lc_report_sarif,
			 "UPDATE site SET file = '/usr/include/x y.h'", NULL);
	has(text, "\"uri\":\"file:///usr/include/x%20y.h\"}");
	free(text);
}

static void long_witnesses_are_cut(void **state)
{
	const char *sql =
		"WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n "
		"WHERE i < 300) INSERT INTO step SELECT 3, i, 13, 0, 'call', "
		"'calls f' || i || '()', '', NULL FROM n";
	char *text = report_of(lc_report_text, sql, NULL);
	json_t *log = sarif(sql, NULL), *flow;

	(void)state;
	has(text, "… 195 steps left out …");
	free(text);
	flow = json_array_get(json_object_get(result_at(log, 0), "codeFlows"), 0);
	flow = json_array_get(json_object_get(flow, "threadFlows"), 0);
	assert_int_equal(json_array_size(json_object_get(flow, "locations")),
			 100);
	json_decref(log);
}

/* ---- JSON lines, explain ---- */

static void json_lines_are_whole(void **state)
{
	char *text = report_of(lc_report_json, "", NULL);
	json_t *j = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL), *step;
	int lines = 0;

	(void)state;
	for (char *c = text; *c; c++)
		lines += *c == '\n';
	assert_int_equal(lines, 5);
	assert_int_equal(json_integer_value(json_object_get(j, "version")), 1);
	assert_int_equal(json_integer_value(json_object_get(j, "line")), 31);
	step = json_object_get(json_array_get(json_object_get(j, "threads"), 0),
			       "steps");
	assert_int_equal(json_array_size(step), 3);
	step = json_object_get(json_array_get(step, 2), "held");
	assert_int_equal(json_array_size(step), 1);
	assert_string_equal(json_string_value(json_array_get(step, 0)),
			    "conn.lock");
	json_decref(j);
	free(text);
}

static char *explained(const struct lc_findings *f, const char *prefix,
		       struct lc_error *err)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	int rc = lc_explain_finding(f, prefix, NULL, out, err);

	fclose(out);
	assert_int_equal(rc, err->text ? -1 : 0);
	return text;
}

static void explain_finds_by_prefix(void **state)
{
	struct lc_error err = LC_ERROR_INIT;
	struct lc_findings f;
	char prefix[8] = "", *text;

	(void)state;
	load(&f, "");
	memcpy(prefix, f.findings.data[0].fingerprint, 6);
	text = explained(&f, prefix, &err);
	has(text, "[double-acquire]\n    31 |");
	has(text, "conn.lock: mutex of class struct conn.lock\n");
	has(text, f.findings.data[0].fingerprint);
	free(text);
	text = explained(&f, "zzzzz", &err);
	has(err.text, "no rule is called 'zzzzz'");
	lc_error_release(&err);
	free(text);
	text = explained(&f, "ab", &err);
	has(err.text, "too short");
	lc_error_release(&err);
	free(text);
	memcpy(f.findings.data[1].fingerprint, prefix, 6);
	text = explained(&f, prefix, &err);
	has(err.text, "give more digits");
	lc_error_release(&err);
	free(text);
	assert_int_equal(lc_findings_count(&f, LC_LEVEL_ERROR), 4);
	assert_int_equal(lc_findings_count(&f, LC_LEVEL_NOTE), 5);
	assert_int_equal(lc_findings_count(&f, LC_LEVEL_NONE), 0);
	lc_findings_release(&f);
}

static void a_full_disk_is_noticed(void **state)
{
	static const reporter all[] = { lc_report_text, lc_report_sarif,
					lc_report_json };
	struct lc_error err = LC_ERROR_INIT;
	struct lc_findings f;

	(void)state;
	if (access("/dev/full", W_OK) != 0)
		skip();
	load(&f, "");
	for (unsigned i = 0; i < LC_LEN(all); i++) {
		FILE *out = fopen("/dev/full", "w");

		assert_int_equal(all[i](&f, NULL, out, &err), -1);
		has(err.text, "cannot write");
		lc_error_release(&err);
		fclose(out);
	}
	lc_findings_release(&f);
}

static void clean_text_is_utf8(void **state)
{
	static const char *const pairs[][2] = {
		{ "é→𝄞", "é→𝄞" },
		{ "\xc0\xaf", "\\xc0\\xaf" },          /* too long a form */
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" }, /* a surrogate */
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "\xe2\x82", "\\xe2\\x82" },          /* cut off */
		{ "\xc2\x9b" "31m", "\\u009b31m" },    /* C1: an escape too */
		{ "a\tb\r", "a\\x09b\\x0d" },
	};

	(void)state;
	for (unsigned i = 0; i < LC_LEN(pairs); i++) {
		char *s = lc_cleaned(pairs[i][0], false);

		assert_string_equal(s, pairs[i][1]);
		free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_tells_the_witness),
		cmocka_unit_test(excerpts_point_at_the_word),
		cmocka_unit_test(colors_follow_the_environment),
		cmocka_unit_test(hostile_names_stay_text),
		cmocka_unit_test(odd_positions_are_no_trouble),
		cmocka_unit_test(sarif_has_rules),
		cmocka_unit_test(sarif_shows_both_threads),
		cmocka_unit_test(sarif_columns_count_characters),
		cmocka_unit_test(sarif_tells_of_failed_units),
		cmocka_unit_test(no_path_of_this_machine),
		cmocka_unit_test(long_witnesses_are_cut),
		cmocka_unit_test(json_lines_are_whole),
		cmocka_unit_test(explain_finds_by_prefix),
		cmocka_unit_test(a_full_disk_is_noticed),
		cmocka_unit_test(clean_text_is_utf8),
	};

	return cmocka_run_group_tests_name("report", tests, set_up, clean_up);
}

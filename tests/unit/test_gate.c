/* SPDX-License-Identifier: MIT */
/* What the gate reads: comments of C sources, diffs of git, SARIF; also when
 * they are damaged. And what an identity leaves out of a key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#include "gate/baseline.h"
#include "gate/comments.h"
#include "gate/git.h"
#include "gate/since.h"
#include "gate/suppress.h"
#include "store/identity.h"

/* ---- comments ---- */

/* The n-th comment of `source` is on `line` and speaks of first to last. */
static void speaks_of(const char *source, uint32_t n, uint32_t line,
		      uint32_t first, uint32_t last)
{
	struct lc_comments c;

	lc_comments_read(&c, source, strlen(source));
	if (n >= c.list.len)
		fail_msg("only %u comments in: %s", c.list.len, source);
	if (c.list.data[n].line != line || c.list.data[n].first != first ||
	    c.list.data[n].last != last)
		fail_msg("comment %u is on line %u, about %u to %u, in: %s", n,
			 c.list.data[n].line, c.list.data[n].first,
			 c.list.data[n].last, source);
	lc_comments_release(&c);
}

static void comments_find_their_code(void **state)
{
	(void)state;
	speaks_of("f(); // c\n", 0, 1, 1, 1);
	speaks_of("f(a,\n  b); /* c */\n", 0, 2, 1, 2);
	speaks_of("// c\nf(a,\n  b);\n", 0, 1, 2, 3);
	speaks_of("// c\n\nf();\n", 0, 1, 0, 0);
	speaks_of("// c\n", 0, 1, 0, 0);
	speaks_of("// a\n/* b\n */\nf();\n", 0, 1, 4, 4);
	speaks_of("// a\n/* b\n */\nf();\n", 1, 2, 4, 4);
	speaks_of("/* c */ f();\ng();\n", 0, 1, 1, 1);
	speaks_of("int f(void)\n{\n\tg(); // c\n\th();\n}\n", 0, 3, 3, 3);
	speaks_of("/* c */\nint f(void)\n{\n\tg();\n}\n", 0, 1, 2, 5);
	speaks_of("/* c */\nint f(void)\n{\n#if A\n\tif (x) {\n#else\n\tif (y) {"
		  "\n#endif\n\t}\n}\nint h(void)\n{\n}\n", 0, 1, 2, 10);
	speaks_of("#if 0\n}}\n#endif\n/* c */\nint f(void)\n{\n\tg();\n}\n", 0,
		  4, 5, 8);
	speaks_of("int f(void) {\n\tfor (a; b; c) // c\n\t\tg();\n}\n", 0, 2, 2,
		  2);
	speaks_of("#define X 1 // c\nf();\n", 0, 1, 1, 1);
	speaks_of("a; // one \\\n two\nb; // c\n", 1, 3, 3, 3);
}

static void strings_are_no_comments(void **state)
{
	static const char *const sources[] = {
		"char *s = \"/* c */\";", "char *s = \"// c\";",
		"char c = '\"', *s = \"/* c */\";", "char *s = \"\\\"/* c */\";",
		"char *s = \"a\\\n/* c */\";", "a / b; c /d; e *f;", "", "\"", "'",
		"#define S \"/* c */\"",
	};

	(void)state;
	for (size_t i = 0; i < LC_LEN(sources); i++) {
		struct lc_comments c;

		lc_comments_read(&c, sources[i], strlen(sources[i]));
		if (c.list.len)
			fail_msg("a comment in: %s", sources[i]);
		lc_comments_release(&c);
	}
}

/* ---- identity ---- */

static void identity_is(const char *key, const char *root, const char *want)
{
	char folder[] = "x y/z/", *folders[] = { folder };
	struct lc_words odd = { folders, 1, 1 };
	char *got = lc_identity(key, root, &odd);

	assert_string_equal(got, want);
	free(got);
}

static void identities_have_no_paths_and_lines(void **state)
{
	(void)state;
	identity_is("", "", "");
	identity_is("g@a.c@a.c|g yes a.c:f", "/r", "g@a.c@a.c|g yes a.c:f");
	identity_is("g@src/a.c@src/a.c|g src/a.c:f", "/r", "g@a.c@a.c|g a.c:f");
	identity_is("g@/h/my p/src/a.c@/h/my p/src/a.c|g", "/h/my p/build",
		    "g@a.c@a.c|g");
	identity_is("x y/z/a.c:f", "/r", "a.c:f");
	identity_is("anon@d/a.c:17:8@d/a.c.lock|c.lock", "/r",
		    "anon@a.c@a.c.lock|c.lock");
	identity_is("m@a.c@d/a.c:f:12|m return -1", "/r", "m@a.c@a.c:f|m return -1");
	identity_is("a>b b>a", "/", "a>b b>a");
}

/* ---- diffs ---- */

static const char diff[] =
	"diff --git a/a.c b/a.c\nindex 1..2 100644\n--- a/a.c\n+++ b/a.c\n"
	"@@ -3 +3,2 @@ int f(void)\n-old\n+new\n+++ b/no.c\n"
	"@@ -9,2 +10,0 @@\n--- a/no.c\n-x\n"
	"--- /dev/null\n+++ \"b/d/\\303\\251 \\\"q\\\".c\"\n@@ -0,0 +1,3 @@\n"
	"+@@ -1 +1 @@\n+b\n+c\n"
	"--- a/gone.c\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n";

static void diffs_are_read(void **state)
{
	struct lc_error err = LC_ERROR_INIT;
	struct lc_changes c = { 0 };
	const struct lc_changed_file *f;

	(void)state;
	assert_int_equal(lc_changes_parse(&c, diff, sizeof(diff) - 1, &err), 0);
	assert_int_equal(c.files.len, 3);
	f = &c.files.data[0];
	assert_string_equal(f->name, "/dev/null");
	f = &c.files.data[1];
	assert_string_equal(f->name, "a.c");
	assert_int_equal(f->hunks.len, 2);
	assert_int_equal(f->hunks.data[0].first, 3);
	assert_int_equal(f->hunks.data[0].last, 4);
	assert_int_equal(f->hunks.data[1].first, 10); /* around a deletion */
	assert_int_equal(f->hunks.data[1].last, 11);
	f = &c.files.data[2];
	assert_string_equal(f->name, "d/é \"q\".c");
	assert_int_equal(f->hunks.data[0].last, 3);
	lc_changes_release(&c);
}

/* ---- damage ---- */

static uint32_t next(uint32_t *seed)
{
	return *seed = *seed * 1664525u + 1013904223u;
}

/* `text` with a few bytes changed and perhaps its end cut off, as exactly so
 * many bytes of fresh memory: a sanitizer sees each step too far. */
static char *damaged(const char *text, size_t *n, uint32_t *seed)
{
	static const char bytes[] = "/*\"'\\\n\r{}()#:,+-@ \0\377a1";
	size_t len = strlen(text);
	char *copy;

	if (next(seed) >> 30 == 0)
		len = (next(seed) >> 8) % (len + 1);
	copy = lc_alloc(len + !len);
	memcpy(copy, text, len);
	for (int i = 0; len && i < 3; i++)
		copy[(next(seed) >> 8) % len] =
			bytes[(next(seed) >> 8) % (sizeof(bytes) - 1)];
	*n = len;
	return copy;
}

static const char source[] =
	"/* lockcheck-ignore-begin(double-acquire, x): \"a\n * b */\n"
	"int f(char *s) { // NOLINT(lockcheck-double-acquire)\n"
	"\tg('\\'', \"\\\"/*\"); /* lockcheck-ignore(lock-order-cycle): r */\n"
	"#define A(x) \\\n\t(x) // lockcheck-ignore-file(x): y\n}\n"
	"// lockcheck-ignore-end\n/* lockcheck-ignore: */ // NOLINTEND(lockcheck-a)\n";

/* ---- repositories ---- */

static void url_is(const char *url, const char *want)
{
	char *made = lc_git_public_url(url);

	if (!want && made)
		fail_msg("%s became %s", url, made);
	if (want)
		assert_string_equal(made ? made : "none", want);
	free(made);
}

static void addresses_tell_no_secrets(void **state)
{
	(void)state;
	url_is("https://host/a/b.git", "https://host/a/b.git");
	url_is("https://user:pass@word@host:8443/a", "https://host:8443/a");
	url_is("https://token@host/a@b", "https://host/a@b");
	url_is("ssh://git@host:22/a", "ssh://host:22/a");
	url_is("git@host:a/b.git", "ssh://host/a/b.git");
	url_is("git@host:/a/b.git", "ssh://host/a/b.git");
	url_is("https://host/a?token=1", NULL);
	url_is("https://user@", NULL);
	url_is("https:///a", NULL);
	url_is("/srv/git/a", NULL);
	url_is("../a@b:c", NULL);
	url_is("file:///srv/git/a", NULL);
	url_is("https://host/a b", NULL);
	url_is("https://host/\x1b[31m", NULL);
	url_is("", NULL);
}

static void damaged_sources_do_no_harm(void **state)
{
	struct lc_rules rules;
	uint32_t seed = 1;

	(void)state;
	lc_rules_init(&rules);
	for (int i = 0; i < 20000; i++) {
		struct lc_suppressions s = { 0 };
		size_t n;
		char *text = damaged(source, &n, &seed);

		lc_suppressions_add(&s, "a.c", text, n, &rules);
		lc_suppression_at(&s, "x", "a.c", 3);
		lc_suppressions_release(&s);
		free(text);
	}
	lc_rules_release(&rules);
}

static void damaged_diffs_do_no_harm(void **state)
{
	uint32_t seed = 2;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct lc_error err = LC_ERROR_INIT;
		struct lc_changes c = { 0 };
		size_t n;
		char *text = damaged(diff, &n, &seed);

		lc_changes_parse(&c, text, n, &err);
		lc_changes_release(&c);
		lc_error_release(&err);
		free(text);
	}
}

static const char sarif[] =
	"{\"runs\":[{\"tool\":{\"driver\":{\"name\":\"lockcheck\",\"rules\":["
	"{\"id\":\"a\",\"name\":\"A\",\"defaultConfiguration\":{\"level\":"
	"\"note\"}}]}},\"results\":[{\"ruleId\":\"a\",\"level\":\"error\","
	"\"message\":{\"text\":\"m\"},\"locations\":[{\"physicalLocation\":{"
	"\"artifactLocation\":{\"uri\":\"a%20b%.c%4\"},\"region\":{\"startLine\":7"
	"}}}],\"partialFingerprints\":{\"lockcheckCycle/v1\":\"12\"}}]}]}";

static void sarif_is_read_and_damage_is_told(void **state)
{
	char path[] = "/tmp/lc-test-gate-XXXXXX";
	int fd = mkstemp(path);
	uint32_t seed = 3;

	(void)state;
	assert_true(fd >= 0);
	for (int i = 0; i < 3000; i++) {
		struct lc_error err = LC_ERROR_INIT;
		struct lc_findings f;
		size_t n = sizeof(sarif) - 1;
		char *text = i ? damaged(sarif, &n, &seed) : lc_strdup(sarif);
		int rc;

		assert_int_equal(pwrite(fd, text, n, 0), n);
		assert_int_equal(ftruncate(fd, (off_t)n), 0);
		lc_findings_init(&f);
		rc = lc_findings_read(&f, path, &err);
		assert_true(rc == 0 || (rc == -1 && strstr(err.text, path)));
		if (!i) {
			assert_int_equal(f.findings.len, 1);
			assert_string_equal(f.findings.data[0].at.file,
					    "a b%.c%4");
			assert_int_equal(f.findings.data[0].at.line, 7);
		}
		lc_findings_release(&f);
		lc_error_release(&err);
		free(text);
	}
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comments_find_their_code),
		cmocka_unit_test(strings_are_no_comments),
		cmocka_unit_test(identities_have_no_paths_and_lines),
		cmocka_unit_test(diffs_are_read),
		cmocka_unit_test(addresses_tell_no_secrets),
		cmocka_unit_test(damaged_sources_do_no_harm),
		cmocka_unit_test(damaged_diffs_do_no_harm),
		cmocka_unit_test(sarif_is_read_and_damage_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

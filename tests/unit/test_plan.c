/* SPDX-License-Identifier: MIT */
/* Commands and flags as data, and compile databases good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "plan/command.h"
#include "plan/plan.h"

/* The words joined by '|'. */
static char *join(const struct lc_words *w)
{
	struct lc_buf b = {0};

	lc_buf_add(&b, "", 0);
	for (uint32_t i = 0; i < w->len; i++)
		lc_buf_printf(&b, "%s%s", i ? "|" : "", w->data[i]);
	return b.data;
}

static void splits(const char *line, const char *want)
{
	struct lc_error err = LC_ERROR_INIT;
	struct lc_words w = {0};
	char *got;

	assert_int_equal(lc_command_split(line, &w, &err), 0);
	got = join(&w);
	assert_string_equal(got, want);
	free(got);
	lc_words_release(&w);
}

static void test_split(void **state)
{
	(void)state;
	splits("", "");
	splits("  cc\t-c \n a.c ", "cc|-c|a.c");
	splits("cc -DA=\\\"x\\ y\\\" b", "cc|-DA=\"x y\"|b");
	splits("cc '-DA=\"x y\"' b", "cc|-DA=\"x y\"|b");
	splits("cc \"-DA=\\\"x\\\"\" b", "cc|-DA=\"x\"|b");
	splits("a''b \"\" ''", "ab||");
	splits("'a\\b' \"a\\b\" a\\b", "a\\b|a\\b|ab");
	splits("a'b'\"c\"d", "abcd");
	splits("$(rm -rf x) `y` *.c ; z", "$(rm|-rf|x)|`y`|*.c|;|z");
	splits("a\\\nb \"c\\\nd\"", "ab|cd");
	splits("x\\", "x\\");
}

static void test_split_open_quote(void **state)
{
	static const char *const bad[] = { "cc 'a", "cc \"a", "\"a\\\"", "'" };

	(void)state;
	for (size_t i = 0; i < LC_LEN(bad); i++) {
		struct lc_error err = LC_ERROR_INIT;
		struct lc_words w = {0};

		assert_int_equal(lc_command_split(bad[i], &w, &err), -1);
		assert_non_null(err.text);
		lc_error_release(&err);
		lc_words_release(&w);
	}
}

static void filters(const char *line, const char *want, uint32_t want_dropped)
{
	struct lc_error err = LC_ERROR_INIT;
	struct lc_words in = {0}, out = {0};
	uint32_t dropped = 0;
	char *all, *got;

	assert_int_equal(lc_command_split(line, &in, &err), 0);
	lc_flags_filter(in.data, in.len, &out, &dropped);
	got = join(&out);
	all = lc_asprintf("%s%s-w|-ferror-limit=0", want, *want ? "|" : "");
	assert_string_equal(got, all);
	assert_int_equal(dropped, want_dropped);
	free(all);
	free(got);
	lc_words_release(&in);
	lc_words_release(&out);
}

static void test_flags_kept(void **state)
{
	(void)state;
	filters("gcc -c a.c -o a.o", "", 0);
	filters("cc -DX -D Y=1 -UZ -U W", "-DX|-D|Y=1|-UZ|-U|W", 0);
	filters("cc -Ia -I b -isystem c -iquote d -include e.h -imacros f.h",
		"-Ia|-I|b|-isystem|c|-iquote|d|-include|e.h|-imacros|f.h", 0);
	filters("cc -std=gnu11 -x c -pthread -m32 -fshort-enums -fsigned-char",
		"-std=gnu11|-x|c|-pthread|-m32|-fshort-enums|-fsigned-char", 0);
	filters("cc --sysroot=/a --sysroot /b -nostdinc -ansi",
		"--sysroot=/a|--sysroot|/b|-nostdinc|-ansi", 0);
	filters("cc -march=x86-64 -msse4.2 -mno-avx -fms-extensions",
		"-march=x86-64|-msse4.2|-mno-avx|-fms-extensions", 0);
	/* Dependent on what precedes: an argument is no flag. */
	filters("cc -I -O2 -D -g", "-I|-O2|-D|-g", 0);
}

static void test_flags_dropped(void **state)
{
	(void)state;
	filters("cc -O2 -g3 -Wall -W -pipe -v", "", 6);
	filters("cc -MD -MP -MF a.d -MT a.o -MQ a.o -Wp,-MMD,x.d -DX", "-DX", 6);
	filters("cc -Xclang -load -Xclang ./p.so -fplugin=./q.so -DX", "-DX", 3);
	filters("cc --serialize-diagnostics x -ftime-trace -save-temps @r -DX",
		"-DX", 4);
	filters("cc -fno-allow-store-data-races -fconserve-stack "
		"-mindirect-branch=thunk-extern -mpreferred-stack-boundary=3 "
		"-fno-ipa-sra -flto=auto -fsanitize=address -mno-fp-ret-in-387",
		"", 8);
	filters("cc -D_FORTIFY_SOURCE=2 -D _FORTIFY_SOURCE -U_FORTIFY_SOURCE "
		"-D_GNU_SOURCE", "-D_GNU_SOURCE", 3);
	filters("cc -include-pch a.pch -include b.h", "-include|b.h", 1);
	/* An argument that looks like a flag to keep. */
	filters("cc -MF -DX -o -DY", "", 1);
	/* Its argument is missing: libclang must not see it. */
	filters("cc -DX -I", "-DX", 1);
}

static bool is_c(const char *line, const char *file)
{
	struct lc_error err = LC_ERROR_INIT;
	struct lc_words w = {0};
	bool yes;

	assert_int_equal(lc_command_split(line, &w, &err), 0);
	yes = lc_command_is_c(w.data, w.len, file);
	lc_words_release(&w);
	return yes;
}

static void test_language(void **state)
{
	(void)state;
	assert_true(is_c("gcc -c a.c", "a.c"));
	assert_true(is_c("ccache /usr/bin/x86_64-linux-gnu-gcc a.i", "a.i"));
	assert_true(is_c("g++ -x c a.cc", "a.cc"));
	assert_true(is_c("gcc -x c++ -xc a.cc", "a.cc"));
	assert_true(is_c("gcc c++/a.c", "c++/a.c"));
	assert_false(is_c("gcc -c a.cc", "a.cc"));
	assert_false(is_c("gcc -c a.S", "a.S"));
	assert_false(is_c("gcc -x c++ a.c", "a.c"));
	assert_false(is_c("gcc -x c-header a.h", "a.h"));
	assert_false(is_c("clang++-19 a.c", "a.c"));
	assert_false(is_c("ccache g++ a.c", "a.c"));
}

/* ---- whole plans, in a directory of their own ---- */

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static char *start_dir;

static int enter(void **state)
{
	char *dir = lc_strdup("/tmp/lc_plan_XXXXXX");

	*state = dir;
	start_dir = realpath(".", NULL);
	if (!mkdtemp(dir) || chdir(dir) || mkdir("build", 0777) ||
	    mkdir("src", 0777) || mkdir("src/sub", 0777))
		return -1;
	put("src/a.c", "");
	put("src/b.c", "");
	put("src/sub/c.c", "");
	put("src/t.h", "");
	put("build/db", ""); /* no database by its name */
	return 0;
}

static int leave(void **state)
{
	char *rm = lc_asprintf("rm -rf %s", (char *)*state);
	int rc = chdir(start_dir) || system(rm);

	free(rm);
	free(*state);
	free(start_dir);
	return rc;
}

/* "name flags;…" of all jobs, or the error's sentence. */
static char *plan_text(const struct lc_plan_options *o)
{
	struct lc_error err = LC_ERROR_INIT;
	struct lc_plan plan = {0};
	struct lc_buf b = {0};

	lc_buf_add(&b, "", 0);
	if (lc_plan_make(&plan, o, &err)) {
		lc_buf_printf(&b, "error: %s", err.text);
		lc_error_release(&err);
	} else {
		for (uint32_t i = 0; i < plan.jobs.len; i++) {
			const struct lc_job *job = &plan.jobs.data[i];

			lc_buf_str(&b, job->name);
			for (uint32_t k = 0; k + 2 < job->argc; k++)
				lc_buf_printf(&b, " %s", job->argv[k]);
			lc_buf_str(&b, ";");
		}
		for (uint32_t i = 0; i < plan.notes.len; i++)
			lc_buf_printf(&b, "note: %s", plan.notes.data[i]);
	}
	lc_plan_release(&plan);
	return b.data;
}

static void plans(const char *database, const char *path, const char *flag,
		  const char *want)
{
	struct lc_plan_options o = { .databases = &database,
				     .ndatabases = database != NULL };
	char *got;

	o.paths = &path;
	o.npaths = path != NULL;
	o.flags = flag ? &flag : NULL;
	o.nflags = flag && *flag;
	got = plan_text(&o);
	assert_string_equal(got, want);
	free(got);
}

static void test_plan_without_database(void **state)
{
	(void)state;
	plans(NULL, "src", NULL, "src/a.c;src/b.c;src/sub/c.c;");
	plans(NULL, "src/../src/a.c", NULL, "src/a.c;");
	plans(NULL, "src/sub", "-DX", "src/sub/c.c -DX;");
	plans(NULL, "nope.c", NULL, "error: nope.c does not exist");
	plans(NULL, "src/t.h", NULL,
	      "error: src/t.h is no C source (.c or .i) and no directory");
	plans(NULL, "build", NULL, "error: there is no C source (*.c) in build");
	plans(NULL, "src/a.c", "b.c",
	      "error: b.c stands after --, where only compiler flags may stand");
}

static void test_plan_with_database(void **state)
{
	(void)state;
	put("build/compile_commands.json",
	    "[{\"directory\":\"../build\",\"file\":\"../src/b.c\","
	    "  \"command\":\"gcc -O2 -DB -c ../src/b.c\"},\n"
	    " {\"directory\":\".\",\"file\":\"../src/a.c\","
	    "  \"arguments\":[\"gcc\",\"-DA2\"]},\n"
	    " {\"directory\":\".\",\"file\":\"../src/a.c\","
	    "  \"arguments\":[\"gcc\",\"-DA\",\"-O3\"]},\n"
	    " {\"directory\":\".\",\"file\":\"../src/../src/a.c\","
	    "  \"arguments\":[\"gcc\",\"-DA\"]},\n"
	    " {\"directory\":\".\",\"file\":\"../src/x.cc\","
	    "  \"command\":\"g++ -c x.cc\"}]");
	plans(NULL, NULL, NULL, "src/a.c -DA;src/a.c -DA2;src/b.c -DB;");
	plans("build", "src/b.c", NULL, "src/b.c -DB;");
	plans("build/compile_commands.json", "src", NULL,
	      "src/a.c -DA;src/a.c -DA2;src/b.c -DB;");
	plans(NULL, "src/sub", NULL,
	      "src/sub/c.c;note: src/sub is not listed in "
	      "build/compile_commands.json: analysed without compiler flags");
	plans("build", "src/sub", NULL,
	      "error: build/compile_commands.json lists no C source that is "
	      "src/sub or below it");
	plans("build", "src", "-DX",
	      "error: -p and compiler flags after -- exclude each other: the "
	      "database has the flags");
	plans("nope", NULL, NULL, "error: nope does not exist (wanted by -p)");
	assert_int_equal(unlink("build/compile_commands.json"), 0);
}

static void test_plan_bad_database(void **state)
{
	static const struct {
		const char *text, *want;
	} bad[] = {
		{ "{}", "1: a compile database is an array of entries" },
		{ "[\n1]", "2: an entry must be an object" },
		{ "[{\"file\":\"a.c\"}]",
		  "1: an entry needs \"directory\" (a string)" },
		{ "[\n{\"file\":\"]}\\\"\",\"directory\":\"/\",\"command\":\"a\"},"
		  "\n\n{\"directory\":\"/\"}]",
		  "4: an entry needs \"file\" (a string)" },
		{ "[{\"file\":\"a.c\",\"directory\":\"/\"}]",
		  "1: an entry needs \"command\" (a string) or \"arguments\" "
		  "(an array of strings)" },
		{ "[{\"file\":\"a.c\",\"directory\":\"/\",\"command\":\"'\"}]",
		  "1: a quotation in \"command\" is not closed" },
		{ "[{\"file\":\"a.c\",\"directory\":\"/\",\"arguments\":[1]}]",
		  "1: \"arguments\" may only hold strings" },
		{ "[{\"file\":\"a.c\",\"directory\":\"/\",\"arguments\":[]}]",
		  "1: the command is empty" },
	};

	(void)state;
	for (size_t i = 0; i < LC_LEN(bad); i++) {
		char *want = lc_asprintf("error: bad.json:%s", bad[i].want);

		put("bad.json", bad[i].text);
		plans("bad.json", NULL, NULL, want);
		free(want);
	}
	put("bad.json", "[]");
	plans("bad.json", NULL, NULL,
	      "error: bad.json lists no C source (entries: 0, none of them C)");
	put("bad.json", "[\n{]");
	plans("bad.json", NULL, NULL,
	      "error: bad.json:2: not valid JSON: string or '}' expected near "
	      "']'");
}

static void test_paths(void **state)
{
	static const struct {
		const char *path, *want;
	} normal[] = {
		{ "/a/./b//c/../d", "/a/b/d" }, { "/../a", "/a" },
		{ "a/../..", ".." },		{ "../../a", "../../a" },
		{ "./", "." },			{ "/", "/" },
		{ "a/b/../../c", "c" },		{ "/a/..", "/" },
	};

	(void)state;
	for (size_t i = 0; i < LC_LEN(normal); i++) {
		char *got = lc_path_normal(normal[i].path);

		assert_string_equal(got, normal[i].want);
		free(got);
	}
	assert_true(lc_path_below("/a", "/a/b"));
	assert_true(lc_path_below("/a", "/a"));
	assert_false(lc_path_below("/a", "/ab"));
	assert_true(lc_path_below("/", "/ab"));
	assert_string_equal(lc_path_from("/a", "/a/b"), "b");
	assert_string_equal(lc_path_from("/", "/a/b"), "a/b");
	assert_string_equal(lc_path_from("/a", "/ab/c"), "/ab/c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_split_open_quote),
		cmocka_unit_test(test_flags_kept),
		cmocka_unit_test(test_flags_dropped),
		cmocka_unit_test(test_language),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_plan_without_database),
		cmocka_unit_test(test_plan_with_database),
		cmocka_unit_test(test_plan_bad_database),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}

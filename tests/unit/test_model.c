/* SPDX-License-Identifier: MIT */
/* The model loader: our own files, and each way to get one wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/model.h"

static char path[] = "/tmp/lc_model_XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int drop_file(void **state)
{
	(void)state;
	return unlink(path);
}

static int load(struct lc_models *m, const char *text, size_t n,
		struct lc_error *err)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	return lc_models_load(m, path, err);
}

static void test_our_models(void **state)
{
	struct lc_error err = LC_ERROR_INIT;
	const struct lc_model *lock, *try, *create;
	struct lc_models m;

	(void)state;
	lc_models_init(&m);
	if (lc_models_load_dir(&m, LC_RULES_DIR "/models", &err))
		fail_msg("%s", err.text);
	lock = lc_models_find(&m, "pthread_mutex_lock");
	assert_non_null(lock);
	assert_int_equal(lock->op, LC_MODEL_ACQUIRE);
	assert_int_equal(lock->lock, 0);
	assert_int_equal(lock->kind, LC_KIND_MUTEX);
	assert_int_equal(lock->attr, LC_ARG_NONE);
	assert_string_equal(lc_str(&m.strings, lock->api), "pthread");
	try = lc_models_find(&m, "pthread_mutex_trylock");
	assert_non_null(try);
	assert_int_equal(try->blocking, LC_BLOCK_TRY);
	assert_int_equal(try->success, LC_SUCCESS_ERRNO);
	create = lc_models_find(&m, "pthread_create");
	assert_non_null(create);
	assert_int_equal(create->entry, 2);
	assert_int_equal(create->arg, 3);
	assert_null(lc_models_find(&m, "printf_no_such_function"));
	assert_null(lc_models_find(&m, "pthread")); /* a string, no function */
	lc_models_release(&m);
}

static void test_every_field(void **state)
{
	static const char text[] =
		"functions:\n"
		"  f: {op: acquire, lock: return, kind: rwlock, mode: shared,\n"
		"      blocking: timed, success: nonnull, fails: true, attr: 1,\n"
		"      type: 2, type_mask: 0xff, values: {0: mutex, -1: gil},\n"
		"      handle: 3, entry: 4, arg: 5, cond: 6, count: 7,\n"
		"      noreturn: true}\n"
		"  g: {op: release, fixed: gil, kind: gil, mode: any}\n"
		"initialisers: {I: {kind: recursive}}\n"
		"types: {t: {kind: spin}}\n"
		"name: x\n";
	struct lc_error err = LC_ERROR_INIT;
	const struct lc_model *f, *g;
	struct lc_models m;

	(void)state;
	lc_models_init(&m);
	if (load(&m, text, sizeof(text) - 1, &err))
		fail_msg("%s", err.text);
	f = lc_models_find(&m, "f");
	assert_int_equal(f->lock, LC_ARG_RETURN);
	assert_int_equal(f->kind, LC_KIND_RWLOCK);
	assert_int_equal(f->mode, LC_MODE_SHARED);
	assert_int_equal(f->blocking, LC_BLOCK_TIMED);
	assert_int_equal(f->success, LC_SUCCESS_NONNULL);
	assert_true(f->fails && f->noreturn);
	assert_int_equal(f->attr, 1);
	assert_int_equal(f->type, 2);
	assert_int_equal(f->mask, 0xff);
	assert_int_equal(f->nvalues, 2);
	assert_int_equal(m.values.data[f->first_value + 1].value, -1);
	assert_int_equal(m.values.data[f->first_value + 1].kind, LC_KIND_GIL);
	assert_int_equal(f->handle, 3);
	assert_int_equal(f->entry, 4);
	assert_int_equal(f->arg, 5);
	assert_int_equal(f->cond, 6);
	assert_int_equal(f->count, 7);
	assert_int_equal(f->line, 2);
	assert_string_equal(lc_str(&m.strings, f->api), "x");
	g = lc_models_find(&m, "g");
	assert_string_equal(lc_str(&m.strings, g->fixed), "gil");
	assert_int_equal(g->mode, LC_MODE_ANY);
	assert_int_equal(g->lock, LC_ARG_NONE);
	assert_int_equal(m.initialisers.len, 1);
	assert_int_equal(m.types.data[0].kind, LC_KIND_SPIN);
	lc_models_release(&m);
}

static void test_later_file_wins(void **state)
{
	static const char one[] = "name: a\nfunctions:\n"
				  "  f: {op: acquire, lock: 0, kind: spin}\n"
				  "  g: {op: nop}\ntypes: {t: {kind: spin}}\n";
	static const char two[] = "name: b\nfunctions: {f: {op: release, lock: 1}}\n"
				  "types: {t: {kind: mutex}}\n";
	struct lc_error err = LC_ERROR_INIT;
	const struct lc_model *f;
	struct lc_models m;

	(void)state;
	lc_models_init(&m);
	assert_int_equal(load(&m, one, sizeof(one) - 1, &err), 0);
	assert_int_equal(load(&m, two, sizeof(two) - 1, &err), 0);
	f = lc_models_find(&m, "f");
	assert_int_equal(f->op, LC_MODEL_RELEASE);
	assert_int_equal(f->kind, LC_KIND_UNKNOWN);
	assert_string_equal(lc_str(&m.strings, f->api), "b");
	assert_non_null(lc_models_find(&m, "g"));
	assert_int_equal(m.models.len, 2);
	assert_int_equal(m.types.len, 1);
	assert_int_equal(m.types.data[0].kind, LC_KIND_MUTEX);
	lc_models_release(&m);
}

/* Each file, and a part of the sentence it must give, line included. */
static const struct {
	const char *text, *want;
} wrong[] = {
	{ "", ":1: a model file must be a mapping" },
	{ "[]", ":1: a model file must be a mapping" },
	{ "functions: {}\n", ":1: a model file needs a name" },
	{ "name: [a]\n", ":1: name must be a single value" },
	{ "name: x\nfunc: {}\n", ":2: \"func\" is no section" },
	{ "name: x\nfunctions: 3\n", ":2: functions must be a mapping" },
	{ "name: x\nfunctions:\n  f: 1\n", ":3: f must be a mapping" },
	{ "name: x\nfunctions:\n  f: {lock: 0}\n", ":3: f needs an op" },
	{ "name: x\nfunctions:\n  f: {op: lock}\n", ":3: \"lock\" is no op" },
	{ "name: x\nfunctions:\n  f: {op: none}\n", ":3: \"none\" is no op" },
	{ "name: x\nfunctions:\n  f: {op: acquire}\n",
	  ":3: f: op acquire needs the field lock" },
	{ "name: x\nfunctions:\n  f: {op: start}\n", "needs the field entry" },
	{ "name: x\nfunctions:\n  f:\n    op: nop\n    locks: 0\n",
	  ":5: f: \"locks\" is no field; allowed: op, lock" },
	{ "name: x\nfunctions:\n  f: {op: release, lock: -1}\n",
	  ":3: lock must be an argument number from 0 to 63, or return" },
	{ "name: x\nfunctions:\n  f: {op: release, lock: 64}\n", "0 to 63" },
	{ "name: x\nfunctions:\n  f: {op: release, lock: one}\n", "\"one\"" },
	{ "name: x\nfunctions:\n  f: {op: once, entry: return}\n", "0 to 63" },
	{ "name: x\nfunctions:\n  f: {op: release, lock: 0, fixed: a}\n",
	  "has both lock and fixed" },
	{ "name: x\nfunctions:\n  f: {op: nop, fails: yes}\n",
	  ":3: fails must be true or false, not \"yes\"" },
	{ "name: x\nfunctions:\n  f: {op: nop, values: {0: mutex}}\n",
	  "values say nothing without type" },
	{ "name: x\nfunctions:\n  f: {op: nop, type: 0, values: {a: mutex}}\n",
	  "a whole number, not \"a\"" },
	{ "name: x\nfunctions:\n  f: {op: nop, type: 0, values: {0: mutx}}\n",
	  "\"mutx\" is no kind" },
	{ "name: x\nfunctions:\n  f: {op: nop}\n  g: {op: nop}\n  f: {op: nop}\n",
	  ":5: \"f\" stands here a second time (first on line 3)" },
	{ "name: x\ntypes: {t: {}}\n", ":2: t needs a kind" },
	{ "name: x\ntypes: {t: {op: nop}}\n", ":2: \"op\" is no field" },
	{ "name: x\ninitialisers: {t: {kind: x}}\n", ":2: \"x\" is no kind" },
	{ "name: x\nfunctions:\n  f: [a\n", "not valid YAML" },
	{ "name: x\n---\nname: y\n", ":3: a second document" },
	{ "name: x\n\xff\n", "not UTF-8" },
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < LC_LEN(wrong); i++) {
		struct lc_error err = LC_ERROR_INIT;
		struct lc_models m;

		lc_models_init(&m);
		if (!load(&m, wrong[i].text, strlen(wrong[i].text), &err))
			fail_msg("accepted: %s", wrong[i].text);
		if (strncmp(err.text, path, strlen(path)) ||
		    !strstr(err.text, wrong[i].want))
			fail_msg("%s\nlacks: %s", err.text, wrong[i].want);
		lc_error_release(&err);
		lc_models_release(&m);
	}
}

static void test_missing_file(void **state)
{
	struct lc_error err = LC_ERROR_INIT;
	struct lc_models m;

	(void)state;
	lc_models_init(&m);
	assert_int_equal(lc_models_load(&m, "/nonexistent.yaml", &err), -1);
	assert_string_equal(err.text, "cannot read /nonexistent.yaml: No such "
				      "file or directory");
	lc_error_release(&err);
	assert_int_equal(lc_models_load_dir(&m, "/nonexistent", &err), -1);
	assert_non_null(err.text);
	lc_error_release(&err);
	lc_models_release(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_our_models),
		cmocka_unit_test(test_every_field),
		cmocka_unit_test(test_later_file_wins),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_missing_file),
	};

	return cmocka_run_group_tests(tests, make_file, drop_file);
}

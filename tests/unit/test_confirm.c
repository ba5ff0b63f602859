/* SPDX-License-Identifier: MIT */
/* The search for deadlocks in tuples, and the reading of record files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

#include "confirm/predict.h"
#include "confirm/record.h"

/* ---- prediction ---- */

/* thread wants `wanted` while it holds the locks of `held`, "12" being 1, 2;
 * a reader's lock has 'r' before it. */
static void wants(struct lc_deps *d, uint32_t thread, uint32_t segment,
		  const char *held, uint32_t wanted)
{
	struct lc_dep *dep = lc_push(&d->deps);
	bool shared = false;

	dep->thread = thread;
	dep->segment = segment;
	dep->wanted = wanted;
	dep->site = thread * 100 + wanted;
	dep->first_hold = d->holds.len;
	for (; *held; held++) {
		if (*held == 'r') {
			shared = true;
			continue;
		}
		*lc_push(&d->holds) = (struct lc_hold){
			(uint32_t)(*held - '0'), shared, false,
			thread * 1000 + (uint64_t)*held
		};
		dep->nholds++;
		shared = false;
	}
}

static void expect(struct lc_deps *d, uint32_t n, enum lc_reason reason)
{
	struct lc_chains c = {0};

	lc_predict(d, &c);
	assert_int_equal(c.chains.len, n);
	if (n)
		assert_int_equal(c.chains.data[0].reason, reason);
	assert_false(c.cut);
	lc_chains_release(&c);
	lc_deps_release(d);
}

/* The last dependency's thread will wake who waits for `object`. */
static void will_wake(struct lc_deps *d, uint32_t object)
{
	*lc_push(&d->holds) = (struct lc_hold){ object, false, true, object };
	d->deps.data[d->deps.len - 1].nholds++;
}

static void a_wait_with_the_lock_its_waker_needs(void **state)
{
	struct lc_deps d = {0};

	(void)state;
	wants(&d, 1, 1, "1", 8);
	d.deps.data[0].wait = true;
	wants(&d, 2, 1, "", 1);
	will_wake(&d, 8);
	expect(&d, 1, LC_REASON_NONE);
}

static void what_two_will_signal_is_no_gate(void **state)
{
	struct lc_deps d = {0};

	(void)state;
	wants(&d, 1, 1, "1", 2);
	will_wake(&d, 8);
	wants(&d, 2, 1, "2", 1);
	will_wake(&d, 8);
	expect(&d, 1, LC_REASON_NONE);
}

static void opposite_orders_can_deadlock(void **state)
{
	struct lc_deps d = {0};

	(void)state;
	wants(&d, 1, 1, "1", 2);
	wants(&d, 2, 1, "2", 1);
	expect(&d, 1, LC_REASON_NONE);
}

static void one_order_is_no_cycle(void **state)
{
	struct lc_deps d = {0};

	(void)state;
	wants(&d, 1, 1, "1", 2);
	wants(&d, 2, 1, "1", 2);
	wants(&d, 2, 1, "2", 3);
	expect(&d, 0, LC_REASON_NONE);
}

static void a_ring_of_three(void **state)
{
	struct lc_deps d = {0};

	(void)state;
	wants(&d, 1, 1, "1", 2);
	wants(&d, 2, 1, "2", 3);
	wants(&d, 3, 1, "3", 1);
	expect(&d, 1, LC_REASON_NONE);
}

static void one_thread_does_not_meet_itself(void **state)
{
	struct lc_deps d = {0};

	(void)state;
	wants(&d, 1, 1, "1", 2);
	wants(&d, 1, 1, "2", 1);
	expect(&d, 1, LC_REASON_SAME_THREAD);
}

static void a_gate_keeps_them_apart(void **state)
{
	struct lc_deps d = {0};

	(void)state;
	wants(&d, 1, 1, "51", 2);
	wants(&d, 2, 1, "52", 1);
	expect(&d, 1, LC_REASON_GATE);
}

static void a_gate_of_readers_does_not(void **state)
{
	struct lc_deps d = {0};

	(void)state;
	wants(&d, 1, 1, "r51", 2);
	wants(&d, 2, 1, "r52", 1);
	expect(&d, 1, LC_REASON_NONE);
}

static void a_try_does_not_wait(void **state)
{
	struct lc_deps d = {0};

	(void)state;
	wants(&d, 1, 1, "1", 2);
	wants(&d, 2, 1, "2", 1);
	d.deps.data[1].bounded = true;
	expect(&d, 1, LC_REASON_BOUNDED);
}

static void readers_do_not_exclude_readers(void **state)
{
	struct lc_deps d = {0};

	(void)state;
	wants(&d, 1, 1, "r1", 2);
	wants(&d, 2, 1, "r2", 1);
	d.deps.data[0].shared = d.deps.data[1].shared = true;
	expect(&d, 1, LC_REASON_SHARED);
	wants(&d, 1, 1, "r1", 2);
	wants(&d, 2, 1, "r2", 1);
	d.deps.data[0].shared = true; /* the other wants to write */
	expect(&d, 1, LC_REASON_SHARED);
	wants(&d, 1, 1, "r1", 2);
	wants(&d, 2, 1, "r2", 1);
	expect(&d, 1, LC_REASON_NONE);
}

/* 1 creates 2, joins it, then creates 3. */
static void joined_before_the_other(void **state)
{
	struct lc_deps d = {0};

	(void)state;
	*lc_push(&d.orders) = (struct lc_order){ 2, 1, 1, 1 };
	*lc_push(&d.orders) = (struct lc_order){ 1, 3, 2, 1 };
	*lc_push(&d.orders) = (struct lc_order){ 3, 1, 1, 3 };
	assert_true(lc_ordered(&d, 2, 1, 3, 1));
	assert_false(lc_ordered(&d, 3, 1, 2, 1));
	assert_true(lc_ordered(&d, 1, 1, 2, 1));
	assert_false(lc_ordered(&d, 1, 2, 2, 1));
	wants(&d, 2, 1, "1", 2);
	wants(&d, 3, 1, "2", 1);
	expect(&d, 1, LC_REASON_ORDERED);
}

/* Of two ways to make the same cycle the one that can deadlock is told. */
static void the_worst_choice_counts(void **state)
{
	struct lc_deps d = {0};

	(void)state;
	wants(&d, 1, 1, "51", 2);
	wants(&d, 2, 1, "52", 1);
	wants(&d, 2, 1, "2", 1);
	expect(&d, 1, LC_REASON_NONE);
}

static void choices_tell_the_nearest_reason(void **state)
{
	struct lc_deps d = {0};
	struct lc_choices m[2] = {{{0}}};
	struct lc_chain c;

	(void)state;
	wants(&d, 1, 1, "1", 2);
	wants(&d, 2, 1, "3", 1);
	*lc_push(&m[0].list) = (struct lc_choice){ 0, 0 };
	*lc_push(&m[1].list) = (struct lc_choice){ 1, 1 };
	c = lc_choose(&d, m, 2);
	assert_int_equal(c.reason, LC_REASON_ALIASING);
	wants(&d, 1, 1, "2", 1);
	*lc_push(&m[1].list) = (struct lc_choice){ 2, 2 };
	c = lc_choose(&d, m, 2);
	assert_int_equal(c.reason, LC_REASON_SAME_THREAD);
	wants(&d, 2, 1, "2", 1);
	*lc_push(&m[1].list) = (struct lc_choice){ 3, 3 };
	c = lc_choose(&d, m, 2);
	assert_int_equal(c.reason, LC_REASON_NONE);
	lc_array_release(&m[0].list);
	lc_array_release(&m[1].list);
	lc_deps_release(&d);
}

/* ---- record files ---- */

enum { HEAD = 256, BLOCK = 256 };

struct file {
	_Alignas(8) char bytes[HEAD + 2 * BLOCK];
	size_t len;
};

static void make(struct file *f)
{
	struct lc_rec_file h = {
		.version = LC_REC_VERSION,
		.header_bytes = HEAD,
		.block_bytes = BLOCK,
		.pid = 1,
		.exe_len = 4,
		.command_len = 6,
	};
	struct lc_rec_block b = { LC_REC_BLOCK_MAGIC, 1, 0 };
	struct lc_rec_segment s = {
		.rec = { sizeof(s), LC_REC_SEGMENT, 0, 1 },
		.thread = 1, .segment = 1, .why = LC_WHY_START,
	};
	struct lc_rec unknown = { 24, 999, 0, 2 };
	char *at = f->bytes + HEAD;

	memset(f, 0, sizeof(*f));
	memcpy(h.magic, LC_REC_MAGIC, sizeof(h.magic));
	memcpy(f->bytes, &h, sizeof(h));
	memcpy(f->bytes + sizeof(h), "/bin", 4);
	memcpy(f->bytes + sizeof(h) + 4, "a\0b c", 6);
	memcpy(at, &b, sizeof(b));
	memcpy(at + sizeof(b), &unknown, sizeof(unknown));
	memcpy(at + sizeof(b) + 24, &s, sizeof(s));
	s.thread = 2;
	memcpy(at + BLOCK, &b, sizeof(b));
	memcpy(at + BLOCK + sizeof(b), &s, sizeof(s));
	f->len = sizeof(f->bytes);
}

/* NULL: it can be read. */
static const char *fault_of(const struct file *f, struct lc_record *r)
{
	static char text[200];
	char path[] = "/tmp/lockcheck-test-XXXXXX";
	struct lc_error err = LC_ERROR_INIT;
	int fd = mkstemp(path), rc;
	char *name;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, f->bytes, f->len), (ssize_t)f->len);
	close(fd);
	rc = lc_record_read(r, path, &err);
	unlink(path);
	*text = 0;
	if (rc) {
		name = strstr(err.text, path);
		assert_non_null(name);
		snprintf(text, sizeof(text), "%s", name + strlen(path));
	}
	lc_error_release(&err);
	return rc ? text : NULL;
}

static void a_record_is_read(void **state)
{
	struct lc_record r;
	struct file f;

	(void)state;
	make(&f);
	assert_null(fault_of(&f, &r));
	assert_int_equal(r.segments.len, 2);
	assert_int_equal(r.segments.data[1]->thread, 2);
	assert_string_equal(r.exe, "/bin");
	assert_string_equal(r.command, "a b c");
	assert_false(r.cut);
	lc_record_release(&r);
}

static void other_files_are_refused(void **state)
{
	struct lc_record r;
	struct file f;

	(void)state;
	make(&f);
	f.len = 0;
	assert_non_null(strstr(fault_of(&f, &r), " is empty"));
	lc_record_release(&r);
	f.len = 20;
	assert_non_null(strstr(fault_of(&f, &r), " is no record file"));
	lc_record_release(&r);
	make(&f);
	f.bytes[0] = 'X';
	assert_non_null(strstr(fault_of(&f, &r), " is no record file"));
	lc_record_release(&r);
	make(&f);
	f.bytes[8] = 9;
	assert_non_null(strstr(fault_of(&f, &r), "of version 9"));
	lc_record_release(&r);
	make(&f);
	((struct lc_rec_file *)f.bytes)->exe_len = 100000;
	assert_non_null(strstr(fault_of(&f, &r), " is damaged"));
	lc_record_release(&r);
}

/* Whatever is cut off or overwritten: it is read without a fault of ours. */
static void cut_and_damaged_ones_are_read(void **state)
{
	struct lc_record r;
	struct file f;

	(void)state;
	for (size_t len = 0; len <= sizeof(f.bytes); len++) {
		make(&f);
		f.len = len;
		fault_of(&f, &r);
		lc_record_release(&r);
	}
	make(&f);
	f.len -= BLOCK / 2;
	assert_null(fault_of(&f, &r));
	assert_true(r.cut);
	assert_int_equal(r.segments.len, 2);
	lc_record_release(&r);
	for (size_t i = 0; i < sizeof(f.bytes); i++) {
		make(&f);
		f.bytes[i] = (char)0xff;
		fault_of(&f, &r);
		lc_record_release(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wait_with_the_lock_its_waker_needs),
		cmocka_unit_test(what_two_will_signal_is_no_gate),
		cmocka_unit_test(opposite_orders_can_deadlock),
		cmocka_unit_test(one_order_is_no_cycle),
		cmocka_unit_test(a_ring_of_three),
		cmocka_unit_test(one_thread_does_not_meet_itself),
		cmocka_unit_test(a_gate_keeps_them_apart),
		cmocka_unit_test(a_gate_of_readers_does_not),
		cmocka_unit_test(a_try_does_not_wait),
		cmocka_unit_test(readers_do_not_exclude_readers),
		cmocka_unit_test(joined_before_the_other),
		cmocka_unit_test(the_worst_choice_counts),
		cmocka_unit_test(choices_tell_the_nearest_reason),
		cmocka_unit_test(a_record_is_read),
		cmocka_unit_test(other_files_are_refused),
		cmocka_unit_test(cut_and_damaged_ones_are_read),
	};

	return cmocka_run_group_tests_name("confirm", tests, NULL, NULL);
}

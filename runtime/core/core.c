/* SPDX-License-Identifier: MIT */
/*
 * Start, options, and who is inside the core.
 */
#include "internal.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

LC_RT_TLS struct lc_rt_tls lc_rt_tls;
struct lc_rt_edge lc_rt_no_edge = { .key = LC_RT_KEY_NONE };
uint32_t lc_rt_generations[LC_RT_GENERATIONS];
uint32_t lc_rt_state;
bool lc_rt_steered;
struct lc_rt_options lc_rt_options = { .report_fd = 2 };
/* The shim's, where there is one: known before any constructor. */
extern const struct lc_rt_probe lc_shim_probe
	__attribute__((weak, visibility("hidden")));
const struct lc_rt_probe *lc_rt_probe = &lc_shim_probe;

enum { STARTING = 3 };

/* ---- options ---- */

struct word {
	const char *word;
	int value;
};

static const struct word hang_words[] = {
	{ "report", LC_RT_HANG_REPORT }, { "abort", LC_RT_HANG_ABORT },
	{ "dump", LC_RT_HANG_DUMP },	 { "exit", LC_RT_HANG_EXIT },
	{ "ignore", LC_RT_HANG_IGNORE }, { NULL, 0 },
};

static const struct word misuse_words[] = {
	{ "report", LC_RT_MISUSE_REPORT }, { "abort", LC_RT_MISUSE_ABORT },
	{ "exit", LC_RT_MISUSE_EXIT },	   { "record", LC_RT_MISUSE_RECORD },
	{ "ignore", LC_RT_MISUSE_IGNORE }, { NULL, 0 },
};

/* The value of variable `name` among words, else the first one's. */
static int option_word(const char *name, const struct word *words)
{
	const char *text = getenv(name);

	if (!text || !*text)
		return words[0].value;
	for (const struct word *w = words; w->word; w++)
		if (!strcmp(text, w->word))
			return w->value;
	lc_rt_say("lockcheck: %s=%s is not understood, taken as '%s'\n", name,
		  text, words[0].word);
	return words[0].value;
}

static uint64_t option_number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);
	char *end;
	unsigned long n;

	if (!text || !*text)
		return otherwise;
	n = strtoul(text, &end, 10);
	if (!*end)
		return n;
	lc_rt_say("lockcheck: %s=%s is not a number, taken as %lu\n", name,
		  text, (unsigned long)otherwise);
	return otherwise;
}

static const char *option_text(const char *name)
{
	const char *text = getenv(name);
	char *copy;

	if (!text || !*text)
		return NULL;
	/* Programs write over their environment (setproctitle). */
	copy = lc_rt_alloc(strlen(text) + 1);
	return strcpy(copy, text);
}

static void read_options(void)
{
	struct lc_rt_options *o = &lc_rt_options;
	const char *deepbind = getenv("LOCKCHECK_DEEPBIND");

	o->report_fd = (int)option_number("LOCKCHECK_REPORT_FD", 2);
	o->record = option_text("LOCKCHECK_RECORD");
	o->steer = option_text("LOCKCHECK_STEER");
	o->on_hang = (enum lc_rt_on_hang)option_word("LOCKCHECK_ON_HANG",
						     hang_words);
	o->on_misuse = (enum lc_rt_on_misuse)option_word("LOCKCHECK_ON_MISUSE",
							 misuse_words);
	o->passing = option_number("LOCKCHECK_PASSING", 0) != 0;
	o->children = option_number("LOCKCHECK_CHILDREN", 1) != 0;
	o->deepbind_off = deepbind && !strcmp(deepbind, "drop");
	o->tick_ms = (uint32_t)option_number("LOCKCHECK_TICK_MS", 200);
	if (o->tick_ms < 1)
		o->tick_ms = 1;
	o->instances = (uint32_t)option_number("LOCKCHECK_INSTANCES", 1024);
	o->max_bytes = option_number("LOCKCHECK_MAX_MB", 4096) << 20;
	o->off = option_number("LOCKCHECK_OFF", 0) != 0;
}

/* ---- start and end ---- */

static void at_exit(void)
{
	if (lc_rt_steered && lc_rt_steer.stop)
		lc_rt_steer.stop();
	lc_rt_exit();
	if (lc_rt_state == LC_RT_ON)
		lc_rt_record_end(LC_END_EXIT);
}

static void start_steering(struct lc_rt_thread *me)
{
	const char *file = lc_rt_options.steer;

	if (!file)
		return;
	if (!lc_rt_steer.start || lc_rt_steer.start(file)) {
		lc_rt_steered = true;
		if (lc_rt_steer.thread_started)
			lc_rt_steer.thread_started(me);
	}
}

void lc_rt_start(void)
{
	uint32_t cold = LC_RT_COLD;
	struct lc_rt_options *o = &lc_rt_options;
	struct lc_rt_thread *me;
	int saved = errno;

	if (!__atomic_compare_exchange_n(&lc_rt_state, &cold, STARTING, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		return;
	lc_rt_tls.inside++;
	read_options();
	if (o->off || (!o->record && !o->steer &&
		       o->on_hang == LC_RT_HANG_IGNORE &&
		       o->on_misuse == LC_RT_MISUSE_IGNORE)) {
		__atomic_store_n(&lc_rt_state, LC_RT_OFF, __ATOMIC_RELEASE);
		lc_rt_tls.inside--;
		errno = saved;
		return;
	}
	lc_rt_epoch = 1;
	lc_rt_record_open(false);
	lc_rt_threads_start();
	me = lc_rt_thread_book(LC_THREAD_MAIN);
	lc_rt_modules_scan(me);
	start_steering(me);
	atexit(at_exit);
	__atomic_store_n(&lc_rt_state, LC_RT_ON, __ATOMIC_RELEASE);
	lc_rt_tls.inside--;
	if (!lc_rt_steered)
		lc_rt_tls.fast = me;
	errno = saved;
}

/* ---- inside ---- */

static struct lc_rt_thread *in_cold(void)
{
	uint32_t state = __atomic_load_n(&lc_rt_state, __ATOMIC_ACQUIRE);

	if (state == LC_RT_COLD) {
		lc_rt_start();
		state = __atomic_load_n(&lc_rt_state, __ATOMIC_ACQUIRE);
	}
	if (state != LC_RT_ON || lc_rt_tls.gone)
		return NULL;
	if (!lc_rt_tls.me) {
		lc_rt_tls.inside++;
		lc_rt_thread_book(LC_THREAD_FOUND);
		lc_rt_tls.inside--;
	}
	return lc_rt_tls.me;
}

struct lc_rt_thread *lc_rt_in(void)
{
	struct lc_rt_thread *me;

	if (lc_rt_tls.inside)
		return NULL;
	me = lc_rt_tls.me;
	if (!me || lc_rt_state != LC_RT_ON) {
		me = in_cold();
		if (!me)
			return NULL;
	}
	lc_rt_tls.fast = NULL;
	lc_rt_tls.inside = 1;
	me->saved_errno = errno;
	return me;
}

void lc_rt_out(struct lc_rt_thread *me)
{
	errno = me->saved_errno;
	lc_rt_tls.inside = 0;
	if (!lc_rt_steered)
		lc_rt_tls.fast = lc_rt_tls.me;
}

void lc_rt_enter(void)
{
	lc_rt_tls.inside++;
	lc_rt_tls.fast = NULL;
}

void lc_rt_leave(void)
{
	if (--lc_rt_tls.inside == 0 && !lc_rt_steered)
		lc_rt_tls.fast = lc_rt_tls.me;
}

struct lc_rt_thread *lc_rt_me(void)
{
	if (lc_rt_tls.inside)
		return NULL;
	return lc_rt_tls.me && lc_rt_state == LC_RT_ON ? lc_rt_tls.me :
							 in_cold();
}

bool lc_rt_recording(void)
{
	return lc_rt_options.record != NULL;
}

/* After the shim's, which says what libc's objects are; before constructors
 * without a priority. (The first lock of other libraries' constructors starts
 * the core, too.) */
__attribute__((constructor(102))) static void construct(void)
{
	lc_rt_start();
}

/* SPDX-License-Identifier: MIT */
/* A pointer that may call one of several functions, one of which takes the lock
 * that is held: told as possible if that function is in the called table for
 * certain, or if all of them take it. A whole program. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef void handler(int);
static pthread_mutex_t bus = PTHREAD_MUTEX_INITIALIZER;
static handler *handlers[8];
static int nhandlers, ticks;

static void subscribe(handler *h)
{
	pthread_mutex_lock(&bus);
	if (nhandlers < 8)
		handlers[nhandlers++] = h;
	pthread_mutex_unlock(&bus);
}

static void on_tick(int ev)
{
	ticks += ev;
}

static void on_first(int ev)
{
	if (ev == 1)
		subscribe(on_tick);
}

static void emit_bad(int ev)
{
	pthread_mutex_lock(&bus);
	for (int i = 0; i < nhandlers; i++)
		handlers[i](ev); // @expect double-acquire:warning
	pthread_mutex_unlock(&bus);
}

static void emit_ok(int ev)
{
	handler *copy[8];
	int n;

	pthread_mutex_lock(&bus);
	n = nhandlers;
	memcpy(copy, handlers, sizeof(copy));
	pthread_mutex_unlock(&bus);
	for (int i = 0; i < n; i++)
		copy[i](ev);
}

/* It takes the lock for one event only, and this is another one. */
static void emit_other_ok(void)
{
	pthread_mutex_lock(&bus);
	for (int i = 0; i < nhandlers; i++)
		handlers[i](2);
	pthread_mutex_unlock(&bus);
}

/* The table says which commands want the lock to be taken for them. */
static pthread_mutex_t srv = PTHREAD_MUTEX_INITIALIZER;
static int value;
static void get(void)
{
	ticks += value;
}
static void save(void)
{
	pthread_mutex_lock(&srv);
	value++;
	pthread_mutex_unlock(&srv);
}
static const struct command { int locked; const char *name; void (*fn)(void); }
commands[] = { { 1, "get", get }, { 0, "save", save }, { 0, NULL, NULL } };

static void run_ok(const char *name)
{
	for (const struct command *c = commands; c->fn; c++) {
		int locked = c->locked;

		if (strcmp(c->name, name))
			continue;
		if (locked)
			pthread_mutex_lock(&srv);
		c->fn();
		if (locked)
			pthread_mutex_unlock(&srv);
	}
}

static void each_ok(void)
{
	for (const struct command *c = commands; c->fn; c++) {
		if (c->locked) {
			pthread_mutex_lock(&srv);
			c->fn();
			pthread_mutex_unlock(&srv);
		} else {
			c->fn();
		}
	}
}

static void phases_ok(void)
{
	pthread_mutex_lock(&srv);
	for (const struct command *c = commands; c->fn; c++)
		if (c->locked == 1)
			c->fn();
	pthread_mutex_unlock(&srv);
	for (int i = 0; i < 2; i++)
		if (!commands[i].locked)
			commands[i].fn();
}

/* By a number each: it is known which one. */
enum { ON_GET, ON_SAVE };
static void (*by_number[2])(void);
static void numbers_ok(void)
{
	pthread_mutex_lock(&srv);
	by_number[ON_GET]();
	pthread_mutex_unlock(&srv);
	by_number[ON_SAVE]();
}

static void run_bad(const char *name)
{
	pthread_mutex_lock(&srv);
	for (const struct command *c = commands; c->fn; c++)
		if (!strcmp(c->name, name))
			c->fn(); // @expect double-acquire:warning
	pthread_mutex_unlock(&srv);
}

/* A table of the same type with other functions in it. */
static const struct command others[] = { { 1, "get", get }, { 1, "put", get } };
static void others_ok(int i)
{
	pthread_mutex_lock(&srv);
	others[i & 1].fn();
	pthread_mutex_unlock(&srv);
}

/* Objects with a function each: which one it is nobody knows. */
struct timer {
	struct timer *next;
	void (*fn)(void);
};
static struct timer *timers, *idle;
static void add(struct timer **list, void (*fn)(void))
{
	struct timer *t = malloc(sizeof(*t));

	if (!t)
		return;
	t->fn = fn;
	t->next = *list;
	*list = t;
}

static void timers_ok(void)
{
	pthread_mutex_lock(&srv);
	for (struct timer *t = timers; t; t = t->next)
		t->fn();
	pthread_mutex_unlock(&srv);
}

static void idle_ok(void)
{
	for (struct timer *t = idle; t; t = t->next)
		t->fn();
}

/* An array that grows. */
static handler **subs;
static int nsubs;
static void sub(handler *h)
{
	handler **more = realloc(subs, (size_t)(nsubs + 1) * sizeof(*subs));

	if (!more)
		return;
	subs = more;
	subs[nsubs++] = h;
}
static void tell_bad(int ev)
{
	pthread_mutex_lock(&bus);
	for (int i = 0; i < nsubs; i++)
		subs[i](ev); // @expect double-acquire:warning
	pthread_mutex_unlock(&bus);
}
static void tell_ok(int ev)
{
	for (int i = 0; i < nsubs; i++)
		subs[i](ev);
}

/* More of them than are followed into. */
static int mode;
static void load(void)
{
	pthread_mutex_lock(&srv);
	value = 0;
	pthread_mutex_unlock(&srv);
}
static void set(void)
{
	mode = 1;
}
static void clear(void)
{
	mode = 0;
}
static void stop(void)
{
	if (!mode)
		return;
	pthread_mutex_lock(&srv);
	value = 0;
	pthread_mutex_unlock(&srv);
}
static void (*const all[])(void) = { get, set, clear, stop, save, load };
static void flip(void)
{
	mode ^= 1;
}
static void (*const simple[])(void) = { get, set, clear, flip, stop };
static void many_bad(unsigned i)
{
	pthread_mutex_lock(&srv);
	if (i < sizeof(all) / sizeof(all[0]))
		all[i](); // @expect double-acquire:warning
	pthread_mutex_unlock(&srv);
}
static void many_ok(unsigned i)
{
	pthread_mutex_lock(&srv);
	value++;
	pthread_mutex_unlock(&srv);
	if (i < sizeof(all) / sizeof(all[0]))
		all[i]();
}
/* The one that takes the lock does so in some mode only. */
static void simple_ok(unsigned i)
{
	pthread_mutex_lock(&srv);
	if (i < sizeof(simple) / sizeof(simple[0]))
		simple[i]();
	pthread_mutex_unlock(&srv);
}

/* All of them take it. */
struct hook {
	struct hook *next;
	void (*fn)(void);
};
static struct hook *hooks;
static void add_hook(void (*fn)(void))
{
	struct hook *h = malloc(sizeof(*h));

	if (!h)
		return;
	h->fn = fn;
	h->next = hooks;
	hooks = h;
}
static void hooks_bad(void)
{
	pthread_mutex_lock(&srv);
	for (struct hook *h = hooks; h; h = h->next)
		h->fn(); // @expect double-acquire:warning
	pthread_mutex_unlock(&srv);
}
static void hooks_ok(void)
{
	for (struct hook *h = hooks; h; h = h->next)
		h->fn();
}

int main(int argc, char **argv)
{
	subscribe(on_tick);
	subscribe(on_first);
	emit_bad(argc);
	emit_ok(argc);
	emit_other_ok();
	run_ok(argv[0]);
	run_bad(argv[0]);
	others_ok(argc);
	each_ok();
	phases_ok();
	by_number[ON_GET] = get;
	by_number[ON_SAVE] = save;
	numbers_ok();
	add(&timers, get);
	add(&idle, save);
	timers_ok();
	idle_ok();
	sub(on_tick);
	sub(on_first);
	tell_bad(argc);
	tell_ok(argc);
	many_bad((unsigned)argc);
	many_ok((unsigned)argc);
	simple_ok((unsigned)argc);
	add_hook(save);
	add_hook(load);
	hooks_bad();
	hooks_ok();
	return ticks;
}

/* One decision asked twice in each round of a loop, kept in the element at hand. A library. */
#include <pthread.h>

static pthread_mutex_t big = PTHREAD_MUTEX_INITIALIZER;
static int n;

struct item {
	struct item *next;
	int shared, broken, flags;
};

void list_ok(struct item *p)
{
	for (; p; p = p->next) {
		if (p->shared)
			pthread_mutex_lock(&big);
		n++;
		if (p->shared)
			pthread_mutex_unlock(&big);
	}
}

void list_bad(struct item *p)
{
	for (; p; p = p->next) {
		if (p->shared)
			pthread_mutex_lock(&big); // @expect unreleased-lock
		if (p->broken)
			continue;
		if (p->shared)
			pthread_mutex_unlock(&big);
	}
}

void list_flag_ok(struct item *p)
{
	do {
		if (p->flags & 2)
			pthread_mutex_lock(&big);
		n++;
		if (p->flags & 2)
			pthread_mutex_unlock(&big);
		p = p->next;
	} while (p);
}

void list_flag_bad(struct item *p)
{
	do {
		if (p->flags & 2)
			pthread_mutex_lock(&big); // @expect unreleased-lock
		n++;
		if (p->flags & 4)
			pthread_mutex_unlock(&big); // @expect-any release-not-held
		p = p->next;
	} while (p);
}

void array_ok(const struct item *items, int count)
{
	for (int i = 0; i < count; i++) {
		if (items[i].shared)
			pthread_mutex_lock(&big);
		n++;
		if (items[i].shared)
			pthread_mutex_unlock(&big);
	}
}

/* … asked of the next element the second time. */
void array_bad(const struct item *items, int count)
{
	for (int i = 0; i < count; i++) {
		if (items[i].shared)
			pthread_mutex_lock(&big); // @expect-any unreleased-lock
		n++;
		if (items[i + 1].shared)
			pthread_mutex_unlock(&big); // @expect release-not-held warning
	}
}

void numbers_ok(const int *shared)
{
	for (int i = 0; i < 8; i++) {
		if (shared[i])
			pthread_mutex_lock(&big);
		n++;
		if (shared[i])
			pthread_mutex_unlock(&big);
	}
}

struct command {
	const char *name;
	int locked;
	void (*run)(void);
};

static void increment(void)
{
	n++;
}

static const struct command commands[] = { { "increment", 1, increment }, { "again", 0, increment }, { 0, 0, 0 } };

void table_ok(void)
{
	for (const struct command *c = commands; c->name; c++) {
		if (c->locked)
			pthread_mutex_lock(&big);
		c->run();
		if (c->locked)
			pthread_mutex_unlock(&big);
	}
}

void table_bad(void)
{
	for (const struct command *c = commands; c->name; c++) {
		if (c->locked)
			pthread_mutex_lock(&big); // @expect unreleased-lock
		c->run();
		if (!c->locked)
			pthread_mutex_unlock(&big); // @expect-any release-not-held
	}
}

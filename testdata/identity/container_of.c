/* SPDX-License-Identifier: MIT */
/* container_of: from the embedded member back to the owner and its lock.
 * A library. */
#include <pthread.h>
#include <stddef.h>

#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#define kernel_container_of(ptr, type, member) ({ \
	const __typeof__(((type *)0)->member) *mptr_ = (ptr); \
	(type *)((char *)mptr_ - offsetof(type, member)); })

struct link {
	struct link *next;
};
struct timer {
	pthread_mutex_t lock;
	int armed;
	struct link link;
};

static void timer_disarm(struct timer *t)
{
	pthread_mutex_lock(&t->lock);
	t->armed = 0;
	pthread_mutex_unlock(&t->lock);
}

int timer_of_link_ok(struct link *l)
{
	struct timer *t = container_of(l, struct timer, link);
	int armed;

	pthread_mutex_lock(&t->lock);
	armed = t->armed;
	pthread_mutex_unlock(&container_of(l, struct timer, link)->lock);
	return armed;
}

int timer_of_link_bad(struct link *l)
{
	struct timer *t = container_of(l, struct timer, link);
	int armed;

	pthread_mutex_lock(&t->lock);
	armed = t->armed;
	pthread_mutex_lock(&container_of(l, struct timer, link)->lock); // @expect double-acquire
	pthread_mutex_unlock(&t->lock);
	return armed;
}

/* There and back again: the same timer. */
void timer_round_trip_bad(struct timer *t)
{
	struct link *l = &t->link;

	pthread_mutex_lock(&t->lock);
	if (t->armed)
		timer_disarm(kernel_container_of(l, struct timer, link)); // @expect double-acquire
	pthread_mutex_unlock(&t->lock);
}

void timer_round_trip_ok(struct timer *t)
{
	struct link *l = &t->link;
	int armed;

	pthread_mutex_lock(&t->lock);
	armed = t->armed;
	pthread_mutex_unlock(&t->lock);
	if (armed)
		timer_disarm(kernel_container_of(l, struct timer, link));
}

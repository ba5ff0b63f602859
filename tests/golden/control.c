/* SPDX-License-Identifier: MIT */
/* One of each statement, so that the flow shows how it is lowered. */
#include <pthread.h>
#include <stddef.h>

#define WITH(m, what)                                                          \
	do {                                                                   \
		pthread_mutex_lock(m);                                         \
		what;                                                          \
		pthread_mutex_unlock(m);                                       \
	} while (0)

struct node {
	pthread_mutex_t lock;
	struct node *next;
	int value;
};

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int n;

static void unlock_at_end(pthread_mutex_t **p)
{
	pthread_mutex_unlock(*p);
}

int loops(int rounds)
{
	for (int i = 0; i < rounds; i++) {
		if (i == 3)
			continue;
		WITH(&m, n++);
	}
	while (rounds-- > 0)
		if (n > 100)
			break;
	do {
		n--;
	} while (n > 0);
	return n;
}

int choices(int what, int flag)
{
	if (flag)
		pthread_mutex_lock(&m);
	switch (what) {
	case 1:
		n = 1;
		/* fallthrough */
	case 2 ... 4:
		n += flag ? 1 : 2;
		break;
	default:
		goto out;
	}
	n = 0;
out:
	if (flag)
		pthread_mutex_unlock(&m);
	return n;
}

int scoped(void)
{
	pthread_mutex_t *held __attribute__((cleanup(unlock_at_end))) = &m;

	pthread_mutex_lock(held);
	if (n > 5)
		return n;
	return -1;
}

int hand_over_hand(struct node *at, int value)
{
	struct node *next;

	pthread_mutex_lock(&at->lock);
	while ((next = at->next) != NULL && next->value < value) {
		pthread_mutex_lock(&next->lock);
		pthread_mutex_unlock(&at->lock);
		at = next;
	}
	value = at->value;
	pthread_mutex_unlock(&at->lock);
	return value;
}

/* SPDX-License-Identifier: MIT */
/* Two accounts are compared, but that does not decide who comes first: the other
 * branch was copied and not changed; or it is a number that changes. */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

struct account {
	pthread_mutex_t lock;
	long cents;
};
struct purse {
	pthread_mutex_t lock;
	long cents;
};
struct box {
	pthread_mutex_t lock;
	long cents, id;
};
struct job {
	struct account *from, *to;
};
static struct purse one = { PTHREAD_MUTEX_INITIALIZER, 10 };
static struct purse two = { PTHREAD_MUTEX_INITIALIZER, 5 };
static struct box left = { PTHREAD_MUTEX_INITIALIZER, 10, 1 };
static struct box right = { PTHREAD_MUTEX_INITIALIZER, 5, 2 };

static void copied_bad(struct account *from, struct account *to)
{
	struct account *first, *second;

	if (from == to)
		return;
	if ((uintptr_t)from < (uintptr_t)to) {
		first = from;
		second = to;
	} else {
		first = from;
		second = to;
	}
	pthread_mutex_lock(&first->lock);
	pthread_mutex_lock(&second->lock); // @expect lock-order-cycle
	from->cents--;
	to->cents++;
	pthread_mutex_unlock(&second->lock);
	pthread_mutex_unlock(&first->lock);
}

static void by_amount_bad(struct purse *from, struct purse *to)
{
	struct purse *first, *second;

	if (from->cents > to->cents) {
		first = from;
		second = to;
	} else {
		first = to;
		second = from;
	}
	pthread_mutex_lock(&first->lock);
	pthread_mutex_lock(&second->lock); // @expect-one lock-order-cycle
	from->cents--;
	to->cents++;
	pthread_mutex_unlock(&second->lock);
	pthread_mutex_unlock(&first->lock);
}

static void by_id_ok(struct box *from, struct box *to)
{
	struct box *first, *second;

	if (from->id > to->id) {
		first = from;
		second = to;
	} else {
		first = to;
		second = from;
	}
	pthread_mutex_lock(&first->lock);
	pthread_mutex_lock(&second->lock);
	from->cents--;
	to->cents++;
	pthread_mutex_unlock(&second->lock);
	pthread_mutex_unlock(&first->lock);
}

static void *mover(void *p)
{
	struct job *j = p;

	for (int i = 0; i < 1000; i++) {
		copied_bad(j->from, j->to);
		by_amount_bad(&one, &two);
		by_id_ok(&left, &right);
	}
	return NULL;
}

static void *other_mover(void *p)
{
	struct job *j = p;

	for (int i = 0; i < 1000; i++) {
		copied_bad(j->from, j->to);
		by_amount_bad(&two, &one);
		by_id_ok(&right, &left);
	}
	return NULL;
}

static struct account *make(long cents)
{
	struct account *a = malloc(sizeof(*a));

	if (!a)
		abort();
	pthread_mutex_init(&a->lock, NULL);
	a->cents = cents;
	return a;
}

int main(void)
{
	struct account *x = make(500), *y = make(700);
	struct job forth = { x, y }, back = { y, x };
	pthread_t t1, t2;

	pthread_create(&t1, NULL, mover, &forth);
	pthread_create(&t2, NULL, other_mover, &back);
	pthread_join(t1, NULL);
	pthread_join(t2, NULL);
	free(x);
	free(y);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* release-not-held where nobody can have taken the lock before: in a thread's
 * own function and in main. */
#include <pthread.h>
#include <stddef.h>

struct room {
	pthread_mutex_t lock;
	int guests;
};
static struct room hall = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* A thread's own function: there is no caller that could hold it. */
static void *never_bad(void *arg)
{
	struct room *r = arg;

	r->guests++;
	pthread_mutex_unlock(&r->lock); // @expect release-not-held
	return NULL;
}

static void *never_ok(void *arg)
{
	struct room *r = arg;

	pthread_mutex_lock(&r->lock);
	r->guests++;
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

/* Right for a caller that holds it, which never_held_bad does not. */
static void leave(struct room *r)
{
	r->guests--;
	pthread_mutex_unlock(&r->lock); // @expect-one release-not-held
}

static void *never_held_bad(void *arg)
{
	leave(arg); // @expect-one release-not-held
	return NULL;
}

static void *held_ok(void *arg)
{
	struct room *r = arg;

	pthread_mutex_lock(&r->lock);
	leave(r);
	return NULL;
}

int main(void)
{
	pthread_t t[4];

	pthread_create(&t[0], NULL, never_bad, &hall);
	pthread_create(&t[1], NULL, never_ok, &hall);
	pthread_create(&t[2], NULL, never_held_bad, &hall);
	pthread_create(&t[3], NULL, held_ok, &hall);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	return 0;
}

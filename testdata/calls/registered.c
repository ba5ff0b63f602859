/* SPDX-License-Identifier: MIT */
/* A thread pool runs the job under its own lock; the job submits again. The
 * only function ever stored in the field is known. */
#include <pthread.h>
#include <stdlib.h>
struct task { struct task *next; void (*fn)(void *); void *arg; };
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cv = PTHREAD_COND_INITIALIZER;
static struct task *head;
static int stop;

static void submit(void (*fn)(void *), void *arg)
{
	struct task *t = malloc(sizeof *t);

	if (!t)
		return;
	t->fn = fn;
	t->arg = arg;
	pthread_mutex_lock(&m);
	t->next = head;
	head = t;
	pthread_cond_signal(&cv);
	pthread_mutex_unlock(&m);
}

static void job(void *arg)
{
	if (arg)
		submit(job, NULL);
}

static void *worker_bad(void *p)
{
	pthread_mutex_lock(&m);
	while (!stop) {
		struct task *t = head;

		if (!t) {
			pthread_cond_wait(&cv, &m);
			continue;
		}
		head = t->next;
		t->fn(t->arg); // @expect double-acquire:warning
		free(t);
	}
	pthread_mutex_unlock(&m);
	return p;
}

static void *worker_ok(void *p)
{
	pthread_mutex_lock(&m);
	while (!stop) {
		struct task *t = head;

		if (!t) {
			pthread_cond_wait(&cv, &m);
			continue;
		}
		head = t->next;
		pthread_mutex_unlock(&m);
		t->fn(t->arg);
		free(t);
		pthread_mutex_lock(&m);
	}
	pthread_mutex_unlock(&m);
	return p;
}

int main(void)
{
	pthread_t t, u;

	pthread_create(&t, NULL, worker_bad, NULL);
	pthread_create(&u, NULL, worker_ok, NULL);
	submit(job, &t);
	pthread_mutex_lock(&m);
	stop = 1;
	pthread_cond_broadcast(&cv);
	pthread_mutex_unlock(&m);
	pthread_join(t, NULL);
	pthread_join(u, NULL);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* Threads started and joined by the project's own functions, with a job struct
 * in between. */
#include <pthread.h>
#include <stdlib.h>

struct thread {
	pthread_t id;
	void (*run)(void *arg);
	void *arg;
};
struct state {
	pthread_mutex_t lock;
	pthread_mutex_t files_lock;
	int files;
};

static struct state state = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.files_lock = PTHREAD_MUTEX_INITIALIZER,
};

static void *thread_main(void *arg)
{
	struct thread *t = arg;

	t->run(t->arg);
	return NULL;
}

static struct thread *thread_start(void (*run)(void *), void *arg)
{
	struct thread *t = malloc(sizeof(*t));

	if (!t)
		return NULL;
	t->run = run;
	t->arg = arg;
	if (pthread_create(&t->id, NULL, thread_main, t) != 0) {
		free(t);
		return NULL;
	}
	return t;
}

static void thread_wait(struct thread *t)
{
	pthread_join(t->id, NULL);
	free(t);
}

static void scan_bad(void *arg)
{
	struct state *s = arg;

	pthread_mutex_lock(&s->lock);
	pthread_mutex_lock(&s->files_lock); // @expect-one lock-order-cycle
	s->files++;
	pthread_mutex_unlock(&s->files_lock);
	pthread_mutex_unlock(&s->lock);
}

static void purge_bad(void *arg)
{
	struct state *s = arg;

	pthread_mutex_lock(&s->files_lock);
	pthread_mutex_lock(&s->lock); // @expect-one lock-order-cycle
	s->files = 0;
	pthread_mutex_unlock(&s->lock);
	pthread_mutex_unlock(&s->files_lock);
}

int main(void)
{
	struct thread *a = thread_start(scan_bad, &state);
	struct thread *b = thread_start(purge_bad, &state);

	if (a)
		thread_wait(a);
	if (b)
		thread_wait(b);
	return state.files;
}

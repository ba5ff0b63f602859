/* SPDX-License-Identifier: MIT */
/* A wait that no caller gets to: whoever would may well have the mutex.
 * @silent */
#include <pthread.h>
#include <stddef.h>
#include <time.h>

struct job { pthread_mutex_t lock; pthread_cond_t cond; int done; };

static void nap(struct job *j, int seconds)
{
	struct timespec until = { .tv_sec = seconds };

	if (seconds < 0)
		pthread_cond_wait(&j->cond, &j->lock);
	else
		pthread_cond_timedwait(&j->cond, &j->lock, &until);
}

static struct job job = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER,
			  0 };

int main(void)
{
	pthread_mutex_lock(&job.lock);
	while (!job.done)
		nap(&job, -1);
	pthread_mutex_unlock(&job.lock);
	return 0;
}

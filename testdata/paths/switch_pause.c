/* SPDX-License-Identifier: MIT */
/* A function that takes locks in one case of a switch and gives them back in
 * another: what one case has taken is not held in the other. */
#include <pthread.h>

static pthread_mutex_t workers = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t moving = PTHREAD_MUTEX_INITIALIZER;
static int paused;

enum what { PAUSE_ALL, PAUSE_WORKERS, RESUME_ALL, RESUME_WORKERS };

static void stop_moving(void)
{
	pthread_mutex_lock(&moving);
}

static void go_on_moving(void)
{
	pthread_mutex_unlock(&moving);
}

/* Nobody calls it here. */
void pause_ok(enum what what)
{
	switch (what) {
	case PAUSE_ALL:
		stop_moving();
		/* fall through */
	case PAUSE_WORKERS:
		pthread_mutex_lock(&workers);
		paused++;
		break;
	case RESUME_ALL:
		go_on_moving();
		/* fall through */
	case RESUME_WORKERS:
		paused--;
		pthread_mutex_unlock(&workers);
		break;
	}
}

void pause_workers_bad(enum what what)
{
	switch (what) {
	case PAUSE_WORKERS:
		pthread_mutex_lock(&workers);
		paused++;
		// @expect release-not-held:error
		pthread_mutex_unlock(&moving);
		break;
	default:
		break;
	}
}

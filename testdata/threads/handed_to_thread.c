/* A lock that is held where a thread is started, and that the thread gives back: it is the
 * thread's from then on, if it has been started. */
#include <pthread.h>
#include <stdlib.h>

struct db { pthread_mutex_t mutex; pthread_cond_t cond; pthread_t tid; int value; };

static void *worker(void *arg)
{
	struct db *d = arg;

	while (d->value != 1)
		pthread_cond_wait(&d->cond, &d->mutex);
	pthread_mutex_unlock(&d->mutex);
	return NULL;
}

static int start_ok(struct db *d)
{
	if (pthread_mutex_lock(&d->mutex))
		return -1;
	if (pthread_create(&d->tid, NULL, worker, d)) {
		pthread_mutex_unlock(&d->mutex);
		return -1;
	}
	return 0;
}

static void post(struct db *d, int v)
{
	pthread_mutex_lock(&d->mutex);
	d->value = v;
	pthread_mutex_unlock(&d->mutex);
	pthread_cond_signal(&d->cond);
}

struct db *open_ok(void)
{
	struct db *d = calloc(1, sizeof *d);

	if (!d)
		return NULL;
	pthread_mutex_init(&d->mutex, NULL);
	pthread_cond_init(&d->cond, NULL);
	if (start_ok(d) < 0) {
		free(d);
		return NULL;
	}
	post(d, 1);
	return d;
}

static void *plain(void *arg)
{
	struct db *d = arg;

	pthread_mutex_lock(&d->mutex);
	d->value++;
	pthread_mutex_unlock(&d->mutex);
	return NULL;
}

int start_bad(struct db *d)
{
	pthread_mutex_lock(&d->mutex);
	if (pthread_create(&d->tid, NULL, plain, d))
		return -1; // @expect unreleased-lock
	pthread_mutex_unlock(&d->mutex);
	return 0;
}

static void *gives(void *arg)
{
	struct db *d = arg;

	d->value = 3;
	pthread_mutex_unlock(&d->mutex); // @expect release-not-held
	return NULL;
}

int nothing_to_give(struct db *d)
{
	return pthread_create(&d->tid, NULL, gives, d);
}

/* SPDX-License-Identifier: MIT */
/*
 * The waiter needs the second signal, and holds a lock that the signaller takes
 * only between the first and the second. By itself the waiter comes in time.
 *
 * @verdict confirmed
 * @detail waits for condition changed
 * @replay
 */
#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int count;

static void tell(void)
{
	pthread_mutex_lock(&m);
	count++;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&m);
}

static void *signaller(void *arg)
{
	tell();
	pthread_mutex_lock(&a);
	pthread_mutex_unlock(&a);
	usleep(100000);
	tell();
	return arg;
}

static void *waiter(void *arg)
{
	usleep(50000);
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&m);
	while (count < 2)
		pthread_cond_wait(&changed, &m);
	pthread_mutex_unlock(&m);
	pthread_mutex_unlock(&a);
	return arg;
}

int main(void)
{
	pthread_t p, q;

	pthread_create(&p, NULL, signaller, NULL);
	pthread_create(&q, NULL, waiter, NULL);
	pthread_join(p, NULL);
	pthread_join(q, NULL);
	return 0;
}

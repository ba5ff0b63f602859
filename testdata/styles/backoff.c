/* @silent: trylock with back-off: nested ifs, goto, loop with counter, usleep, both released */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER, c = PTHREAD_MUTEX_INITIALIZER;
static int n;
static void two(void)
{
retry:
	pthread_mutex_lock(&a);
	if (pthread_mutex_trylock(&b)) {
		pthread_mutex_unlock(&a);
		sched_yield();
		goto retry;
	}
	n++;
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
}
static void two_back(void)
{
	bool done = false;
	while (!done) {
		pthread_mutex_lock(&b);
		if (pthread_mutex_trylock(&a) == 0) {
			n++;
			done = true;
			pthread_mutex_unlock(&a);
		}
		pthread_mutex_unlock(&b);
		if (!done)
			usleep(10);
	}
}
static int three(void)
{
	int tries;
	for (tries = 0; tries < 50; tries++) {
		pthread_mutex_lock(&c);
		if (pthread_mutex_trylock(&a) == EBUSY) {
			pthread_mutex_unlock(&c);
			continue;
		}
		if (pthread_mutex_trylock(&b) == EBUSY) {
			pthread_mutex_unlock(&a);
			pthread_mutex_unlock(&c);
			usleep(1u << (tries < 10 ? tries : 10));
			continue;
		}
		n++;
		pthread_mutex_unlock(&b);
		pthread_mutex_unlock(&a);
		pthread_mutex_unlock(&c);
		return 0;
	}
	return EAGAIN;
}
static int timed(void)
{
	struct timespec ts;
	int rc;
	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_nsec += 1000000;
	if (ts.tv_nsec >= 1000000000) {
		ts.tv_nsec -= 1000000000;
		ts.tv_sec++;
	}
	do
		rc = pthread_mutex_timedlock(&a, &ts);
	while (rc == EINTR);
	if (rc == ETIMEDOUT)
		return -1;
	if (rc != 0)
		return -2;
	n++;
	pthread_mutex_unlock(&a);
	return 0;
}
static bool lock_both(void)
{
	if (pthread_mutex_trylock(&a) != 0)
		return false;
	if (pthread_mutex_trylock(&b) != 0) {
		pthread_mutex_unlock(&a);
		return false;
	}
	return true;
}
static void spin(void)
{
	while (!lock_both())
		sched_yield();
	n++;
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&b);
}
static void *one(void *x) { two(); three(); spin(); return x; }
static void *other(void *x) { two_back(); timed(); return x; }
int main(void)
{
	pthread_t t, u;
	pthread_create(&t, NULL, one, NULL);
	pthread_create(&u, NULL, other, NULL);
	pthread_join(t, NULL);
	pthread_join(u, NULL);
	return n < 0;
}

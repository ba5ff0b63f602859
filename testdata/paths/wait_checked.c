/* A wait without a time limit fails only if it was called wrongly: its failure side
 * is not followed. A timed one fails by design. A library. */
#include <pthread.h>
#include <time.h>
#define CHK(call) do { if ((call) != 0) { rc = -1; goto out; } } while (0)
static pthread_mutex_t mut = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int reported;

int wait_ok(void)
{
	int rc = 0;

	CHK(pthread_mutex_lock(&mut));
	while (!reported)
		CHK(pthread_cond_wait(&cond, &mut));
	reported = 0;
	CHK(pthread_mutex_unlock(&mut));
out:
	return rc;
}

int timed_bad(const struct timespec *until)
{
	int rc = 0;

	CHK(pthread_mutex_lock(&mut));
	while (!reported)
		CHK(pthread_cond_timedwait(&cond, &mut, until));
	reported = 0;
	CHK(pthread_mutex_unlock(&mut));
out:
	return rc; // @expect unreleased-lock
}

/* A callee forgets its lock; callers that take the lock again, or end their thread, are
 * only where it hurts. A whole program. */
#include <pthread.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER, o = PTHREAD_MUTEX_INITIALIZER, p = PTHREAD_MUTEX_INITIALIZER;
static int n;

static int take_bad(int k)
{
	pthread_mutex_lock(&m);
	if (n < k)
		return 0; // @expect unreleased-lock:error
	n -= k;
	pthread_mutex_unlock(&m);
	return 1;
}

static void drain_bad(int k)
{
	pthread_mutex_lock(&o);
	if (n < k)
		return; // @expect unreleased-lock:error
	n -= k;
	pthread_mutex_unlock(&o);
}

static int in_thread_bad(int k)
{
	pthread_mutex_lock(&p);
	if (n < k)
		return 0; // @expect unreleased-lock:error
	n -= k;
	pthread_mutex_unlock(&p);
	return 1;
}

static void *thread(void *a)
{
	in_thread_bad(3);
	return a; // @expect-not unreleased-lock
} // @expect-not unreleased-lock

int main(void)
{
	pthread_t t;

	pthread_create(&t, NULL, thread, NULL);
	take_bad(3);
	pthread_mutex_lock(&m); // @expect-any double-acquire
	n++;
	pthread_mutex_unlock(&m);
	drain_bad(4);
	pthread_mutex_lock(&o); // @expect-any double-acquire
	n++;
	pthread_mutex_unlock(&o);
	pthread_mutex_lock(&p);
	n++;
	pthread_mutex_unlock(&p);
	pthread_join(t, NULL);
	return 0;
}

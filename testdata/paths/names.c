/* A function whose name speaks of a lock is no lock function if nobody can release
 * the lock for it. A library. */
#include <pthread.h>
struct o { pthread_mutex_t mu; int n; int v[10]; };
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER, k = PTHREAD_MUTEX_INITIALIZER;
static int v;
int block_sum_bad(struct o *o)
{
	int s = 0;
	pthread_mutex_lock(&o->mu);
	for (int i = 0; i < o->n; i++)
		if ((s += o->v[i]) > 100)
			return s; // @expect unreleased-lock:error
	pthread_mutex_unlock(&o->mu);
	return s;
}
int missing_unlock_bad(struct o *o)
{
	int s = 0;
	pthread_mutex_lock(&o->mu);
	for (int i = 0; i < o->n; i++) {
		s += o->v[i];
		if (s > 100)
			return s; // @expect unreleased-lock:error
	}
	pthread_mutex_unlock(&o->mu);
	return s;
}
int test_lock_without_unlock_bad(void)
{
	pthread_mutex_lock(&m);
	v++;
	return 0; // @expect unreleased-lock
}
void lock_leak_bad(void)
{
	pthread_mutex_lock(&m);
	v++;
} // @expect unreleased-lock
int uses_m_ok(void)
{
	pthread_mutex_lock(&m);
	v++;
	pthread_mutex_unlock(&m);
	return v;
}
/* here the pair exists: silent */
void k_lock_ok(void) { pthread_mutex_lock(&k); }
void k_unlock(void) { pthread_mutex_unlock(&k); }

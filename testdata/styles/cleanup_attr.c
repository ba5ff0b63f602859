/* @silent: cleanup attribute in several guises; scoped macros; lock_guard objects */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
typedef pthread_mutex_t *lock_guard __attribute__((unused));
static inline void unlock_p(pthread_mutex_t **m) { if (*m) pthread_mutex_unlock(*m); }
static inline pthread_mutex_t *lock_p(pthread_mutex_t *m) { pthread_mutex_lock(m); return m; }
#define CAT_(a, b) a##b
#define CAT(a, b) CAT_(a, b)
#define GUARD(m) pthread_mutex_t *CAT(guard_, __LINE__) __attribute__((cleanup(unlock_p), unused)) = lock_p(m)
#define WITH(m) for (pthread_mutex_t *w_ __attribute__((cleanup(unlock_p))) = lock_p(m), *once_ = m; once_; once_ = NULL)
struct guard { pthread_mutex_t *m; bool owned; };
static void guard_end(struct guard *g)
{
	if (g->owned)
		pthread_mutex_unlock(g->m);
	g->owned = false;
}
static struct guard guard_begin(pthread_mutex_t *m)
{
	pthread_mutex_lock(m);
	return (struct guard){ m, true };
}
#define SCOPED __attribute__((cleanup(guard_end)))
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER, mv = PTHREAD_MUTEX_INITIALIZER;
static int n;
int early(int k)
{
	GUARD(&mu);
	if (k < 0)
		return -1;
	for (int i = 0; i < k; i++) {
		GUARD(&mv);
		if (n == i)
			continue;
		if (n > 100)
			break;
		if (n > 1000)
			return n;
		n++;
	}
	return n;
}
int with(int k)
{
	WITH(&mu) {
		if (k == 3)
			return 3;
		n += k;
	}
	return n;
}
int scoped(int k)
{
	SCOPED struct guard g = guard_begin(&mu);
	if (k < 0)
		return -1;
	n = k;
	guard_end(&g);
	return n * 2;
}
static void mutex_unlockp(pthread_mutex_t *const *m) { pthread_mutex_unlock(*m); }
int handed(int k)
{
	__attribute__((cleanup(mutex_unlockp))) pthread_mutex_t *held = &mu;
	pthread_mutex_lock(held);
	switch (k) {
	case 0: return 0;
	case 1: goto out;
	default: n = k;
	}
out:
	return n;
}
static void free_p(void *p) { free(*(void **)p); }
int both(size_t k)
{
	__attribute__((cleanup(free_p))) char *buf = malloc(k);
	GUARD(&mv);
	if (!buf)
		return -1;
	buf[0] = (char)n;
	return buf[0];
}
static void *run(void *p)
{
	early(4); with(3); scoped(2); handed(1); both(10);
	return p;
}
int main(void)
{
	pthread_t t;
	if (pthread_create(&t, NULL, run, NULL) == 0) {
		run(NULL);
		pthread_join(t, NULL);
	}
	return n;
}

/* What is held is kept in bits, or in a counter, of a local variable. A library. */
#include <pthread.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER, n = PTHREAD_MUTEX_INITIALIZER;
extern int probe(int);
enum { HAVE_M = 1 << 0, HAVE_N = 1 << 1 };
int undo_ok(void)
{
	unsigned held = 0;
	int rc = -1;
	if (pthread_mutex_lock(&m))
		goto out;
	held |= HAVE_M;
	if (probe(1))
		goto out;
	if (pthread_mutex_lock(&n))
		goto out;
	held |= HAVE_N;
	rc = 0;
out:
	if (held & HAVE_N)
		pthread_mutex_unlock(&n);
	if (held & HAVE_M)
		pthread_mutex_unlock(&m);
	return rc;
}
int one_bit_ok(void)
{
	unsigned flags = 0;
	if (probe(3)) {
		pthread_mutex_lock(&m);
		flags |= 4;
	}
	probe(2);
	if (flags & 4) {
		flags &= ~4u;
		pthread_mutex_unlock(&m);
	}
	if (flags & 4)
		pthread_mutex_unlock(&m);
	return 0;
}
int count_ok(void)
{
	int held = 0;
	if (probe(1)) {
		pthread_mutex_lock(&m);
		held++;
	}
	probe(3);
	if (held > 0)
		pthread_mutex_unlock(&m);
	return 0;
}
int count_down_ok(void)
{
	int held = 0;
	if (probe(1)) {
		pthread_mutex_lock(&m);
		held += 1;
	}
	probe(3);
	while (held-- > 0)
		pthread_mutex_unlock(&m);
	return 0;
}
int wrong_bit_bad(void)
{
	unsigned held = 0;
	if (probe(3)) {
		pthread_mutex_lock(&m);
		held |= 2;
	}
	probe(2);
	if (held & 4)
		pthread_mutex_unlock(&m);
	return 0; // @expect unreleased-lock
}
int cleared_bad(void)
{
	unsigned held = 0;
	if (probe(3)) {
		pthread_mutex_lock(&m);
		held |= 4;
	}
	held &= ~4u;
	probe(2);
	if (held & 4)
		pthread_mutex_unlock(&m);
	return 0; // @expect unreleased-lock
}

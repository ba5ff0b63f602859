/* SPDX-License-Identifier: MIT */
/* Read-write locks: modes in cycles, try and timed forms, write to read. */
#define _GNU_SOURCE
#include <pthread.h>
#include <time.h>
#include <errno.h>
static pthread_rwlock_t r1 = PTHREAD_RWLOCK_INITIALIZER, r2 = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t w1 = PTHREAD_RWLOCK_INITIALIZER, w2 = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t q = PTHREAD_RWLOCK_INITIALIZER;
static int d;

/* only ever read-locked: no conflict */
static void *rr1_ok(void *p)
{
	pthread_rwlock_rdlock(&r1);
	pthread_rwlock_rdlock(&r2);
	d++;
	pthread_rwlock_unlock(&r2);
	pthread_rwlock_unlock(&r1);
	return p;
}
static void *rr2_ok(void *p)
{
	pthread_rwlock_rdlock(&r2);
	pthread_rwlock_rdlock(&r1);
	d++;
	pthread_rwlock_unlock(&r1);
	pthread_rwlock_unlock(&r2);
	return p;
}
static void *ww1_bad(void *p)
{
	pthread_rwlock_wrlock(&w1);
	pthread_rwlock_rdlock(&w2); // @expect-one lock-order-cycle#w
	d++;
	pthread_rwlock_unlock(&w2);
	pthread_rwlock_unlock(&w1);
	return p;
}
static void *ww2_bad(void *p)
{
	pthread_rwlock_wrlock(&w2);
	pthread_rwlock_rdlock(&w1); // @expect-one lock-order-cycle#w
	d++;
	pthread_rwlock_unlock(&w1);
	pthread_rwlock_unlock(&w2);
	return p;
}
static int try_write_ok(void)
{
	if (pthread_rwlock_trywrlock(&q) != 0)
		return -EBUSY;
	d = 0;
	pthread_rwlock_unlock(&q);
	return 0;
}
static int try_write_bad(void)
{
	int rc = pthread_rwlock_trywrlock(&q);
	if (rc == EBUSY)
		d = -1;
	pthread_rwlock_unlock(&q); // @expect release-not-held
	return rc;
}
static int timed_read_ok(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec++;
	if (pthread_rwlock_timedrdlock(&q, &ts) == ETIMEDOUT)
		return -1;
	d++;
	pthread_rwlock_unlock(&q);
	return 0;
}
static int timed_read_bad(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec++;
	if (pthread_rwlock_timedrdlock(&q, &ts) != 0)
		return -1;
	if (d == 0)
		return -2; // @expect unreleased-lock
	pthread_rwlock_unlock(&q);
	return 0;
}
static int downgrade_ok(void)
{
	int v;
	pthread_rwlock_wrlock(&q);
	v = ++d;
	pthread_rwlock_unlock(&q);
	pthread_rwlock_rdlock(&q);
	v += d;
	pthread_rwlock_unlock(&q);
	return v;
}
static int downgrade_bad(void)
{
	int v;
	pthread_rwlock_wrlock(&q);
	v = ++d;
	pthread_rwlock_rdlock(&q); // @expect double-acquire
	v += d;
	pthread_rwlock_unlock(&q);
	return v; // @expect-any unreleased-lock
}
int main(void)
{
	pthread_t t[4];
	pthread_create(&t[0], NULL, rr1_ok, NULL);
	pthread_create(&t[1], NULL, rr2_ok, NULL);
	pthread_create(&t[2], NULL, ww1_bad, NULL);
	pthread_create(&t[3], NULL, ww2_bad, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	return try_write_ok() + try_write_bad() + timed_read_ok() + timed_read_bad() + downgrade_ok() + downgrade_bad();
}

/* SPDX-License-Identifier: MIT */
/* Readers and writers by hand that can hang: a writer that asks for the counter,
 * a third lock on both sides, a last reader that keeps the lock, and a lock that
 * nobody counts for. */
#include <pthread.h>
#include <stddef.h>

struct rw {
	pthread_mutex_t count, write;
	int readers;
};
#define RW_INIT { PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, 0 }
static struct rw one = RW_INIT, two = RW_INIT, three = RW_INIT, four = RW_INIT;
static pthread_mutex_t extra = PTHREAD_MUTEX_INITIALIZER;
static int data, wanted;

static void *one_reader_bad(void *p)
{
	pthread_mutex_lock(&one.count);
	if (++one.readers == 1)
		pthread_mutex_lock(&one.write); // @expect-one lock-order-cycle#a
	pthread_mutex_unlock(&one.count);
	*(int *)p += data;
	pthread_mutex_lock(&one.count);
	if (--one.readers == 0)
		pthread_mutex_unlock(&one.write);
	pthread_mutex_unlock(&one.count);
	return NULL;
}

static void *one_writer_bad(void *p)
{
	pthread_mutex_lock(&one.write);
	pthread_mutex_lock(&one.count); // @expect-one lock-order-cycle#a
	data += one.readers;
	pthread_mutex_unlock(&one.count);
	pthread_mutex_unlock(&one.write);
	return p;
}

static void *two_reader_bad(void *p)
{
	pthread_mutex_lock(&two.count);
	if (++two.readers == 1)
		pthread_mutex_lock(&two.write);
	pthread_mutex_unlock(&two.count);
	pthread_mutex_lock(&extra); // @expect-one lock-order-cycle#b
	*(int *)p += data;
	pthread_mutex_unlock(&extra);
	pthread_mutex_lock(&two.count);
	if (--two.readers == 0)
		pthread_mutex_unlock(&two.write);
	pthread_mutex_unlock(&two.count);
	return NULL;
}

static void *two_writer_bad(void *p)
{
	pthread_mutex_lock(&extra);
	pthread_mutex_lock(&two.write); // @expect-one lock-order-cycle#b
	data++;
	pthread_mutex_unlock(&two.write);
	pthread_mutex_unlock(&extra);
	return p;
}

static int three_reader_bad(int *p)
{
	pthread_mutex_lock(&three.count);
	if (++three.readers == 1)
		pthread_mutex_lock(&three.write);
	pthread_mutex_unlock(&three.count);
	*p += data;
	if (*p < 0)
		return -1; // @expect unreleased-lock
	pthread_mutex_lock(&three.count);
	if (--three.readers == 0)
		pthread_mutex_unlock(&three.write);
	pthread_mutex_unlock(&three.count);
	return 0;
}

static void *three_ok(void *p)
{
	return three_reader_bad(p) ? NULL : p;
}

static void *four_bad(void *p)
{
	pthread_mutex_lock(&four.count);
	if (wanted == 1)
		pthread_mutex_lock(&four.write); // @expect-one lock-order-cycle#d
	pthread_mutex_unlock(&four.count);
	*(int *)p += data;
	pthread_mutex_lock(&four.count); // @expect-one lock-order-cycle#d
	if (wanted == 1)
		pthread_mutex_unlock(&four.write);
	pthread_mutex_unlock(&four.count);
	return NULL;
}

int main(int argc, char **argv)
{
	static void *(*const all[])(void *) = {
		one_reader_bad, one_reader_bad, one_writer_bad,
		two_reader_bad, two_writer_bad, three_ok, three_ok,
		four_bad, four_bad
	};
	int sum[9] = { 0 };
	pthread_t t[9];

	(void)argv;
	wanted = argc;
	for (int i = 0; i < 9; i++)
		pthread_create(&t[i], NULL, all[i], &sum[i]);
	for (int i = 0; i < 9; i++)
		pthread_join(t[i], NULL);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* Readers and writers made of two mutexes: the first reader takes `write`, the
 * last one gives it back, and whoever reads has it. As functions with the lock
 * in an object, and all in one function. */
// @silent
#include <pthread.h>
#include <stdlib.h>

struct rw {
	pthread_mutex_t count, write;
	unsigned readers;
};
struct base {
	struct rw rw;
	int data;
};
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t writing = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t in = PTHREAD_MUTEX_INITIALIZER;
static int readers, shared;

static void rw_init(struct rw *l)
{
	pthread_mutex_init(&l->count, NULL);
	pthread_mutex_init(&l->write, NULL);
	l->readers = 0;
}

static void read_lock(struct rw *l)
{
	pthread_mutex_lock(&l->count);
	if (!l->readers++)
		pthread_mutex_lock(&l->write);
	pthread_mutex_unlock(&l->count);
}

static void read_unlock(struct rw *l)
{
	pthread_mutex_lock(&l->count);
	if (--l->readers == 0)
		pthread_mutex_unlock(&l->write);
	pthread_mutex_unlock(&l->count);
}

static int read_ok(struct base *b)
{
	int n;

	read_lock(&b->rw);
	n = b->data;
	if (n < 0) {
		read_unlock(&b->rw);
		return -1;
	}
	read_unlock(&b->rw);
	return n;
}

static void write_ok(struct base *b, int n)
{
	pthread_mutex_lock(&b->rw.write);
	b->data = n;
	pthread_mutex_unlock(&b->rw.write);
}

static void *both_ok(void *p)
{
	struct base *b = p;

	for (int i = 0; i < 100; i++)
		write_ok(b, read_ok(b) + 1);
	return NULL;
}

/* Whoever comes waits at `in`, so that writers come to their turn. */
static void *reader_ok(void *p)
{
	for (int i = 0; i < 100; i++) {
		pthread_mutex_lock(&in);
		pthread_mutex_lock(&mutex);
		readers++;
		if (readers == 1)
			pthread_mutex_lock(&writing);
		pthread_mutex_unlock(&mutex);
		pthread_mutex_unlock(&in);
		*(int *)p += shared;
		pthread_mutex_lock(&mutex);
		readers = readers - 1;
		if (readers == 0)
			pthread_mutex_unlock(&writing);
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static void *writer_ok(void *p)
{
	for (int i = 0; i < 100; i++) {
		pthread_mutex_lock(&in);
		pthread_mutex_lock(&writing);
		shared++;
		pthread_mutex_unlock(&in);
		pthread_mutex_unlock(&writing);
	}
	return p;
}

int main(void)
{
	struct base *b = calloc(1, sizeof(*b));
	int sum[2] = { 0, 0 };
	pthread_t t[5];

	if (!b)
		return 1;
	rw_init(&b->rw);
	pthread_create(&t[0], NULL, both_ok, b);
	pthread_create(&t[1], NULL, both_ok, b);
	pthread_create(&t[2], NULL, reader_ok, &sum[0]);
	pthread_create(&t[3], NULL, reader_ok, &sum[1]);
	pthread_create(&t[4], NULL, writer_ok, NULL);
	for (int i = 0; i < 5; i++)
		pthread_join(t[i], NULL);
	free(b);
	return 0;
}

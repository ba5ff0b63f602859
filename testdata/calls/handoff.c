/* SPDX-License-Identifier: MIT */
/* A lock taken in one stage and given back in the next, by one thread. */
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
struct msg { pthread_mutex_t mu; int state; char data[32]; struct msg *next; };
static struct msg *queue;
static pthread_mutex_t q_mu = PTHREAD_MUTEX_INITIALIZER;
static sem_t ready;

/* stage 1 locks the message, stage 2 unlocks it: one thread all along */
static void stage2_ok(struct msg *m)
{
	m->state = 2;
	pthread_mutex_unlock(&m->mu);
}
static void stage1_ok(struct msg *m)
{
	pthread_mutex_lock(&m->mu);
	m->state = 1;
	stage2_ok(m);
}
static void stage1_twice_bad(struct msg *m)
{
	pthread_mutex_lock(&m->mu);
	m->state = 1;
	stage2_ok(m);
	pthread_mutex_unlock(&m->mu); // @expect release-not-held
}
static void stage1_skip_bad(struct msg *m, int k)
{
	pthread_mutex_lock(&m->mu);
	m->state = 1;
	if (k != 3)
		stage2_ok(m);
	else
		m->state = 9;
} // @expect unreleased-lock
static void *consumer_ok(void *p)
{
	struct msg *m;
	for (;;) {
		sem_wait(&ready);
		pthread_mutex_lock(&q_mu);
		m = queue;
		if (m)
			queue = m->next;
		pthread_mutex_unlock(&q_mu);
		if (!m)
			return p;
		stage1_ok(m);
		stage1_twice_bad(m);
		stage1_skip_bad(m, m->state);
	}
}
static void produce_bad(int n)
{
	while (n-- > 0) {
		struct msg *m = calloc(1, sizeof *m);
		pthread_mutex_lock(&q_mu);
		if (!m) {
			sem_post(&ready);
			return; // @expect unreleased-lock:error
		}
		pthread_mutex_init(&m->mu, NULL);
		m->next = queue;
		queue = m;
		pthread_mutex_unlock(&q_mu);
		sem_post(&ready);
	}
}
int main(void)
{
	pthread_t t;
	sem_init(&ready, 0, 0);
	pthread_create(&t, NULL, consumer_ok, NULL);
	produce_bad(10);
	pthread_join(t, NULL);
	return 0;
}

/* @silent: pthread_cleanup_push around waits; cancellation; pthread_exit inside */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
struct q { pthread_mutex_t mu; pthread_cond_t cv; int n, closed; };
static void unlock(void *arg) { pthread_mutex_unlock(arg); }
static void unlock_q(void *arg) { struct q *q = arg; q->closed = 1; pthread_mutex_unlock(&q->mu); }
static int take(struct q *q)
{
	int v;
	pthread_mutex_lock(&q->mu);
	pthread_cleanup_push(unlock, &q->mu);
	while (q->n == 0)
		pthread_cond_wait(&q->cv, &q->mu);
	v = q->n--;
	pthread_cleanup_pop(1);
	return v;
}
static void *run(void *arg)
{
	struct q *q = arg;
	int old;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
	pthread_mutex_lock(&q->mu);
	q->n++;
	pthread_mutex_unlock(&q->mu);
	pthread_setcancelstate(old, NULL);
	pthread_mutex_lock(&q->mu);
	pthread_cleanup_push(unlock_q, q);
	while (!q->closed) {
		if (q->n > 10)
			pthread_exit(NULL);
		pthread_cond_wait(&q->cv, &q->mu);
	}
	pthread_cleanup_pop(0);
	pthread_mutex_unlock(&q->mu);
	take(q);
	return NULL;
}
static void *buffer(void *arg)
{
	struct q *q = arg;
	char *b = malloc(100);
	pthread_cleanup_push(free, b);
	pthread_mutex_lock(&q->mu);
	pthread_cleanup_push(unlock, &q->mu);
	snprintf(b, 100, "%d", q->n);
	pthread_testcancel();
	pthread_cleanup_pop(1);
	pthread_cleanup_pop(1);
	return NULL;
}
int main(void)
{
	static struct q q = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0 };
	pthread_t a, b;
	pthread_create(&a, NULL, run, &q);
	pthread_create(&b, NULL, buffer, &q);
	sleep(1);
	pthread_cancel(a);
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	return 0;
}

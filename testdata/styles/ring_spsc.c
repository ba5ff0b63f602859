/* @silent: ring buffer with two locks (head and tail), always tail after head only when empty check; close flag; peek with callbacks */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
struct node { struct node *next; void *val; };
struct queue { struct node *head, *tail; pthread_mutex_t hlock, tlock; pthread_cond_t nonempty; int waiting; bool closed; };
int q_init(struct queue *q)
{
	struct node *n = calloc(1, sizeof *n);
	if (!n)
		return -ENOMEM;
	q->head = q->tail = n;
	pthread_mutex_init(&q->hlock, NULL);
	pthread_mutex_init(&q->tlock, NULL);
	pthread_cond_init(&q->nonempty, NULL);
	return 0;
}
int q_push(struct queue *q, void *v)
{
	struct node *n = malloc(sizeof *n);
	if (!n)
		return -ENOMEM;
	n->val = v;
	n->next = NULL;
	pthread_mutex_lock(&q->tlock);
	q->tail->next = n;
	q->tail = n;
	pthread_mutex_unlock(&q->tlock);
	pthread_mutex_lock(&q->hlock);
	if (q->waiting)
		pthread_cond_signal(&q->nonempty);
	pthread_mutex_unlock(&q->hlock);
	return 0;
}
int q_pop(struct queue *q, void **v, int timeout_ms)
{
	struct node *n, *next;
	struct timespec ts;
	int rc = 0;
	if (timeout_ms >= 0) {
		clock_gettime(CLOCK_REALTIME, &ts);
		ts.tv_sec += timeout_ms / 1000;
		ts.tv_nsec += (timeout_ms % 1000) * 1000000L;
	}
	pthread_mutex_lock(&q->hlock);
	for (;;) {
		n = q->head;
		next = n->next;
		if (next)
			break;
		if (q->closed) {
			rc = -EPIPE;
			goto out;
		}
		q->waiting++;
		if (timeout_ms < 0)
			rc = pthread_cond_wait(&q->nonempty, &q->hlock);
		else
			rc = pthread_cond_timedwait(&q->nonempty, &q->hlock, &ts);
		q->waiting--;
		if (rc == ETIMEDOUT)
			goto out;
		if (rc != 0)
			goto out;
	}
	*v = next->val;
	q->head = next;
out:
	pthread_mutex_unlock(&q->hlock);
	if (!rc)
		free(n);
	return -rc;
}
void q_close(struct queue *q)
{
	pthread_mutex_lock(&q->hlock);
	pthread_mutex_lock(&q->tlock);
	q->closed = true;
	pthread_cond_broadcast(&q->nonempty);
	pthread_mutex_unlock(&q->tlock);
	pthread_mutex_unlock(&q->hlock);
}

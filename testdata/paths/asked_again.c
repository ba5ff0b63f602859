/* A function that only looks is asked again: after a change it may say something else. */
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

struct item { struct item *next; int n; };
struct named { pthread_mutex_t mu; };
struct queue { pthread_mutex_t mu; pthread_cond_t cv; struct item *head; };

static bool empty(const struct queue *q)
{
	for (const struct item *i = q->head; i; i = i->next)
		if (i->n)
			return false;
	return true;
}

static void take(struct queue *q)
{
	q->head = q->head->next;
}

int pop_bad(struct queue *q)
{
	pthread_mutex_lock(&q->mu);
	if (empty(q)) {
		pthread_mutex_unlock(&q->mu);
		return -1;
	}
	take(q);
	if (empty(q))
		return 1; // @expect unreleased-lock
	pthread_mutex_unlock(&q->mu);
	return 0;
}

int drain_bad(struct queue *q)
{
	while (!empty(q)) {
		pthread_mutex_lock(&q->mu);
		q->head = q->head->next;
		if (empty(q))
			return -1; // @expect unreleased-lock
		pthread_mutex_unlock(&q->mu);
	}
	return 0;
}

int wait_bad(struct queue *q)
{
	pthread_mutex_lock(&q->mu);
	while (empty(q))
		pthread_cond_wait(&q->cv, &q->mu);
	if (empty(q)) {
		pthread_mutex_unlock(&q->mu);
		return -1;
	}
	pthread_cond_wait(&q->cv, &q->mu);
	if (empty(q))
		return -1; // @expect unreleased-lock
	pthread_mutex_unlock(&q->mu);
	return 0;
}

int name_bad(struct named *q, char *who)
{
	if (strcmp(who, "root") == 0)
		pthread_mutex_lock(&q->mu);
	who[0] = 'x';
	if (strcmp(who, "root") == 0)
		pthread_mutex_unlock(&q->mu); // @expect-any release-not-held
	return 0; // @expect unreleased-lock
}

int twice_ok(struct queue *q)
{
	if (empty(q))
		return 0;
	pthread_mutex_lock(&q->mu);
	if (empty(q)) {
		pthread_mutex_unlock(&q->mu);
		return 0;
	}
	take(q);
	pthread_mutex_unlock(&q->mu);
	return 1;
}

int twice_bad(struct queue *q)
{
	if (empty(q))
		return 0;
	pthread_mutex_lock(&q->mu);
	if (empty(q))
		return 0; // @expect unreleased-lock
	take(q);
	pthread_mutex_unlock(&q->mu);
	return 1;
}

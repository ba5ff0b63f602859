/* SPDX-License-Identifier: MIT */
/* Several locks in one function, given back in any order, or not all. A library. */
#include <pthread.h>
#include <stdlib.h>
struct q { pthread_mutex_t a, b, c; int n; struct q *next; };
int chain_ok(struct q *q)
{
	pthread_mutex_lock(&q->a);
	pthread_mutex_lock(&q->b);
	pthread_mutex_unlock(&q->a);
	pthread_mutex_lock(&q->c);
	pthread_mutex_unlock(&q->b);
	q->n++;
	pthread_mutex_unlock(&q->c);
	return 0;
}
int middle_bad(struct q *q)
{
	pthread_mutex_lock(&q->a);
	pthread_mutex_lock(&q->b);
	pthread_mutex_lock(&q->c);
	q->n++;
	pthread_mutex_unlock(&q->c);
	pthread_mutex_unlock(&q->a);
	return 0; // @expect unreleased-lock
}
int twice_one_bad(struct q *q)
{
	pthread_mutex_lock(&q->a);
	pthread_mutex_lock(&q->b);
	q->n++;
	pthread_mutex_unlock(&q->a);
	pthread_mutex_unlock(&q->a); // @expect release-not-held
	return 0; // @expect-any unreleased-lock
}
int nested_fail_bad(struct q *q, int *p)
{
	int rc = -1;
	pthread_mutex_lock(&q->a);
	if (!p)
		goto out_a;
	pthread_mutex_lock(&q->b);
	if (*p < 0)
		goto out_b;
	pthread_mutex_lock(&q->c);
	if (*p > 100)
		goto out_b;
	q->n += *p;
	rc = 0;
	pthread_mutex_unlock(&q->c);
out_b:
	pthread_mutex_unlock(&q->b);
out_a:
	pthread_mutex_unlock(&q->a);
	return rc; // @expect unreleased-lock
}
int nested_fail_ok(struct q *q, int *p)
{
	int rc = -1;
	pthread_mutex_lock(&q->a);
	if (!p)
		goto out_a;
	pthread_mutex_lock(&q->b);
	if (*p < 0)
		goto out_b;
	pthread_mutex_lock(&q->c);
	if (*p > 100)
		goto out_c;
	q->n += *p;
	rc = 0;
out_c:
	pthread_mutex_unlock(&q->c);
out_b:
	pthread_mutex_unlock(&q->b);
out_a:
	pthread_mutex_unlock(&q->a);
	return rc;
}
/* drops the outer lock around a slow call and forgets which */
int drop_wrong_bad(struct q *q)
{
	pthread_mutex_lock(&q->a);
	pthread_mutex_lock(&q->b);
	pthread_mutex_unlock(&q->b);
	q->n = rand();
	pthread_mutex_lock(&q->a); // @expect double-acquire
	pthread_mutex_unlock(&q->a);
	pthread_mutex_unlock(&q->a); // @expect-any release-not-held
	return 0;
}
int walk_ok(struct q *q)
{
	int s = 0;
	while (q) {
		struct q *n;
		pthread_mutex_lock(&q->a);
		s += q->n;
		n = q->next;
		pthread_mutex_unlock(&q->a);
		q = n;
	}
	return s;
}
int walk_bad(struct q *q)
{
	int s = 0;
	while (q) {
		pthread_mutex_lock(&q->a);
		s += q->n;
		q = q->next;
		pthread_mutex_unlock(&q->a); // @expect release-not-held
	}
	return s; // @expect-any unreleased-lock
}
int head_ok(struct q *head)
{
	struct q *p;
	int s = 0;
	pthread_mutex_lock(&head->a);
	for (p = head->next; p; p = p->next) {
		pthread_mutex_lock(&p->b);
		s += p->n;
		pthread_mutex_unlock(&p->b);
	}
	pthread_mutex_unlock(&head->a);
	return s;
}
int head_bad(struct q *head)
{
	struct q *p;
	int s = 0;
	pthread_mutex_lock(&head->a);
	for (p = head->next; p; p = p->next) {
		pthread_mutex_lock(&p->b);
		if (p->n < 0) {
			pthread_mutex_unlock(&p->b);
			return -1; // @expect unreleased-lock
		}
		s += p->n;
		pthread_mutex_unlock(&p->b);
	}
	pthread_mutex_unlock(&head->a);
	return s;
}

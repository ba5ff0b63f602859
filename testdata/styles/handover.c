/* @silent: functions that return with the lock, take it over, or swap it: documented contracts, used right */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
struct node { pthread_mutex_t mu; struct node *next; int key, val; };
struct list { pthread_mutex_t mu; struct node *head; int n; };
/* returns the node locked, or NULL */
static struct node *find_locked(struct list *l, int key)
{
	struct node *c;
	pthread_mutex_lock(&l->mu);
	for (c = l->head; c; c = c->next)
		if (c->key == key)
			break;
	if (c)
		pthread_mutex_lock(&c->mu);
	pthread_mutex_unlock(&l->mu);
	return c;
}
static void put_node(struct node *n) { pthread_mutex_unlock(&n->mu); }
/* called with l->mu held; releases it */
static void commit_unlock(struct list *l, bool changed)
{
	if (changed)
		l->n++;
	pthread_mutex_unlock(&l->mu);
}
static bool begin(struct list *l, int max)
{
	pthread_mutex_lock(&l->mu);
	if (l->n >= max) {
		pthread_mutex_unlock(&l->mu);
		return false;
	}
	return true;
}
int add(struct list *l, int key)
{
	struct node *n;
	if (!begin(l, 100))
		return -1;
	n = calloc(1, sizeof *n);
	if (!n) {
		commit_unlock(l, false);
		return -1;
	}
	n->key = key;
	pthread_mutex_init(&n->mu, NULL);
	n->next = l->head;
	l->head = n;
	commit_unlock(l, true);
	return 0;
}
int set(struct list *l, int key, int val)
{
	struct node *n = find_locked(l, key);
	if (!n)
		return -1;
	n->val = val;
	put_node(n);
	return 0;
}
int get(struct list *l, int key, int *val)
{
	struct node *n;
	int rc = -1;
	if ((n = find_locked(l, key)) != NULL) {
		*val = n->val;
		rc = 0;
		pthread_mutex_unlock(&n->mu);
	}
	return rc;
}
/* hand over hand: returns the predecessor locked */
static struct node *walk(struct node *head, int key)
{
	struct node *p = head, *c;
	pthread_mutex_lock(&p->mu);
	while ((c = p->next) && c->key < key) {
		pthread_mutex_lock(&c->mu);
		pthread_mutex_unlock(&p->mu);
		p = c;
	}
	return p;
}
int insert(struct node *head, int key)
{
	struct node *p = walk(head, key), *n;
	if (p->next && p->next->key == key) {
		pthread_mutex_unlock(&p->mu);
		return 0;
	}
	n = calloc(1, sizeof *n);
	if (!n)
		goto out;
	n->key = key;
	pthread_mutex_init(&n->mu, NULL);
	n->next = p->next;
	p->next = n;
out:
	pthread_mutex_unlock(&p->mu);
	return n ? 1 : -1;
}
/* drops the caller's lock around something slow */
static void slow(struct list *l)
{
	pthread_mutex_unlock(&l->mu);
	(void)malloc(1);
	pthread_mutex_lock(&l->mu);
}
int busy(struct list *l)
{
	int n;
	pthread_mutex_lock(&l->mu);
	slow(l);
	n = l->n;
	if (n > 3)
		slow(l);
	pthread_mutex_unlock(&l->mu);
	return n;
}

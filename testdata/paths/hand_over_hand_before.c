/* A walk that returns the node before the place, locked: the first one of a list as well as a
 * later one. */
#include <pthread.h>
#include <stdlib.h>

struct node { pthread_mutex_t mu; struct node *next; int key; };

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

int insert_ok(struct node *head, int key)
{
	struct node *p = walk(head, key), *n;

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

int count_bad(struct node *head, int key)
{
	struct node *p = head, *c;

	pthread_mutex_lock(&p->mu);
	while ((c = p->next) && c->key < key) {
		pthread_mutex_lock(&c->mu);
		pthread_mutex_unlock(&p->mu);
		if (c->key < 0)
			return -1; // @expect unreleased-lock
		p = c;
	}
	pthread_mutex_unlock(&p->mu);
	return 0;
}

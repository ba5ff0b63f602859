/* nfs-ganesha dupreq: an object found in a tree (container_of a node that is not NULL) is locked and kept in `drc`; if none
 * was found, one is made and locked. What has been locked is not NULL. A library. */
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
struct node { struct node *left, *right; int key; };
struct drc { pthread_mutex_t mtx; int refcnt, flags; struct { struct node k; } u; };
struct part { pthread_mutex_t mtx; struct node *root; };
#define containerof(p, type, member) ((type *)((char *)(p) - offsetof(type, member)))

static struct node *lookup(struct part *t, int key)
{
	struct node *n = t->root;

	while (n && n->key != key)
		n = key < n->key ? n->left : n->right;
	return n;
}

static struct drc *drc_new(void)
{
	struct drc *d = calloc(1, sizeof *d);

	if (!d)
		abort();
	pthread_mutex_init(&d->mtx, NULL);
	return d;
}

struct drc *get_ok(struct part *t, int key)
{
	struct drc *drc = NULL, *tdrc;
	struct node *n;

	pthread_mutex_lock(&t->mtx);
	n = lookup(t, key);
	if (n) {
		tdrc = containerof(n, struct drc, u.k);
		pthread_mutex_lock(&tdrc->mtx);
		tdrc->flags &= ~1;
		drc = tdrc;
	}
	if (!drc) {
		drc = drc_new();
		drc->u.k.key = key;
		pthread_mutex_lock(&drc->mtx);
		drc->u.k.left = t->root;
		t->root = &drc->u.k;
	}
	drc->refcnt++;
	pthread_mutex_unlock(&t->mtx);
	drc->refcnt++;
	pthread_mutex_unlock(&drc->mtx);
	return drc;
}

struct drc *get_bad(struct part *t, int key)
{
	struct drc *drc = NULL;
	struct node *n;

	pthread_mutex_lock(&t->mtx);
	n = lookup(t, key);
	if (n) {
		drc = containerof(n, struct drc, u.k);
		pthread_mutex_lock(&drc->mtx);
		if (!drc->refcnt) {
			pthread_mutex_unlock(&t->mtx);
			return NULL; // @expect unreleased-lock
		}
		drc->refcnt++;
		pthread_mutex_unlock(&drc->mtx);
	}
	pthread_mutex_unlock(&t->mtx);
	return drc;
}

/* SPDX-License-Identifier: MIT */
/* Hash table: return out of the search loop with the bucket's lock held. A library. */
#include <pthread.h>
#include <string.h>
#define NB 16
struct ent { struct ent *next; const char *key; int v; };
struct ht { struct ent *b[NB]; pthread_mutex_t l[NB]; };
static unsigned hash(const char *s)
{
	unsigned h = 5381;

	while (*s)
		h = h * 33 + (unsigned char)*s++;
	return h;
}

int get_bad(struct ht *h, const char *k, int *v)
{
	unsigned i = hash(k) % NB;
	struct ent *e;

	pthread_mutex_lock(&h->l[i]);
	for (e = h->b[i]; e; e = e->next)
		if (!strcmp(e->key, k)) {
			*v = e->v;
			return 0; // @expect unreleased-lock
		}
	pthread_mutex_unlock(&h->l[i]);
	return -1;
}

int get_ok(struct ht *h, const char *k, int *v)
{
	unsigned i = hash(k) % NB;
	struct ent *e;

	pthread_mutex_lock(&h->l[i]);
	for (e = h->b[i]; e; e = e->next)
		if (!strcmp(e->key, k)) {
			*v = e->v;
			pthread_mutex_unlock(&h->l[i]);
			return 0;
		}
	pthread_mutex_unlock(&h->l[i]);
	return -1;
}

int param_bad(struct ht *h, unsigned i, int v)
{
	pthread_mutex_lock(&h->l[i]);
	if (!h->b[i])
		return -1; // @expect unreleased-lock
	h->b[i]->v = v;
	pthread_mutex_unlock(&h->l[i]);
	return 0;
}

int param_ok(struct ht *h, unsigned i, int v)
{
	pthread_mutex_lock(&h->l[i]);
	if (!h->b[i]) {
		pthread_mutex_unlock(&h->l[i]);
		return -1;
	}
	h->b[i]->v = v;
	pthread_mutex_unlock(&h->l[i]);
	return 0;
}

int masked_bad(struct ht *h, unsigned k)
{
	unsigned i = k & (NB - 1);

	pthread_mutex_lock(&h->l[i]);
	if (!h->b[i])
		return -1; // @expect unreleased-lock
	h->b[i]->v = 0;
	pthread_mutex_unlock(&h->l[i]);
	return 0;
}

int expr_bad(struct ht *h, unsigned k)
{
	pthread_mutex_lock(&h->l[k % NB]);
	if (!h->b[k % NB])
		return -1; // @expect unreleased-lock
	h->b[k % NB]->v = 0;
	pthread_mutex_unlock(&h->l[k % NB]);
	return 0;
}

/* @silent: rwlocks: upgrade by release and look again, downgrade, try, readers in two functions */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <stdbool.h>
struct ent { struct ent *next; char *key; int val; };
struct map { pthread_rwlock_t rw; struct ent *b[64]; unsigned n; };
static struct ent *find(struct map *m, const char *k, unsigned h)
{
	for (struct ent *e = m->b[h % 64]; e; e = e->next)
		if (!strcmp(e->key, k))
			return e;
	return NULL;
}
static unsigned hash(const char *s) { unsigned h = 5381; while (*s) h = h * 33 + (unsigned char)*s++; return h; }
int map_get_or_add(struct map *m, const char *k, int val)
{
	unsigned h = hash(k);
	struct ent *e;
	int r;
	pthread_rwlock_rdlock(&m->rw);
	e = find(m, k, h);
	if (e) {
		r = e->val;
		pthread_rwlock_unlock(&m->rw);
		return r;
	}
	pthread_rwlock_unlock(&m->rw);
	pthread_rwlock_wrlock(&m->rw);
	e = find(m, k, h);
	if (!e) {
		e = malloc(sizeof *e);
		if (!e) {
			pthread_rwlock_unlock(&m->rw);
			return -1;
		}
		e->key = strdup(k);
		e->val = val;
		e->next = m->b[h % 64];
		m->b[h % 64] = e;
		m->n++;
	}
	r = e->val;
	pthread_rwlock_unlock(&m->rw);
	return r;
}
int map_touch(struct map *m, const char *k)
{
	bool writer = false;
	struct ent *e;
	unsigned h = hash(k);
	int r = -1;
	pthread_rwlock_rdlock(&m->rw);
again:
	e = find(m, k, h);
	if (e && e->val < 0 && !writer) {
		pthread_rwlock_unlock(&m->rw);
		pthread_rwlock_wrlock(&m->rw);
		writer = true;
		goto again;
	}
	if (e) {
		if (writer)
			e->val = 0;
		r = e->val;
	}
	pthread_rwlock_unlock(&m->rw);
	return r;
}
void map_remove(struct map *m, const char *k)
{
	unsigned h = hash(k);
	struct ent *e = NULL, **pp;
	pthread_rwlock_wrlock(&m->rw);
	for (pp = &m->b[h % 64]; *pp; pp = &(*pp)->next) {
		if (strcmp((*pp)->key, k) == 0) {
			e = *pp;
			*pp = e->next;
			m->n--;
			break;
		}
	}
	pthread_rwlock_unlock(&m->rw);
	if (e) {
		free(e->key);
		free(e);
	}
}
int map_count_if_idle(struct map *m)
{
	int n = -1;
	if (pthread_rwlock_tryrdlock(&m->rw) == 0) {
		n = (int)m->n;
		pthread_rwlock_unlock(&m->rw);
	}
	return n;
}
void map_each(struct map *m, bool write, void (*fn)(struct ent *, void *), void *arg)
{
	if (write)
		pthread_rwlock_wrlock(&m->rw);
	else
		pthread_rwlock_rdlock(&m->rw);
	for (int i = 0; i < 64; i++)
		for (struct ent *e = m->b[i]; e; e = e->next)
			fn(e, arg);
	pthread_rwlock_unlock(&m->rw);
}
static void *reader(void *arg)
{
	struct map *m = arg;
	map_get_or_add(m, "a", 1);
	map_touch(m, "a");
	return (void *)(long)map_count_if_idle(m);
}
static void zero(struct ent *e, void *arg) { (void)arg; e->val = 0; }
int main(void)
{
	static struct map m = { .rw = PTHREAD_RWLOCK_INITIALIZER };
	pthread_t t[4];
	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, reader, &m);
	map_each(&m, true, zero, NULL);
	map_remove(&m, "a");
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	return pthread_rwlock_destroy(&m.rw);
}

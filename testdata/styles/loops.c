/* @silent: locks and loops: drop and retake in the loop, continue with unlock, lock per item, batch, break after unlock, do-while, nested */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
struct item { struct item *next; pthread_mutex_t m; int n, busy; };
struct list { pthread_mutex_t m; struct item *head; int gen, n; };
extern void work(struct item *), pause_a_bit(void);
extern bool more(void);
void scan(struct list *l)
{
	int gen;
restart:
	pthread_mutex_lock(&l->m);
	gen = l->gen;
	for (struct item *i = l->head; i; i = i->next) {
		if (!i->busy)
			continue;
		pthread_mutex_unlock(&l->m);
		work(i);
		pthread_mutex_lock(&l->m);
		if (gen != l->gen) {
			pthread_mutex_unlock(&l->m);
			goto restart;
		}
	}
	pthread_mutex_unlock(&l->m);
}
int pick(struct list *l)
{
	struct item *i;
	int tries = 0;
	while (true) {
		pthread_mutex_lock(&l->m);
		for (i = l->head; i; i = i->next)
			if (!i->busy)
				break;
		if (i) {
			i->busy = 1;
			pthread_mutex_unlock(&l->m);
			break;
		}
		pthread_mutex_unlock(&l->m);
		if (++tries > 10)
			return -1;
		pause_a_bit();
	}
	work(i);
	return 0;
}
void batches(struct list *l)
{
	int k = 0;
	pthread_mutex_lock(&l->m);
	while (more()) {
		l->n++;
		if (++k == 16) {
			k = 0;
			pthread_mutex_unlock(&l->m);
			pause_a_bit();
			pthread_mutex_lock(&l->m);
		}
	}
	pthread_mutex_unlock(&l->m);
}
int sum(struct list *l)
{
	int s = 0;
	struct item *i;
	pthread_mutex_lock(&l->m);
	i = l->head;
	if (i)
		do {
			pthread_mutex_lock(&i->m);
			s += i->n;
			pthread_mutex_unlock(&i->m);
		} while ((i = i->next));
	pthread_mutex_unlock(&l->m);
	return s;
}
int until(struct list *l, int want)
{
	bool done = false;
	pthread_mutex_lock(&l->m);
	do {
		if (l->n >= want) {
			done = true;
		} else {
			pthread_mutex_unlock(&l->m);
			pause_a_bit();
			pthread_mutex_lock(&l->m);
		}
	} while (!done && l->gen == 0);
	pthread_mutex_unlock(&l->m);
	return done;
}
void locked_flag(struct list *l)
{
	bool locked = false;
	for (struct item *i = l->head; i; i = i->next) {
		if (i->busy && !locked) {
			pthread_mutex_lock(&l->m);
			locked = true;
		} else if (!i->busy && locked) {
			pthread_mutex_unlock(&l->m);
			locked = false;
		}
		work(i);
	}
	if (locked)
		pthread_mutex_unlock(&l->m);
}
void two_level(struct list *v, int n)
{
	for (int k = 0; k < n; k++) {
		pthread_mutex_lock(&v[k].m);
		for (struct item *i = v[k].head; i; i = i->next) {
			if (pthread_mutex_trylock(&i->m))
				continue;
			if (i->n < 0) {
				pthread_mutex_unlock(&i->m);
				break;
			}
			i->n++;
			pthread_mutex_unlock(&i->m);
		}
		pthread_mutex_unlock(&v[k].m);
	}
}

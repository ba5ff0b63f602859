/* @silent: handing over: baton by condition, lock given to a thread that is started, producer owns until consumer acks, swap of two objects' locks */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
struct baton { pthread_mutex_t m; pthread_cond_t c; int turn, rounds; };
static void *player(void *arg, int me)
{
	struct baton *b = arg;
	pthread_mutex_lock(&b->m);
	while (b->rounds > 0) {
		while (b->turn != me && b->rounds > 0)
			pthread_cond_wait(&b->c, &b->m);
		if (b->rounds <= 0)
			break;
		b->rounds--;
		b->turn = !me;
		pthread_cond_signal(&b->c);
	}
	pthread_cond_broadcast(&b->c);
	pthread_mutex_unlock(&b->m);
	return NULL;
}
static void *ping(void *a) { return player(a, 0); }
static void *pong(void *a) { return player(a, 1); }
struct req { pthread_mutex_t m; pthread_cond_t done; bool finished; int val; };
static void *answer(void *arg)
{
	struct req *r = arg;
	pthread_mutex_lock(&r->m);
	r->val = 42;
	r->finished = true;
	pthread_cond_signal(&r->done);
	pthread_mutex_unlock(&r->m);
	return NULL;
}
static int ask(void)
{
	struct req r = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0 };
	pthread_t t;
	int v;
	pthread_mutex_lock(&r.m);
	if (pthread_create(&t, NULL, answer, &r)) {
		pthread_mutex_unlock(&r.m);
		return -1;
	}
	while (!r.finished)
		pthread_cond_wait(&r.done, &r.m);
	v = r.val;
	pthread_mutex_unlock(&r.m);
	pthread_join(t, NULL);
	pthread_mutex_destroy(&r.m);
	return v;
}
struct boxed { pthread_mutex_t *m; int n; };
static void swap_boxes(struct boxed *x, struct boxed *y)
{
	pthread_mutex_t *first = x->m < y->m ? x->m : y->m, *second = x->m < y->m ? y->m : x->m;
	int t;
	pthread_mutex_lock(first);
	if (first != second)
		pthread_mutex_lock(second);
	t = x->n;
	x->n = y->n;
	y->n = t;
	if (first != second)
		pthread_mutex_unlock(second);
	pthread_mutex_unlock(first);
}
int main(void)
{
	struct baton b = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 10 };
	pthread_mutex_t m1 = PTHREAD_MUTEX_INITIALIZER, m2 = PTHREAD_MUTEX_INITIALIZER;
	struct boxed p = { &m1, 1 }, q = { &m2, 2 };
	pthread_t t, u;
	pthread_create(&t, NULL, ping, &b);
	pthread_create(&u, NULL, pong, &b);
	pthread_join(t, NULL);
	pthread_join(u, NULL);
	swap_boxes(&p, &q);
	return ask() != 42;
}

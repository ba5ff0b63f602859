/* SPDX-License-Identifier: MIT */
/* One object from the heap, handed to two threads that take its two locks in
 * opposite orders. Made once, by main: as good as a global. */
#include <pthread.h>
#include <stdlib.h>
struct s { pthread_mutex_t a, b; int n; };

static void *one_bad(void *p)
{
	struct s *s = p;

	pthread_mutex_lock(&s->a);
	pthread_mutex_lock(&s->b); // @expect-one lock-order-cycle:error#x
	s->n++;
	pthread_mutex_unlock(&s->b);
	pthread_mutex_unlock(&s->a);
	return NULL;
}

static void *two_bad(void *p)
{
	struct s *s = p;

	pthread_mutex_lock(&s->b);
	pthread_mutex_lock(&s->a); // @expect-one lock-order-cycle:error#x
	s->n--;
	pthread_mutex_unlock(&s->a);
	pthread_mutex_unlock(&s->b);
	return NULL;
}

int main(void)
{
	pthread_t t, u;
	struct s *s = malloc(sizeof *s);

	pthread_mutex_init(&s->a, NULL);
	pthread_mutex_init(&s->b, NULL);
	pthread_create(&t, NULL, one_bad, s);
	pthread_create(&u, NULL, two_bad, s);
	pthread_join(t, NULL);
	pthread_join(u, NULL);
	free(s);
	return 0;
}

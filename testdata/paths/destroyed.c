/* A lock that has been destroyed is not held. */
#include <pthread.h>
#include <stdlib.h>

struct s { pthread_mutex_t m; int n; };

void close_ok(struct s *s)
{
	pthread_mutex_lock(&s->m);
	s->n = 0;
	pthread_mutex_destroy(&s->m);
	free(s);
}

int last_ok(struct s *s)
{
	pthread_mutex_lock(&s->m);
	if (--s->n == 0) {
		pthread_mutex_destroy(&s->m);
		return 1;
	}
	pthread_mutex_unlock(&s->m);
	return 0;
}

int other_bad(struct s *s, struct s *t)
{
	pthread_mutex_lock(&s->m);
	if (--s->n == 0) {
		pthread_mutex_destroy(&t->m);
		return 1; // @expect unreleased-lock
	}
	pthread_mutex_unlock(&s->m);
	return 0;
}

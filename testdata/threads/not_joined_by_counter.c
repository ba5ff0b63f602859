/* Threads of a counter that is not local, some of them never joined */
#include <pthread.h>

struct sys { pthread_mutex_t big, small; int n; pthread_t t[2]; int up; };
static struct sys S;
static pthread_t extra[2];
static int started;

static void *run(void *p)
{
	struct sys *s = p;

	pthread_mutex_lock(&s->big); // @expect-one lock-order-cycle#c
	pthread_mutex_lock(&s->small); // @expect-one lock-order-cycle#c
	s->n++;
	pthread_mutex_unlock(&s->small);
	pthread_mutex_unlock(&s->big);
	return NULL;
}

static void other(struct sys *s)
{
	pthread_mutex_lock(&s->small); // @expect-one lock-order-cycle#c
	pthread_mutex_lock(&s->big); // @expect-one lock-order-cycle#c
	s->n = 0;
	pthread_mutex_unlock(&s->big);
	pthread_mutex_unlock(&s->small);
}

int main(void)
{
	for (; S.up < 2; S.up++)
		if (pthread_create(&S.t[S.up], NULL, run, &S))
			return 1;
	other(&S);
	for (; started < 2; started++)
		if (pthread_create(&extra[started], NULL, run, &S))
			return 1;
	for (int i = 0; i < started; i++)
		pthread_join(extra[i], NULL);
	other(&S);
	return 0;
}

/* The negated result of a lock call, as kernels have it. A library. */
#include <pthread.h>
#include <errno.h>
struct rb { pthread_mutex_t m; int v; };
static int enter(struct rb *b) { return -pthread_mutex_lock(&b->m); }
int use_ok(struct rb *b)
{
	int e = enter(b);
	if (e)
		return e;
	b->v++;
	pthread_mutex_unlock(&b->m);
	return 0;
}
int use2_ok(struct rb *b)
{
	int e = -pthread_mutex_lock(&b->m);
	if (e)
		return e;
	b->v++;
	pthread_mutex_unlock(&b->m);
	return 0;
}
int use3_ok(struct rb *b)
{
	int e = -pthread_mutex_trylock(&b->m);
	if (e < 0)
		return e;
	b->v++;
	pthread_mutex_unlock(&b->m);
	return 0;
}

int use_bad(struct rb *b)
{
	int e = -pthread_mutex_trylock(&b->m);

	if (e > 0)
		return e;
	b->v++;
	pthread_mutex_unlock(&b->m); // @expect release-not-held
	return 0;
}

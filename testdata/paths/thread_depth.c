/* Recursion by a thread's own counter. Thread-local memory is not shared: it is not
 * forgotten at an acquire or a release. A library. */
#include <pthread.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER, p = PTHREAD_MUTEX_INITIALIZER;
static __thread int depth;
static int n;

static void enter(void)
{
	if (depth++ == 0)
		pthread_mutex_lock(&m);
}

static void leave(void)
{
	if (--depth == 0)
		pthread_mutex_unlock(&m);
}

static void inner(void)
{
	enter();
	n++;
	leave();
}

void outer_ok(void)
{
	enter();
	inner();
	n--;
	leave();
}

static void plain(void)
{
	pthread_mutex_lock(&p);
	n++;
	pthread_mutex_unlock(&p);
}

void plain_bad(void)
{
	pthread_mutex_lock(&p);
	plain(); // @expect double-acquire
	pthread_mutex_unlock(&p);
}

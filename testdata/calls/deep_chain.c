/* Five plain calls between the two acquires, none of them on a condition: as sure as one. */
#include <pthread.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int x;
static void e(void) { pthread_mutex_lock(&m); x++; pthread_mutex_unlock(&m); }
static void d(void) { e(); }
static void c(void) { d(); }
static void b(void) { c(); }
static void a(void) { b(); }

static void *th_bad(void *p)
{
	pthread_mutex_lock(&m);
	a(); // @expect double-acquire:error
	pthread_mutex_unlock(&m);
	return p;
}

int main(void)
{
	pthread_t t;

	pthread_create(&t, NULL, th_bad, NULL);
	pthread_join(t, NULL);
	return 0;
}

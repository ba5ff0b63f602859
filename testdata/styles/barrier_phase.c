/* @silent: barriers separate phases that take the locks in different orders; main before and after the threads */
#include <pthread.h>
#include <stdio.h>
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t bar;
static int n;
static void ab(void) { pthread_mutex_lock(&a); pthread_mutex_lock(&b); n++; pthread_mutex_unlock(&b); pthread_mutex_unlock(&a); }
static void ba(void) { pthread_mutex_lock(&b); pthread_mutex_lock(&a); n++; pthread_mutex_unlock(&a); pthread_mutex_unlock(&b); }
static void *run(void *p)
{
	ab();
	if (pthread_barrier_wait(&bar) == PTHREAD_BARRIER_SERIAL_THREAD)
		printf("phase\n");
	ab();
	return p;
}
int main(void)
{
	pthread_t t[3];
	ba();
	pthread_barrier_init(&bar, NULL, 3);
	for (int i = 0; i < 3; i++)
		if (pthread_create(&t[i], NULL, run, NULL))
			return 1;
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	pthread_barrier_destroy(&bar);
	ba();
	printf("%d\n", n);
	return 0;
}

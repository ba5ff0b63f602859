/* SPDX-License-Identifier: MIT */
/* A static program, linked with the archive.
 * @static
 * @run hang exit=86 stderr=2.threads.wait.for.each.other
 * @run fine
 */
#include <pthread.h>
#include <string.h>

static pthread_mutex_t m[2] = { PTHREAD_MUTEX_INITIALIZER,
				PTHREAD_MUTEX_INITIALIZER };
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t meet;
static int turn;

static void *crossed(void *arg)
{
	long i = (long)arg;

	pthread_mutex_lock(&m[i]);
	pthread_barrier_wait(&meet);
	pthread_mutex_lock(&m[1 - i]);
	return arg;
}

static void *in_turn(void *arg)
{
	long i = (long)arg;

	pthread_mutex_lock(&m[0]);
	while (turn != i)
		pthread_cond_wait(&c, &m[0]);
	turn++;
	pthread_cond_broadcast(&c);
	pthread_mutex_lock(&m[1]);
	pthread_mutex_unlock(&m[1]);
	pthread_mutex_unlock(&m[0]);
	return arg;
}

int main(int argc, char **argv)
{
	void *(*f)(void *) = argc > 1 && !strcmp(argv[1], "hang") ? crossed :
								    in_turn;
	pthread_t t[2];

	pthread_barrier_init(&meet, NULL, 2);
	for (long i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, f, (void *)i);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	return 0;
}

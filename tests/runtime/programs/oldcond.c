/* SPDX-License-Identifier: MIT */
/* The condition calls in the form that they had before glibc 2.3.2, which old
 * programs still ask for: another layout of the object, and functions of their
 * own behind the same names.
 *
 * @same-output
 * @no-stderr lockcheck
 */
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#if defined(__x86_64__) && defined(__GLIBC__)
__asm__(".symver old_wait,pthread_cond_wait@GLIBC_2.2.5");
__asm__(".symver old_timedwait,pthread_cond_timedwait@GLIBC_2.2.5");
__asm__(".symver old_signal,pthread_cond_signal@GLIBC_2.2.5");
__asm__(".symver old_broadcast,pthread_cond_broadcast@GLIBC_2.2.5");
__asm__(".symver old_destroy,pthread_cond_destroy@GLIBC_2.2.5");
#else
#define old_wait pthread_cond_wait
#define old_timedwait pthread_cond_timedwait
#define old_signal pthread_cond_signal
#define old_broadcast pthread_cond_broadcast
#define old_destroy pthread_cond_destroy
#endif
int old_wait(pthread_cond_t *, pthread_mutex_t *);
int old_timedwait(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
int old_signal(pthread_cond_t *);
int old_broadcast(pthread_cond_t *);
int old_destroy(pthread_cond_t *);

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
/* It was a pointer to the object then: the rest must stay as it is. */
static struct {
	void *object;
	unsigned char rest[sizeof(pthread_cond_t)];
} old;
static int turn;

static void *answer(void *arg)
{
	for (int i = 0; i < 100; i++) {
		pthread_mutex_lock(&m);
		while (turn % 2 == 0)
			old_wait((pthread_cond_t *)&old, &m);
		turn++;
		if (i % 2)
			old_signal((pthread_cond_t *)&old);
		else
			old_broadcast((pthread_cond_t *)&old);
		pthread_mutex_unlock(&m);
	}
	return arg;
}

int main(void)
{
	struct timespec past = { 1, 0 };
	unsigned touched = 0;
	pthread_t t;

	pthread_create(&t, NULL, answer, NULL);
	for (int i = 0; i < 100; i++) {
		pthread_mutex_lock(&outer);
		pthread_mutex_lock(&m);
		turn++;
		old_signal((pthread_cond_t *)&old);
		while (turn % 2)
			old_wait((pthread_cond_t *)&old, &m);
		pthread_mutex_unlock(&m);
		pthread_mutex_unlock(&outer);
	}
	pthread_join(t, NULL);
	pthread_mutex_lock(&m);
	printf("turns %d, timed wait %d\n", turn,
	       old_timedwait((pthread_cond_t *)&old, &m, &past));
	pthread_mutex_unlock(&m);
	for (unsigned i = 0; i < sizeof(old.rest); i++)
		touched += old.rest[i] != 0;
	printf("destroyed %d, %u bytes beyond it touched\n",
	       old_destroy((pthread_cond_t *)&old), touched);
	return 0;
}

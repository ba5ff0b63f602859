/* @silent: timer thread, state machine, wait for ack with predicate loops in helpers, self-stop, detached threads */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
enum st { IDLE, ARMED, FIRING, STOPPED };
struct timer { pthread_mutex_t m; pthread_cond_t c; enum st st; struct timespec when; void (*fn)(void *); void *arg; pthread_t t; int refs; };
static void set_state(struct timer *t, enum st s) { t->st = s; pthread_cond_broadcast(&t->c); }
static bool wait_not(struct timer *t, enum st s)
{
	while (t->st == s)
		if (pthread_cond_wait(&t->c, &t->m))
			return false;
	return true;
}
static void *timer_main(void *arg)
{
	struct timer *t = arg;
	pthread_mutex_lock(&t->m);
	while (t->st != STOPPED) {
		switch (t->st) {
		case IDLE:
			pthread_cond_wait(&t->c, &t->m);
			break;
		case ARMED:
			if (pthread_cond_timedwait(&t->c, &t->m, &t->when) != ETIMEDOUT)
				break;
			if (t->st != ARMED)
				break;
			set_state(t, FIRING);
			pthread_mutex_unlock(&t->m);
			t->fn(t->arg);
			pthread_mutex_lock(&t->m);
			if (t->st == FIRING)
				set_state(t, IDLE);
			break;
		case FIRING:
		case STOPPED:
			break;
		}
	}
	pthread_mutex_unlock(&t->m);
	return NULL;
}
int timer_arm(struct timer *t, int s)
{
	int rc = 0;
	pthread_mutex_lock(&t->m);
	if (t->st == STOPPED) {
		rc = -1;
	} else {
		clock_gettime(CLOCK_REALTIME, &t->when);
		t->when.tv_sec += s;
		set_state(t, ARMED);
	}
	pthread_mutex_unlock(&t->m);
	return rc;
}
void timer_cancel(struct timer *t)
{
	pthread_mutex_lock(&t->m);
	if (!pthread_equal(pthread_self(), t->t))
		wait_not(t, FIRING);
	if (t->st == ARMED)
		set_state(t, IDLE);
	pthread_mutex_unlock(&t->m);
}
void timer_stop(struct timer *t)
{
	pthread_mutex_lock(&t->m);
	set_state(t, STOPPED);
	pthread_mutex_unlock(&t->m);
	if (pthread_equal(pthread_self(), t->t))
		pthread_detach(t->t);
	else
		pthread_join(t->t, NULL);
}
struct timer *timer_new(void (*fn)(void *), void *arg)
{
	struct timer *t = calloc(1, sizeof *t);
	if (!t)
		return NULL;
	t->fn = fn;
	t->arg = arg;
	if (pthread_mutex_init(&t->m, NULL))
		goto e1;
	if (pthread_cond_init(&t->c, NULL))
		goto e2;
	pthread_mutex_lock(&t->m);
	if (pthread_create(&t->t, NULL, timer_main, t)) {
		pthread_mutex_unlock(&t->m);
		goto e3;
	}
	pthread_mutex_unlock(&t->m);
	return t;
e3:
	pthread_cond_destroy(&t->c);
e2:
	pthread_mutex_destroy(&t->m);
e1:
	free(t);
	return NULL;
}

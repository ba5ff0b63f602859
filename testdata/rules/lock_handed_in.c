/* SPDX-License-Identifier: MIT */
/* A flag says whether the caller has the locks already; given back they are in
 * any case. Who passes it need not release, who does not must have none. */
#include <pthread.h>
#include <stdbool.h>

struct events {
	pthread_mutex_t outer, mx;
	int running, next;
};

static struct events all = {
	PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, 0, 0
};

int plan(int n);

static void reschedule(struct events *e, bool handover)
{
	if (!handover) {
		pthread_mutex_lock(&e->outer);
		pthread_mutex_lock(&e->mx);
	}
	if (e->running) {
		pthread_mutex_unlock(&e->mx);
		pthread_mutex_unlock(&e->outer);
		return;
	}
	e->next = 0;
	pthread_mutex_unlock(&e->mx);
	plan(e->next);
	pthread_mutex_unlock(&e->outer);
}

static void start_ok(struct events *e)
{
	pthread_mutex_lock(&e->outer);
	pthread_mutex_lock(&e->mx);
	e->running = 0;
	reschedule(e, true);
}

static void update_ok(struct events *e)
{
	pthread_mutex_lock(&e->outer);
	pthread_mutex_lock(&e->mx);
	if (plan(1) != e->next) {
		reschedule(e, true);
	} else {
		pthread_mutex_unlock(&e->mx);
		pthread_mutex_unlock(&e->outer);
	}
}

static void stop_ok(struct events *e)
{
	pthread_mutex_lock(&e->mx);
	e->running = 1;
	pthread_mutex_unlock(&e->mx);
	reschedule(e, false);
}

static void twice_bad(struct events *e)
{
	pthread_mutex_lock(&e->outer);
	pthread_mutex_lock(&e->mx);
	e->running = 0;
	reschedule(e, true);
	pthread_mutex_unlock(&e->outer); // @expect release-not-held
}

static void again_bad(struct events *e)
{
	pthread_mutex_lock(&e->outer);
	e->running = 0;
	reschedule(e, false); // @expect double-acquire
} // @expect-any unreleased-lock

int main(int argc, char **argv)
{
	(void)argv;
	start_ok(&all);
	update_ok(&all);
	stop_ok(&all);
	if (argc > 1)
		twice_bad(&all);
	else if (argc > 2)
		again_bad(&all);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* Loops that end with the lock held, or that drop and retake it. A library. */
#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>
struct w { pthread_mutex_t mu; bool ready, stop; int n, done; };
int wait_ready_ok(struct w *w)
{
	int r;
	while (1) {
		pthread_mutex_lock(&w->mu);
		if (w->ready)
			break;
		pthread_mutex_unlock(&w->mu);
		usleep(1000);
	}
	r = w->n++;
	pthread_mutex_unlock(&w->mu);
	return r;
}
int wait_ready_bad(struct w *w)
{
	int r;
	while (1) {
		pthread_mutex_lock(&w->mu);
		if (w->ready)
			break;
		if (w->stop)
			return -1; // @expect unreleased-lock:error
		pthread_mutex_unlock(&w->mu);
		usleep(1000);
	}
	r = w->n++;
	pthread_mutex_unlock(&w->mu);
	return r;
}
int poll_ok(struct w *w)
{
	int tries = 0;
	for (;;) {
		pthread_mutex_lock(&w->mu);
		if (w->ready)
			goto out;
		if (++tries > 10)
			goto out;
		pthread_mutex_unlock(&w->mu);
	}
out:
	pthread_mutex_unlock(&w->mu);
	return tries;
}
int poll_bad(struct w *w)
{
	int tries = 0;
	for (;;) {
		pthread_mutex_lock(&w->mu);
		if (w->ready)
			goto out;
		pthread_mutex_unlock(&w->mu);
		if (++tries > 10)
			goto out;
	}
out:
	pthread_mutex_unlock(&w->mu); // @expect release-not-held
	return tries;
}
/* lock before the loop, dropped around the work, taken again */
void work_ok(struct w *w)
{
	pthread_mutex_lock(&w->mu);
	while (!w->stop) {
		int n = w->n;
		pthread_mutex_unlock(&w->mu);
		usleep(n);
		pthread_mutex_lock(&w->mu);
		w->done++;
	}
	pthread_mutex_unlock(&w->mu);
}
void work_bad(struct w *w)
{
	pthread_mutex_lock(&w->mu);
	while (!w->stop) {
		int n = w->n;
		pthread_mutex_unlock(&w->mu); // @expect-any release-not-held
		if (n == 0)
			continue; // @expect-any release-not-held
		usleep(n);
		pthread_mutex_lock(&w->mu);
		w->done++;
	}
	pthread_mutex_unlock(&w->mu); // @expect release-not-held
}
void work2_bad(struct w *w)
{
	pthread_mutex_lock(&w->mu);
	while (!w->stop) {
		int n = w->n;
		pthread_mutex_unlock(&w->mu);
		if (n < 0)
			return;
		usleep(n);
		pthread_mutex_lock(&w->mu);
		if (w->done++ > 100)
			return; // @expect unreleased-lock:error
	}
	pthread_mutex_unlock(&w->mu);
}
int flag_loop_ok(struct w *w)
{
	bool again = true;
	int n = 0;
	pthread_mutex_lock(&w->mu);
	while (again) {
		again = false;
		if (w->n > 0) {
			w->n--;
			pthread_mutex_unlock(&w->mu);
			n++;
			pthread_mutex_lock(&w->mu);
			again = true;
		}
	}
	pthread_mutex_unlock(&w->mu);
	return n;
}

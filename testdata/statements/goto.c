/* SPDX-License-Identifier: MIT */
/* goto in all directions, do/while, for with parts missing. A library. */
#include <pthread.h>
#include <errno.h>

struct job {
	pthread_mutex_t lock;
	int tries, done;
};

extern int job_run(struct job *j);

/* Back to the top without letting go. */
int job_retry_bad(struct job *j)
{
	int rc;

again:
	pthread_mutex_lock(&j->lock); // @expect unreleased-lock
	rc = job_run(j);
	if (rc == -EAGAIN)
		goto again;
	pthread_mutex_unlock(&j->lock);
	return rc;
}

int job_retry_ok(struct job *j)
{
	int rc;

again:
	pthread_mutex_lock(&j->lock);
	rc = job_run(j);
	if (rc == -EAGAIN) {
		pthread_mutex_unlock(&j->lock);
		goto again;
	}
	pthread_mutex_unlock(&j->lock);
	return rc;
}

/* Into the loop, past the lock. */
int job_enter_ok(struct job *j, int first)
{
	int rc = 0;

	if (first)
		goto enter;
	for (;;) {
		pthread_mutex_lock(&j->lock);
		j->tries++;
		pthread_mutex_unlock(&j->lock);
enter:
		rc = job_run(j);
		if (rc <= 0)
			break;
	}
	return rc;
}

int job_forever_ok(struct job *j)
{
	pthread_mutex_lock(&j->lock);
	for (;;) {
		if (j->done)
			break;
		j->tries++;
		if (j->tries > 10) {
			pthread_mutex_unlock(&j->lock);
			return -1;
		}
	}
	pthread_mutex_unlock(&j->lock);
	return 0;
}

int job_forever_bad(struct job *j)
{
	pthread_mutex_lock(&j->lock);
	for (;;) {
		if (j->done)
			break;
		j->tries++;
		if (j->tries > 10)
			return -1; // @expect unreleased-lock
	}
	pthread_mutex_unlock(&j->lock);
	return 0;
}

int job_do_while_bad(struct job *j)
{
	int rc;

	do {
		pthread_mutex_lock(&j->lock);
		rc = job_run(j);
		if (rc < 0)
			break;
		pthread_mutex_unlock(&j->lock);
	} while (rc > 0);
	return rc; // @expect unreleased-lock
}

int job_do_while_ok(struct job *j)
{
	int rc;

	do {
		pthread_mutex_lock(&j->lock);
		rc = job_run(j);
		pthread_mutex_unlock(&j->lock);
		if (rc < 0)
			break;
	} while (rc > 0);
	return rc;
}

/* SPDX-License-Identifier: MIT */
/* Recursive locks: by attribute, by static initialiser, by mtx_init; and n
 * acquires need n releases. A library. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stddef.h>
#include <threads.h>

struct doc {
	pthread_mutex_t rlock;	/* recursive, see doc_init */
	pthread_mutex_t plain;
	mtx_t rmtx;		/* mtx_recursive */
	mtx_t tmtx;		/* mtx_timed: not recursive */
	int words;
};
static pthread_mutex_t static_rlock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t static_plain = PTHREAD_MUTEX_INITIALIZER;

int doc_init(struct doc *d)
{
	pthread_mutexattr_t attr;

	if (pthread_mutexattr_init(&attr) != 0)
		return -1;
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&d->rlock, &attr);
	pthread_mutexattr_destroy(&attr);
	pthread_mutex_init(&d->plain, NULL);
	if (mtx_init(&d->rmtx, mtx_plain | mtx_recursive) != thrd_success)
		return -1;
	return mtx_init(&d->tmtx, mtx_timed) == thrd_success ? 0 : -1;
}

static int by_attr_words(struct doc *d)
{
	int n;

	pthread_mutex_lock(&d->rlock);
	n = d->words;
	pthread_mutex_unlock(&d->rlock);
	return n;
}

int by_attr_ok(struct doc *d)
{
	int n;

	pthread_mutex_lock(&d->rlock);
	n = by_attr_words(d);
	pthread_mutex_unlock(&d->rlock);
	return n;
}

static int plain_words(struct doc *d)
{
	int n;

	pthread_mutex_lock(&d->plain);
	n = d->words;
	pthread_mutex_unlock(&d->plain);
	return n;
}

int by_attr_bad(struct doc *d)
{
	int n;

	pthread_mutex_lock(&d->plain);
	n = plain_words(d); // @expect double-acquire
	pthread_mutex_unlock(&d->plain);
	return n;
}

void by_initialiser_ok(void)
{
	pthread_mutex_lock(&static_rlock);
	pthread_mutex_lock(&static_rlock);
	pthread_mutex_unlock(&static_rlock);
	pthread_mutex_unlock(&static_rlock);
}

void by_initialiser_bad(void)
{
	pthread_mutex_lock(&static_plain);
	pthread_mutex_lock(&static_plain); // @expect double-acquire
	pthread_mutex_unlock(&static_plain);
	pthread_mutex_unlock(&static_plain);
}

void by_mtx_init_ok(struct doc *d)
{
	mtx_lock(&d->rmtx);
	mtx_lock(&d->rmtx);
	d->words++;
	mtx_unlock(&d->rmtx);
	mtx_unlock(&d->rmtx);
}

void by_mtx_init_bad(struct doc *d)
{
	mtx_lock(&d->tmtx);
	mtx_lock(&d->tmtx); // @expect double-acquire
	d->words++;
	mtx_unlock(&d->tmtx);
	mtx_unlock(&d->tmtx);
}

/* Taken twice, released once. */
int count_bad(struct doc *d, int more)
{
	pthread_mutex_lock(&d->rlock);
	pthread_mutex_lock(&d->rlock);
	d->words += more;
	pthread_mutex_unlock(&d->rlock);
	if (more > 10)
		return -1; // @expect unreleased-lock
	pthread_mutex_unlock(&d->rlock);
	return 0;
}

int count_ok(struct doc *d, int more)
{
	pthread_mutex_lock(&d->rlock);
	pthread_mutex_lock(&d->rlock);
	d->words += more;
	pthread_mutex_unlock(&d->rlock);
	if (more > 10) {
		pthread_mutex_unlock(&d->rlock);
		return -1;
	}
	pthread_mutex_unlock(&d->rlock);
	return 0;
}

/* Released once more than taken. */
void count_release_bad(struct doc *d)
{
	pthread_mutex_lock(&d->rlock);
	pthread_mutex_lock(&d->rlock);
	d->words = 0;
	pthread_mutex_unlock(&d->rlock);
	pthread_mutex_unlock(&d->rlock);
	pthread_mutex_unlock(&d->rlock); // @expect release-not-held
}

/* SPDX-License-Identifier: MIT */
/* Conditions that go together in less direct ways. A library. */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

enum mode { MODE_READ, MODE_WRITE, MODE_PEEK };

struct page {
	pthread_mutex_t lock;
	pthread_rwlock_t rw;
	int dirty, data;
};

/* The pointer is the flag. */
int page_pointer_ok(struct page *p, bool lock)
{
	pthread_mutex_t *held = NULL;
	int data;

	if (lock) {
		held = &p->lock;
		pthread_mutex_lock(held);
	}
	data = p->data;
	if (held)
		pthread_mutex_unlock(held);
	return data;
}

int page_pointer_bad(struct page *p, bool lock)
{
	pthread_mutex_t *held = NULL;
	int data;

	if (lock) {
		held = &p->lock;
		pthread_mutex_lock(held);
	}
	data = p->data;
	if (held && data)
		pthread_mutex_unlock(held);
	return data; // @expect unreleased-lock
}

int page_mode_ok(struct page *p, enum mode mode)
{
	int data;

	if (mode == MODE_WRITE)
		pthread_rwlock_wrlock(&p->rw);
	else if (mode == MODE_READ)
		pthread_rwlock_rdlock(&p->rw);
	data = p->data;
	if (mode != MODE_PEEK)
		pthread_rwlock_unlock(&p->rw);
	return data;
}

int page_mode_bad(struct page *p, enum mode mode)
{
	int data;

	if (mode == MODE_WRITE)
		pthread_rwlock_wrlock(&p->rw);
	else if (mode == MODE_READ)
		pthread_rwlock_rdlock(&p->rw);
	data = p->data;
	if (mode == MODE_WRITE)
		pthread_rwlock_unlock(&p->rw);
	return data; // @expect unreleased-lock
}

/* The result decides: an error before the lock, success after it. */
int page_result_ok(struct page *p, int want)
{
	int rc = 0;

	if (want < 0)
		rc = -1;
	else
		pthread_mutex_lock(&p->lock);
	if (rc == 0) {
		p->data = want;
		pthread_mutex_unlock(&p->lock);
	}
	return rc;
}

int page_result_bad(struct page *p, int want)
{
	int rc = 0;

	if (want < 0)
		rc = -1;
	else
		pthread_mutex_lock(&p->lock);
	if (rc != 0) {
		p->data = want;
		pthread_mutex_unlock(&p->lock); // @expect-any release-not-held
	}
	return rc; // @expect unreleased-lock
}

/* Unlocked early on one way: the flag remembers. */
int page_early_ok(struct page *p)
{
	bool locked = true;
	int data;

	pthread_mutex_lock(&p->lock);
	data = p->data;
	if (p->dirty) {
		pthread_mutex_unlock(&p->lock);
		locked = false;
		data++;
	}
	if (locked)
		pthread_mutex_unlock(&p->lock);
	return data;
}

int page_early_bad(struct page *p)
{
	int data;

	pthread_mutex_lock(&p->lock);
	data = p->data;
	if (p->dirty) {
		pthread_mutex_unlock(&p->lock);
		data++;
	}
	pthread_mutex_unlock(&p->lock); // @expect release-not-held
	return data;
}

/* SPDX-License-Identifier: MIT */
/* double-acquire: direct, on one path, through calls, error-checked. A library. */
#include <pthread.h>
#include <errno.h>

struct mailbox {
	pthread_mutex_t lock;
	int unread, total;
};

void mail_direct_bad(struct mailbox *m)
{
	pthread_mutex_lock(&m->lock);
	m->unread++;
	pthread_mutex_lock(&m->lock); // @expect double-acquire
	m->total++;
	pthread_mutex_unlock(&m->lock);
	pthread_mutex_unlock(&m->lock);
}

void mail_direct_ok(struct mailbox *m)
{
	pthread_mutex_lock(&m->lock);
	m->unread++;
	pthread_mutex_unlock(&m->lock);
	pthread_mutex_lock(&m->lock);
	m->total++;
	pthread_mutex_unlock(&m->lock);
}

/* Only on the way through the first branch. */
void mail_path_bad(struct mailbox *m, int urgent)
{
	if (urgent) {
		pthread_mutex_lock(&m->lock);
		m->unread++;
	}
	pthread_mutex_lock(&m->lock); // @expect double-acquire
	m->total++;
	pthread_mutex_unlock(&m->lock);
}

void mail_path_ok(struct mailbox *m, int urgent)
{
	if (urgent) {
		pthread_mutex_lock(&m->lock);
		m->unread++;
	} else {
		pthread_mutex_lock(&m->lock);
	}
	m->total++;
	pthread_mutex_unlock(&m->lock);
}

/* The helper's other callers do not hold it; this one does. */
static void mail_mark(struct mailbox *m)
{
	pthread_mutex_lock(&m->lock);
	m->unread--;
	pthread_mutex_unlock(&m->lock);
}

static int mail_next(struct mailbox *m)
{
	if (m->unread > 0)
		mail_mark(m);
	return m->unread;
}

int mail_read_bad(struct mailbox *m)
{
	int n;

	pthread_mutex_lock(&m->lock);
	n = mail_next(m); // @expect double-acquire
	pthread_mutex_unlock(&m->lock);
	return n;
}

int mail_read_ok(struct mailbox *m)
{
	int n;

	pthread_mutex_lock(&m->lock);
	n = m->total;
	pthread_mutex_unlock(&m->lock);
	return n ? mail_next(m) : 0;
}

/* The other way round: the call returns holding it. */
static void mail_enter(struct mailbox *m)
{
	pthread_mutex_lock(&m->lock);
	m->unread++;
}

void mail_enter_bad(struct mailbox *m)
{
	mail_enter(m);
	mail_enter(m); // @expect double-acquire
	pthread_mutex_unlock(&m->lock);
}

void mail_enter_ok(struct mailbox *m)
{
	mail_enter(m);
	pthread_mutex_unlock(&m->lock);
	mail_enter(m);
	pthread_mutex_unlock(&m->lock);
}

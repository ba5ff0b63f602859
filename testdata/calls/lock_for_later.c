/* SPDX-License-Identifier: MIT */
/* Locks for an operation that goes on after the return; only the failure gives the
 * lock back. Success keeps it whatever the name is. (fio td_io_prep.) A library. */
/* @silent */
#include <pthread.h>
struct file { pthread_rwlock_t *rw; int mode; };
struct ops { int (*prep)(struct file *f); };

static void lock_file(struct file *f, int rd)
{
	if (!f->rw || f->mode == 0)
		return;
	if (f->mode == 1) {
		if (rd)
			pthread_rwlock_rdlock(f->rw);
		else
			pthread_rwlock_wrlock(f->rw);
	}
}

static void unlock_file(struct file *f)
{
	if (f->rw && f->mode == 1)
		pthread_rwlock_unlock(f->rw);
}

int io_prep_ok(struct file *f, struct ops *ops, int rd)
{
	lock_file(f, rd);
	if (ops->prep) {
		int ret = ops->prep(f);

		if (ret)
			unlock_file(f);
		return ret;
	}
	return 0;
}

void io_done_ok(struct file *f)
{
	unlock_file(f);
}

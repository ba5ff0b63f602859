/* SPDX-License-Identifier: MIT */
/* Locking through tables of operations: x->ops->lock(x), a const table, an
 * array of function pointers. A library. */
#include <pthread.h>

struct vfile;
struct vfile_ops {
	int (*lock)(struct vfile *f);
	void (*unlock)(struct vfile *f);
	long (*size)(struct vfile *f);
};
struct vfile {
	const struct vfile_ops *ops;
	pthread_mutex_t mutex;
	long size;
};

static int unix_lock(struct vfile *f)
{
	return pthread_mutex_lock(&f->mutex);
}

static void unix_unlock(struct vfile *f)
{
	pthread_mutex_unlock(&f->mutex);
}

static long unix_size(struct vfile *f)
{
	long n;

	pthread_mutex_lock(&f->mutex);
	n = f->size;
	pthread_mutex_unlock(&f->mutex);
	return n;
}

static const struct vfile_ops unix_ops = {
	.lock = unix_lock,
	.unlock = unix_unlock,
	.size = unix_size,
};

void vfile_open_ok(struct vfile *f)
{
	pthread_mutex_init(&f->mutex, NULL);
	f->ops = &unix_ops;
}

int vfile_truncate_ok(struct vfile *f, long n)
{
	f->ops->lock(f);
	if (n > f->size) {
		f->ops->unlock(f);
		return -1;
	}
	f->size = n;
	f->ops->unlock(f);
	return 0;
}

int vfile_truncate_bad(struct vfile *f, long n)
{
	f->ops->lock(f);
	if (n > f->size)
		return -1; // @expect unreleased-lock
	f->size = n;
	f->ops->unlock(f);
	return 0;
}

long vfile_append_ok(struct vfile *f, long n)
{
	f->ops->lock(f);
	f->size += n;
	f->ops->unlock(f);
	return f->ops->size(f);
}

long vfile_append_bad(struct vfile *f, long n)
{
	long size;

	f->ops->lock(f);
	f->size += n;
	size = f->ops->size(f); // @expect double-acquire
	f->ops->unlock(f);
	return size;
}

/* The table by its name. */
long vfile_direct_bad(struct vfile *f)
{
	long size;

	unix_ops.lock(f);
	size = unix_ops.size(f); // @expect double-acquire
	unix_ops.unlock(f);
	return size;
}

static pthread_mutex_t cmd_lock = PTHREAD_MUTEX_INITIALIZER;
static int cmd_count;

static void cmd_reset(void)
{
	pthread_mutex_lock(&cmd_lock);
	cmd_count = 0;
	pthread_mutex_unlock(&cmd_lock);
}

static void cmd_help(void)
{
	cmd_count++;
}

static void (*const commands[])(void) = { cmd_reset, cmd_help };

void cmd_run_ok(unsigned i)
{
	pthread_mutex_lock(&cmd_lock);
	cmd_count++;
	pthread_mutex_unlock(&cmd_lock);
	if (i < 2)
		commands[i]();
}

void cmd_run_bad(unsigned i)
{
	pthread_mutex_lock(&cmd_lock);
	cmd_count++;
	if (i < 2)
		commands[i](); // @expect double-acquire
	pthread_mutex_unlock(&cmd_lock);
}

void cmd_fixed_bad(void)
{
	pthread_mutex_lock(&cmd_lock);
	commands[0](); // @expect double-acquire
	pthread_mutex_unlock(&cmd_lock);
}

void cmd_fixed_ok(void)
{
	pthread_mutex_lock(&cmd_lock);
	commands[1]();
	pthread_mutex_unlock(&cmd_lock);
}

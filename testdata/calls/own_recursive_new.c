/* SPDX-License-Identifier: MIT */
/* A recursive lock made by hand, in an object that is new: a function that is
 * given its address may write to it, or may not. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
#include <errno.h>
typedef struct {
	pthread_mutex_t lock;
	void *owner;
	int refcount;
} cc_mutex;
struct ctx {
	int fmt;
};
int cc_init(cc_mutex *m)
{
	int r = pthread_mutex_init(&m->lock, NULL);
	if (r)
		return r;
	m->owner = NULL;
	m->refcount = 0;
	return 0;
}
void cc_destroy(cc_mutex *m)
{
	pthread_mutex_destroy(&m->lock);
}
void cc_assert_locked(struct ctx *c, cc_mutex *m)
{
	(void)c;
	(void)m;
}
void cc_lock(struct ctx *c, cc_mutex *m)
{
	if (m->owner != c) {
		pthread_mutex_lock(&m->lock);
		m->owner = c;
		m->refcount = 1;
	} else
		m->refcount++;
}
void cc_unlock(struct ctx *c, cc_mutex *m)
{
	if (m->owner != c || m->refcount < 1)
		return;
	m->refcount--;
	if (m->refcount == 0) {
		m->owner = NULL;
		pthread_mutex_unlock(&m->lock);
	}
}
struct data {
	cc_mutex lock;
	char *name;
};
int make_ok(struct ctx *c, int fd, void **id)
{
	struct data *d = malloc(sizeof *d);
	int ret;
	ssize_t n;
	void *lid;
	if (!d)
		return -1;
	d->name = NULL;
	ret = cc_init(&d->lock);
	if (ret) {
		free(d);
		return ret;
	}
	cc_lock(c, &d->lock);
	n = write(fd, &ret, 2);
	if (n != 2) {
		ret = errno;
		close(fd);
		goto err;
	}
	if (c->fmt == 4) {
		n = write(fd, &ret, 4);
		if (n != 4) {
			ret = 7;
			close(fd);
			goto err;
		}
	}
	if (close(fd) == -1) {
		ret = errno;
		goto err;
	}
	cc_assert_locked(c, &d->lock);
	cc_unlock(c, &d->lock);
	lid = malloc(8);
	if (!lid) {
		free(d);
		return -2;
	}
	*id = d;
	return 0;
err:
	cc_unlock(c, &d->lock);
	cc_destroy(&d->lock);
	free(d);
	return ret;
}

int make_bad(struct ctx *c, int fd, void **id)
{
	struct data *d = malloc(sizeof *d);
	int ret;
	ssize_t n;
	if (!d)
		return -1;
	d->name = NULL;
	ret = cc_init(&d->lock);
	if (ret) {
		free(d);
		return ret;
	}
	cc_lock(c, &d->lock);
	n = write(fd, &ret, 2);
	if (n != 2) {
		ret = errno;
		close(fd);
		goto err;
	}
	if (c->fmt == 4) {
		n = write(fd, &ret, 4);
		if (n != 4) {
			ret = 7;
			close(fd);
			goto err;
		}
	}
	if (close(fd) == -1) {
		ret = errno;
		goto err;
	}
	cc_assert_locked(c, &d->lock);
	if (fd == 7)
		return -3; // @expect unreleased-lock
	cc_unlock(c, &d->lock);
	*id = d;
	return 0;
err:
	cc_unlock(c, &d->lock);
	cc_destroy(&d->lock);
	free(d);
	return ret;
}

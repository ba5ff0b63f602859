/* @silent: goto cleanup in kernel style, several locks, labels in order; switch with fallthrough; nested loops */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
struct dev { pthread_mutex_t mu; pthread_mutex_t io; pthread_rwlock_t cfg; int open, fd; char *buf; };
extern int hw_open(int), hw_read(int, char *, int), hw_close(int);
int dev_open(struct dev *d, int flags)
{
	int err = 0;
	pthread_mutex_lock(&d->mu);
	if (d->open) {
		err = -EBUSY;
		goto out_unlock;
	}
	d->buf = malloc(4096);
	if (!d->buf) {
		err = -ENOMEM;
		goto out_unlock;
	}
	pthread_mutex_lock(&d->io);
	d->fd = hw_open(flags);
	if (d->fd < 0) {
		err = d->fd;
		goto out_free;
	}
	d->open = 1;
	pthread_mutex_unlock(&d->io);
	pthread_mutex_unlock(&d->mu);
	return 0;
out_free:
	pthread_mutex_unlock(&d->io);
	free(d->buf);
	d->buf = NULL;
out_unlock:
	pthread_mutex_unlock(&d->mu);
	return err;
}
int dev_read(struct dev *d, char *to, int n)
{
	int got = 0, r;
	if (pthread_rwlock_rdlock(&d->cfg))
		return -EIO;
	pthread_mutex_lock(&d->io);
	while (got < n) {
		r = hw_read(d->fd, to + got, n - got);
		if (r < 0) {
			if (r == -EINTR)
				continue;
			if (r == -EAGAIN)
				break;
			got = r;
			goto done;
		}
		if (!r)
			break;
		got += r;
	}
	memcpy(d->buf, to, (size_t)got);
done:
	pthread_mutex_unlock(&d->io);
	pthread_rwlock_unlock(&d->cfg);
	return got;
}
int dev_ctl(struct dev *d, int cmd, int arg)
{
	int rc = -EINVAL, locked = 0;
	switch (cmd) {
	case 1:
		pthread_rwlock_wrlock(&d->cfg);
		locked = 1;
		/* fallthrough */
	case 2:
		d->open += arg;
		rc = 0;
		break;
	case 3:
		pthread_mutex_lock(&d->io);
		rc = hw_close(d->fd);
		pthread_mutex_unlock(&d->io);
		if (rc)
			break;
		return 0;
	default:
		break;
	}
	if (locked)
		pthread_rwlock_unlock(&d->cfg);
	return rc;
}
int dev_copy(struct dev *a, struct dev *b)
{
	FILE *f = NULL;
	char *tmp = NULL;
	int rc = -1;
	pthread_mutex_lock(&a->io);
	do {
		if (!(f = fopen("x", "r")))
			break;
		if (!(tmp = malloc(10)))
			break;
		if (fread(tmp, 1, 10, f) != 10)
			break;
		for (int i = 0; i < 10; i++) {
			for (int j = 0; j < i; j++)
				if (tmp[i] == tmp[j])
					goto dup;
		}
		rc = 0;
	} while (0);
	if (0) {
dup:
		rc = 1;
	}
	pthread_mutex_unlock(&a->io);
	if (f)
		fclose(f);
	free(tmp);
	pthread_mutex_lock(&b->io);
	b->open++;
	pthread_mutex_unlock(&b->io);
	return rc;
}

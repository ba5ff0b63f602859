/* SPDX-License-Identifier: MIT */
/* A long open() with a chain of labels, a write() that drops and retakes the
 * lock to try again. A library. */
#include <pthread.h>
#include <stdlib.h>
#include <errno.h>
#include <unistd.h>
#include <fcntl.h>
#include <sys/mman.h>
struct dev { pthread_mutex_t cfg; pthread_mutex_t io; pthread_rwlock_t map_lock; int fd, users; void *map; char *buf; size_t len; struct dev *peer; };
static pthread_mutex_t devices = PTHREAD_MUTEX_INITIALIZER;
static int open_count;

int dev_open_ok(struct dev *d, const char *path)
{
	int rc;
	pthread_mutex_lock(&devices);
	if (open_count >= 16) {
		rc = -EMFILE;
		goto out_devices;
	}
	pthread_mutex_lock(&d->cfg);
	if (d->users++ > 0) {
		rc = 0;
		goto out_cfg;
	}
	d->fd = open(path, O_RDWR);
	if (d->fd < 0) {
		rc = -errno;
		goto out_users;
	}
	pthread_rwlock_wrlock(&d->map_lock);
	d->map = mmap(NULL, d->len, PROT_READ, MAP_SHARED, d->fd, 0);
	if (d->map == MAP_FAILED) {
		rc = -errno;
		goto out_map;
	}
	d->buf = malloc(4096);
	if (!d->buf) {
		rc = -ENOMEM;
		goto out_unmap;
	}
	open_count++;
	rc = 0;
	pthread_rwlock_unlock(&d->map_lock);
	goto out_cfg;

out_unmap:
	munmap(d->map, d->len);
out_map:
	pthread_rwlock_unlock(&d->map_lock);
	close(d->fd);
out_users:
	d->users--;
out_cfg:
	pthread_mutex_unlock(&d->cfg);
out_devices:
	pthread_mutex_unlock(&devices);
	return rc;
}
int dev_open_bad(struct dev *d, const char *path)
{
	int rc;
	pthread_mutex_lock(&devices);
	if (open_count >= 16) {
		rc = -EMFILE;
		goto out_devices;
	}
	pthread_mutex_lock(&d->cfg);
	if (d->users++ > 0) {
		rc = 0;
		goto out_cfg;
	}
	d->fd = open(path, O_RDWR);
	if (d->fd < 0) {
		rc = -errno;
		goto out_users;
	}
	pthread_rwlock_wrlock(&d->map_lock);
	d->map = mmap(NULL, d->len, PROT_READ, MAP_SHARED, d->fd, 0);
	if (d->map == MAP_FAILED) {
		rc = -errno;
		goto out_close;
	}
	d->buf = malloc(4096);
	if (!d->buf) {
		rc = -ENOMEM;
		goto out_map;
	}
	open_count++;
	rc = 0;
	pthread_rwlock_unlock(&d->map_lock);
	goto out_cfg;

out_map:
	munmap(d->map, d->len);
	pthread_rwlock_unlock(&d->map_lock);
out_close:
	close(d->fd);
out_users:
	d->users--;
out_cfg:
	pthread_mutex_unlock(&d->cfg);
out_devices:
	pthread_mutex_unlock(&devices);
	return rc; // @expect unreleased-lock
}
int dev_write_bad(struct dev *d, const void *p, size_t n)
{
	ssize_t k;
	int tries = 0;
	pthread_mutex_lock(&d->io);
retry:
	k = write(d->fd, p, n);
	if (k < 0) {
		switch (errno) {
		case EINTR:
			goto retry;
		case EAGAIN:
			if (++tries < 5) {
				pthread_mutex_unlock(&d->io);
				usleep(100);
				pthread_mutex_lock(&d->io);
				goto retry;
			}
			pthread_mutex_unlock(&d->io);
			return -EAGAIN;
		case EPIPE:
			return -EPIPE; // @expect unreleased-lock
		default:
			pthread_mutex_unlock(&d->io);
			return -errno;
		}
	}
	pthread_mutex_unlock(&d->io);
	return (int)k;
}
int dev_peer_bad(struct dev *d)
{
	int rc = 0;
	pthread_mutex_lock(&d->io);
	pthread_mutex_lock(&devices); // @expect-one lock-order-cycle#io
	if (d->peer)
		rc = d->peer->users;
	pthread_mutex_unlock(&devices);
	pthread_mutex_unlock(&d->io);
	return rc;
}
int dev_all_bad(struct dev *d)
{
	pthread_mutex_lock(&devices);
	pthread_mutex_lock(&d->io); // @expect-one lock-order-cycle#io
	d->len = open_count;
	pthread_mutex_unlock(&d->io);
	pthread_mutex_unlock(&devices);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* The lock comes out of a function. A library. */
#include <pthread.h>
#include <stddef.h>

struct device {
	pthread_mutex_t lock;
	int id, open;
};

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct device devices[4];

static pthread_mutex_t *device_mutex(struct device *d)
{
	return &d->lock;
}

static pthread_mutex_t *registry_mutex(void)
{
	return &registry_lock;
}

static struct device *first_device(void)
{
	return &devices[0];
}

int device_open_bad(struct device *d)
{
	pthread_mutex_lock(device_mutex(d));
	if (d->open)
		return -1; // @expect unreleased-lock
	d->open = 1;
	pthread_mutex_unlock(device_mutex(d));
	return 0;
}

int device_open_ok(struct device *d)
{
	pthread_mutex_lock(device_mutex(d));
	if (d->open) {
		pthread_mutex_unlock(device_mutex(d));
		return -1;
	}
	d->open = 1;
	pthread_mutex_unlock(&d->lock);
	return 0;
}

int registry_count_bad(void)
{
	int n = 0;

	pthread_mutex_lock(registry_mutex());
	for (int i = 0; i < 4; i++)
		n += devices[i].open;
	pthread_mutex_lock(&registry_lock); // @expect double-acquire
	devices[0].id = n;
	pthread_mutex_unlock(registry_mutex());
	return n;
}

int registry_count_ok(void)
{
	int n = 0;

	pthread_mutex_lock(registry_mutex());
	for (int i = 0; i < 4; i++)
		n += devices[i].open;
	pthread_mutex_unlock(&registry_lock);
	return n;
}

int first_open_bad(void)
{
	struct device *d = first_device();

	pthread_mutex_lock(&d->lock);
	d->open++;
	pthread_mutex_lock(device_mutex(first_device())); // @expect double-acquire
	d->id++;
	pthread_mutex_unlock(&d->lock);
	return d->open;
}

int first_open_ok(void)
{
	struct device *d = first_device();

	pthread_mutex_lock(&d->lock);
	d->open++;
	pthread_mutex_unlock(device_mutex(first_device()));
	return d->id;
}

/* SPDX-License-Identifier: MIT */
/* Timed locks of all families by their result. A library. */
#include <pthread.h>
#include <errno.h>
#include <threads.h>
#include <time.h>

struct port {
	pthread_mutex_t lock;
	pthread_rwlock_t routes;
	mtx_t queue;
	int open, sent;
};

static struct timespec soon(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec++;
	return ts;
}

int port_send_ok(struct port *p)
{
	struct timespec until = soon();
	int rc = pthread_mutex_timedlock(&p->lock, &until);

	if (rc == ETIMEDOUT)
		return 0;
	if (rc)
		return -rc;
	p->sent++;
	pthread_mutex_unlock(&p->lock);
	return 1;
}

int port_send_bad(struct port *p)
{
	struct timespec until = soon();
	int rc = pthread_mutex_timedlock(&p->lock, &until);

	if (rc == ETIMEDOUT)
		rc = 0;
	else if (rc == 0)
		p->sent++;
	pthread_mutex_unlock(&p->lock); // @expect release-not-held
	return rc;
}

int port_route_ok(struct port *p)
{
	struct timespec until = soon();
	int open;

	if (pthread_rwlock_timedrdlock(&p->routes, &until))
		return -1;
	open = p->open;
	pthread_rwlock_unlock(&p->routes);
	return open;
}

int port_route_bad(struct port *p)
{
	struct timespec until = soon();

	if (pthread_rwlock_timedrdlock(&p->routes, &until))
		return -1;
	if (!p->open)
		return 0; // @expect unreleased-lock
	pthread_rwlock_unlock(&p->routes);
	return 1;
}

int port_queue_ok(struct port *p)
{
	struct timespec until = soon();

	switch (mtx_timedlock(&p->queue, &until)) {
	case thrd_success:
		break;
	case thrd_timedout:
		return 0;
	default:
		return -1;
	}
	p->sent++;
	mtx_unlock(&p->queue);
	return 1;
}

int port_queue_bad(struct port *p)
{
	struct timespec until = soon();

	switch (mtx_timedlock(&p->queue, &until)) {
	case thrd_success:
		break;
	case thrd_timedout:
		mtx_unlock(&p->queue); // @expect release-not-held
		return 0;
	default:
		return -1;
	}
	p->sent++;
	mtx_unlock(&p->queue);
	return 1;
}

/* Waits a while, then gives up without looking: the update is not guarded. */
void port_ignored_bad(struct port *p)
{
	struct timespec until = soon();

	pthread_mutex_timedlock(&p->lock, &until); // @expect trylock-unchecked
	p->sent++;
	pthread_mutex_unlock(&p->lock);
}

/* SPDX-License-Identifier: MIT */
/* The queue between the accepting thread and the workers. */
#include "kvd.h"

#include <pthread.h>
#include <stdbool.h>

#define QUEUE_LEN 64

static struct {
	pthread_mutex_t lock;
	pthread_cond_t not_empty, not_full;
	int fds[QUEUE_LEN];
	unsigned int head, count;
	bool closed;
} queue = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.not_empty = PTHREAD_COND_INITIALIZER,
	.not_full = PTHREAD_COND_INITIALIZER,
};

void queue_push(int fd)
{
	pthread_mutex_lock(&queue.lock);
	while (queue.count == QUEUE_LEN && !queue.closed)
		pthread_cond_wait(&queue.not_full, &queue.lock);
	if (!queue.closed) {
		queue.fds[(queue.head + queue.count++) % QUEUE_LEN] = fd;
		pthread_cond_signal(&queue.not_empty);
	}
	pthread_mutex_unlock(&queue.lock);
}

/* The wait gives the lock back while it sleeps, in a loop, because a woken
 * thread may find that another one was faster. */
int queue_pop(void)
{
	int fd = -1;

	pthread_mutex_lock(&queue.lock);
	while (queue.count == 0 && !queue.closed)
		pthread_cond_wait(&queue.not_empty, &queue.lock);
	if (queue.count > 0) {
		fd = queue.fds[queue.head];
		queue.head = (queue.head + 1) % QUEUE_LEN;
		queue.count--;
		pthread_cond_signal(&queue.not_full);
	}
	pthread_mutex_unlock(&queue.lock);
	return fd;
}

void queue_close(void)
{
	pthread_mutex_lock(&queue.lock);
	queue.closed = true;
	pthread_cond_broadcast(&queue.not_empty);
	pthread_cond_broadcast(&queue.not_full);
	pthread_mutex_unlock(&queue.lock);
}

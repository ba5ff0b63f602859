/* SPDX-License-Identifier: MIT */
/* State machines: a switch under the lock, in a loop and without. A library. */
#include <pthread.h>
#include <stddef.h>
#include <stdbool.h>
enum st { INIT, HELLO, AUTH, DATA, CLOSED };
struct conn { pthread_mutex_t mu; enum st st; int fd; unsigned char in[256]; size_t n; };
extern int rd(int fd, void *p, size_t n);
extern int wr(int fd, const void *p, size_t n);

int conn_step_ok(struct conn *c)
{
	int rc = 0;
	pthread_mutex_lock(&c->mu);
	switch (c->st) {
	case INIT:
		c->st = HELLO;
		break;
	case HELLO:
		if (rd(c->fd, c->in, 4) != 4) {
			c->st = CLOSED;
			rc = -1;
			break;
		}
		c->st = AUTH;
		break;
	case AUTH:
		pthread_mutex_unlock(&c->mu);
		rc = wr(c->fd, "ok", 2);
		pthread_mutex_lock(&c->mu);
		if (rc == 2 && c->st == AUTH)
			c->st = DATA;
		break;
	case DATA:
		rc = rd(c->fd, c->in, sizeof c->in);
		break;
	case CLOSED:
		rc = -1;
	}
	pthread_mutex_unlock(&c->mu);
	return rc;
}
int conn_step_bad(struct conn *c)
{
	int rc = 0;
	pthread_mutex_lock(&c->mu);
	switch (c->st) {
	case INIT:
		c->st = HELLO;
		break;
	case HELLO:
		if (rd(c->fd, c->in, 4) != 4) {
			c->st = CLOSED;
			return -1; // @expect unreleased-lock:error
		}
		c->st = AUTH;
		break;
	case AUTH:
		pthread_mutex_unlock(&c->mu);
		rc = wr(c->fd, "ok", 2);
		if (rc != 2)
			break;
		pthread_mutex_lock(&c->mu);
		c->st = DATA;
		break;
	default:
		break;
	}
	pthread_mutex_unlock(&c->mu); // @expect release-not-held
	return rc;
}
int conn_loop_ok(struct conn *c)
{
	bool run = true;
	int rc = 0;
	while (run) {
		pthread_mutex_lock(&c->mu);
		switch (c->st) {
		case CLOSED:
			run = false;
			break;
		case DATA:
			rc++;
			/* fallthrough */
		default:
			c->st = (enum st)(c->st + 1);
		}
		pthread_mutex_unlock(&c->mu);
	}
	return rc;
}
int conn_loop_bad(struct conn *c)
{
	int rc = 0;
	for (;;) {
		pthread_mutex_lock(&c->mu); // @expect unreleased-lock
		switch (c->st) {
		case CLOSED:
			goto done;
		case DATA:
			rc++;
			continue; // @expect-any unreleased-lock
		default:
			c->st = (enum st)(c->st + 1);
		}
		pthread_mutex_unlock(&c->mu);
	}
done:
	pthread_mutex_unlock(&c->mu);
	return rc;
}

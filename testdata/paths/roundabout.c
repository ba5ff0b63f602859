/* SPDX-License-Identifier: MIT */
/* Chains of calls with a turn that only others know to be taken: the last of the
 * references, the first time of an initialisation, a callback that was put by. No
 * more than warnings. And a flag that is passed down, past many other conditions. */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
struct client { int refs; };
struct pool { pthread_mutex_t lock; int min, max, spare, idle, busy, num; };
struct request { void (*done)(void *arg); void *arg; };
static pthread_mutex_t clients = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t conf = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t look = PTHREAD_MUTEX_INITIALIZER;
static int n, inited;

static void client_gone(struct client *c)
{
	pthread_mutex_lock(&clients);
	n--;
	pthread_mutex_unlock(&clients);
	free(c);
}
static void client_put(struct client *c)
{
	if (--c->refs == 0)
		client_gone(c);
}
void ping_unsure(struct client *c)
{
	pthread_mutex_lock(&clients);
	client_put(c); // @expect double-acquire:warning
	pthread_mutex_unlock(&clients);
}
void gone_bad(struct client *c)
{
	pthread_mutex_lock(&clients);
	client_gone(c); // @expect double-acquire:error
	pthread_mutex_unlock(&clients);
}
static void conf_read(void)
{
	pthread_mutex_lock(&conf);
	n++;
	pthread_mutex_unlock(&conf);
}
static void conf_init(void)
{
	if (inited)
		return;
	inited = 1;
	conf_read();
}
int conf_value(void)
{
	int v;

	pthread_mutex_lock(&conf);
	conf_init(); // @expect double-acquire:warning
	v = n;
	pthread_mutex_unlock(&conf);
	return v;
}
void conf_reset_bad(void)
{
	pthread_mutex_lock(&conf);
	conf_read(); // @expect double-acquire:error
	pthread_mutex_unlock(&conf);
}
static void send_to(struct request *r, void (*done)(void *arg))
{
	r->done = done;
	r->done(r->arg);
}
static void each(void (*f)(void *arg), void *arg)
{
	f(arg);
}
static void ready(void *arg)
{
	pthread_mutex_lock(&look);
	n += arg != NULL;
	pthread_mutex_unlock(&look);
}
void send_locked(struct request *r)
{
	pthread_mutex_lock(&look);
	send_to(r, ready); // @expect double-acquire:warning
	pthread_mutex_unlock(&look);
}
void each_bad(void)
{
	pthread_mutex_lock(&look);
	each(ready, NULL); // @expect double-acquire:error
	pthread_mutex_unlock(&look);
}

static int open_one(struct pool *p)
{
	if (!p->num && p->busy && p->idle)
		return 0;
	pthread_mutex_lock(&p->lock);
	p->num++;
	pthread_mutex_unlock(&p->lock);
	return 1;
}
static int get(struct pool *p, bool make)
{
	int got;

	if (!p || !p->max || p->min > p->max)
		return -1;
	if (make)
		pthread_mutex_lock(&p->lock);
	got = p->spare;
	if (got) {
		p->spare--;
	} else if (!make) {
		return 0;
	} else {
		pthread_mutex_unlock(&p->lock);
		return open_one(p);
	}
	if (make)
		pthread_mutex_unlock(&p->lock);
	return got;
}
int reconnect_ok(struct pool *p)
{
	int got;

	pthread_mutex_lock(&p->lock);
	got = get(p, false);
	pthread_mutex_unlock(&p->lock);
	return got;
}
int reconnect_bad(struct pool *p)
{
	int got;

	pthread_mutex_lock(&p->lock);
	got = get(p, true); // @expect double-acquire:error
	pthread_mutex_unlock(&p->lock);
	return got;
}
int first_ok(struct pool *p)
{
	return get(p, true) + get(p, true);
}
void client_ok(struct client *c)
{
	pthread_mutex_lock(&clients);
	c->refs++;
	pthread_mutex_unlock(&clients);
	client_put(c);
}
void conf_ok(void)
{
	conf_init();
	pthread_mutex_lock(&conf);
	n = 0;
	pthread_mutex_unlock(&conf);
	each(ready, NULL);
}

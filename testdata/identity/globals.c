/* SPDX-License-Identifier: MIT */
/* Global locks, static locals, fields of a global, nested and anonymous
 * structs and unions. A library. */
#include <pthread.h>

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;
static int shared_a, shared_b;

static struct {
	pthread_mutex_t lock;
	struct {
		pthread_mutex_t lock;
		int level;
	} log;
	int up;
} app = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.log.lock = PTHREAD_MUTEX_INITIALIZER,
};

void global_two_ok(void)
{
	pthread_mutex_lock(&lock_a);
	shared_a++;
	pthread_mutex_lock(&lock_b);
	shared_b++;
	pthread_mutex_unlock(&lock_b);
	pthread_mutex_unlock(&lock_a);
}

void global_two_bad(void)
{
	pthread_mutex_lock(&lock_a);
	shared_a++;
	pthread_mutex_lock(&lock_a); // @expect double-acquire
	shared_b++;
	pthread_mutex_unlock(&lock_a);
}

int static_local_ok(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static int next;
	int id;

	pthread_mutex_lock(&lock);
	id = next++;
	pthread_mutex_unlock(&lock);
	return id;
}

/* Another static local of the same name. */
int static_local_nested_ok(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	int id;

	pthread_mutex_lock(&lock);
	id = static_local_ok();
	pthread_mutex_unlock(&lock);
	return id;
}

int static_local_bad(int again)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static int next;
	int id;

	pthread_mutex_lock(&lock);
	id = next++;
	if (again)
		id += static_local_bad(0); // @expect double-acquire
	pthread_mutex_unlock(&lock);
	return id;
}

void nested_ok(void)
{
	pthread_mutex_lock(&app.lock);
	pthread_mutex_lock(&app.log.lock);
	app.log.level = app.up;
	pthread_mutex_unlock(&app.log.lock);
	pthread_mutex_unlock(&app.lock);
}

void nested_bad(void)
{
	pthread_mutex_lock(&app.lock);
	pthread_mutex_lock(&app.log.lock);
	app.log.level = app.up;
	pthread_mutex_unlock(&app.log.lock);
	pthread_mutex_lock(&app.lock); // @expect double-acquire
	app.up = 0;
	pthread_mutex_unlock(&app.lock);
}

struct channel {
	int kind;
	union {
		struct {
			pthread_mutex_t tx_lock;
			long sent;
		};
		struct {
			pthread_spinlock_t irq_lock;
			long irqs;
		};
	};
	struct {
		pthread_mutex_t rx_lock;
		long received;
	};
};

void anonymous_ok(struct channel *c)
{
	pthread_mutex_lock(&c->tx_lock);
	c->sent++;
	pthread_mutex_lock(&c->rx_lock);
	c->received++;
	pthread_mutex_unlock(&c->rx_lock);
	pthread_mutex_unlock(&c->tx_lock);
}

void anonymous_bad(struct channel *c)
{
	pthread_mutex_lock(&c->tx_lock);
	c->sent++;
	pthread_mutex_lock(&c->tx_lock); // @expect double-acquire
	c->received++;
	pthread_mutex_unlock(&c->tx_lock);
}

/* @silent: pthread_once, double-checked init with atomics, plain and volatile; lazy mutex */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t big;
static pthread_mutex_t init_mu = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(struct conf *) conf;
static struct conf { pthread_mutex_t mu; int n; } *plain;
static volatile int inited;
static atomic_bool ready;
static int cache[16];
static void make_big(void) { pthread_mutex_init(&big, NULL); }
static void use_big(int k)
{
	pthread_once(&once, make_big);
	pthread_mutex_lock(&big);
	cache[k & 15]++;
	pthread_mutex_unlock(&big);
}
static struct conf *get_conf(void)
{
	struct conf *c = atomic_load_explicit(&conf, memory_order_acquire);
	if (!c) {
		pthread_mutex_lock(&init_mu);
		c = atomic_load_explicit(&conf, memory_order_relaxed);
		if (!c) {
			c = calloc(1, sizeof *c);
			if (!c) {
				pthread_mutex_unlock(&init_mu);
				return NULL;
			}
			pthread_mutex_init(&c->mu, NULL);
			atomic_store_explicit(&conf, c, memory_order_release);
		}
		pthread_mutex_unlock(&init_mu);
	}
	return c;
}
static struct conf *get_plain(void)
{
	pthread_mutex_lock(&init_mu);
	if (plain)
		goto out;
	plain = malloc(sizeof *plain);
	if (!plain)
		goto out;
	pthread_mutex_init(&plain->mu, NULL);
	plain->n = 0;
out:
	pthread_mutex_unlock(&init_mu);
	return plain;
}
static void get_volatile(void)
{
	if (inited)
		return;
	pthread_mutex_lock(&init_mu);
	if (inited) {
		pthread_mutex_unlock(&init_mu);
		return;
	}
	cache[0] = 1;
	__sync_synchronize();
	inited = 1;
	pthread_mutex_unlock(&init_mu);
}
static void get_flag(void)
{
	if (!atomic_load(&ready)) {
		pthread_mutex_lock(&init_mu);
		if (!atomic_load(&ready)) {
			cache[1] = 2;
			atomic_store(&ready, true);
		}
		pthread_mutex_unlock(&init_mu);
	}
}
static struct conf *get_cas(void)
{
	static _Atomic(struct conf *) one;
	struct conf *c = atomic_load(&one), *expected = NULL;
	if (c)
		return c;
	c = calloc(1, sizeof *c);
	if (!c)
		abort();
	pthread_mutex_init(&c->mu, NULL);
	if (!atomic_compare_exchange_strong(&one, &expected, c)) {
		pthread_mutex_destroy(&c->mu);
		free(c);
		c = expected;
	}
	return c;
}
static void *run(void *p)
{
	struct conf *c = get_conf(), *d = get_plain(), *e = get_cas();
	get_volatile();
	get_flag();
	use_big(3);
	if (c && d) {
		pthread_mutex_lock(&c->mu);
		c->n++;
		pthread_mutex_lock(&d->mu);
		d->n++;
		pthread_mutex_unlock(&d->mu);
		pthread_mutex_unlock(&c->mu);
	}
	pthread_mutex_lock(&e->mu);
	e->n++;
	pthread_mutex_unlock(&e->mu);
	return p;
}
int main(void)
{
	pthread_t t[2];
	pthread_create(&t[0], NULL, run, NULL);
	pthread_create(&t[1], NULL, run, NULL);
	pthread_join(t[0], NULL);
	pthread_join(t[1], NULL);
	return 0;
}

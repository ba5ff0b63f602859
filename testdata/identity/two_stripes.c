/* SPDX-License-Identifier: MIT */
/* Two stripes of a table by two numbers, or the hashes of two keys: no order. In order of the
 * number it is one. A library. */
#include <pthread.h>
#include <stddef.h>
static pthread_mutex_t stripe[16];
static size_t count[16];
static size_t hash(const char *s) { size_t h = 0; while (*s) h = h * 33 + *s++; return h; }
void swap_any(const char *k1, const char *k2)
{
	size_t a = hash(k1) % 16, b = hash(k2) % 16;
	if (a == b)
		return;
	pthread_mutex_lock(&stripe[a]);
	pthread_mutex_lock(&stripe[b]); // @expect-any lock-order-cycle
	count[a]++;
	count[b]--;
	pthread_mutex_unlock(&stripe[b]);
	pthread_mutex_unlock(&stripe[a]);
}
void move_bad(unsigned a, unsigned b)
{
	if (a % 16 == b % 16)
		return;
	pthread_mutex_lock(&stripe[a % 16]);
	pthread_mutex_lock(&stripe[b % 16]); // @expect lock-order-cycle
	count[a % 16]++;
	count[b % 16]--;
	pthread_mutex_unlock(&stripe[b % 16]);
	pthread_mutex_unlock(&stripe[a % 16]);
}

static pthread_mutex_t ordered[16];
void ordered_ok(const char *k1, const char *k2)
{
	size_t a = hash(k1) % 16, b = hash(k2) % 16;
	if (a == b)
		return;
	if (a > b) {
		size_t t = a;
		a = b;
		b = t;
	}
	pthread_mutex_lock(&ordered[a]);
	pthread_mutex_lock(&ordered[b]);
	count[a]++;
	pthread_mutex_unlock(&ordered[b]);
	pthread_mutex_unlock(&ordered[a]);
}

/* @silent: two locks in the order of addresses, in five spellings */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
struct acct { pthread_mutex_t mu; long bal; unsigned id; };
static void lock_two(struct acct *a, struct acct *b)
{
	if ((uintptr_t)a < (uintptr_t)b) {
		pthread_mutex_lock(&a->mu);
		pthread_mutex_lock(&b->mu);
	} else if (a == b) {
		pthread_mutex_lock(&a->mu);
	} else {
		pthread_mutex_lock(&b->mu);
		pthread_mutex_lock(&a->mu);
	}
}
static void unlock_two(struct acct *a, struct acct *b)
{
	pthread_mutex_unlock(&a->mu);
	if (a != b)
		pthread_mutex_unlock(&b->mu);
}
int transfer1(struct acct *from, struct acct *to, long n)
{
	int rc = -1;
	lock_two(from, to);
	if (from->bal >= n) {
		from->bal -= n;
		to->bal += n;
		rc = 0;
	}
	unlock_two(from, to);
	return rc;
}
int transfer2(struct acct *from, struct acct *to, long n)
{
	struct acct *first = from->id < to->id ? from : to;
	struct acct *second = first == from ? to : from;
	if (from == to)
		return 0;
	pthread_mutex_lock(&first->mu);
	pthread_mutex_lock(&second->mu);
	from->bal -= n;
	to->bal += n;
	pthread_mutex_unlock(&second->mu);
	pthread_mutex_unlock(&first->mu);
	return 0;
}
int transfer3(struct acct *from, struct acct *to, long n)
{
	struct acct *lo = from, *hi = to;
	if (from == to)
		return 0;
	if (lo > hi) {
		lo = to;
		hi = from;
	}
	pthread_mutex_lock(&lo->mu);
	pthread_mutex_lock(&hi->mu);
	from->bal -= n;
	to->bal += n;
	pthread_mutex_unlock(&lo->mu);
	pthread_mutex_unlock(&hi->mu);
	return 0;
}
int transfer4(struct acct *from, struct acct *to, long n)
{
	for (;;) {
		pthread_mutex_lock(&from->mu);
		if (pthread_mutex_trylock(&to->mu) == 0)
			break;
		pthread_mutex_unlock(&from->mu);
	}
	from->bal -= n;
	to->bal += n;
	pthread_mutex_unlock(&to->mu);
	pthread_mutex_unlock(&from->mu);
	return 0;
}
static int by_address(const void *a, const void *b)
{
	const struct acct *x = *(struct acct *const *)a, *y = *(struct acct *const *)b;
	return x < y ? -1 : x > y;
}
void transfer5(struct acct *v[], size_t n)
{
	qsort(v, n, sizeof v[0], by_address);
	for (size_t i = 0; i < n; i++)
		pthread_mutex_lock(&v[i]->mu);
	for (size_t i = 0; i < n; i++)
		v[i]->bal++;
	for (size_t i = n; i > 0; i--)
		pthread_mutex_unlock(&v[i - 1]->mu);
}
static struct acct bank[4] = {
	{ PTHREAD_MUTEX_INITIALIZER, 10, 0 }, { PTHREAD_MUTEX_INITIALIZER, 10, 1 },
	{ PTHREAD_MUTEX_INITIALIZER, 10, 2 }, { PTHREAD_MUTEX_INITIALIZER, 10, 3 },
};
static void *run(void *arg)
{
	unsigned s = (unsigned)(uintptr_t)arg;
	for (int i = 0; i < 1000; i++) {
		struct acct *a = &bank[rand_r(&s) % 4], *b = &bank[rand_r(&s) % 4];
		switch (i % 4) {
		case 0: transfer1(a, b, 1); break;
		case 1: transfer2(a, b, 1); break;
		case 2: transfer3(a, b, 1); break;
		default: if (a != b) transfer4(a, b, 1); break;
		}
	}
	return NULL;
}
int main(void)
{
	pthread_t t[3];
	for (long i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, run, (void *)i);
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* Locks taken through a list of arguments: which ones they are is not known, so
 * nothing is said of their releases; but it is where no such call was. */
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;
static int n;

static void lock_all(int count, ...)
{
	va_list ap;

	va_start(ap, count);
	while (count-- > 0)
		pthread_mutex_lock(va_arg(ap, pthread_mutex_t *));
	va_end(ap);
}

static void lock_until_null(int flags, ...)
{
	va_list ap;
	pthread_mutex_t *m;

	va_start(ap, flags);
	while ((m = va_arg(ap, pthread_mutex_t *)) != NULL)
		pthread_mutex_lock(m);
	va_end(ap);
}

static void lock_first(int flags, ...)
{
	va_list ap;
	pthread_mutex_t *m;

	va_start(ap, flags);
	m = va_arg(ap, pthread_mutex_t *);
	va_end(ap);
	pthread_mutex_lock(m);
}

static void two_ok(void)
{
	lock_all(2, &a, &b);
	n++;
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
}

static void list_ok(void)
{
	lock_until_null(0, &a, &b, (pthread_mutex_t *)NULL);
	n++;
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
}

static void first_ok(void)
{
	lock_first(0, &a);
	n++;
	pthread_mutex_unlock(&a);
}

static void twice_bad(void)
{
	pthread_mutex_lock(&c);
	n++;
	pthread_mutex_unlock(&c);
	pthread_mutex_unlock(&c); // @expect release-not-held
}

static void *worker(void *p)
{
	two_ok();
	list_ok();
	first_ok();
	return p;
}

static void *other_bad(void *p)
{
	n++;
	pthread_mutex_unlock(&b); // @expect release-not-held
	return p;
}

int main(void)
{
	pthread_t t[2];

	pthread_create(&t[0], NULL, worker, NULL);
	pthread_create(&t[1], NULL, other_bad, NULL);
	twice_bad();
	pthread_join(t[0], NULL);
	pthread_join(t[1], NULL);
	return n;
}

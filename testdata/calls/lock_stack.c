/* SPDX-License-Identifier: MIT */
/* Locks kept on a stack, or named in a list of arguments, and released from it in
 * a loop: which ones have gone is not known, so nothing is said of those held
 * there. Beside it all is as ever. */
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>

struct stack {
	pthread_mutex_t *m[8];
	int n;
};
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER;
static __thread pthread_mutex_t *held[8];
static __thread int depth;
static int n;

static void push(pthread_mutex_t *m)
{
	pthread_mutex_lock(m);
	held[depth++] = m;
}

static void pop_all(void)
{
	while (depth > 0)
		pthread_mutex_unlock(held[--depth]);
}

static void stack_push(struct stack *s, pthread_mutex_t *m)
{
	pthread_mutex_lock(m);
	s->m[s->n++] = m;
}

static void stack_clear(struct stack *s)
{
	for (int i = s->n - 1; i >= 0; i--)
		pthread_mutex_unlock(s->m[i]);
	s->n = 0;
}

static void unlock_all(int count, ...)
{
	va_list ap;

	va_start(ap, count);
	while (count-- > 0)
		pthread_mutex_unlock(va_arg(ap, pthread_mutex_t *));
	va_end(ap);
}

static void *worker_ok(void *p)
{
	struct stack s = { .n = 0 };

	for (int i = 0; i < 10; i++) {
		push(&a);
		push(&b);
		n++;
		pop_all();
	}
	for (int i = 0; i < 10; i++) {
		stack_push(&s, &a);
		stack_push(&s, &b);
		n++;
		stack_clear(&s);
	}
	for (int i = 0; i < 10; i++) {
		pthread_mutex_lock(&a);
		pthread_mutex_lock(&b);
		n++;
		unlock_all(2, &b, &a);
	}
	return p;
}

static int stay_bad(int k)
{
	pthread_mutex_lock(&c);
	if (k < 0)
		return -1; // @expect unreleased-lock
	n += k;
	pthread_mutex_unlock(&c);
	return n;
}

static void twice_bad(void)
{
	for (int i = 0; i < 10; i++) {
		pthread_mutex_lock(&c);
		n++;
		pthread_mutex_lock(&c); // @expect double-acquire
		n++;
		pthread_mutex_unlock(&c);
	}
}

int main(int argc, char **argv)
{
	pthread_t t;

	(void)argv;
	if (pthread_create(&t, NULL, worker_ok, NULL))
		return 1;
	stay_bad(argc - 2);
	twice_bad();
	pthread_join(t, NULL);
	return 0;
}

/* @silent: callbacks called with the lock dropped, registered callbacks, observers, callbacks that lock something else */
#include <pthread.h>
#include <stdlib.h>
typedef void (*notify_fn)(int ev, void *arg);
struct obs { notify_fn fn; void *arg; struct obs *next; };
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER, log_mu = PTHREAD_MUTEX_INITIALIZER;
static struct obs *observers;
static int state;
int subscribe(notify_fn fn, void *arg)
{
	struct obs *o = malloc(sizeof *o);
	if (!o)
		return -1;
	*o = (struct obs){ .fn = fn, .arg = arg };
	pthread_mutex_lock(&mu);
	o->next = observers;
	observers = o;
	pthread_mutex_unlock(&mu);
	return 0;
}
static void fire(int ev)
{
	struct obs copy[8];
	int n = 0;
	pthread_mutex_lock(&mu);
	for (struct obs *o = observers; o && n < 8; o = o->next)
		copy[n++] = *o;
	pthread_mutex_unlock(&mu);
	for (int i = 0; i < n; i++)
		copy[i].fn(ev, copy[i].arg);
}
static void on_log(int ev, void *arg)
{
	(void)arg;
	pthread_mutex_lock(&log_mu);
	state += ev;
	pthread_mutex_unlock(&log_mu);
}
static void on_again(int ev, void *arg)
{
	(void)arg;
	if (ev < 3)
		subscribe(on_log, NULL);
}
static void with_lock(void (*fn)(void *), void *arg)
{
	pthread_mutex_lock(&log_mu);
	fn(arg);
	pthread_mutex_unlock(&log_mu);
}
static void inc(void *p) { ++*(int *)p; }
static int cmp(const void *a, const void *b)
{
	int x, y;
	pthread_mutex_lock(&log_mu);
	x = *(const int *)a;
	y = *(const int *)b;
	pthread_mutex_unlock(&log_mu);
	return x - y;
}
static void *run(void *p)
{
	int v[3] = { 3, 1, 2 };
	fire(1);
	with_lock(inc, &state);
	qsort(v, 3, sizeof v[0], cmp);
	pthread_mutex_lock(&mu);
	qsort(v, 3, sizeof v[0], cmp);
	pthread_mutex_unlock(&mu);
	return p;
}
int main(void)
{
	pthread_t t;
	subscribe(on_log, NULL);
	subscribe(on_again, NULL);
	pthread_create(&t, NULL, run, NULL);
	fire(2);
	pthread_join(t, NULL);
	return 0;
}

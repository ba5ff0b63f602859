/* @silent: opposite orders that cannot deadlock: gate lock, readers only, one thread, try, after join, different instances */
#include <pthread.h>
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER, a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t r1 = PTHREAD_RWLOCK_INITIALIZER, r2 = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t c = PTHREAD_MUTEX_INITIALIZER, d = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t e = PTHREAD_MUTEX_INITIALIZER, f = PTHREAD_MUTEX_INITIALIZER;
static int n;
static void *t1(void *x)
{
	pthread_mutex_lock(&gate);
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b);
	n++;
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&gate);
	pthread_rwlock_rdlock(&r1);
	pthread_rwlock_rdlock(&r2);
	n++;
	pthread_rwlock_unlock(&r2);
	pthread_rwlock_unlock(&r1);
	pthread_mutex_lock(&c);
	pthread_mutex_lock(&d);
	pthread_mutex_unlock(&d);
	pthread_mutex_unlock(&c);
	pthread_mutex_lock(&e);
	pthread_mutex_lock(&f);
	pthread_mutex_unlock(&f);
	pthread_mutex_unlock(&e);
	return x;
}
static void *t2(void *x)
{
	pthread_mutex_lock(&gate);
	pthread_mutex_lock(&b);
	pthread_mutex_lock(&a);
	n++;
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&gate);
	pthread_rwlock_rdlock(&r2);
	pthread_rwlock_rdlock(&r1);
	n++;
	pthread_rwlock_unlock(&r1);
	pthread_rwlock_unlock(&r2);
	pthread_mutex_lock(&d);
	if (pthread_mutex_trylock(&c) == 0)
		pthread_mutex_unlock(&c);
	pthread_mutex_unlock(&d);
	return x;
}
int main(void)
{
	pthread_t x, y;
	pthread_mutex_lock(&f);
	pthread_mutex_lock(&e);
	pthread_mutex_unlock(&e);
	pthread_mutex_unlock(&f);
	if (pthread_create(&x, NULL, t1, NULL) || pthread_create(&y, NULL, t2, NULL))
		return 1;
	pthread_join(x, NULL);
	pthread_join(y, NULL);
	pthread_mutex_lock(&f);
	pthread_mutex_lock(&e);
	pthread_mutex_unlock(&e);
	pthread_mutex_unlock(&f);
	return 0;
}

/* Locked in a branch, unlocked always: whatever the branch asks. A library. */
#include <pthread.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
struct o { pthread_mutex_t mu; int n; };
static int v;
int global_bad(void)
{
	if (v > 3)
		pthread_mutex_lock(&m);
	v++;
	pthread_mutex_unlock(&m); // @expect release-not-held
	return 0;
}
int field_bad(struct o *o)
{
	if (o->n > 3)
		pthread_mutex_lock(&o->mu);
	o->n++;
	pthread_mutex_unlock(&o->mu); // @expect release-not-held
	return 0;
}
int before_bad(struct o *o)
{
	int r = -1;
	if (o->n > 3)
		goto out;
	pthread_mutex_lock(&o->mu);
	o->n++;
	r = 0;
out:
	pthread_mutex_unlock(&o->mu); // @expect release-not-held
	return r;
}
int null_bad(struct o *o, const char *p)
{
	int r = -1;
	if (p == NULL)
		goto out;
	pthread_mutex_lock(&o->mu);
	o->n += *p;
	r = 0;
out:
	pthread_mutex_unlock(&o->mu); // @expect release-not-held
	return r;
}

/* Asked again before the release: to whoever wrote it the answer is the same. */
int again_ok(struct o *o)
{
	if (o->n > 3)
		pthread_mutex_lock(&o->mu);
	v++;
	if (o->n > 3)
		pthread_mutex_unlock(&o->mu);
	return 0;
}

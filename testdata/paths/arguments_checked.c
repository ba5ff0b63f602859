/* `k < 0` asks whether an argument is good: it makes no contract with the caller, as
 * a flag does. A library. */
#include <pthread.h>
#include <errno.h>
struct two { pthread_mutex_t a, b; int n; };
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int v;
int wrong_label_bad(struct two *t, int k)
{
	int rc = -EINVAL;
	pthread_mutex_lock(&t->a);
	if (k < 0)
		goto out_b;
	pthread_mutex_lock(&t->b);
	t->n = k;
	rc = 0;
out_b:
	pthread_mutex_unlock(&t->b); // @expect release-not-held
	pthread_mutex_unlock(&t->a);
	return rc;
}
int early_goto_bad(struct two *t, int k)
{
	if (k < 0)
		goto out;
	pthread_mutex_lock(&t->a);
	t->n = k;
out:
	pthread_mutex_unlock(&t->a); // @expect release-not-held
	return 0;
}
int minus_bad(int k)
{
	pthread_mutex_lock(&m);
	if (k < 0)
		return -1; // @expect unreleased-lock:error
	v += k;
	pthread_mutex_unlock(&m);
	return 0;
}
int minus_value_bad(int k)
{
	pthread_mutex_lock(&m);
	if (k < 0)
		return -1; // @expect unreleased-lock:error
	v += k;
	pthread_mutex_unlock(&m);
	return v;
}
int maybe_ok(struct two *t, int k)
{
	if (k >= 0)
		pthread_mutex_lock(&t->a);
	t->n = k;
	if (k >= 0)
		pthread_mutex_unlock(&t->a);
	return 0;
}

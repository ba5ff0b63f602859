/* A bounded number of tries; the counter is tested afterwards. A library. */
#include <pthread.h>
struct res { pthread_mutex_t m; int v; };
int retry_ok(struct res *x)
{
	int i;
	for (i = 0; i < 5; i++) {
		if (pthread_mutex_trylock(&x->m) == 0)
			break;
	}
	if (i == 5)
		return -1;
	x->v++;
	pthread_mutex_unlock(&x->m);
	return 0;
}
int retry2_ok(struct res *x, int n)
{
	int i;
	for (i = 0; i < n; i++)
		if (pthread_mutex_trylock(&x->m) == 0)
			break;
	if (i >= n)
		return -1;
	x->v++;
	pthread_mutex_unlock(&x->m);
	return 0;
}
int retry3_ok(struct res *x)
{
	int tries = 0;
	while (pthread_mutex_trylock(&x->m) != 0) {
		if (++tries > 10)
			return -1;
	}
	x->v++;
	pthread_mutex_unlock(&x->m);
	return 0;
}
int retry4_ok(struct res *x)
{
	int tries = 10;
	while (tries > 0 && pthread_mutex_trylock(&x->m) != 0)
		tries--;
	if (tries == 0)
		return -1;
	x->v++;
	pthread_mutex_unlock(&x->m);
	return 0;
}
int retry5_ok(struct res *x)
{
	int rc = -1, i;
	for (i = 0; i < 5 && rc != 0; i++)
		rc = pthread_mutex_trylock(&x->m);
	if (rc != 0)
		return -1;
	x->v++;
	pthread_mutex_unlock(&x->m);
	return 0;
}

/* One try more than is asked for. */
int retry_bad(struct res *x)
{
	int i;

	for (i = 0; i < 5; i++)
		if (pthread_mutex_trylock(&x->m) == 0)
			break;
	if (i == 6)
		return -1;
	x->v++;
	pthread_mutex_unlock(&x->m); // @expect release-not-held
	return 0;
}

/* The counter is looked at before the try has been. */
int counted_bad(struct res *x, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (pthread_mutex_trylock(&x->m) == 0)
			break;
	if (i < n)
		return -1; // @expect unreleased-lock
	x->v++;
	pthread_mutex_unlock(&x->m); // @expect release-not-held
	return 0;
}

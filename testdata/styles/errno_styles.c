/* @silent: bool/int/enum/pointer results of lock functions of the project, with all their ways of failing */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
typedef enum { ST_OK, ST_BUSY, ST_ERR } status;
struct res { pthread_mutex_t m; int n; struct res *next; bool broken; };
bool res_try(struct res *r) { return pthread_mutex_trylock(&r->m) == 0; }
status res_get(struct res *r)
{
	int rc = pthread_mutex_trylock(&r->m);
	if (rc == EBUSY)
		return ST_BUSY;
	if (rc)
		return ST_ERR;
	if (r->broken) {
		pthread_mutex_unlock(&r->m);
		return ST_ERR;
	}
	return ST_OK;
}
void res_put(struct res *r) { pthread_mutex_unlock(&r->m); }
int res_wait(struct res *r, int ms)
{
	struct timespec ts = { .tv_sec = ms / 1000 };
	int rc = pthread_mutex_timedlock(&r->m, &ts);
	if (rc != 0) {
		errno = rc;
		return -1;
	}
	return 0;
}
struct res *res_any(struct res *list)
{
	for (struct res *r = list; r; r = r->next)
		if (pthread_mutex_trylock(&r->m) == 0) {
			if (!r->broken)
				return r;
			pthread_mutex_unlock(&r->m);
		}
	return NULL;
}
int a(struct res *r)
{
	if (!res_try(r))
		return -1;
	r->n++;
	res_put(r);
	return 0;
}
int b(struct res *r)
{
	switch (res_get(r)) {
	case ST_OK:
		break;
	case ST_BUSY:
		return 1;
	case ST_ERR:
	default:
		return -1;
	}
	r->n--;
	res_put(r);
	return 0;
}
int c(struct res *r)
{
	status s;
	while ((s = res_get(r)) == ST_BUSY)
		;
	if (s != ST_OK)
		return -1;
	res_put(r);
	return 0;
}
int d(struct res *r)
{
	if (res_wait(r, 100) < 0)
		return -1;
	res_put(r);
	return 0;
}
int e(struct res *l)
{
	struct res *r = res_any(l);
	if (!r && !(r = l->next ? res_any(l->next) : NULL))
		return -1;
	r->n = 3;
	res_put(r);
	return 0;
}
int f(struct res *r)
{
	int ok = res_try(r), v = -1;
	if (ok)
		v = r->n;
	else
		errno = EBUSY;
	if (ok)
		res_put(r);
	return v;
}
int g(struct res *r, struct res *q)
{
	bool one = false, two = false;
	int rc = -1;
	if (!(one = res_try(r)))
		goto out;
	if (!(two = res_try(q)))
		goto out;
	rc = 0;
out:
	if (two)
		res_put(q);
	if (one)
		res_put(r);
	return rc;
}

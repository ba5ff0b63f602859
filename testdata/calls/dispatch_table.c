/* SPDX-License-Identifier: MIT */
/* Tables of commands: whichever target it is, it takes the lock that is held.
 * One finding for a call, not one for each target. A library. */
#include <pthread.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int v;
static int inc(int n) { pthread_mutex_lock(&m); v += n; pthread_mutex_unlock(&m); return v; }
static int dec(int n) { pthread_mutex_lock(&m); v -= n; pthread_mutex_unlock(&m); return v; }
static int nop(int n) { return n; }
struct cmd { const char *name; int (*fn)(int); };
static const struct cmd table[] = { { "inc", inc }, { "dec", dec } };
int table_bad(int i)
{
	int r;
	pthread_mutex_lock(&m);
	r = table[i].fn(3); // @expect double-acquire
	pthread_mutex_unlock(&m);
	return r;
}
struct ops { int (*add)(int); };
static const struct ops up = { inc }, down = { dec };
static const struct ops *cur = &up;
void choose(int w) { cur = w ? &up : &down; }
int ops_bad(void)
{
	int r;
	pthread_mutex_lock(&m);
	r = cur->add(3); // @expect double-acquire
	pthread_mutex_unlock(&m);
	return r;
}
static int (*const fns[])(int) = { inc, dec, nop };
int plain_bad(int i)
{
	int r;
	pthread_mutex_lock(&m);
	r = fns[i](3); // @expect-one double-acquire#p
	pthread_mutex_unlock(&m);
	return r;
}
/* One of them takes nothing: the other one is in the table all the same. */
struct part { int (*fn)(int); };
static const struct part parts[] = { { inc }, { nop } };
int part_bad(int i)
{
	int r;
	pthread_mutex_lock(&m);
	r = parts[i].fn(3); // @expect double-acquire:warning
	pthread_mutex_unlock(&m);
	return r;
}
int part_ok(int i)
{
	int r;
	pthread_mutex_lock(&m);
	v++;
	pthread_mutex_unlock(&m);
	r = parts[i].fn(3);
	return r;
}
struct pure { int (*fn)(int); };
static const struct pure pures[] = { { nop }, { nop } };
int pure_ok(int i)
{
	int r;
	pthread_mutex_lock(&m);
	r = pures[i].fn(3);
	pthread_mutex_unlock(&m);
	return r;
}

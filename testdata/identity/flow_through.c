/* SPDX-License-Identifier: MIT */
/* Locks named through variables, members, arrays, pointers to pointers and
 * functions. A library. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
static pthread_mutex_t g = PTHREAD_MUTEX_INITIALIZER, h = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t *gp = &g;
static int v;
struct box { pthread_mutex_t *m; int n; };
union either { pthread_mutex_t *m; void *p; };

void ptr_copy_ok(void)
{
	pthread_mutex_t *a = &g, *b = a;
	pthread_mutex_lock(a);
	v++;
	pthread_mutex_unlock(b);
}
void ptr_copy_bad(void)
{
	pthread_mutex_t *a = &g, *b = &h;
	pthread_mutex_lock(a);
	v++;
	pthread_mutex_unlock(b); // @expect release-not-held
} // @expect-any unreleased-lock
void ptr_ptr_ok(void)
{
	pthread_mutex_t *a = &g, **pp = &a;
	pthread_mutex_lock(*pp);
	v++;
	pthread_mutex_unlock(&g);
}
void ptr_ptr_bad(void)
{
	pthread_mutex_t *a = &g, **pp = &a;
	pthread_mutex_lock(&g);
	v++;
	pthread_mutex_lock(*pp); // @expect double-acquire
	pthread_mutex_unlock(*pp);
	pthread_mutex_unlock(&g); // @expect-any release-not-held
}
void box_ok(void)
{
	struct box b = { .m = &g }, c = b;
	pthread_mutex_lock(b.m);
	v++;
	pthread_mutex_unlock(c.m);
}
void box_bad(void)
{
	struct box b = { .m = &g }, c;
	c = b;
	c.m = &h;
	pthread_mutex_lock(b.m);
	v++;
	pthread_mutex_unlock(c.m); // @expect release-not-held
} // @expect-any unreleased-lock
void array_ok(void)
{
	pthread_mutex_t *a[3] = { &g, &h, NULL };
	pthread_mutex_lock(a[0]);
	v++;
	pthread_mutex_unlock(&g);
}
void array_bad(void)
{
	pthread_mutex_t *a[3] = { &g, &h, NULL };
	pthread_mutex_lock(a[1]);
	v++;
	pthread_mutex_unlock(&g); // @expect release-not-held
} // @expect-any unreleased-lock
void union_ok(void)
{
	union either e;
	e.m = &g;
	pthread_mutex_lock(e.p);
	v++;
	pthread_mutex_unlock(&g);
}
void global_ptr_ok(void)
{
	pthread_mutex_lock(gp);
	v++;
	pthread_mutex_unlock(gp);
}
void global_ptr_bad(void)
{
	pthread_mutex_lock(gp);
	v++;
	pthread_mutex_lock(&g); // @expect double-acquire
	pthread_mutex_unlock(&g);
} // @expect-any unreleased-lock
static void sink(pthread_mutex_t *m) { v++; pthread_mutex_unlock(m); }
static pthread_mutex_t *source(int which) { return which ? &g : &h; }
void sink_ok(void)
{
	pthread_mutex_lock(&g);
	sink(&g);
}
void sink_bad(void)
{
	pthread_mutex_lock(&g);
	sink(&h); // @expect release-not-held
} // @expect-any unreleased-lock
void source_ok(void)
{
	pthread_mutex_t *m = source(1);
	pthread_mutex_lock(m);
	v++;
	pthread_mutex_unlock(m);
}
void source_bad(void)
{
	pthread_mutex_t *m = source(0);
	pthread_mutex_lock(m);
	if (v > 3)
		return; // @expect unreleased-lock
	v++;
	pthread_mutex_unlock(m);
}
void memcpy_ok(void)
{
	struct box b = { &g, 0 }, c;
	memcpy(&c, &b, sizeof c);
	pthread_mutex_lock(b.m);
	v++;
	pthread_mutex_unlock(c.m);
}
static void by_value(struct box b) { pthread_mutex_lock(b.m); v++; pthread_mutex_unlock(b.m); }
void by_value_ok(void)
{
	struct box b = { &h, 1 };
	pthread_mutex_lock(&g);
	by_value(b);
	pthread_mutex_unlock(&g);
}
static struct box list[4];
static void fill(void) { list[2].m = &g; list[3].m = &h; }
void list_ok(void)
{
	fill();
	pthread_mutex_lock(list[2].m);
	v++;
	pthread_mutex_unlock(list[2].m);
}
void heap_box_bad(void)
{
	struct box *b = malloc(sizeof *b);
	if (!b)
		return;
	b->m = &h;
	pthread_mutex_lock(b->m);
	if (++b->n > 3) {
		free(b);
		return; // @expect unreleased-lock
	}
	pthread_mutex_unlock(b->m);
	free(b);
}

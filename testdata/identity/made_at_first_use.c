/* PulseAudio: a mutex made at its first use, behind an atomic pointer (the loser of the
 * race frees his), and a pair begin/end for "run once": begin returns true holding it,
 * end gets it again by the same getter. A library. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
struct mtx { pthread_mutex_t mutex; };
struct static_mutex { _Atomic(struct mtx *) ptr; };
struct once { struct static_mutex mutex; atomic_int done; };
static struct once defaults, other;
static int level;

static struct mtx *mtx_new(void)
{
	struct mtx *m = malloc(sizeof *m);

	if (!m)
		abort();
	pthread_mutex_init(&m->mutex, NULL);
	return m;
}

static void mtx_free(struct mtx *m)
{
	pthread_mutex_destroy(&m->mutex);
	free(m);
}

void mtx_lock(struct mtx *m) { pthread_mutex_lock(&m->mutex); }
void mtx_unlock(struct mtx *m) { pthread_mutex_unlock(&m->mutex); }

struct mtx *static_mutex_get(struct static_mutex *s)
{
	struct mtx *m, *none = NULL;

	if ((m = atomic_load(&s->ptr)))
		return m;
	m = mtx_new();
	if (atomic_compare_exchange_strong(&s->ptr, &none, m))
		return m;
	mtx_free(m);
	return atomic_load(&s->ptr);
}

bool once_begin(struct once *o)
{
	struct mtx *m;

	if (atomic_load(&o->done))
		return false;
	m = static_mutex_get(&o->mutex);
	mtx_lock(m);
	if (atomic_load(&o->done)) {
		mtx_unlock(m);
		return false;
	}
	return true;
}

void once_end(struct once *o)
{
	struct mtx *m;

	atomic_store(&o->done, 1);
	m = static_mutex_get(&o->mutex);
	mtx_unlock(m);
}

void init_ok(void)
{
	if (once_begin(&defaults)) {
		level = 1;
		once_end(&defaults);
	}
}

void run_ok(struct once *o, void (*f)(void))
{
	if (once_begin(o)) {
		f();
		once_end(o);
	}
}

int init_bad(int v)
{
	if (once_begin(&other)) {
		if (v < 0)
			return -1; // @expect unreleased-lock
		level = v;
		once_end(&other);
	}
	return 0;
}

/* krb5: the lowest wrappers do nothing in a program without threads: a function tells, from a static flag that is found out
 * once (volatile, -1 = not known). It says the same at a lock and at its unlock. A library. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
static volatile int flag_loaded = -1;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t set_lock = PTHREAD_MUTEX_INITIALIZER, list_lock = PTHREAD_MUTEX_INITIALIZER;
struct tree { struct tree *next; int refs; };
static struct tree *trees;
extern int probe_threads(void);

static void loaded_aux(void)
{
	flag_loaded = 1;
}

int threads_loaded(void)
{
	int x = flag_loaded;

	if (x != -1)
		return x;
	if (!probe_threads() || pthread_once(&once, loaded_aux) || flag_loaded < 0) {
		flag_loaded = 0;
		return 0;
	}
	return flag_loaded;
}

int os_lock(pthread_mutex_t *m)
{
	if (threads_loaded())
		return pthread_mutex_lock(m);
	else
		return 0;
}

int os_unlock(pthread_mutex_t *m)
{
	if (threads_loaded())
		return pthread_mutex_unlock(m);
	else
		return 0;
}

static inline void k_lock(pthread_mutex_t *m)
{
	int r = os_lock(m);

	if (r != 0) {
		fprintf(stderr, "lock: %d\n", r);
		abort();
	}
}

static inline void k_unlock(pthread_mutex_t *m)
{
	int r = os_unlock(m);

	if (r != 0) {
		fprintf(stderr, "unlock: %d\n", r);
		abort();
	}
}

static int count(void)
{
	int n = 0;

	k_lock(&list_lock);
	for (struct tree *t = trees; t; t = t->next)
		n++;
	k_unlock(&list_lock);
	return n;
}

int build_ok(void)
{
	int n;

	k_lock(&list_lock);
	n = trees != NULL;
	k_lock(&set_lock);
	n++;
	k_unlock(&set_lock);
	k_unlock(&list_lock);
	return n;
}

int indicate_ok(void)
{
	k_lock(&set_lock);
	if (trees)
		trees->refs++;
	k_unlock(&set_lock);
	return count();
}

int open_ok(int k)
{
	struct tree *t;

	k_lock(&list_lock);
	for (t = trees; t; t = t->next)
		if (t->refs == k)
			break;
	if (t) {
		t->refs++;
		k_unlock(&list_lock);
		return 0;
	}
	k_unlock(&list_lock);
	t = calloc(1, sizeof *t);
	if (!t)
		return -1;
	k_lock(&list_lock);
	t->next = trees;
	trees = t;
	k_unlock(&list_lock);
	return 0;
}

/* com_err's error_message, a real bug of krb5 1.20. */
const char *message_bad(int code)
{
	struct tree *t;

	k_lock(&list_lock);
	for (t = trees; t; t = t->next)
		if (t->refs == code >> 8)
			goto found;
	goto none;
found:
	k_unlock(&list_lock);
	if ((code & 255) > 16)
		goto none;
	return "found";
none:
	k_unlock(&list_lock); // @expect release-not-held
	return "none";
}

int leak_bad(int k)
{
	k_lock(&set_lock);
	if (k < 0)
		return -1; // @expect unreleased-lock
	if (trees)
		trees->refs = k;
	k_unlock(&set_lock);
	return 0;
}

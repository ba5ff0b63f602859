/* SPDX-License-Identifier: MIT */
/*
 * What lock APIs do, as data: the .yaml files of rules/models, loaded into one table by
 * function name. A file has a `name:` and `functions:`; every function maps to
 * the fields of struct lc_model below, spelled as the enum comments say:
 *
 *   name: pthread
 *   functions:
 *     pthread_mutex_lock:    {op: acquire, lock: 0, kind: mutex, fails: true, success: zero}
 *     pthread_mutex_trylock: {op: acquire, lock: 0, kind: mutex, blocking: try, success: zero}
 *     pthread_mutex_unlock:  {op: release, lock: 0, kind: mutex}
 *     pthread_mutex_init:    {op: init, lock: 0, attr: 1, kind: mutex}
 *     pthread_create:        {op: start, handle: 0, entry: 2, arg: 3, success: zero}
 *   initialisers:
 *     PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP: {kind: recursive}
 *   types:
 *     pthread_mutex_t: {kind: mutex}
 *
 * Unknown keys and values are errors with file and line.
 */
#ifndef LC_MODEL_MODEL_H
#define LC_MODEL_MODEL_H

#include "base/base.h"
#include "base/map.h"

enum lc_op {
	LC_MODEL_NONE,
	LC_MODEL_ACQUIRE,     /* acquire */
	LC_MODEL_RELEASE,     /* release */
	LC_MODEL_INIT,        /* init: lock (or cond) comes into being, free */
	LC_MODEL_DESTROY,     /* destroy: of lock, or of cond */
	LC_MODEL_WAIT,        /* wait: condition wait, releases + reacquires lock */
	LC_MODEL_SIGNAL,      /* signal */
	LC_MODEL_BROADCAST,   /* broadcast */
	LC_MODEL_START,       /* start: a thread */
	LC_MODEL_JOIN,        /* join */
	LC_MODEL_DETACH,      /* detach */
	LC_MODEL_THREAD_EXIT, /* thread-exit: ends the calling thread */
	LC_MODEL_EXIT,        /* exit: ends the process (never returns) */
	LC_MODEL_ONCE,        /* once: runs entry once */
	LC_MODEL_BARRIER,     /* barrier: waits */
	LC_MODEL_FORK,        /* fork */
	LC_MODEL_ATTR_INIT,   /* attr-init: attribute object gets defaults */
	LC_MODEL_ATTR_KIND,   /* attr-kind: sets the kind in attribute object */
	LC_MODEL_CONSISTENT,  /* consistent: robust mutex made consistent */
	LC_MODEL_ASSERT_HELD, /* assert-held: the lock is held from here on */
	LC_MODEL_BLOCK,       /* block: blocks without being a lock (I/O, sleep) */
	LC_MODEL_ALLOC,       /* alloc: returns a fresh object */
	LC_MODEL_FREE,        /* free: ends the object in arg `lock` */
	LC_MODEL_CALLS,       /* calls: calls function in arg `entry` with `arg`
	                       * now, in this thread (qsort, bsearch, …) */
	LC_MODEL_REGISTER,    /* register: `entry` will be called later, from
	                       * an unknown place in the same process (atexit) */
	LC_MODEL_HANDLER,     /* handler: `entry` becomes a signal handler */
	LC_MODEL_SELF,        /* self: the calling thread, or a test for it */
	LC_MODEL_THREAD_GET,  /* thread-get: the thread's own value of key `arg`*/
	LC_MODEL_THREAD_SET,  /* thread-set: … becomes the next argument */
	LC_MODEL_CLEANUP_PUSH, /* cleanup-push: from here on a thread that ends
				* comes to the handler of the buffer in `arg` */
	LC_MODEL_CLEANUP_POP,  /* cleanup-pop: no longer */
	LC_MODEL_CLEANUP_NEXT, /* cleanup-next: the handler of the buffer in
				* `arg` is done, the thread goes on ending */
	LC_MODEL_NOP          /* nop: known to do nothing with locks or memory */
};
enum lc_kind { /* of a lock; the strings are the YAML spelling */
	LC_KIND_UNKNOWN,    /* unknown */
	LC_KIND_MUTEX,      /* mutex (normal, non-recursive) */
	LC_KIND_RECURSIVE,  /* recursive */
	LC_KIND_ERRORCHECK, /* errorcheck */
	LC_KIND_RWLOCK,     /* rwlock */
	LC_KIND_SPIN,       /* spin */
	LC_KIND_SEMAPHORE,  /* semaphore */
	LC_KIND_ONCE,       /* once */
	LC_KIND_STREAM,     /* stream (flockfile: recursive) */
	LC_KIND_GIL,        /* gil */
	LC_KIND_COUNT
};
enum lc_mode { LC_MODE_EXCLUSIVE, LC_MODE_SHARED, LC_MODE_ANY };
/* exclusive, shared, any (release of whatever mode is held) */
enum lc_blocking { LC_BLOCK_YES, LC_BLOCK_TRY, LC_BLOCK_TIMED };
/* yes, try, timed */
enum lc_success { /* of the result, when the operation took place */
	LC_SUCCESS_ALWAYS,   /* always */
	LC_SUCCESS_ZERO,     /* zero */
	LC_SUCCESS_ERRNO,    /* errno: zero, else a positive error number */
	LC_SUCCESS_NONZERO,  /* nonzero */
	LC_SUCCESS_NONNULL,  /* nonnull (same test as nonzero) */
	LC_SUCCESS_NONNEG,   /* nonnegative */
	LC_SUCCESS_POSITIVE, /* positive */
};

#define LC_ARG_NONE (-1)
#define LC_ARG_RETURN (-2) /* "return": the object is the call's result */

/* A value of attr `type` argument and the kind it means. */
struct lc_model_value {
	int64_t value;
	enum lc_kind kind;
};
struct lc_model {
	uint32_t name;  /* string in lc_models.strings */
	uint32_t api;   /* string: the model file's `name:` */
	enum lc_op op;
	int lock;       /* lock: argument number from 0 | return | LC_ARG_NONE */
	uint32_t fixed; /* fixed: NAME — an API-level lock of that name instead
	                 * of an argument ("" = none) */
	enum lc_kind kind;
	enum lc_mode mode;
	enum lc_blocking blocking;
	enum lc_success success;
	bool fails;     /* fails: true — can fail though it blocks, so that a
	                 * test of its result says whether the lock is held */
	int attr;       /* attr: argument with the attribute object */
	int type;       /* type: argument with the kind constant */
	uint32_t first_value, nvalues; /* values: {0: mutex, 1: recursive} */
	uint32_t mask;  /* type_mask: bits of the type argument that count (0 = all)*/
	int handle;     /* handle: thread handle (start: pointer to; join: value) */
	int entry;      /* entry: function pointer argument */
	int arg;        /* arg: its argument */
	int cond;       /* cond: condition variable / once object / barrier */
	int count;      /* count: initial value (sem_init) */
	bool noreturn;
	uint32_t file, line; /* where the entry stands (string, number) */
};
/* A static initialiser macro, or a type's default kind. */
struct lc_model_kind {
	uint32_t name;
	enum lc_kind kind;
};
struct lc_models {
	struct lc_strings strings;
	LC_ARRAY(struct lc_model) models;
	LC_ARRAY(struct lc_model_value) values;
	LC_ARRAY(struct lc_model_kind) initialisers, types;
	LC_ARRAY(uint32_t) by_string; /* private: string id → model index + 1 */
};

void lc_models_init(struct lc_models *m);
void lc_models_release(struct lc_models *m);
/* Adds one file; a later file's entry for the same function wins. */
int lc_models_load(struct lc_models *m, const char *path, struct lc_error *err);
/* Adds all *.yaml of a directory in name order. */
int lc_models_load_dir(struct lc_models *m, const char *dir, struct lc_error *err);
/* NULL if `name` has no model. */
const struct lc_model *lc_models_find(const struct lc_models *m, const char *name);
const char *lc_op_name(enum lc_op op);
const char *lc_kind_name(enum lc_kind kind);
const char *lc_mode_name(enum lc_mode mode);
const char *lc_blocking_name(enum lc_blocking blocking);

#endif

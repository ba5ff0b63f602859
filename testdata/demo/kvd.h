/* SPDX-License-Identifier: MIT */
/*
 * kvd, a tiny key-value server: the project that `./bootstrap check` looks
 * at. It compiles and serves, and it has the bugs that threading tutorials
 * tell of, next to the right way of doing the same:
 *
 *   cache.c  one lock taken twice, through three functions         (wrong)
 *   log.c    the same with a lock that may be taken twice          (right)
 *   store.c, stats.c   two locks in opposite orders, two files     (wrong)
 *   store.c  an error path that keeps the lock                     (wrong)
 *   queue.c  waiting for a condition                               (right)
 *   snapshot.c  trying a lock, with the answer looked at           (right)
 *               and not looked at                                  (wrong)
 */
#ifndef KVD_H
#define KVD_H

#include <stddef.h>

#define KEY_MAX_LEN 32
#define VALUE_MAX_LEN 128
#define NWORKERS 4

/* queue.c: connections that wait for a worker */
void queue_push(int fd);
int queue_pop(void); /* waits; -1 once the queue is closed */
void queue_close(void);

/* store.c: what is kept */
int store_set(const char *key, const char *value); /* -1: full */
int store_get(const char *key, char *value);       /* -1: not there */
int store_rename(const char *from, const char *to); /* -1: not possible */
unsigned int store_size(void);
unsigned int store_copy(char (*values)[VALUE_MAX_LEN], unsigned int max);

/* cache.c: what was asked for lately */
int cache_get(const char *key, char *value); /* -1: not there */
void cache_put(const char *key, const char *value);
void cache_remove(const char *key);

/* stats.c: how much was done */
void stats_count(const char *what);
void stats_report(void);

/* snapshot.c: a copy on disk */
int snapshot_write(const char *path);
void snapshot_cancel(void);

/* log.c: what people read; from any thread, also from within log_batch */
void log_init(void);
void log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_batch(const char *title, const char *const *lines, unsigned int n);

/* worker.c: one conversation after the other */
void *worker_main(void *unused);

#endif

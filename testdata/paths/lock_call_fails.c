/* SPDX-License-Identifier: MIT */
/* A lock, its initialisation or a signal that reports an error gets logged, and
 * the log has a lock of its own: only a wrong program or a broken system gets
 * there, so it waits for nobody. What is left locked on such a way is told. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
struct buf { pthread_mutex_t mutex; pthread_cond_t more; int used; };
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t big = PTHREAD_MUTEX_INITIALIZER;
static struct buf *log_buf;
void fatal(const char *what);
#define TRY(call)                                                              \
	do {                                                                   \
		int err = call;                                                \
		if (err) {                                                     \
			fatal(#call);                                          \
			abort();                                               \
		}                                                              \
	} while (0)
static struct buf *buf_new(void)
{
	struct buf *b = calloc(1, sizeof(*b));

	TRY(pthread_mutex_init(&b->mutex, NULL));
	return b;
}
static int buf_used(struct buf *b)
{
	int used;

	TRY(pthread_mutex_lock(&b->mutex));
	used = b->used;
	TRY(pthread_cond_signal(&b->more));
	TRY(pthread_mutex_unlock(&b->mutex));
	return used;
}
static void buf_free(struct buf *b)
{
	TRY(pthread_cond_destroy(&b->more));
	TRY(pthread_mutex_destroy(&b->mutex));
	free(b);
}
static void log_line(const char *what)
{
	TRY(pthread_mutex_lock(&log_lock));
	if (log_buf && buf_used(log_buf) < 100)
		fputs(what, stderr);
	TRY(pthread_mutex_unlock(&log_lock));
}
void fatal(const char *what)
{
	log_line(what);
}
int has_data_ok(void)
{
	int used;

	TRY(pthread_mutex_lock(&log_lock));
	if (!log_buf)
		log_buf = buf_new();
	used = buf_used(log_buf);
	if (used > 10) {
		buf_free(log_buf);
		log_buf = NULL;
	}
	TRY(pthread_mutex_unlock(&log_lock));
	return used;
}
int has_data_bad(void)
{
	int used;

	TRY(pthread_mutex_lock(&log_lock));
	used = buf_used(log_buf);
	if (used > 10)
		fatal("full"); // @expect double-acquire:error
	TRY(pthread_mutex_unlock(&log_lock));
	return used;
}
int init_bad(struct buf *b)
{
	pthread_mutex_lock(&big);
	if (pthread_mutex_init(&b->mutex, NULL))
		return -1; // @expect unreleased-lock:error
	pthread_mutex_unlock(&big);
	return 0;
}
int init_late_bad(struct buf *b)
{
	int rc;

	pthread_mutex_lock(&big);
	rc = pthread_mutex_init(&b->mutex, NULL);
	b->used = 0;
	if (rc) {
		fatal("init");
		return -1; // @expect unreleased-lock:error
	}
	pthread_mutex_unlock(&big);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* A lock that its holders give back around slow calls, by macros with a block
 * of their own. */
#include <pthread.h>
#include <unistd.h>
#include <errno.h>
static pthread_mutex_t gil = PTHREAD_MUTEX_INITIALIZER;
static int objects;
#define ALLOW_THREADS_BEGIN { int save_errno_ = 0; pthread_mutex_unlock(&gil);
#define ALLOW_THREADS_END save_errno_ = errno; pthread_mutex_lock(&gil); errno = save_errno_; }
#define BLOCK_THREADS pthread_mutex_lock(&gil);
#define UNBLOCK_THREADS pthread_mutex_unlock(&gil);
/* all entered with the lock */
static long do_read_ok(int fd, void *p, size_t n)
{
	long r;
	ALLOW_THREADS_BEGIN
	r = read(fd, p, n);
	ALLOW_THREADS_END
	objects++;
	return r;
}
static long do_write_ok(int fd, const void *p, size_t n)
{
	long r;
	ALLOW_THREADS_BEGIN
	do {
		r = write(fd, p, n);
	} while (r < 0 && errno == EINTR);
	ALLOW_THREADS_END
	return r;
}
static long do_copy_forgets(int from, int to)
{
	char b[512];
	long r;
	ALLOW_THREADS_BEGIN
	r = read(from, b, sizeof b);
	if (r <= 0)
		return r;
	r = write(to, b, r);
	ALLOW_THREADS_END
	return r;
}
static long do_copy_ok(int from, int to)
{
	char b[512];
	long r;
	ALLOW_THREADS_BEGIN
	r = read(from, b, sizeof b);
	if (r <= 0) {
		BLOCK_THREADS
		return r;
	}
	r = write(to, b, r);
	ALLOW_THREADS_END
	return r;
}
int run_bad(int fd)
{
	char b[64];
	long r;
	pthread_mutex_lock(&gil);
	r = do_read_ok(fd, b, sizeof b);
	if (r > 0)
		r = do_write_ok(1, b, r);
	if (r > 0)
		r = do_copy_ok(fd, 1);
	if (r > 0)
		r = do_copy_forgets(fd, 1); // @expect-any release-not-held
	pthread_mutex_unlock(&gil); // @expect release-not-held
	return (int)r;
}

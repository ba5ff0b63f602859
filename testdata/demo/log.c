/* SPDX-License-Identifier: MIT */
/*
 * The log. Its lock is recursive, so that log_batch may hold it over several
 * calls of log_line: taken twice, given back twice, and right.
 */
#include "kvd.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

static pthread_mutex_t log_lock;

void log_init(void)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&log_lock, &attr);
	pthread_mutexattr_destroy(&attr);
}

void log_line(const char *fmt, ...)
{
	va_list ap;

	pthread_mutex_lock(&log_lock);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	pthread_mutex_unlock(&log_lock);
}

void log_batch(const char *title, const char *const *lines, unsigned int n)
{
	pthread_mutex_lock(&log_lock);
	log_line("%s:", title);
	for (unsigned int i = 0; i < n; i++)
		log_line("  %s", lines[i]);
	pthread_mutex_unlock(&log_lock);
}

/* SPDX-License-Identifier: MIT */
/* goto cleanup, one label and several that undo in reverse. A library. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct table {
	pthread_mutex_t lock;
	pthread_mutex_t log_lock;
	char **rows;
	size_t n, max;
	int log_fd;
};

extern int log_write(int fd, const char *text);

int table_add_ok(struct table *t, const char *text)
{
	int rc = -1;
	char *row;

	pthread_mutex_lock(&t->lock);
	if (t->n == t->max)
		goto out;
	row = strdup(text);
	if (!row)
		goto out;
	t->rows[t->n++] = row;
	rc = 0;
out:
	pthread_mutex_unlock(&t->lock);
	return rc;
}

int table_add_bad(struct table *t, const char *text)
{
	int rc = -1;
	char *row;

	pthread_mutex_lock(&t->lock);
	if (t->n == t->max)
		goto out;
	row = strdup(text);
	if (!row)
		return -2; // @expect unreleased-lock
	t->rows[t->n++] = row;
	rc = 0;
out:
	pthread_mutex_unlock(&t->lock);
	return rc;
}

/* Allocated first: the jump that comes before the lock has its own label. */
int table_copy_ok(struct table *t, const char *text)
{
	int rc = -1;
	char *row = strdup(text);

	if (!row)
		goto out;
	pthread_mutex_lock(&t->lock);
	if (t->n == t->max)
		goto out_unlock;
	t->rows[t->n++] = row;
	row = NULL;
	rc = 0;
out_unlock:
	pthread_mutex_unlock(&t->lock);
out:
	free(row);
	return rc;
}

int table_copy_bad(struct table *t, const char *text)
{
	int rc = -1;
	char *row = strdup(text);

	if (!row)
		goto out_unlock;
	pthread_mutex_lock(&t->lock);
	if (t->n == t->max)
		goto out_unlock;
	t->rows[t->n++] = row;
	row = NULL;
	rc = 0;
out_unlock:
	pthread_mutex_unlock(&t->lock); // @expect release-not-held
	free(row);
	return rc;
}

int table_log_ok(struct table *t, const char *text)
{
	int rc;

	pthread_mutex_lock(&t->lock);
	rc = -1;
	if (t->n == 0)
		goto out_table;
	pthread_mutex_lock(&t->log_lock);
	rc = log_write(t->log_fd, text);
	if (rc < 0)
		goto out_log;
	t->n--;
out_log:
	pthread_mutex_unlock(&t->log_lock);
out_table:
	pthread_mutex_unlock(&t->lock);
	return rc;
}

/* The wrong label: the table's lock is let go, the log's is not. */
int table_log_bad(struct table *t, const char *text)
{
	int rc;

	pthread_mutex_lock(&t->lock);
	rc = -1;
	if (t->n == 0)
		goto out_table;
	pthread_mutex_lock(&t->log_lock);
	rc = log_write(t->log_fd, text);
	if (rc < 0)
		goto out_table;
	t->n--;
	pthread_mutex_unlock(&t->log_lock);
out_table:
	pthread_mutex_unlock(&t->lock);
	return rc; // @expect unreleased-lock
}

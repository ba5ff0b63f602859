/* SPDX-License-Identifier: MIT */
/* Memory, errors, arrays and text buffers. See base.h. */
#include "base/base.h"

#include <errno.h>
#include <stdlib.h>

static void *must(void *p)
{
	if (!p) {
		fputs("lockcheck: out of memory\n", stderr);
		abort();
	}
	return p;
}

void *lc_alloc(size_t size_bytes)
{
	return must(calloc(1, size_bytes ? size_bytes : 1));
}

void *lc_realloc(void *old, size_t size_bytes)
{
	return must(realloc(old, size_bytes ? size_bytes : 1));
}

char *lc_strndup(const char *s, size_t n)
{
	char *p = lc_alloc(n + 1);

	memcpy(p, s, n);
	return p;
}

char *lc_strdup(const char *s)
{
	return lc_strndup(s, strlen(s));
}

char *lc_vasprintf(const char *fmt, va_list ap)
{
	char *p = NULL;

	if (vasprintf(&p, fmt, ap) < 0)
		p = NULL;
	return must(p);
}

char *lc_asprintf(const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = lc_vasprintf(fmt, ap);
	va_end(ap);
	return p;
}

void lc_bug(const char *file, int line, const char *what)
{
	fprintf(stderr, "lockcheck: bug at %s:%d: %s\n", file, line, what);
	abort();
}

int lc_fail(struct lc_error *err, const char *fmt, ...)
{
	va_list ap;

	if (err && !err->text) {
		va_start(ap, fmt);
		err->text = lc_vasprintf(fmt, ap);
		va_end(ap);
	}
	return -1;
}

void lc_error_release(struct lc_error *err)
{
	free(err->text);
	err->text = NULL;
}

void *lc_array_grow(void *data, uint32_t *cap, uint32_t need, size_t elem)
{
	uint32_t n = *cap ? *cap : 8;

	while (n < need)
		n *= 2;
	*cap = n;
	return lc_realloc(data, n * elem);
}

void lc_buf_add(struct lc_buf *b, const void *bytes, size_t n)
{
	if (b->len + n + 1 > b->cap) {
		size_t cap = b->cap ? b->cap : 64;

		while (cap < b->len + n + 1)
			cap *= 2;
		b->data = lc_realloc(b->data, cap);
		b->cap = cap;
	}
	if (n)
		memcpy(b->data + b->len, bytes, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void lc_buf_str(struct lc_buf *b, const char *s)
{
	lc_buf_add(b, s, strlen(s));
}

void lc_buf_printf(struct lc_buf *b, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = lc_vasprintf(fmt, ap);
	va_end(ap);
	lc_buf_str(b, p);
	free(p);
}

void lc_buf_release(struct lc_buf *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

int lc_read_file(const char *path, struct lc_buf *b, struct lc_error *err)
{
	char chunk[65536];
	size_t n;
	FILE *f = fopen(path, "rb");

	if (!f)
		return lc_fail(err, "cannot read %s: %s", path, strerror(errno));
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		lc_buf_add(b, chunk, n);
	if (ferror(f)) {
		fclose(f);
		return lc_fail(err, "cannot read %s: %s", path, strerror(errno));
	}
	fclose(f);
	lc_buf_add(b, "", 0);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* String lists, paths and directory listings. See words.h. */
#include "base/words.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

void lc_words_own(struct lc_words *w, char *s)
{
	*lc_push(w) = s;
}

void lc_words_add(struct lc_words *w, const char *s)
{
	lc_words_own(w, lc_strdup(s));
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void lc_words_sort(struct lc_words *w)
{
	if (w->len)
		qsort(w->data, w->len, sizeof(*w->data), by_bytes);
}

void lc_words_release(struct lc_words *w)
{
	for (uint32_t i = 0; i < w->len; i++)
		free(w->data[i]);
	lc_array_release(w);
}

char *lc_path_join(const char *dir, const char *path)
{
	if (*path == '/' || !*dir)
		return lc_strdup(path);
	return lc_asprintf("%s/%s", dir, path);
}

/* Where the last component of the text begins, at least `floor`. */
static size_t last_component(const struct lc_buf *b, size_t floor)
{
	size_t i = b->len;

	while (i > floor && b->data[i - 1] != '/')
		i--;
	return i;
}

char *lc_path_normal(const char *path)
{
	struct lc_buf out = {0};
	const char *p = path;
	size_t floor = *path == '/';

	lc_buf_add(&out, "/", floor);
	while (*p) {
		size_t n = strcspn(p, "/"), last = last_component(&out, floor);
		bool up = n == 2 && !memcmp(p, "..", 2);

		if (up && out.len > floor && strcmp(out.data + last, "..")) {
			out.len = last > floor ? last - 1 : floor;
			out.data[out.len] = '\0';
		} else if (n && !(n == 1 && *p == '.') && !(up && floor)) {
			if (out.len > floor)
				lc_buf_str(&out, "/");
			lc_buf_add(&out, p, n);
		}
		p += n;
		p += strspn(p, "/");
	}
	if (!out.len)
		lc_buf_str(&out, ".");
	return out.data;
}

char *lc_path_dirname(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return lc_strdup(".");
	return lc_strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

char *lc_path_physical(const char *dir, const char *path)
{
	char *joined = lc_path_join(dir, path), *out;
	char *parent, *real;
	const char *base = strrchr(joined, '/');

	base = base ? base + 1 : joined;
	if (!*base || !strcmp(base, ".") || !strcmp(base, "..")) {
		out = realpath(joined, NULL);
	} else {
		parent = lc_path_dirname(joined);
		real = realpath(parent, NULL);
		out = real ? lc_asprintf("%s%s%s", real,
					 strcmp(real, "/") ? "/" : "", base)
			   : NULL;
		free(parent);
		free(real);
	}
	if (!out)
		out = lc_path_normal(joined);
	free(joined);
	return out;
}

bool lc_path_below(const char *dir, const char *path)
{
	size_t n = strlen(dir);

	if (n == 1 && *dir == '/')
		return *path == '/';
	return !strncmp(dir, path, n) && (path[n] == '/' || !path[n]);
}

const char *lc_path_from(const char *root, const char *path)
{
	size_t n = strlen(root);

	if (!lc_path_below(root, path) || !path[n])
		return path;
	return path + n + (n > 1);
}

bool lc_is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

bool lc_is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && !S_ISDIR(st.st_mode);
}

bool lc_ends_with(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && !strcmp(s + n - m, suffix);
}

int lc_list_dir(const char *dir, const char *suffix, struct lc_words *out,
		struct lc_error *err)
{
	struct dirent *e;
	DIR *d = opendir(dir);

	if (!d)
		return lc_fail(err, "cannot read directory %s: %s", dir,
			       strerror(errno));
	while ((e = readdir(d)))
		if (e->d_name[0] != '.' && lc_ends_with(e->d_name, suffix))
			lc_words_add(out, e->d_name);
	closedir(d);
	lc_words_sort(out);
	return 0;
}

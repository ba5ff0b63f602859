/* SPDX-License-Identifier: MIT */
/* Keys without paths and lines. See identity.h. */
#include "store/identity.h"

#include <ctype.h>
#include <stdlib.h>

/* `key` (taken) without every occurrence of `prefix`, which ends in "/". */
static char *without(char *key, const char *prefix)
{
	struct lc_buf out = { 0 };
	size_t n = strlen(prefix);
	const char *s = key;

	lc_buf_str(&out, "");
	for (const char *hit; (hit = strstr(s, prefix)); s = hit + n)
		lc_buf_add(&out, s, (size_t)(hit - s));
	lc_buf_str(&out, s);
	free(key);
	return out.data;
}

/* Of an absolute path, what the run's directory and those above it do not
 * say: a build folder sees ../src as an absolute path. Takes `out`. */
static char *below_root(char *out, const char *root)
{
	char *prefix = lc_asprintf("%s/", root);
	size_t n = strlen(prefix);

	while (n > 1 && *root == '/') {
		out = without(out, prefix);
		prefix[--n] = '\0'; /* the slash, then the last component */
		while (n && prefix[n - 1] != '/')
			prefix[--n] = '\0';
	}
	free(prefix);
	return out;
}

static bool in_path(unsigned char c)
{
	return c > ' ' && !strchr("|>@:,()<", c);
}

/* Skips ":12" and ":12:8". */
static const char *skip_lines(const char *s)
{
	while (*s == ':' && isdigit((unsigned char)s[1])) {
		const char *end = s + 1 + strspn(s + 1, "0123456789");

		if (in_path((unsigned char)*end) && *end != '.' && *end != '[')
			break; /* a name may not begin with a digit, yet … */
		s = end;
	}
	return s;
}

char *lc_identity_odd(const char *file)
{
	const char *slash = strrchr(file, '/');

	for (const char *s = file; slash && s < slash; s++)
		if (!in_path((unsigned char)*s))
			return lc_strndup(file, (size_t)(slash - file) + 1);
	return NULL;
}

char *lc_identity(const char *key, const char *root,
		  const struct lc_words *odd)
{
	char *whole = lc_strdup(key);
	struct lc_buf out = { 0 };

	for (uint32_t i = odd->len; i-- > 0;) /* the longer ones first */
		whole = without(whole, odd->data[i]);
	whole = below_root(whole, root);
	lc_buf_str(&out, "");
	for (const char *s = whole; *s;) {
		const char *end = s, *name = s;

		while (in_path((unsigned char)*end)) {
			if (*end++ == '/')
				name = end;
		}
		lc_buf_add(&out, name, (size_t)(end - name));
		s = skip_lines(end);
		if (s == end && *s)
			lc_buf_add(&out, s++, 1);
	}
	free(whole);
	return out.data;
}

/* SPDX-License-Identifier: MIT */
/* Splitting of a command line, and its language. The flags: flags.c. */
#include "plan/command.h"

#include <stdlib.h>

/* Copies a quotation that opened with `quote` at p[-1]; NULL if it never
 * closes, else where to go on. */
static const char *quoted(const char *p, char quote, struct lc_buf *word)
{
	for (; *p && *p != quote; p++) {
		/* Between double quotes a backslash escapes these only. */
		if (quote == '"' && *p == '\\' && p[1] &&
		    strchr("\"\\$`\n", p[1])) {
			p++;
			if (*p == '\n')
				continue;
		}
		lc_buf_add(word, p, 1);
	}
	return *p ? p + 1 : NULL;
}

/* One word from p on; NULL if a quotation is left open. */
static const char *word_at(const char *p, struct lc_buf *word)
{
	lc_buf_add(word, "", 0);
	while (p && *p && !strchr(" \t\r\n", *p)) {
		if (*p == '\'' || *p == '"') {
			p = quoted(p + 1, *p, word);
		} else if (*p == '\\' && p[1] == '\n') {
			p += 2;
		} else {
			if (*p == '\\' && p[1])
				p++;
			lc_buf_add(word, p++, 1);
		}
	}
	return p;
}

int lc_command_split(const char *line, struct lc_words *out,
		     struct lc_error *err)
{
	const char *p = line;

	for (;;) {
		struct lc_buf word = {0};

		p += strspn(p, " \t\r\n");
		if (!*p)
			return 0;
		p = word_at(p, &word);
		if (!p) {
			lc_buf_release(&word);
			return lc_fail(err, "a quotation is not closed");
		}
		lc_words_own(out, word.data);
	}
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_one_of(const char *const *names, size_t count, const char *word,
		      size_t n)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(names[i]) == n && !strncmp(names[i], word, n))
			return true;
	return false;
}

bool lc_is_launcher(const char *word)
{
	static const char *const names[] = { "ccache", "distcc", "icecc",
					     "sccache", "lockcheck-cc" };
	const char *name = base_name(word);

	return is_one_of(names, LC_LEN(names), name, strlen(name));
}

bool lc_is_compiler(const char *word)
{
	static const char *const names[] = { "cc", "gcc", "clang", "c89", "c99",
					     "tcc", "icx", "c++", "g++",
					     "clang++" };
	const char *name = base_name(word), *p;
	size_t n = strlen(name);

	/* gcc-12, clang-19, gcc-12.2 */
	while (n && strchr("0123456789.", name[n - 1]))
		n--;
	n = n && name[n - 1] == '-' ? n - 1 : strlen(name);
	for (p = name + n; p > name && p[-1] != '-'; p--)
		;
	return !lc_is_launcher(word) &&
	       is_one_of(names, LC_LEN(names), p, n - (size_t)(p - name));
}

/* g++, clang++-19, x86_64-linux-gnu-c++: these read .c files as C++. */
static bool is_cxx_compiler(const char *word)
{
	return *word != '-' && strstr(base_name(word), "++");
}

bool lc_command_is_c(char *const *words, uint32_t n, const char *file)
{
	const char *language = "none";

	for (uint32_t i = 0; i < n; i++) {
		if (strncmp(words[i], "-x", 2))
			continue;
		if (words[i][2])
			language = words[i] + 2;
		else if (i + 1 < n)
			language = words[++i];
	}
	if (strcmp(language, "none"))
		return !strcmp(language, "c") ||
		       !strcmp(language, "cpp-output") ||
		       !strcmp(language, "c-cpp-output");
	/* The compiler is the first word, or the second behind a wrapper. */
	if ((n && is_cxx_compiler(words[0])) ||
	    (n > 1 && is_cxx_compiler(words[1]) &&
	     !lc_ends_with(words[1], file)))
		return false;
	return lc_ends_with(file, ".c") || lc_ends_with(file, ".i");
}

/* The length of "…/CMakeFiles/X.dir/" or "…/X.p/" at the head of `path`. */
static size_t target_directory(const char *path)
{
	const char *from = strstr(path, "/CMakeFiles/"), *end;

	end = from ? strstr(from, ".dir/") : NULL;
	if (end)
		return (size_t)(end - path) + strlen(".dir/");
	end = strstr(path, ".p/");
	return end ? (size_t)(end - path) + strlen(".p/") : 0;
}

/* The length of "…/X-" if source.o is called X-source.o. */
static size_t target_prefix(const char *path, const char *file)
{
	const char *object = strrchr(path, '/'), *source = strrchr(file, '/');
	const char *dot, *at;
	size_t stem;

	object = object ? object + 1 : path;
	source = source ? source + 1 : file;
	dot = strrchr(source, '.');
	stem = dot ? (size_t)(dot - source) : strlen(source);
	at = strrchr(object, '.');
	if (!at || (size_t)(at - object) < stem + 2)
		return 0;
	at -= stem;
	if (at[-1] != '-' || strncmp(at, source, stem))
		return 0;
	return (size_t)(at - path);
}

char *lc_command_target(char *const *words, uint32_t n, const char *output,
			const char *directory, const char *file)
{
	char *path, *target = NULL;
	size_t len;

	for (uint32_t i = 1; i < n && !output; i++)
		if (!strncmp(words[i], "-o", 2))
			output = words[i][2]	? words[i] + 2
				 : i + 1 < n	? words[i + 1]
						: NULL;
	if (!output)
		return NULL;
	path = lc_path_join(directory, output);
	len = target_directory(path);
	if (!len)
		len = target_prefix(path, file);
	if (len) {
		path[len] = '\0';
		target = lc_path_normal(path);
	}
	free(path);
	return target;
}

/* SPDX-License-Identifier: MIT */
/* See compile.h. */
#include "capture/compile.h"

#include <stdlib.h>

#include "plan/command.h"

#define MAX_ARGUMENT_FILES 16 /* one may name another, and itself */

/* ---- the words of a call ---- */

/* Copies `words`, with the words of an @file in its place. */
static void expand(const char *directory, char *const *words, uint32_t n,
		   uint32_t *nfiles, struct lc_words *out)
{
	for (uint32_t i = 0; i < n; i++) {
		struct lc_error ignored = LC_ERROR_INIT;
		struct lc_words inner = {0};
		struct lc_buf text = {0};
		char *path = NULL;

		if (words[i][0] == '@' && words[i][1])
			path = lc_path_join(directory, words[i] + 1);
		if (path && *nfiles < MAX_ARGUMENT_FILES &&
		    !lc_read_file(path, &text, &ignored) && text.data &&
		    !lc_command_split(text.data, &inner, &ignored)) {
			++*nfiles;
			expand(directory, inner.data, inner.len, nfiles, out);
		} else {
			lc_words_add(out, words[i]);
		}
		lc_words_release(&inner);
		lc_buf_release(&text);
		lc_error_release(&ignored);
		free(path);
	}
}

/* These only preprocess, only list, or only say what would be done. */
static bool compiles_nothing(const char *word)
{
	static const char *const names[] = { "-E", "-M", "-MM", "-###", "-cc1",
					     "--version", "-dumpmachine" };

	for (size_t i = 0; i < LC_LEN(names); i++)
		if (!strcmp(names[i], word))
			return true;
	return false;
}

/* The operands that are C by their name or by the -x before them. */
static bool find_sources(char *const *words, uint32_t n,
			 struct lc_words *sources, const char **object)
{
	bool c = false;

	for (uint32_t i = 1; i < n; i++) {
		const char *word = words[i];

		if (compiles_nothing(word))
			return false;
		if (word[0] != '-' || !word[1]) {
			if (strcmp(word, "-") && *word != '@' &&
			    (c || lc_ends_with(word, ".c") ||
			     lc_ends_with(word, ".i")))
				lc_words_add(sources, word);
			continue;
		}
		if (!strncmp(word, "-x", 2))
			c = !strcmp(word[2] ? word + 2 :
				    i + 1 < n ? words[i + 1] : "", "c");
		if (!strcmp(word, "-o") && i + 1 < n)
			*object = words[i + 1];
		i += lc_flag_words(word) - 1;
	}
	return sources->len;
}

/* ---- entries ---- */

/* JSON holds no bytes that are not UTF-8: such a call is left out. */
static json_t *make_entry(const char *directory, const struct lc_words *words,
			  const char *source, const char *object)
{
	json_t *arguments = json_array(), *entry;

	for (uint32_t i = 0; i < words->len; i++)
		if (json_array_append_new(arguments,
					  json_string(words->data[i]))) {
			json_decref(arguments);
			return NULL;
		}
	entry = json_pack("{s:s, s:s, s:o}", "directory", directory, "file",
			  source, "arguments", arguments);
	if (entry && object)
		json_object_set_new(entry, "output", json_string(object));
	return entry;
}

json_t *lc_compile_entries(const char *directory, char *const *words,
			   uint32_t n)
{
	json_t *entries = json_array();
	struct lc_words all = {0}, sources = {0};
	const char *object = NULL;
	uint32_t first = 0, nfiles = 0;

	while (first < n && lc_is_launcher(words[first]))
		first++;
	if (first == n || !lc_is_compiler(words[first]))
		return entries;
	expand(directory, words + first, n - first, &nfiles, &all);
	if (!find_sources(all.data, all.len, &sources, &object))
		goto out;
	for (uint32_t i = 0; i < sources.len; i++) {
		json_t *entry = make_entry(directory, &all, sources.data[i],
					   object);

		if (entry)
			json_array_append_new(entries, entry);
	}
out:
	lc_words_release(&sources);
	lc_words_release(&all);
	return entries;
}

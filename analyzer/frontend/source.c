/* SPDX-License-Identifier: MIT */
/*
 * Files, lines and text. libclang is asked for a file and an offset only; the
 * line, the column, the macro's name and the text of an expression are read
 * from the file's contents, which is far cheaper than asking for each.
 *
 * A construct that a macro's definition spells is reported where the macro is
 * used; one that the user wrote as a macro's argument where it is written.
 */
#include "frontend/internal.h"

#include <ctype.h>
#include <stdlib.h>

#define MAX_TEXT 80      /* longest expression text that is kept */
#define MAX_RAW_TEXT 400 /* … before white space is normalised */

static bool same_file(const void *ctx, uint32_t index, const void *key)
{
	const struct lc_parser *fe = ctx;

	return fe->files.data[index]->handle == key;
}

/* Drops "//", "." and "name/.." from an absolute path, in place. */
static void clean_path(char *path)
{
	char *out = path, *in = path;

	while (*in) {
		char *end;

		while (*in == '/')
			in++;
		for (end = in; *end && *end != '/'; end++)
			;
		if (end == in)
			break;
		if (end - in == 2 && in[0] == '.' && in[1] == '.') {
			while (out > path && *--out != '/')
				;
		} else if (!(end - in == 1 && in[0] == '.')) {
			*out++ = '/';
			memmove(out, in, (size_t)(end - in));
			out += end - in;
		}
		in = end;
	}
	if (out == path)
		*out++ = '/';
	*out = '\0';
}

char *fe_normal_path(struct lc_parser *fe, const char *name)
{
	size_t n = strlen(fe->root);
	char *path = name[0] == '/' ? lc_strdup(name) :
		lc_asprintf("%s/%s", fe->job->directory, name);

	clean_path(path);
	while (n && fe->root[n - 1] == '/')
		n--;
	if (!strncmp(path, fe->root, n) && path[n] == '/')
		memmove(path, path + n + 1, strlen(path + n + 1) + 1);
	return path;
}

/* clang names files by the absolute path it was given: in __FILE__, in types
 * without a name. Output must not depend on where the project lies, so the
 * root is taken out of such texts. 0 if the rest is longer than `max`. */
uint32_t fe_rootless(struct lc_parser *fe, const char *text, size_t max)
{
	size_t root = strlen(fe->root), n = 0;
	const char *at = root > 1 ? strstr(text, fe->root) : NULL;
	uint32_t id;
	char *made;

	if (!at)
		return strlen(text) > max ? 0 :
			lc_intern(&fe->unit->strings, text);
	made = lc_alloc(strlen(text) + 1);
	while (*text) {
		if (!strncmp(text, fe->root, root) && text[root] == '/')
			text += root + 1;
		else
			made[n++] = *text++;
	}
	id = n > max ? 0 : lc_intern_n(&fe->unit->strings, made, n);
	free(made);
	return id;
}

static struct fe_file *add_file(struct lc_parser *fe, CXFile handle,
				uint64_t hash)
{
	struct fe_file *f = lc_alloc(sizeof(*f));
	CXString name = clang_getFileName(handle);
	char *path = fe_normal_path(fe, clang_getCString(name));

	f->handle = handle;
	f->name = lc_intern(&fe->unit->strings, path);
	f->text = clang_getFileContents(fe->tu, handle, &f->len);
	if (!f->text)
		f->len = 0;
	clang_disposeString(name);
	free(path);
	lc_map_add(&fe->file_map, hash, fe->files.len);
	*lc_push(&fe->files) = f;
	return f;
}

static struct fe_file *file_of(struct lc_parser *fe, CXFile handle)
{
	uint64_t hash;
	uint32_t i;

	if (!handle)
		return NULL;
	if (fe->last_file && fe->last_file->handle == handle)
		return fe->last_file;
	hash = lc_hash_u64((uint64_t)(uintptr_t)handle, 1);
	i = lc_map_find(&fe->file_map, hash, same_file, fe, handle);
	fe->last_file = i == LC_NOT_FOUND ? add_file(fe, handle, hash) :
		fe->files.data[i];
	return fe->last_file;
}

void fe_files_clear(struct lc_parser *fe)
{
	for (uint32_t i = 0; i < fe->files.len; i++) {
		lc_array_release(&fe->files.data[i]->lines);
		free(fe->files.data[i]);
	}
	lc_array_release(&fe->files);
	lc_map_release(&fe->file_map);
	fe->last_file = NULL;
}

struct fe_spot fe_spot(struct lc_parser *fe, CXSourceLocation at)
{
	struct fe_spot s = { NULL, 0 };
	CXFile handle = NULL;

	clang_getFileLocation(at, &handle, NULL, NULL, &s.offset);
	s.file = file_of(fe, handle);
	return s;
}

struct fe_spot fe_spelling(struct lc_parser *fe, CXSourceLocation at)
{
	struct fe_spot s = { NULL, 0 };
	CXFile handle = NULL;

	clang_getSpellingLocation(at, &handle, NULL, NULL, &s.offset);
	s.file = file_of(fe, handle);
	return s;
}

/* clang marks locations inside macro expansions by the highest bit of their
 * number. The public way (compare spelling and file location) needs two
 * look-ups per location; this is asked for every position. */
bool fe_in_macro(CXSourceLocation at)
{
	return at.int_data >> 31;
}

static void find_lines(struct fe_file *f)
{
	const char *p = f->text, *end = f->text + f->len;

	*lc_push(&f->lines) = 0;
	while (p && p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		p++;
		*lc_push(&f->lines) = (uint32_t)(p - f->text);
	}
}

static uint32_t line_of(struct fe_file *f, uint32_t offset)
{
	uint32_t lo = 0, hi, i = f->last;
	const uint32_t *at;

	if (!f->lines.len)
		find_lines(f);
	at = f->lines.data;
	hi = f->lines.len;
	for (uint32_t k = 0; k < 4 && i < hi && at[i] <= offset; k++, i++)
		if (i + 1 == hi || at[i + 1] > offset)
			return f->last = i;
	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (at[mid] <= offset)
			lo = mid;
		else
			hi = mid;
	}
	return f->last = lo;
}

void fe_pos_of_spot(struct lc_parser *fe LC_UNUSED, struct fe_spot at,
		    struct lc_pos *out)
{
	memset(out, 0, sizeof(*out));
	if (!at.file)
		return;
	out->file = at.file->name;
	out->line = line_of(at.file, at.offset);
	out->col = at.offset - at.file->lines.data[out->line] + 1;
	out->line++;
}

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The identifier at an offset; 0 if there is none. */
static uint32_t word_at(struct lc_parser *fe, struct fe_spot at)
{
	size_t end = at.offset;

	if (!at.file)
		return 0;
	while (end < at.file->len && in_word(at.file->text[end]))
		end++;
	return lc_intern_n(&fe->unit->strings, at.file->text + at.offset,
			   end - at.offset);
}

void fe_pos(struct lc_parser *fe, CXSourceLocation at, struct lc_pos *out)
{
	struct fe_spot s = fe_spot(fe, at);

	fe_pos_of_spot(fe, s, out);
	/* An argument's tokens lie in a macro expansion but are the user's
	 * own: there the spelling is the place itself. */
	if (fe_in_macro(at)) {
		struct fe_spot sp = fe_spelling(fe, at);

		if (sp.file != s.file || sp.offset != s.offset)
			out->macro = word_at(fe, s);
	}
}

void fe_cursor_pos(struct lc_parser *fe, CXCursor c, struct lc_pos *out)
{
	fe_pos(fe, clang_getCursorLocation(c), out);
}

/* Where the cursor's last character stands: a block's closing brace. */
void fe_end_pos(struct lc_parser *fe, CXCursor c, struct lc_pos *out)
{
	CXSourceRange r = clang_getCursorExtent(c);
	struct fe_spot s = fe_spot(fe, clang_getRangeEnd(r));
	CXSourceLocation begin = clang_getRangeStart(r);

	if (s.offset)
		s.offset--;
	fe_pos_of_spot(fe, s, out);
	if (fe_in_macro(begin)) {
		struct lc_pos first;

		fe_pos(fe, begin, &first);
		out->macro = first.macro;
	}
}

static uint32_t normal_text(struct lc_parser *fe, const char *s, size_t n)
{
	char out[MAX_TEXT + 1];
	size_t len = 0;
	bool gap = false;

	for (size_t i = 0; i < n; i++) {
		if (isspace((unsigned char)s[i]) ||
		    (s[i] == '\\' && i + 1 < n && s[i + 1] == '\n')) {
			gap = true;
			continue;
		}
		if (len + gap + 1 > MAX_TEXT)
			return 0;
		if (gap && len)
			out[len++] = ' ';
		gap = false;
		out[len++] = s[i];
	}
	return lc_intern_n(&fe->unit->strings, out, len);
}

uint32_t fe_text(struct lc_parser *fe, CXCursor c, bool drop_ampersand)
{
	CXSourceRange r = clang_getCursorExtent(c);
	struct fe_spot a = fe_spot(fe, clang_getRangeStart(r));
	struct fe_spot b = fe_spot(fe, clang_getRangeEnd(r));

	if (!a.file || a.file != b.file || b.offset <= a.offset ||
	    b.offset > a.file->len || b.offset - a.offset > MAX_RAW_TEXT)
		return 0;
	if (drop_ampersand && a.file->text[a.offset] == '&') {
		do {
			a.offset++;
		} while (a.offset < b.offset &&
			 isspace((unsigned char)a.file->text[a.offset]));
	}
	return normal_text(fe, a.file->text + a.offset, b.offset - a.offset);
}

/* Start of the logical line (continued by backslashes) around an offset. */
static size_t directive_start(const char *text, size_t at)
{
	for (;;) {
		while (at && text[at - 1] != '\n')
			at--;
		if (at < 2 || (text[at - 2] != '\\' &&
			       !(at > 2 && text[at - 2] == '\r' &&
				 text[at - 3] == '\\')))
			return at;
		at--;
	}
}

uint32_t fe_macro_spelling(struct lc_parser *fe, CXSourceLocation at,
			   bool *system)
{
	struct fe_spot s = fe_spelling(fe, at);
	const char *p, *end, *word;

	*system = false;
	if (!fe_in_macro(at) || !s.file || s.offset >= s.file->len)
		return 0;
	p = s.file->text + directive_start(s.file->text, s.offset);
	end = s.file->text + s.offset;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (p == end || *p != '#')
		return 0; /* an argument's token, not a macro's */
	for (p++; p < end && (*p == ' ' || *p == '\t'); p++)
		;
	if (end - p < 7 || strncmp(p, "define", 6))
		return 0;
	for (p += 6; p < end && (*p == ' ' || *p == '\t'); p++)
		;
	for (word = p; p < end && in_word(*p); p++)
		;
	*system = clang_Location_isInSystemHeader(
		clang_getLocationForOffset(fe->tu, s.file->handle, s.offset));
	return lc_intern_n(&fe->unit->strings, word, (size_t)(p - word));
}

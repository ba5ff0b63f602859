/* SPDX-License-Identifier: MIT */
/* Source lines and clean text. See source.h. */
#include "report/source.h"

#include <ctype.h>
#include <stdlib.h>
#include <sys/stat.h>

/* No hand-written source is larger; a generated one gives no excerpts. */
#define SOURCE_BYTES_MAX (64l << 20)

struct file {
	char *name;
	struct lc_buf text;
	LC_ARRAY(size_t) starts; /* of lines; empty if unreadable */
};
struct lc_sources {
	char *root;
	LC_ARRAY(struct file) files;
	uint32_t last; /* looked up: findings come sorted by file */
};

/* ---- clean text ---- */

/* Length and code point of the character at s, 0 if it is not UTF-8. */
static size_t decode(const unsigned char *s, size_t n, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;

	if (len == 1) {
		*cp = s[0];
		return 1;
	}
	if (s[0] < 0xc2 || s[0] > 0xf4 || len > n)
		return 0;
	*cp = s[0] & (0xff >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*cp = *cp << 6 | (s[i] & 0x3f);
	}
	if (*cp < least[len] || *cp > 0x10ffff ||
	    (*cp >= 0xd800 && *cp <= 0xdfff))
		return 0;
	return len;
}

static bool is_hidden(uint32_t cp)
{
	return (cp >= 0x80 && cp < 0xa0) ||        /* C1 controls */
	       (cp >= 0x200b && cp <= 0x200f) ||   /* zero width, marks */
	       (cp >= 0x2028 && cp <= 0x202e) ||   /* separators, overrides */
	       (cp >= 0x2066 && cp <= 0x2069) ||   /* isolates */
	       cp == 0xfeff;
}

void lc_clean(struct lc_buf *out, const char *s, size_t n, const char *keep)
{
	lc_buf_str(out, "");
	for (size_t i = 0; i < n;) {
		const unsigned char *at = (const unsigned char *)s + i;
		uint32_t cp = 0;
		size_t len = decode(at, n - i, &cp);

		if (!len) {
			lc_buf_printf(out, "\\x%02x", *at);
			len = 1;
		} else if (cp < 0x20 || cp == 0x7f) {
			if (cp && strchr(keep, (int)cp))
				lc_buf_add(out, at, 1);
			else
				lc_buf_printf(out, "\\x%02x", cp);
		} else if (is_hidden(cp)) {
			lc_buf_printf(out, "\\u%04x", cp);
		} else {
			lc_buf_add(out, at, len);
		}
		i += len;
	}
}

char *lc_cleaned(const char *s, bool many_lines)
{
	struct lc_buf b = { 0 };

	lc_clean(&b, s, strlen(s), many_lines ? "\n\t" : "");
	return b.data;
}

uint32_t lc_characters(const char *s, size_t n)
{
	uint32_t count = 0, cp;

	for (size_t i = 0; i < n; count++) {
		size_t len = decode((const unsigned char *)s + i, n - i, &cp);

		i += len ? len : 1;
	}
	return count;
}

/* ---- files ---- */

struct lc_sources *lc_sources_new(const char *root)
{
	struct lc_sources *s = lc_alloc(sizeof(*s));

	s->root = lc_strdup(root ? root : "");
	return s;
}

void lc_sources_free(struct lc_sources *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->files.len; i++) {
		free(s->files.data[i].name);
		lc_buf_release(&s->files.data[i].text);
		lc_array_release(&s->files.data[i].starts);
	}
	lc_array_release(&s->files);
	free(s->root);
	free(s);
}

/* Only regular files: a name out of a database may be a device or a pipe. */
static void read_text(const struct lc_sources *s, struct file *f)
{
	char *path = f->name[0] == '/' || !*s->root
			     ? lc_strdup(f->name)
			     : lc_asprintf("%s/%s", s->root, f->name);
	struct lc_error ignored = LC_ERROR_INIT;
	struct stat st;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size <= SOURCE_BYTES_MAX &&
	    lc_read_file(path, &f->text, &ignored) == 0) {
		*lc_push(&f->starts) = 0;
		for (size_t i = 0; i < f->text.len; i++)
			if (f->text.data[i] == '\n')
				*lc_push(&f->starts) = i + 1;
	}
	lc_error_release(&ignored);
	free(path);
}

static struct file *find(struct lc_sources *s, const char *name)
{
	struct file *f;

	if (s->last < s->files.len && !strcmp(s->files.data[s->last].name, name))
		return &s->files.data[s->last];
	for (uint32_t i = 0; i < s->files.len; i++) {
		if (!strcmp(s->files.data[i].name, name)) {
			s->last = i;
			return &s->files.data[i];
		}
	}
	s->last = s->files.len;
	f = lc_push(&s->files);
	f->name = lc_strdup(name);
	read_text(s, f);
	return f;
}

bool lc_source_line(struct lc_sources *s, const char *name, uint32_t line,
		    struct lc_line *out)
{
	struct file *f;

	if (!*name || !line)
		return false;
	f = find(s, name);
	if (line > f->starts.len)
		return false;
	out->text = f->text.data + f->starts.data[line - 1];
	out->len = (line < f->starts.len ? f->starts.data[line]
					 : f->text.len + 1) -
		   f->starts.data[line - 1] - 1;
	if (out->len && out->text[out->len - 1] == '\r')
		out->len--;
	return true;
}

uint32_t lc_token_end(const struct lc_line *line, uint32_t col)
{
	size_t i = col - 1;

	while (i < line->len && (isalnum((unsigned char)line->text[i]) ||
				 line->text[i] == '_'))
		i++;
	if (i == col - 1 && i < line->len) {
		uint32_t cp;
		size_t len = decode((const unsigned char *)line->text + i,
				    line->len - i, &cp);

		i += len ? len : 1;
	}
	return i == col - 1 ? col + 1 : (uint32_t)i + 1;
}

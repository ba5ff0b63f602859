/* SPDX-License-Identifier: MIT */
/* Words in comments → suppressions. See suppress.h. */
#include "gate/suppress.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/words.h"
#include "gate/comments.h"

static const char cycle_rule[] = "lock-order-cycle";

enum extent { LINE, NEXT_LINE, BEGIN, END, WHOLE_FILE };
struct word {
	const char *text;
	enum extent extent;
	bool nolint; /* clang-tidy's: rules have our prefix, needs no reason */
};
/* The longer ones first. */
static const struct word words[] = {
	{ "lockcheck-ignore-begin", BEGIN, false },
	{ "lockcheck-ignore-end", END, false },
	{ "lockcheck-ignore-file", WHOLE_FILE, false },
	{ "lockcheck-ignore", LINE, false },
	{ "NOLINTNEXTLINE", NEXT_LINE, true },
	{ "NOLINTBEGIN", BEGIN, true },
	{ "NOLINTEND", END, true },
	{ "NOLINT", LINE, true },
};
static const char nolint_prefix[] = "lockcheck-";

struct reader {
	struct lc_suppressions *s;
	const struct lc_rules *rules;
	const struct lc_comment *c;
	uint32_t file, line, col; /* of the word at hand */
	uint32_t from;            /* the file's first suppression */
};

/* ---- one suppression ---- */

static struct lc_suppression *add(struct reader *r, const char *rule)
{
	struct lc_suppression *n = lc_push(&r->s->list);

	n->file = r->file;
	n->line = r->line;
	n->col = r->col;
	n->rule = lc_strdup(rule);
	n->reason = lc_strdup("");
	return n;
}

static void complain(struct lc_suppression *n, const char *fmt, ...)
	LC_PRINTF(2, 3);
static void complain(struct lc_suppression *n, const char *fmt, ...)
{
	va_list ap;

	if (n->problem)
		return;
	va_start(ap, fmt);
	n->problem = lc_vasprintf(fmt, ap);
	va_end(ap);
}

static void check(struct reader *r, struct lc_suppression *n,
		  const struct word *w)
{
	if (!lc_rules_find(r->rules, n->rule)) {
		n->first = n->last = 0;
		complain(n, "there is no rule \"%s\" (lockcheck rules lists "
			    "them)", n->rule);
	} else if (!*n->reason && !w->nolint) {
		complain(n, "it gives no reason; write lockcheck-ignore(%s): "
			    "why", n->rule);
	}
}

static void set_extent(struct reader *r, struct lc_suppression *n,
		       const struct word *w)
{
	switch (w->extent) {
	case LINE:
		n->first = r->c->first;
		n->last = r->c->last;
		if (w->nolint) /* clang-tidy's means its own line */
			n->first = n->last = r->line;
		if (!n->first)
			complain(n, "there is no code on its line or directly "
				    "below");
		break;
	case NEXT_LINE:
		n->first = n->last = r->line + 1;
		break;
	case BEGIN: /* until its end is seen */
		n->first = r->line;
		n->last = 0;
		break;
	case WHOLE_FILE:
		n->first = 1;
		n->last = UINT32_MAX;
		break;
	case END:
		break;
	}
}

/* -end closes the innermost open -begin, or that of the rule it names. */
static void close_region(struct reader *r, const struct word *w,
			 const char *rule)
{
	uint32_t closed = 0, begin_line = 0;

	for (uint32_t i = r->s->list.len; i-- > r->from;) {
		struct lc_suppression *n = &r->s->list.data[i];

		if (!n->first || n->last || (*rule && strcmp(rule, n->rule)))
			continue;
		if (closed && n->line != begin_line)
			break; /* all rules of one comment are closed */
		n->last = r->line;
		begin_line = n->line;
		closed++;
	}
	if (!closed)
		complain(add(r, rule), "there is no %s%s%s%s before it",
			 w->nolint ? "NOLINTBEGIN" : "lockcheck-ignore-begin",
			 *rule ? "(" : "", rule, *rule ? ")" : "");
}

/* ---- the text of a comment ---- */

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* The reason: what follows the colon, on one line. A block comment's goes on
 * to its end, or to the next word of ours. */
static char *read_reason(const char *s, const char *end)
{
	struct lc_buf b = { 0 };

	lc_buf_str(&b, "");
	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	if (s >= end || *s != ':')
		return b.data;
	for (s++; s < end; s++) {
		char c = *s == '\r' || *s == '\t' ? ' ' : *s;

		if ((size_t)(end - s) > 16 && !strncmp(s, "lockcheck-ignore", 16))
			break;
		if (c == '\n') {
			while (s + 1 < end && strchr(" \t*", s[1]) && s[1])
				s++;
			c = ' ';
		}
		if (c != ' ' || (b.len && b.data[b.len - 1] != ' '))
			lc_buf_add(&b, &c, 1);
	}
	while (b.len && strchr(" *-", b.data[b.len - 1]))
		b.data[--b.len] = '\0';
	return b.data;
}

static void one_rule(struct reader *r, const struct word *w, const char *rule,
		     const char *reason)
{
	struct lc_suppression *n;

	if (w->nolint) { /* other tools' names are none of our business */
		if (strncmp(rule, nolint_prefix, strlen(nolint_prefix)))
			return;
		rule += strlen(nolint_prefix);
	}
	if (w->extent == END) {
		close_region(r, w, rule);
		return;
	}
	n = add(r, rule);
	free(n->reason);
	n->reason = lc_strdup(reason);
	set_extent(r, n, w);
	check(r, n, w);
}

/* Behind the word, at "(": the rules, then the reason. */
static void read_rules(struct reader *r, const struct word *w, const char *s,
		       const char *end)
{
	const char *close = memchr(s, ')', (size_t)(end - s));
	char *reason;
	bool any = false;

	if (!close) {
		if (!w->nolint)
			complain(add(r, ""), "its list of rules is not closed");
		return;
	}
	reason = read_reason(close + 1, end);
	for (s++; s < close; s++) {
		const char *from = s;
		size_t n = strcspn(from, ",)");
		char *rule;

		s = from + n;
		while (n && isspace((unsigned char)*from))
			from++, n--;
		while (n && isspace((unsigned char)from[n - 1]))
			n--;
		rule = lc_strndup(from, n);
		if (n) {
			one_rule(r, w, rule, reason);
			any = true;
		}
		free(rule);
	}
	if (!any && !w->nolint)
		complain(add(r, ""), "it names no rule");
	free(reason);
}

/* In prose the word may stand; it means something before these. */
static bool is_meant(const struct word *w, const char *s, const char *end)
{
	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	return !w->nolint && (s >= end || *s == ':' || w->extent != LINE);
}

static void read_word(struct reader *r, const struct word *w, const char *at,
		      const char *end)
{
	const char *s = at + strlen(w->text);

	r->line = r->c->line;
	r->col = r->c->col + 2 + (uint32_t)(at - r->c->text);
	for (const char *c = r->c->text; c < at; c++)
		if (*c == '\n') {
			r->line++;
			r->col = (uint32_t)(at - c);
		}
	if (s < end && *s == '(')
		read_rules(r, w, s, end);
	else if (w->extent == END && is_meant(w, s, end))
		close_region(r, w, "");
	else if (is_meant(w, s, end))
		complain(add(r, ""), "it names no rule; write "
				     "%s(RULE): why", w->text);
}

static void read_comment(struct reader *r)
{
	const char *end = r->c->text + r->c->len;

	for (const char *s = r->c->text; s < end; s++) {
		if ((*s != 'l' && *s != 'N') ||
		    (s > r->c->text && in_word(s[-1])))
			continue;
		for (size_t i = 0; i < LC_LEN(words); i++) {
			size_t n = strlen(words[i].text);

			if ((size_t)(end - s) < n ||
			    strncmp(s, words[i].text, n) ||
			    (s + n < end && in_word(s[n])))
				continue;
			read_word(r, &words[i], s, end);
			s += n - 1;
			break;
		}
	}
}

/* ---- files ---- */

void lc_suppressions_add(struct lc_suppressions *s, const char *file,
			 const char *text, size_t n,
			 const struct lc_rules *rules)
{
	struct reader r = { .s = s, .rules = rules, .from = s->list.len };
	struct lc_comments comments;

	if (!s->files.text.len)
		lc_strings_init(&s->files);
	r.file = lc_intern(&s->files, file);
	while (s->first.len <= r.file)
		*lc_push(&s->first) = s->list.len;
	if (!memmem(text, n, "lockcheck-", strlen("lockcheck-")))
		return;
	lc_comments_read(&comments, text, n);
	for (uint32_t i = 0; i < comments.list.len; i++) {
		r.c = &comments.list.data[i];
		read_comment(&r);
	}
	for (uint32_t i = r.from; i < s->list.len; i++)
		if (s->list.data[i].first && !s->list.data[i].last) {
			s->list.data[i].first = 0;
			complain(&s->list.data[i], "its end is missing");
		}
	lc_comments_release(&comments);
}

static void read_file(struct lc_suppressions *s, const char *root,
		      const char *file, const struct lc_rules *rules)
{
	struct lc_error ignored = LC_ERROR_INIT;
	struct lc_buf text = { 0 };
	char *path = lc_path_join(root, file);

	if (lc_is_file(path) && !lc_read_file(path, &text, &ignored) &&
	    text.len)
		lc_suppressions_add(s, file, text.data, text.len, rules);
	lc_error_release(&ignored);
	lc_buf_release(&text);
	free(path);
}

void lc_suppressions_read(struct lc_suppressions *s,
			  const struct lc_unit *units, uint32_t nunits,
			  const char *root, const struct lc_rules *rules)
{
	struct lc_strings seen;
	struct lc_words files = { 0 };

	lc_strings_init(&seen);
	for (uint32_t u = 0; u < nunits; u++)
		for (uint32_t f = 0; f < units[u].flows.len; f++)
			lc_intern(&seen, lc_str(&units[u].strings,
						units[u].flows.data[f].pos.file));
	for (uint32_t i = 1; i < seen.text.len; i++)
		lc_words_add(&files, lc_str(&seen, i));
	lc_words_sort(&files);
	for (uint32_t i = 0; i < files.len; i++)
		read_file(s, root, files.data[i], rules);
	lc_words_release(&files);
	lc_strings_release(&seen);
}

void lc_suppressions_release(struct lc_suppressions *s)
{
	for (uint32_t i = 0; i < s->list.len; i++) {
		free(s->list.data[i].rule);
		free(s->list.data[i].reason);
		free(s->list.data[i].problem);
	}
	lc_array_release(&s->list);
	lc_array_release(&s->first);
	if (s->files.text.len)
		lc_strings_release(&s->files);
	memset(s, 0, sizeof(*s));
}

/* ---- questions ---- */

uint32_t lc_suppression_at(const struct lc_suppressions *s, const char *rule,
			   const char *file, uint32_t line)
{
	uint32_t id;

	if (!s->list.len)
		return LC_NOT_FOUND;
	id = lc_strings_find(&s->files, file);
	if (id == LC_NOT_FOUND || id >= s->first.len)
		return LC_NOT_FOUND;
	for (uint32_t i = s->first.data[id];
	     i < s->list.len && s->list.data[i].file == id; i++) {
		const struct lc_suppression *n = &s->list.data[i];

		if (n->first && line >= n->first && line <= n->last &&
		    !strcmp(n->rule, rule))
			return i;
	}
	return LC_NOT_FOUND;
}

bool lc_suppressed_edge(void *ctx, const char *file, uint32_t line)
{
	return lc_suppression_at(ctx, cycle_rule, file, line) != LC_NOT_FOUND;
}

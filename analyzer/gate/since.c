/* SPDX-License-Identifier: MIT */
/* git diff → changed lines → findings they touch. See since.h. */
#include "gate/since.h"

#include <stdlib.h>

#include "gate/git.h"
#include "report/schedule.h"

static int find_base(const char *root, const char *rev, char **base,
		     struct lc_error *err)
{
	const char *const argv[] = { LC_GIT, "merge-base", "--", rev,
				     "HEAD", NULL };
	struct lc_buf out = { 0 };
	int code = lc_git_run(root, argv, &out, err);
	size_t n = code ? 0 : strspn(out.data, "0123456789abcdef");

	if (code > 0 || (!code && n < 4))
		lc_fail(err, "--since %s: git knows no such revision here, or "
			"none that HEAD has an ancestor in common with", rev);
	*base = code || n < 4 ? NULL : lc_strndup(out.data, n);
	lc_buf_release(&out);
	return *base ? 0 : -1;
}

int lc_changes_read(struct lc_changes *c, const char *root, const char *rev,
		    struct lc_error *err)
{
	struct lc_buf out = { 0 };
	char *base;
	int rc;

	memset(c, 0, sizeof(*c));
	if (!*rev || *rev == '-')
		return lc_fail(err, "--since needs a revision, not \"%s\"", rev);
	if (find_base(root, rev, &base, err))
		return -1;
	{
		const char *const argv[] = {
			LC_GIT, "diff", "--no-ext-diff", "--no-textconv",
			"--no-color", "--no-renames", "--no-indent-heuristic",
			"--diff-algorithm=myers", "--ignore-submodules=all",
			"--submodule=short", "--src-prefix=a/",
			"--dst-prefix=b/", "--relative", "-U0", base, "--", NULL
		};

		rc = lc_git_run(root, argv, &out, err);
	}
	if (rc > 0)
		rc = lc_fail(err, "--since %s: git diff fails", rev);
	if (!rc)
		rc = lc_changes_parse(c, out.data, out.len, err);
	lc_buf_release(&out);
	free(base);
	return rc;
}

void lc_changes_release(struct lc_changes *c)
{
	for (uint32_t i = 0; i < c->files.len; i++) {
		free(c->files.data[i].name);
		lc_array_release(&c->files.data[i].hunks);
	}
	lc_array_release(&c->files);
}

/* ---- the diff ---- */

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* A name as git quotes it: "b/a\303\251.c". */
static char *unquote(const char *s, size_t n)
{
	struct lc_buf b = { 0 };

	lc_buf_str(&b, "");
	if (n < 2 || s[0] != '"')
		return free(b.data), lc_strndup(s, n);
	for (size_t i = 1; i < n && s[i] != '"'; i++) {
		static const char letters[] = "abfnrtv", bytes[] = "\a\b\f\n\r\t\v";
		const char *hit;
		char byte = s[i];

		if (byte == '\\' && i + 1 < n) {
			byte = s[++i];
			hit = strchr(letters, byte);
			if (i + 2 < n && is_octal(s[i]) && is_octal(s[i + 1]) &&
			    is_octal(s[i + 2])) {
				byte = (char)((s[i] - '0') * 64 +
					      (s[i + 1] - '0') * 8 + s[i + 2] -
					      '0');
				i += 2;
			} else if (byte && hit) {
				byte = bytes[hit - letters];
			}
		}
		lc_buf_add(&b, &byte, 1);
	}
	return b.data;
}

static void new_file(struct lc_changes *c, const char *s, size_t n)
{
	char *name;

	while (n && (s[n - 1] == '\t' || s[n - 1] == '\r'))
		n--;
	name = unquote(s, n);
	lc_push(&c->files)->name = lc_strdup(!strncmp(name, "b/", 2) ? name + 2
								     : name);
	free(name);
}

/* "@@ -12,0 +13,2 @@ …" */
static int read_hunk(struct lc_changes *c, const char *s, struct lc_error *err)
{
	const char *plus = strchr(s, '+');
	unsigned first, count = 1;
	struct lc_hunk *h;

	if (!c->files.len || !plus || sscanf(plus, "+%u,%u", &first, &count) < 1)
		return lc_fail(err, "git's diff has a line that is not "
			       "understood: %.40s", s);
	h = lc_push(&lc_last(&c->files)->hunks);
	h->first = first;
	h->last = count ? first + count - 1 : first + 1;
	return 0;
}

static int by_name(const void *pa, const void *pb)
{
	return strcmp(((const struct lc_changed_file *)pa)->name,
		      ((const struct lc_changed_file *)pb)->name);
}

int lc_changes_parse(struct lc_changes *c, const char *diff, size_t n,
		     struct lc_error *err)
{
	const char *end = diff + n;
	uint32_t skip = 0; /* lines of the hunk, which may look like heads */

	while (diff < end) {
		const char *eol = memchr(diff, '\n', (size_t)(end - diff));
		size_t len = (size_t)((eol ? eol : end) - diff);

		if (skip && (*diff == '+' || *diff == '-')) {
			skip--;
		} else if (len > 4 && !strncmp(diff, "+++ ", 4)) {
			new_file(c, diff + 4, len - 4);
		} else if (len > 3 && !strncmp(diff, "@@ ", 3)) {
			char *line = lc_strndup(diff, len);
			unsigned from, old = 1, to, new = 1;
			const char *plus = strchr(line, '+');

			sscanf(line, "@@ -%u,%u", &from, &old);
			if (plus)
				sscanf(plus, "+%u,%u", &to, &new);
			skip = old + new;
			if (read_hunk(c, line, err)) {
				free(line);
				return -1;
			}
			free(line);
		}
		diff += len + 1;
	}
	if (c->files.len)
		qsort(c->files.data, c->files.len, sizeof(*c->files.data),
		      by_name);
	return 0;
}

/* ---- the findings ---- */

static bool lines_changed(const struct lc_changes *c, char *file,
			  uint32_t first, uint32_t last)
{
	struct lc_changed_file key = { .name = file };
	const struct lc_changed_file *f =
		c->files.len ? bsearch(&key, c->files.data, c->files.len,
				       sizeof(key), by_name)
			     : NULL;

	for (uint32_t i = 0; f && i < f->hunks.len; i++)
		if (last >= f->hunks.data[i].first &&
		    first <= f->hunks.data[i].last)
			return true;
	return false;
}

static bool changed(const struct lc_changes *c, const struct lc_place *p)
{
	return lines_changed(c, p->file, p->line, p->line);
}

/* Was the code changed on the way from step `a` to the one after it? There a
 * release may have been, that is gone. */
static bool changed_between(const struct lc_changes *c,
			    const struct lc_place *a, const struct lc_place *b)
{
	bool down = a->line <= b->line;

	return !strcmp(a->file, b->file) && *a->function &&
	       !strcmp(a->function, b->function) &&
	       lines_changed(c, a->file, down ? a->line : b->line,
			     down ? b->line : a->line);
}

static bool changed_on_the_way(const struct lc_changes *c,
			       const struct lc_finding *f)
{
	for (uint32_t t = 0; t < f->traces.len; t++)
		for (uint32_t i = 1; i < f->traces.data[t].steps.len; i++) {
			const struct lc_report_step *s =
				&f->traces.data[t].steps.data[i];

			if (changed_between(c, &s[-1].at, &s->at))
				return true;
		}
	return false;
}

/* The step that says most: of those changed one that acquires, else a call,
 * else any. *thread is whose it is; left alone if it is nobody's. */
static const struct lc_place *changed_step(const struct lc_changes *c,
					   const struct lc_finding *f,
					   uint32_t *thread)
{
	static const int weight[] = {
		[LC_ROLE_ENTRY] = 1, [LC_ROLE_CALL] = 2, [LC_ROLE_ACQUIRE] = 3,
		[LC_ROLE_RELEASE] = 3, [LC_ROLE_WANT] = 4, [LC_ROLE_BRANCH] = 1,
		[LC_ROLE_EXIT] = 3, [LC_ROLE_NOTE] = 1
	};
	const struct lc_place *best = NULL;
	int most = 0;

	for (uint32_t t = 0; t < f->traces.len; t++)
		for (uint32_t i = 0; i < f->traces.data[t].steps.len; i++) {
			const struct lc_report_step *s =
				&f->traces.data[t].steps.data[i];

			if (weight[s->role] > most && changed(c, &s->at)) {
				best = &s->at;
				most = weight[s->role];
				*thread = t;
			}
		}
	for (uint32_t i = 0; !best && i < f->related.len; i++)
		if (changed(c, &f->related.data[i].at))
			best = &f->related.data[i].at;
	return best;
}

static void turn(void *data, size_t size, uint32_t n, uint32_t by)
{
	char *all = data, *kept = lc_alloc(size * n);

	for (uint32_t i = 0; i < n; i++)
		memcpy(kept + i * size, all + (i + by) % n * size, size);
	memcpy(all, kept, size * n);
	free(kept);
}

/* A cycle is the same wherever it begins: at the edge that changed. */
static void begin_with(struct lc_finding *f, uint32_t thread)
{
	if (!thread || f->traces.len != f->locks.len)
		return;
	turn(f->traces.data, sizeof(*f->traces.data), f->traces.len, thread);
	turn(f->locks.data, sizeof(*f->locks.data), f->locks.len, thread);
	lc_schedule(f);
}

static void move_place(struct lc_finding *f, const struct lc_place *to)
{
	struct lc_place at = *to; /* it may be in related, which moves */
	struct lc_related *was = lc_push(&f->related);

	was->at = f->at;
	was->text = lc_strdup("where the finding is otherwise shown");
	f->at = (struct lc_place){
		.file = lc_strdup(at.file), .line = at.line, .col = at.col,
		.macro = lc_strdup(at.macro), .function = lc_strdup(at.function)
	};
}

void lc_changes_apply(const struct lc_changes *c, struct lc_findings *f)
{
	struct lc_finding *sorted =
		lc_alloc((f->findings.len + 1) * sizeof(*sorted));
	uint32_t n = 0;

	for (uint32_t i = 0; i < f->findings.len; i++) {
		struct lc_finding *x = &f->findings.data[i];
		bool here = changed(c, &x->at);
		uint32_t thread = 0;
		const struct lc_place *step = changed_step(c, x, &thread);

		x->touched = here || step || changed_on_the_way(c, x);
		if (step && !here)
			move_place(x, step);
		if (step)
			begin_with(x, thread);
	}
	for (int touched = 1; touched >= 0; touched--)
		for (uint32_t i = 0; i < f->findings.len; i++)
			if (f->findings.data[i].touched == touched)
				sorted[n++] = f->findings.data[i];
	if (n)
		memcpy(f->findings.data, sorted, n * sizeof(*sorted));
	free(sorted);
}

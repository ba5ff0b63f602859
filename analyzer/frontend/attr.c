/* SPDX-License-Identifier: MIT */
/*
 * Attributes. libclang shows most of them as nameless cursors, so they are
 * read from the declaration as clang prints it: macros are expanded there and
 * names resolved, wherever the attribute was spelled. Only the arguments of
 * lock annotations, which clang prints as addresses, come from the source.
 */
#include "frontend/internal.h"

#include <ctype.h>
#include <stdlib.h>

static CXString printed(CXCursor c)
{
	CXPrintingPolicy p = clang_getCursorPrintingPolicy(c);
	CXString s;

	clang_PrintingPolicy_setProperty(p, CXPrintingPolicy_TerseOutput, 1);
	clang_PrintingPolicy_setProperty(p, CXPrintingPolicy_SuppressInitializers,
					 1);
	s = clang_getCursorPrettyPrinted(c, p);
	clang_PrintingPolicy_dispose(p);
	return s;
}

struct attr {
	const char *name, *args; /* into the printed text */
	size_t name_len, args_len;
};

/* The next `__attribute__((name(args)))` at or after *p; false at the end. */
static bool next_attr(const char **p, struct attr *a)
{
	const char *s = strstr(*p, "__attribute__((");
	int depth = 0;

	if (!s)
		return false;
	memset(a, 0, sizeof(*a));
	s += strlen("__attribute__((");
	for (a->name = s; isalnum((unsigned char)*s) || *s == '_'; s++)
		;
	a->name_len = (size_t)(s - a->name);
	if (*s == '(') {
		for (a->args = ++s; *s && (*s != ')' || depth); s++)
			depth += (*s == '(') - (*s == ')');
		a->args_len = (size_t)(s - a->args);
	}
	*p = s;
	return true;
}

static bool is_named(const struct attr *a, const char *name)
{
	return a->name_len == strlen(name) &&
	       !strncmp(a->name, name, a->name_len);
}

static uint32_t flag_of(const struct attr *a)
{
	if (is_named(a, "weak") || is_named(a, "weakref"))
		return LC_SYM_WEAK;
	if (is_named(a, "constructor"))
		return LC_SYM_CTOR;
	if (is_named(a, "destructor"))
		return LC_SYM_DTOR;
	if (is_named(a, "noreturn") || is_named(a, "analyzer_noreturn"))
		return LC_SYM_NORETURN;
	if (is_named(a, "visibility") && a->args &&
	    (!strncmp(a->args, "\"hidden", 7) ||
	     !strncmp(a->args, "\"internal", 9)))
		return LC_SYM_HIDDEN;
	return 0;
}

static void read_flags(struct lc_parser *fe, uint32_t symbol, const char *text)
{
	struct attr a;

	while (next_attr(&text, &a))
		fe->unit->symbols.data[symbol].flags |= flag_of(&a);
}

/* ---- lock annotations ---- */

static bool is_annotation(const char *name)
{
	static const char *const names[] = {
		"capability", "scoped_lockable", "guarded_by", "pt_guarded_by",
		"acquired_before", "acquired_after", "acquire_capability",
		"acquire_shared_capability", "exclusive_lock_function",
		"shared_lock_function", "release_capability",
		"release_shared_capability", "release_generic_capability",
		"unlock_function", "try_acquire_capability",
		"try_acquire_shared_capability", "exclusive_trylock_function",
		"shared_trylock_function", "requires_capability",
		"requires_shared_capability", "exclusive_locks_required",
		"shared_locks_required", "locks_excluded", "assert_capability",
		"assert_shared_capability", "assert_exclusive_lock",
		"assert_shared_lock", "lock_returned",
		"no_thread_safety_analysis",
	};

	for (size_t i = 0; i < LC_LEN(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* The attribute's name as spelled, without the underscores around it. */
static uint32_t attr_name(struct lc_parser *fe, CXCursor attr)
{
	struct fe_spot at = fe_spelling(
		fe, clang_getRangeStart(clang_getCursorExtent(attr)));
	const char *s, *end;

	if (!at.file)
		return 0;
	s = at.file->text + at.offset;
	for (end = s; isalnum((unsigned char)*end) || *end == '_'; end++)
		;
	if (end - s > 4 && !strncmp(s, "__", 2) && !strncmp(end - 2, "__", 2)) {
		s += 2;
		end -= 2;
	}
	return lc_intern_n(&fe->unit->strings, s, (size_t)(end - s));
}

/* What stands in the parentheses, of the attribute or of its macro's use. */
static uint32_t attr_args(struct lc_parser *fe, CXCursor attr)
{
	const char *text = lc_str(&fe->unit->strings, fe_text(fe, attr, false));
	const char *open = strchr(text, '('), *close = strrchr(text, ')');

	if (!open || !close || close < open)
		return 0;
	return lc_intern_n(&fe->unit->strings, open + 1,
			   (size_t)(close - open - 1));
}

struct annotations {
	struct lc_parser *fe;
	uint32_t symbol;
};

static enum CXChildVisitResult annotation(CXCursor c, CXCursor parent LC_UNUSED,
					  CXClientData data)
{
	struct annotations *to = data;
	struct lc_unit *u = to->fe->unit;
	struct lc_annotation a = { .symbol = to->symbol };

	if (c.kind != CXCursor_UnexposedAttr)
		return CXChildVisit_Continue;
	a.name = attr_name(to->fe, c);
	if (!is_annotation(lc_str(&u->strings, a.name)))
		return CXChildVisit_Continue;
	a.text = attr_args(to->fe, c);
	*lc_push(&u->annotations) = a;
	return CXChildVisit_Continue;
}

static void read_annotations(struct lc_parser *fe, uint32_t symbol,
			     CXCursor decl, const char *printed_text)
{
	struct annotations to = { fe, symbol };
	struct attr a;
	char name[64];

	/* Most declarations have attributes but no such ones. */
	while (next_attr(&printed_text, &a)) {
		if (a.name_len >= sizeof(name))
			continue;
		memcpy(name, a.name, a.name_len);
		name[a.name_len] = '\0';
		if (is_annotation(name)) {
			clang_visitChildren(decl, annotation, &to);
			return;
		}
	}
}

/* ---- entries ---- */

void fe_function_attrs(struct lc_parser *fe, uint32_t symbol, CXCursor decl)
{
	CXString s = printed(decl);
	const char *text = clang_getCString(s);

	if (text) {
		/* These two stand before the name, not among attributes. */
		if (strstr(text, "_Noreturn ") || strstr(text, "[[noreturn]]"))
			fe->unit->symbols.data[symbol].flags |= LC_SYM_NORETURN;
		read_flags(fe, symbol, text);
		read_annotations(fe, symbol, decl, text);
	}
	clang_disposeString(s);
}

void fe_variable_attrs(struct lc_parser *fe, uint32_t symbol, CXCursor decl)
{
	CXString s = printed(decl);
	const char *text = clang_getCString(s);

	if (text) {
		read_flags(fe, symbol, text);
		read_annotations(fe, symbol, decl, text);
	}
	clang_disposeString(s);
}

uint32_t fe_cleanup_attr(struct lc_parser *fe, CXCursor var)
{
	CXString s = printed(var);
	const char *text = clang_getCString(s);
	uint32_t symbol = LC_NONE;
	struct attr a;

	while (text && symbol == LC_NONE && next_attr(&text, &a))
		if (is_named(&a, "cleanup") && a.args)
			symbol = fe_function_named(fe, a.args, a.args_len);
	clang_disposeString(s);
	return symbol;
}

/* SPDX-License-Identifier: MIT */
/*
 * Attributes. libclang shows most of them as nameless cursors, so they are
 * read from the declaration as clang prints it: macros are expanded there and
 * names resolved, wherever the attribute was spelled.
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

static bool is_annotation(const struct attr *a)
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
		if (is_named(a, names[i]))
			return true;
	return false;
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

static void read_attrs(struct lc_parser *fe, uint32_t symbol, const char *text)
{
	struct lc_unit *u = fe->unit;
	struct attr a;

	while (next_attr(&text, &a)) {
		u->symbols.data[symbol].flags |= flag_of(&a);
		if (is_annotation(&a)) {
			struct lc_annotation *n = lc_push(&u->annotations);

			n->symbol = symbol;
			n->name = lc_intern_n(&u->strings, a.name, a.name_len);
			n->text = a.args ? lc_intern_n(&u->strings, a.args,
						       a.args_len) : 0;
		}
	}
}

void fe_function_attrs(struct lc_parser *fe, uint32_t symbol, CXCursor decl)
{
	CXString s = printed(decl);
	const char *text = clang_getCString(s);

	if (text) {
		/* These two stand before the name, not among attributes. */
		if (strstr(text, "_Noreturn ") || strstr(text, "[[noreturn]]"))
			fe->unit->symbols.data[symbol].flags |= LC_SYM_NORETURN;
		read_attrs(fe, symbol, text);
	}
	clang_disposeString(s);
}

void fe_variable_attrs(struct lc_parser *fe, uint32_t symbol, CXCursor decl)
{
	CXString s = printed(decl);

	if (clang_getCString(s))
		read_attrs(fe, symbol, clang_getCString(s));
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

/* SPDX-License-Identifier: MIT */
/*
 * The hidden verb manpage: lockcheck(1), or lockcheck-VERB(1), as mdoc made of
 * the tables of verbs, options and exit codes. The build calls it and installs
 * what comes out; lockcheck-cc(1) is written by hand (docs/man).
 */
#include <stdlib.h>

#include "cli/exit.h"
#include "cli/verbs.h"

/* The day the tables last changed what a page says; mdoc wants one, and the
 * build's own day would make every build another. */
#define PAGE_DATE "November 21, 2026"
#define LINE_WIDTH 72

/* ---- words as roff reads them ---- */

/* One character at p as roff text; returns behind it. Beyond ASCII by number,
 * since not every formatter reads UTF-8. */
static const unsigned char *put_char(const unsigned char *p, FILE *out)
{
	uint32_t code = *p++;
	int more = code >= 0xf0 ? 3 : code >= 0xe0 ? 2 : code >= 0xc0 ? 1 : 0;

	if (code < 0x80) {
		if (code == '\\')
			fputs("\\e", out);
		else if (code == '-' && *p == '-')
			fputs("\\-", out); /* an option, not a dash */
		else
			fputc((int)code, out);
		return p;
	}
	code &= 0x3fu >> more;
	for (; more && (*p & 0xc0) == 0x80; more--)
		code = code << 6 | (*p++ & 0x3f);
	fprintf(out, "\\[u%04X]", code);
	return p;
}

static void put_text(const char *text, size_t n, FILE *out)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + n;

	if (n && (*p == '.' || *p == '\''))
		fputs("\\&", out);
	while (p < end)
		p = put_char(p, out);
}

static bool ends_sentence(const char *word, size_t n)
{
	return n > 1 && (word[n - 1] == '.' || word[n - 1] == '?');
}

/* Text lines of words; a sentence begins a new one, as mdoc wants it. */
static void put_words(const char *text, FILE *out)
{
	size_t column = 0;

	for (text += strspn(text, " \n"); *text;) {
		size_t n = strcspn(text, " \n");

		if (column && column + 1 + n > LINE_WIDTH) {
			fputc('\n', out);
			column = 0;
		} else if (column) {
			fputc(' ', out);
			column++;
		}
		put_text(text, n, out);
		column += n;
		if (ends_sentence(text, n))
			column = LINE_WIDTH;
		text += n;
		text += strspn(text, " \n");
	}
	fputc('\n', out);
}

/* An argument of a macro: one word, whatever is in it. */
static void put_argument(const char *text, FILE *out)
{
	fputc('"', out);
	put_text(text, strlen(text), out);
	fputc('"', out);
}

/* ---- parts ---- */

static void put_head(const char *page, const char *what, FILE *out)
{
	fputs(".\\\" Made by lockcheck manpage from its tables.\n"
	      ".Dd " PAGE_DATE "\n.Dt ", out);
	for (const char *p = page; *p; p++)
		fputc(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p, out);
	fprintf(out, " 1\n.Os\n.Sh NAME\n.Nm %s\n.Nd ", page);
	put_words(what, out);
}

static void put_option(const struct lc_option *row, FILE *out)
{
	fputs(".It ", out);
	if (row->letter)
		fprintf(out, "Fl %c , ", row->letter);
	fprintf(out, "Fl -%s", row->name);
	if (row->argument && row->kind == LC_OPTION_MAYBE) {
		fputs(" Ns Op = Ns Ar ", out);
		put_argument(row->argument, out);
	} else if (row->argument) {
		fputs(" Ar ", out);
		put_argument(row->argument, out);
	}
	fputc('\n', out);
	put_words(row->help, out);
}

static void put_options(const struct lc_verb *verb, FILE *out)
{
	uint32_t n;
	const struct lc_option *rows = lc_options(&n);

	fputs(".Pp\nThe options are:\n.Bl -tag -width Ds\n", out);
	for (uint32_t i = 0; i < n; i++)
		if (rows[i].verbs & verb->bit)
			put_option(&rows[i], out);
	fputs(".El\n", out);
}

static void put_codes(FILE *out)
{
	fputs(".Sh EXIT STATUS\n.Bl -tag -width Ds\n", out);
#define PUT_CODE(name, value, text)                                            \
	fprintf(out, ".It %d\n", value);                                       \
	put_words(text, out);
	LC_CODES(PUT_CODE)
#undef PUT_CODE
	fputs(".It 128 + n\nended by signal n\n.El\n", out);
}

static void put_verb_page(const struct lc_verb *verb, FILE *out)
{
	char *page = lc_asprintf("lockcheck-%s", verb->name);

	put_head(page, verb->summary, out);
	fprintf(out, ".Sh SYNOPSIS\n.Nm lockcheck %s\n.Op Ar option ...\n",
		verb->name);
	if (*verb->usage) {
		fputs(".Ar ", out);
		put_argument(verb->usage, out);
		fputc('\n', out);
	}
	fputs(".Sh DESCRIPTION\n", out);
	put_words(verb->manual, out);
	put_options(verb, out);
	put_codes(out);
	fputs(".Sh SEE ALSO\n.Xr lockcheck 1\n", out);
	free(page);
}

/* ---- lockcheck(1) ---- */

static const char about[] =
	"reads the C sources of a program the way a compiler does, without "
	"running it, works out which locks each function takes, holds and gives "
	"back, follows them through calls, wrappers, function pointers and "
	"threads, and reports deadlocks and other mistakes with locks.";

static const char *const files[][2] = {
	{ ".lockcheck.db", "what a run found, an SQLite database, in the current "
			   "directory unless --db says otherwise" },
	{ ".lockcheck.yaml", "the project's configuration, the nearest one from "
			     "the current directory upwards" },
	{ "compile_commands.json", "the compile database, searched from the "
				   "current directory upwards, in each "
				   "directory also in build" },
	{ ".lockcheck-cc", "the directory that lockcheck-cc writes to, used like "
			   "a compile database" },
};
static const char *const environment[][2] = {
	{ "LOCKCHECK_ARGS", "options of check and run; the command line goes "
			    "before them, they go before the configuration" },
	{ "LOCKCHECK_RULES", "the directory of the rules and models, in place of "
			     "the one beside the command" },
	{ "LOCKCHECK_CC_DIR", "where lockcheck-cc writes" },
	{ "NO_COLOR", "no colours in text, unless --color says otherwise; see "
		      "also CLICOLOR_FORCE and CLICOLOR" },
};
static const char *const examples[][2] = {
	{ "lockcheck check", "what the nearest compile database lists" },
	{ "lockcheck check -f sarif -o out.sarif src",
	  "the sources below src, for a code-scanning service" },
	{ "lockcheck run -- make -j8", "what this build compiles" },
};

static void put_list(const char *macro, const char *const (*rows)[2], size_t n,
		     FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < n; i++) {
		fprintf(out, ".It %s ", macro);
		put_argument(rows[i][0], out);
		fputc('\n', out);
		put_words(rows[i][1], out);
	}
	fputs(".El\n", out);
}

static void put_verbs(FILE *out)
{
	uint32_t n;
	const struct lc_verb *verbs = lc_verbs(&n);

	fputs(".Pp\nThe verbs are:\n.Bl -tag -width Ds\n", out);
	for (uint32_t i = 0; i < n; i++) {
		if (!verbs[i].summary)
			continue;
		fprintf(out, ".It Cm %s\n", verbs[i].name);
		put_words(verbs[i].summary, out);
	}
	fputs(".El\n", out);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void put_see_also(FILE *out)
{
	uint32_t n, k = 0;
	const struct lc_verb *verbs = lc_verbs(&n);
	const char **names = lc_alloc((n + 1) * sizeof(*names));

	names[k++] = "cc";
	for (uint32_t i = 0; i < n; i++)
		if (verbs[i].summary)
			names[k++] = verbs[i].name;
	qsort(names, k, sizeof(*names), by_name);
	fputs(".Sh SEE ALSO\n", out);
	for (uint32_t i = 0; i < k; i++)
		fprintf(out, ".Xr lockcheck-%s 1%s\n", names[i],
			i + 1 < k ? " ," : "");
	free(names);
}

static void put_main_page(FILE *out)
{
	put_head("lockcheck",
		 "finds deadlocks and other lock bugs in C programs", out);
	fputs(".Sh SYNOPSIS\n.Nm\n.Ar verb\n.Op Ar option ...\n"
	      ".Op Ar operand ...\n.Sh DESCRIPTION\n.Nm\n", out);
	put_words(about, out);
	put_verbs(out);
	fputs(".Sh ENVIRONMENT\n", out);
	put_list("Ev", environment, LC_LEN(environment), out);
	fputs(".Sh FILES\n", out);
	put_list("Pa", files, LC_LEN(files), out);
	put_codes(out);
	fputs(".Sh EXAMPLES\n", out);
	put_list("Li", examples, LC_LEN(examples), out);
	put_see_also(out);
}

int lc_verb_manpage(const struct lc_settings *set, struct lc_error *err)
{
	uint32_t n;
	const struct lc_verb *verbs = lc_verbs(&n);

	if (!set->operands.len) {
		put_main_page(stdout);
		return LC_CODE_CLEAN;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (!verbs[i].summary ||
		    strcmp(verbs[i].name, set->operands.data[0]))
			continue;
		put_verb_page(&verbs[i], stdout);
		return LC_CODE_CLEAN;
	}
	return lc_fail(err, "there is no page about %s", set->operands.data[0]);
}

/* SPDX-License-Identifier: MIT */
/* The option table, and what is made of it. See options.h. */
#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

#include "plan/command.h"

#include "cli/progress.h"

/* Short names for the rows. */
#define SWITCH LC_OPTION_SWITCH
#define TEXT LC_OPTION_TEXT
#define CHOICE LC_OPTION_CHOICE
#define MAYBE LC_OPTION_MAYBE
#define NUMBER LC_OPTION_NUMBER
#define LIST LC_OPTION_LIST

#define AT(field) offsetof(struct lc_settings, field)
#define READS_DB                                                               \
	(LC_VERB_EXPLAIN | LC_VERB_QUERY | LC_VERB_DUMP | LC_VERB_GRAPH |      \
	 LC_VERB_REPORT | LC_VERB_BASELINE)
/* `run` is a build, then `check`: it has all of check's options but -p. */
#define CHECKS (LC_VERB_CHECK | LC_VERB_RUN)
#define ANALYSES (CHECKS | LC_VERB_DUMP)
#define REPORTS (CHECKS | LC_VERB_REPORT)
#define RUNS_PROGRAM (LC_VERB_TRACE | LC_VERB_CONFIRM | LC_VERB_REPLAY)
#define EVERY (~0u)

static const struct lc_option rows[] = {
	{ "compile-database", 'p', LIST, "DIR|FILE", AT(databases),
	  LC_VERB_CHECK | LC_VERB_DUMP,
	  "compile_commands.json, or its directory (else searched from here "
	  "upwards, also in build/); may be repeated" },
	{ "compiler-includes", 0, SWITCH, NULL, AT(compiler_paths), ANALYSES,
	  "ask the compilers of the database, if they are known ones in PATH, "
	  "for their include paths and target: runs them" },
	{ "capture", 0, CHOICE, "auto|bear|preload", AT(capture), LC_VERB_RUN,
	  "how to see the compiler's calls: by bear, or by a library of our "
	  "own (auto: bear if it is installed)" },
	{ "save", 0, TEXT, "FILE", AT(save), LC_VERB_RUN,
	  "keep the compile database as FILE" },
	{ "keep-going", 'k', SWITCH, NULL, AT(keep_going), LC_VERB_RUN,
	  "check what was compiled although the command failed" },
	{ "format", 'f', CHOICE,
	  "text|sarif|sarif-github|json|html|gitlab|junit|markdown", AT(format),
	  REPORTS, "form of the report (text)" },
	{ "format", 'f', CHOICE, "text|json|sarif", AT(format), LC_VERB_DIFF,
	  "form of the comparison (text)" },
	{ "format", 'f', CHOICE, "dot|svg|html", AT(format), LC_VERB_GRAPH,
	  "form of the graph (dot)" },
	{ "format", 'f', CHOICE, "text|sarif|json|html", AT(format),
	  LC_VERB_CONFIRM, "form of the report (text)" },
	{ "finding", 0, LIST, "ID", AT(findings), LC_VERB_CONFIRM,
	  "only this finding (the first digits of its fingerprint); may be "
	  "repeated" },
	{ "runs", 0, NUMBER, "N", AT(runs), LC_VERB_CONFIRM,
	  "steered runs that a deadlock may take (10)" },
	{ "around", 0, TEXT, "LOCK", AT(around), LC_VERB_GRAPH,
	  "only the arrows to and from this lock" },
	{ "output", 'o', TEXT, "FILE", AT(output),
	  REPORTS | LC_VERB_GRAPH | LC_VERB_DIFF | LC_VERB_CONFIRM,
	  "write to FILE, not to stdout" },
	{ "db", 0, TEXT, "FILE", AT(db), CHECKS,
	  "database to write (.lockcheck.db)" },
	{ "db", 0, TEXT, "FILE", AT(db), READS_DB,
	  "database to read (.lockcheck.db)" },
	{ "db", 0, TEXT, "FILE", AT(db), LC_VERB_TRACE | LC_VERB_CONFIRM,
	  "database to add to (.lockcheck.db)" },
	{ "jobs", 'j', NUMBER, "N", AT(jobs), ANALYSES,
	  "worker processes (as many as CPUs)" },
	{ "rules", 0, LIST, "DIR", AT(rules),
	  CHECKS | LC_VERB_RULES | LC_VERB_EXPLAIN,
	  "more rules: DIR/*.sql; may be repeated" },
	{ "models", 0, LIST, "FILE", AT(models), ANALYSES,
	  "a project's own lock model; may be repeated" },
	{ "fail-on", 0, CHOICE, "error|warning|note|none", AT(fail_on),
	  CHECKS | LC_VERB_DIFF,
	  "lowest level that makes the exit code 1 (error)" },
	{ "baseline", 0, TEXT, "FILE", AT(baseline), REPORTS,
	  "findings in this SARIF file are known: only new ones count; \"none\" "
	  "for no baseline" },
	{ "since", 0, TEXT, "REV", AT(since), REPORTS,
	  "findings that the changes since this git revision touch come first, "
	  "and without a baseline only they count" },
	{ "exit-zero", 0, SWITCH, NULL, AT(exit_zero),
	  CHECKS | LC_VERB_DIFF,
	  "exit code 0 in place of 1 and 3" },
	{ "allow-partial", 0, SWITCH, NULL, AT(allow_partial), CHECKS,
	  "exit code 0 in place of 3" },
	{ "dump-config", 0, SWITCH, NULL, AT(dump_config), LC_VERB_CHECK,
	  "print the configuration with the origin of each value, and end" },
	{ "function", 0, TEXT, "NAME", AT(function), LC_VERB_DUMP,
	  "only this function" },
	{ "color", 0, CHOICE, "auto|always|never", AT(color),
	  REPORTS | LC_VERB_EXPLAIN, "colours in text (auto)" },
	{ "dropped", 0, SWITCH, NULL, AT(dropped), LC_VERB_REPORT,
	  "the cycles that are not reported, with the reason" },
	{ "timeout", 0, NUMBER, "S", AT(timeout_s), RUNS_PROGRAM,
	  "seconds the program may run, each time (30)" },
	{ "timeout", 0, NUMBER, "S", AT(timeout_s), ANALYSES,
	  "seconds one source may take to parse (120)" },
	{ "quiet", 'q', SWITCH, NULL, AT(quiet), ANALYSES,
	  "no progress, notes or summary on stderr" },
	{ "verbose", 'v', SWITCH, NULL, AT(verbose), ANALYSES,
	  "say what is read and what is left out, on stderr" },
	{ "progress", 0, CHOICE, LC_PROGRESS_WORDS, AT(progress), ANALYSES,
	  "how to show progress on stderr (auto)" },
	{ "stats", 0, MAYBE, "text|json", AT(stats), CHECKS,
	  "time and memory of each stage, and what was counted, on stderr" },
	{ "help", 'h', SWITCH, NULL, AT(help), EVERY, "this text" },
};

const struct lc_option *lc_options(uint32_t *count)
{
	*count = LC_LEN(rows);
	return rows;
}

/* ---- parsing ---- */

#define LONG_BASE 256 /* getopt's value for row i: LONG_BASE + i */

static bool has_choice(const char *choices, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = choices; n && p; p = strchr(p, '|')) {
		p += *p == '|';
		if (!strncmp(p, word, n) && (p[n] == '|' || !p[n]))
			return true;
	}
	return false;
}

static int set_number(uint32_t *out, const struct lc_option *row,
		      const char *text, struct lc_error *err)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno || *end || end == text || n < 1 || n > 100000)
		return lc_fail(err, "--%s needs a number from 1 to 100000, not "
			       "\"%s\"", row->name, text);
	*out = (uint32_t)n;
	return 0;
}

/* MAYBE without "=": the first of its words, as a text of its own. */
static const char *maybe_default(const struct lc_option *row)
{
	LC_CHECK(!strncmp(row->argument, "text|", 5));
	return "text";
}

static int set_option(struct lc_settings *set, const struct lc_option *row,
		      const char *text, struct lc_error *err)
{
	void *where = (char *)set + row->where;

	switch (row->kind) {
	case SWITCH:
		*(bool *)where = true;
		return 0;
	case MAYBE:
		if (!text) {
			*(const char **)where = maybe_default(row);
			return 0;
		}
		/* fallthrough */
	case CHOICE:
		if (!has_choice(row->argument, text))
			return lc_fail(err, "--%s must be one of %s, not \"%s\"",
				       row->name, row->argument, text);
		*(const char **)where = text;
		return 0;
	case TEXT:
		if (!*text)
			return lc_fail(err, "--%s needs a value that is not "
				       "empty", row->name);
		*(const char **)where = text;
		return 0;
	case NUMBER:
		return set_number(where, row, text, err);
	case LIST:
		if (!*text)
			return lc_fail(err, "--%s needs a value that is not "
				       "empty", row->name);
		lc_words_add(where, text);
		return 0;
	}
	return 0;
}

/* The table as getopt_long wants it, for one verb. */
struct tables {
	struct option longs[LC_LEN(rows) + 1];
	char shorts[2 * LC_LEN(rows) + 2];
};

static void make_tables(struct tables *t, const struct lc_verb *verb)
{
	size_t nlongs = 0, nshorts = 0;

	memset(t, 0, sizeof(*t));
	t->shorts[nshorts++] = ':'; /* tell a missing value from no option */
	for (size_t i = 0; i < LC_LEN(rows); i++) {
		bool maybe = rows[i].kind == MAYBE;
		bool value = rows[i].kind != SWITCH && !maybe;

		if (!(rows[i].verbs & verb->bit))
			continue;
		t->longs[nlongs].name = rows[i].name;
		t->longs[nlongs].has_arg = maybe ? optional_argument : value;
		t->longs[nlongs++].val = LONG_BASE + (int)i;
		if (!rows[i].letter)
			continue;
		t->shorts[nshorts++] = rows[i].letter;
		if (value)
			t->shorts[nshorts++] = ':';
	}
}

static const struct lc_option *row_of(const struct lc_verb *verb, int got)
{
	for (size_t i = 0; i < LC_LEN(rows); i++)
		if ((rows[i].verbs & verb->bit) &&
		    (got == LONG_BASE + (int)i || got == rows[i].letter))
			return &rows[i];
	LC_BUG("getopt gave an option that is not in the table");
}

static int bad_option(const struct lc_verb *verb, int got, const char *word,
		      struct lc_error *err)
{
	char letter[3] = { '-', (char)optopt, '\0' };
	bool is_long = !strncmp(word, "--", 2);

	if (got == ':')
		return lc_fail(err, "%s needs a value",
			       is_long ? word : letter);
	return lc_fail(err, "lockcheck %s has no option %s (see lockcheck %s "
		       "--help)", verb->name, is_long ? word : letter,
		       verb->name);
}

static int parse_options(struct lc_settings *set, const struct lc_verb *verb,
			 int argc, char **argv, struct lc_error *err)
{
	struct tables t;
	int got;

	make_tables(&t, verb);
	opterr = 0;
	optind = 0; /* 0 makes getopt start anew */
	while ((got = getopt_long(argc, argv, t.shorts, t.longs, NULL)) != -1) {
		if (got == '?' || got == ':')
			return bad_option(verb, got, argv[optind - 1], err);
		if (set_option(set, row_of(verb, got), optarg, err))
			return -1;
	}
	for (int i = optind; i < argc; i++)
		*lc_push(&set->operands) = argv[i];
	return 0;
}

/* Options in the environment, for all runs of a job: what the command line
 * says afterwards goes before them. */
static int parse_environment(struct lc_settings *set,
			     const struct lc_verb *verb, struct lc_error *err)
{
	const char *line = getenv("LOCKCHECK_ARGS");
	struct lc_error inner = LC_ERROR_INIT;
	LC_ARRAY(char *) argv = { 0 };
	int rc;

	if (!line || !*line || !(verb->bit & CHECKS))
		return 0;
	rc = lc_command_split(line, &set->environment.words, &inner);
	*lc_push(&argv) = (char[]){ "lockcheck" };
	for (uint32_t i = 0; i < set->environment.words.len; i++)
		*lc_push(&argv) = set->environment.words.data[i];
	lc_push(&argv);
	if (!rc)
		rc = parse_options(set, verb, (int)argv.len - 1, argv.data,
				   &inner);
	if (!rc && set->operands.len)
		rc = lc_fail(&inner, "\"%s\" is no option",
			     set->operands.data[0]);
	if (rc)
		lc_fail(err, "LOCKCHECK_ARGS: %s", inner.text);
	lc_error_release(&inner);
	lc_array_release(&argv);
	set->environment.fail_on = set->fail_on;
	set->environment.baseline = set->baseline;
	set->environment.allow_partial = set->allow_partial;
	set->environment.nmodels = set->models.len;
	return rc;
}

int lc_options_parse(struct lc_settings *set, const struct lc_verb *verb,
		     int argc, char **argv, struct lc_error *err)
{
	int end = argc;

	if (parse_environment(set, verb, err))
		return -1;
	/* getopt forgets where "--" stood, so the flags go first. */
	for (int i = 1; verb->takes_flags && i < argc && end == argc; i++) {
		if (strcmp(argv[i], "--"))
			continue;
		end = i;
		set->has_flags = true;
		set->flags = (const char *const *)argv + i + 1;
		set->nflags = (uint32_t)(argc - i - 1);
	}
	if (parse_options(set, verb, end, argv, err))
		return -1;
	if (set->help)
		return 0;
	if (set->operands.len < verb->min_operands)
		return lc_fail(err, "usage: lockcheck %s %s", verb->name,
			       verb->usage);
	if (set->operands.len > verb->max_operands)
		return lc_fail(err, "lockcheck %s: \"%s\" is one word too many "
			       "(usage: lockcheck %s %s)", verb->name,
			       set->operands.data[verb->max_operands],
			       verb->name, verb->usage);
	return 0;
}

void lc_settings_release(struct lc_settings *set)
{
	lc_words_release(&set->databases);
	lc_words_release(&set->rules);
	lc_words_release(&set->models);
	lc_words_release(&set->environment.words);
	lc_words_release(&set->findings);
	lc_array_release(&set->operands);
}

/* ---- help ---- */

#define HELP_COLUMN 28
#define HELP_WIDTH 79

/* `text` from column HELP_COLUMN on, broken between words. */
static void print_wrapped(const char *text, FILE *out)
{
	size_t column = HELP_COLUMN;

	while (*text) {
		size_t n = strcspn(text, " ");

		if (column > HELP_COLUMN && column + 1 + n > HELP_WIDTH) {
			fprintf(out, "\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		} else if (column > HELP_COLUMN) {
			fputc(' ', out);
			column++;
		}
		fwrite(text, 1, n, out);
		column += n;
		text += n;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

void lc_options_help(const struct lc_verb *verb, FILE *out)
{
	fprintf(out, "usage: lockcheck %s [OPTION…]%s%s\n\n%s\n\noptions:\n",
		verb->name, *verb->usage ? " " : "", verb->usage, verb->manual);
	for (size_t i = 0; i < LC_LEN(rows); i++) {
		const struct lc_option *row = &rows[i];
		char *left;

		if (!(row->verbs & verb->bit))
			continue;
		left = lc_asprintf("  %c%c%s--%s%s%s%s",
				   row->letter ? '-' : ' ',
				   row->letter ? row->letter : ' ',
				   row->letter ? ", " : "  ", row->name,
				   !row->argument ? "" :
				   row->kind == MAYBE ? "[=" : " ",
				   row->argument ? row->argument : "",
				   row->kind == MAYBE ? "]" : "");
		if (strlen(left) + 2 > HELP_COLUMN)
			fprintf(out, "%s\n%*s", left, HELP_COLUMN, "");
		else
			fprintf(out, "%-*s", HELP_COLUMN, left);
		print_wrapped(row->help, out);
		free(left);
	}
}

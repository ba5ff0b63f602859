/* SPDX-License-Identifier: MIT */
/* lockcheck: the table of verbs, and the way to them. */
#include <locale.h>
#include <stdlib.h>

#include "cli/exit.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "store/store.h"

static const struct lc_verb verbs[] = {
	{ "check", LC_VERB_CHECK, true, 0, UINT32_MAX,
	  "[PATH…] [-- COMPILER FLAGS]",
	  "analyse C sources and report lock bugs",
	  "Analyses what a compile database lists, restricted to PATHs if there\n"
	  "are any. Without a database, or with flags after --, PATHs are sources,\n"
	  "or directories with all *.c below them. Writes the database that the\n"
	  "other verbs read.",
	  lc_verb_check },
	{ "rules", LC_VERB_RULES, false, 0, 0, "",
	  "list the rules",
	  "Lists every rule with its level and what it reports.",
	  lc_verb_rules },
	{ "explain", LC_VERB_EXPLAIN, false, 1, 1, "RULE|FINDING",
	  "explain a rule, or one finding of the last run",
	  "Prints the manual of a rule, or one finding with its whole witness.\n"
	  "FINDING is a fingerprint or its first digits (check --format json\n"
	  "gives them).",
	  lc_verb_explain },
	{ "query", LC_VERB_QUERY, false, 1, 1, "SQL",
	  "run a SELECT over the database",
	  "Runs one SQL statement that only reads, and prints the rows. The\n"
	  "tables and views are described in docs/database.md.",
	  lc_verb_query },
	{ "dump", LC_VERB_DUMP, true, 1, UINT32_MAX,
	  "flow|summaries|graph [FUNCTION] [PATH…] [-- COMPILER FLAGS]",
	  "print what a stage made",
	  "Prints the flow of functions, the solver's summaries, or the edges of\n"
	  "the lock graph. Sources are named as for check; without any the units\n"
	  "are read from the database. A word that is no path is a function.",
	  lc_verb_dump },
	{ "report", LC_VERB_REPORT, false, 0, 0, "",
	  "print the findings of the last run in another form",
	  "Prints what check found, in any of its forms, from the database and\n"
	  "without a new analysis. With --dropped: the lock order cycles that it\n"
	  "looked at and did not report, each with the reason.",
	  lc_verb_report },
	{ "graph", LC_VERB_GRAPH, false, 0, 0, "",
	  "print the lock graph as a picture",
	  "Prints the order of locks: a node a lock, an arrow from what is held to\n"
	  "what is wanted; as DOT for graphviz, as SVG, or as the HTML report,\n"
	  "opened at the lock order.",
	  lc_verb_graph },
	{ "baseline", LC_VERB_BASELINE, false, 2, 2, "write FILE",
	  "write the findings of the last run as known ones",
	  "Writes the findings of the database to FILE, as SARIF with a finding a\n"
	  "line. check --baseline FILE then counts only what is not in it.",
	  lc_verb_baseline },
	{ "diff", LC_VERB_DIFF, false, 2, 2, "OLD NEW",
	  "compare the findings of two runs",
	  "Tells which findings of NEW are not in OLD (introduced), which of OLD\n"
	  "are gone (fixed), and how many stay. OLD and NEW are databases, SARIF\n"
	  "reports or baselines. Exit code 1: something was introduced.",
	  lc_verb_diff },
	{ "trace", LC_VERB_TRACE, true, 0, UINT32_MAX,
	  "-- PROGRAM [ARG…] | RECORD…",
	  "run a program and record what it does with locks",
	  "Runs PROGRAM with the runtime preloaded, puts what it recorded into the\n"
	  "database, and says which deadlocks were possible, and which hangs and\n"
	  "misuse happened (exit code 1: some). Nothing is run for files that were\n"
	  "recorded earlier (LOCKCHECK_RECORD, see docs/runtime.md).",
	  lc_verb_trace },
	{ "confirm", LC_VERB_CONFIRM, true, 0, 0, "-- PROGRAM [ARG…]",
	  "make findings happen in a program, or say why not",
	  "Runs PROGRAM, then steers it into each deadlock that check found or the\n"
	  "run says is possible. Each gets a verdict: confirmed (with a schedule to\n"
	  "replay), infeasible, refuted, not reached or undecided, with the reason.\n"
	  "Exit code 1: something was confirmed. The program runs many times, without\n"
	  "input and with its output thrown away. See docs/confirm.md.",
	  lc_verb_confirm },
	{ "replay", LC_VERB_REPLAY, true, 1, 1, "SCHEDULE -- PROGRAM [ARG…]",
	  "make a confirmed deadlock happen again",
	  "Runs PROGRAM by a schedule that confirm wrote. Exit code 1: it hung at the\n"
	  "same place; 0: it did not.",
	  lc_verb_replay },
	{ "run", LC_VERB_RUN, true, 0, UINT32_MAX,
	  "[PATH…] -- COMMAND…",
	  "run a build and check what it compiles",
	  "Runs COMMAND (such as make -j8), sees which C sources its compilers are\n"
	  "called for, and checks these as lockcheck check does, restricted to PATHs\n"
	  "if there are any. What the command prints goes to stderr. If it fails,\n"
	  "nothing is checked (but see --keep-going) and the exit code is 2.",
	  lc_verb_run },
	{ "completion", LC_VERB_COMPLETION, false, 1, 1, "bash|zsh|fish",
	  "print the completions of a shell",
	  "Prints what the shell needs to complete lockcheck's verbs, options and\n"
	  "their values.",
	  lc_verb_completion },
	{ "manpage", LC_VERB_MANPAGE, false, 0, 1, "[VERB]", NULL,
	  "Prints the manual page of lockcheck, or of a verb, for mandoc or man.",
	  lc_verb_manpage },
};

const struct lc_verb *lc_verbs(uint32_t *count)
{
	*count = LC_LEN(verbs);
	return verbs;
}

static void print_help(FILE *out)
{
	fputs("usage: lockcheck VERB [OPTION…] …\n\n"
	      "Finds deadlocks and other lock bugs in C programs.\n\nverbs:\n",
	      out);
	for (size_t i = 0; i < LC_LEN(verbs); i++)
		if (verbs[i].summary)
			fprintf(out, "  %-10s %s\n", verbs[i].name,
				verbs[i].summary);
	fputs("\nlockcheck VERB --help tells more; lockcheck --version the "
	      "version.\n\nexit codes:\n", out);
#define PRINT_CODE(name, value, text) fprintf(out, "  %d  %s\n", value, text);
	LC_CODES(PRINT_CODE)
#undef PRINT_CODE
}

static const struct lc_verb *find_verb(const char *name)
{
	for (size_t i = 0; i < LC_LEN(verbs); i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

static int run_verb(const struct lc_verb *verb, int argc, char **argv,
		    struct lc_error *err)
{
	struct lc_settings set = {0};
	int rc = lc_options_parse(&set, verb, argc, argv, err);

	if (!rc && set.help)
		lc_options_help(verb, stdout);
	else if (!rc)
		rc = verb->run(&set, err);
	lc_settings_release(&set);
	return rc;
}

static int run(int argc, char **argv, struct lc_error *err)
{
	const char *word = argc > 1 ? argv[1] : NULL;
	const struct lc_verb *verb;

	if (!word) {
		print_help(stderr);
		return LC_CODE_FAULT;
	}
	if (!strcmp(word, "--help") || !strcmp(word, "-h") ||
	    !strcmp(word, "help")) {
		print_help(stdout);
		return LC_CODE_CLEAN;
	}
	if (!strcmp(word, "--version")) {
		printf("lockcheck %s\n", LC_VERSION);
		return LC_CODE_CLEAN;
	}
	verb = find_verb(word);
	if (!verb)
		return lc_fail(err, "there is no verb %s (see lockcheck --help)",
			       word);
	return run_verb(verb, argc - 1, argv + 1, err);
}

int main(int argc, char **argv)
{
	struct lc_error err = LC_ERROR_INIT;
	int code;

	setlocale(LC_CTYPE, "");
	lc_output_catch_signals();
	code = run(argc, argv, &err);
	if (code < 0) {
		fprintf(stderr, "lockcheck: %s\n", err.text);
		code = LC_CODE_FAULT;
	}
	lc_error_release(&err);
	return code;
}

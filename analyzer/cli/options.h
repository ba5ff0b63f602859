/* SPDX-License-Identifier: MIT */
/*
 * The options of all verbs as one table, which yields parsing and --help here,
 * the manual pages (manpage.c) and what shells complete (completion.c).
 */
#ifndef LC_CLI_OPTIONS_H
#define LC_CLI_OPTIONS_H

#include "base/words.h"

/* What a verb takes, as bits: an option names the verbs it belongs to. */
enum lc_verb_bit {
	LC_VERB_CHECK = 1 << 0,
	LC_VERB_RULES = 1 << 1,
	LC_VERB_EXPLAIN = 1 << 2,
	LC_VERB_QUERY = 1 << 3,
	LC_VERB_DUMP = 1 << 4,
	LC_VERB_GRAPH = 1 << 5,
	LC_VERB_REPORT = 1 << 6,
	LC_VERB_BASELINE = 1 << 7,
	LC_VERB_DIFF = 1 << 8,
	LC_VERB_TRACE = 1 << 9,
	LC_VERB_CONFIRM = 1 << 10,
	LC_VERB_REPLAY = 1 << 11,
	/* Others count up from here, these down. */
	LC_VERB_RUN = 1 << 30,
	LC_VERB_COMPLETION = 1 << 29,
	LC_VERB_MANPAGE = 1 << 28,
};

enum lc_option_kind {
	LC_OPTION_SWITCH, /* bool */
	LC_OPTION_TEXT,   /* const char * */
	LC_OPTION_CHOICE, /* const char *: one of the words of `argument` */
	LC_OPTION_MAYBE,  /* the same after "="; without, the first word */
	LC_OPTION_NUMBER, /* uint32_t, at least 1 */
	LC_OPTION_LIST,   /* struct lc_words: may stand several times */
};
struct lc_option {
	const char *name;
	char letter; /* 0: none */
	enum lc_option_kind kind;
	const char *argument; /* as shown; for CHOICE "a|b|c". FILE and DIR in
			       * it make shells complete file names */
	size_t where;         /* in struct lc_settings */
	unsigned verbs;
	const char *help;
};

/* What the user said. Texts point into argv, and are NULL where nothing was
 * said and there is no default. */
struct lc_settings {
	struct lc_words databases; /* -p */
	const char *format;
	const char *output;   /* -o */
	const char *db;
	const char *color;
	const char *fail_on;
	const char *baseline; /* "none": not that of the configuration */
	const char *since;
	const char *function;
	const char *around;   /* graph: the lock to look at */
	struct lc_words rules, models;
	struct lc_words findings; /* confirm: only these */
	uint32_t runs;        /* confirm: steered runs a deadlock, 0: default */
	uint32_t jobs, timeout_s; /* 0: default */
	const char *progress; /* a word of LC_PROGRESS_WORDS */
	const char *stats;    /* "text", "json" */
	const char *capture;  /* run: "auto", "bear", "preload" */
	const char *save;     /* run: keep the compile database as this file */
	bool quiet, verbose, help;
	bool exit_zero, allow_partial, dump_config;
	bool keep_going;       /* run: check although the build failed */
	bool compiler_paths;   /* --compiler-includes */
	bool dropped; /* report: the cycles that were dropped */
	/* What LOCKCHECK_ARGS said, before the command line said more. */
	struct {
		struct lc_words words;
		const char *fail_on, *baseline;
		bool allow_partial;
		uint32_t nmodels;
	} environment;
	LC_ARRAY(const char *) operands;
	bool has_flags;          /* there was a "--" */
	const char *const *flags; /* what stood behind it */
	uint32_t nflags;
};

struct lc_verb {
	const char *name;
	enum lc_verb_bit bit;
	bool takes_flags;    /* "--" begins compiler flags */
	uint32_t min_operands, max_operands;
	const char *usage;   /* the operands, for the first line of --help */
	const char *summary; /* one line; NULL: --help does not list it */
	const char *manual;  /* paragraphs for --help */
	int (*run)(const struct lc_settings *set, struct lc_error *err);
};

/* The table; rows of one verb are those with its bit. */
const struct lc_option *lc_options(uint32_t *count);

/* argv[0] is the verb. Release `set` in any case. */
int lc_options_parse(struct lc_settings *set, const struct lc_verb *verb,
		     int argc, char **argv, struct lc_error *err);
void lc_settings_release(struct lc_settings *set);
/* --help of a verb */
void lc_options_help(const struct lc_verb *verb, FILE *out);

#endif

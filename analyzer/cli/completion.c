/* SPDX-License-Identifier: MIT */
/*
 * The verb completion: what bash, zsh and fish need to complete a lockcheck
 * command line, made of the tables of verbs and options.
 */
#include <stdlib.h>

#include "cli/exit.h"
#include "cli/verbs.h"

/* What may stand where the argument `text` is shown. */
enum value { NOTHING, WORDS, FILES, DIRS, RULES };

static bool is_words(const char *text, size_t n)
{
	return n && strspn(text, "abcdefghijklmnopqrstuvwxyz-|") >= n;
}

static enum value value_of(const struct lc_option *row)
{
	if (row->kind == LC_OPTION_SWITCH)
		return NOTHING;
	if (row->kind == LC_OPTION_CHOICE || row->kind == LC_OPTION_MAYBE)
		return WORDS;
	if (strstr(row->argument, "FILE"))
		return FILES;
	return strstr(row->argument, "DIR") ? DIRS : NOTHING;
}

/* A verb's operands: its first may be one of some words ("write FILE"). */
static enum value operand_of(const struct lc_verb *verb)
{
	if (strstr(verb->usage, "RULE"))
		return RULES;
	if (is_words(verb->usage, strcspn(verb->usage, " ")))
		return WORDS;
	if (strstr(verb->usage, "PATH") || strstr(verb->usage, "FILE") ||
	    strstr(verb->usage, "OLD") || strstr(verb->usage, "COMMAND"))
		return FILES;
	return NOTHING;
}

/* "a|b|c…" up to a space, with blanks between. */
static void put_words(const char *words, FILE *out)
{
	for (; *words && *words != ' '; words++)
		fputc(*words == '|' ? ' ' : *words, out);
}

static bool is_shown(const struct lc_verb *verb)
{
	return verb->summary;
}

#define EACH_VERB(v)                                                           \
	for (const struct lc_verb *v = verbs; v < verbs + nverbs; v++)         \
		if (is_shown(v))
#define EACH_ROW(r, v)                                                         \
	for (const struct lc_option *r = rows; r < rows + nrows; r++)          \
		if (r->verbs & (v)->bit)

static const struct lc_verb *verbs;
static const struct lc_option *rows;
static uint32_t nverbs, nrows;

/* ---- bash ---- */

static const char bash_head[] =
	"# bash completion for lockcheck; made by `lockcheck completion bash`\n"
	"_lockcheck() {\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	"\tlocal verb=${COMP_WORDS[1]} i\n"
	"\t# bash cuts --option=value at the equals sign.\n"
	"\tif [[ $cur == '=' ]]; then\n"
	"\t\tcur=\n"
	"\telif [[ $prev == '=' ]]; then\n"
	"\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n"
	"\tfi\n"
	"\tCOMPREPLY=()\n"
	"\tfor ((i = 2; i < COMP_CWORD; i++)); do\n"
	"\t\tif [[ ${COMP_WORDS[i]} == -- ]]; then\n"
	"\t\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	"\t\t\treturn\n"
	"\t\tfi\n"
	"\tdone\n"
	"\tif ((COMP_CWORD == 1)); then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -W \"";

static void bash_reply(enum value value, const char *words, FILE *out)
{
	static const char *const how[] = {
		[FILES] = "-f", [DIRS] = "-d",
		[RULES] = "-W \"$(lockcheck rules 2>/dev/null | cut -d' ' -f1)\"",
	};

	if (value == NOTHING)
		return;
	fputs("mapfile -t COMPREPLY < <(compgen ", out);
	if (value == WORDS) {
		fputs("-W '", out);
		put_words(words, out);
		fputc('\'', out);
	} else {
		fputs(how[value], out);
	}
	fputs(" -- \"$cur\")", out);
}

static void bash_values(const struct lc_verb *v, FILE *out)
{
	EACH_ROW(r, v) {
		if (r->kind == LC_OPTION_SWITCH || r->kind == LC_OPTION_MAYBE)
			continue;
		fprintf(out, "\t%s:--%s", v->name, r->name);
		if (r->letter)
			fprintf(out, " | %s:-%c", v->name, r->letter);
		fputs(") ", out);
		bash_reply(value_of(r), r->argument, out);
		fputs(value_of(r) == NOTHING ? "return ;;\n" : "; return ;;\n",
		      out);
	}
}

static void bash_rest(const struct lc_verb *v, FILE *out)
{
	fprintf(out, "\t%s:-*) mapfile -t COMPREPLY < <(compgen -W '", v->name);
	EACH_ROW(r, v)
		fprintf(out, "--%s ", r->name);
	fputs("' -- \"$cur\") ;;\n", out);
	if (operand_of(v) == NOTHING)
		return;
	fprintf(out, "\t%s:*) ", v->name);
	bash_reply(operand_of(v), v->usage, out);
	fputs(" ;;\n", out);
}

static void put_bash(FILE *out)
{
	fputs(bash_head, out);
	EACH_VERB(v)
		fprintf(out, "%s ", v->name);
	fputs("--help --version\" -- \"$cur\")\n\t\treturn\n\tfi\n"
	      "\tcase $verb:$prev in\n", out);
	EACH_VERB(v)
		bash_values(v, out);
	fputs("\tesac\n\tcase $verb:$cur in\n", out);
	EACH_VERB(v)
		bash_rest(v, out);
	fputs("\tesac\n}\ncomplete -o filenames -F _lockcheck lockcheck\n", out);
}

/* ---- zsh ---- */

/* Inside '…' and there inside […]: quotes and what ends the description. */
static void zsh_text(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\'", out);
		else if (strchr("[]:\\", *text))
			fputc('\\', out);
		fputc(*text, out);
	}
}

static void zsh_action(enum value value, const char *words, FILE *out)
{
	static const char *const how[] = {
		[NOTHING] = " ", [FILES] = "_files", [DIRS] = "_files -/",
		[RULES] = "_lockcheck_rules",
	};

	if (value != WORDS) {
		fputs(how[value], out);
		return;
	}
	fputc('(', out);
	put_words(words, out);
	fputc(')', out);
}

static void zsh_option(const struct lc_option *r, FILE *out)
{
	bool value = r->kind != LC_OPTION_SWITCH;
	bool maybe = r->kind == LC_OPTION_MAYBE;

	fputs(" \\\n\t\t\t", out);
	if (r->kind == LC_OPTION_LIST)
		fputs("'*'", out);
	else if (r->letter)
		fprintf(out, "'(-%c --%s)'", r->letter, r->name);
	if (r->letter)
		fprintf(out, "{-%c%s,--%s%s}", r->letter, value ? "+" : "",
			r->name, value ? "=" : "");
	else
		fprintf(out, "--%s%s", r->name,
			maybe ? "=-" : value ? "=" : "");
	fputs("'[", out);
	zsh_text(r->help, out);
	fputc(']', out);
	if (value) {
		fputs(maybe ? "::" : ":", out);
		zsh_text(r->name, out);
		fputc(':', out);
		zsh_action(value_of(r), r->argument, out);
	}
	fputc('\'', out);
}

static void zsh_verb(const struct lc_verb *v, FILE *out)
{
	fprintf(out, "\t%s)\n\t\t_arguments -s -S", v->name);
	EACH_ROW(r, v)
		zsh_option(r, out);
	if (operand_of(v) != NOTHING) {
		fputs(" \\\n\t\t\t'*:operand:", out);
		zsh_action(operand_of(v), v->usage, out);
		fputc('\'', out);
	}
	fputs(" ;;\n", out);
}

static void put_zsh(FILE *out)
{
	fputs("#compdef lockcheck\n"
	      "# zsh completion; made by `lockcheck completion zsh`\n"
	      "_lockcheck_rules() {\n"
	      "\tlocal -a names\n"
	      "\tnames=(${(f)\"$(lockcheck rules 2>/dev/null | "
	      "cut -d' ' -f1)\"})\n"
	      "\t_describe rule names\n}\n"
	      "_lockcheck() {\n\tlocal -a verbs\n"
	      "\tif ((CURRENT == 2)); then\n\t\tverbs=(", out);
	EACH_VERB(v) {
		fprintf(out, "\n\t\t\t'%s:", v->name);
		zsh_text(v->summary, out);
		fputc('\'', out);
	}
	fputs("\n\t\t)\n\t\t_describe verb verbs\n\t\treturn\n\tfi\n"
	      "\tshift words\n\t((CURRENT--))\n\tcase $words[1] in\n", out);
	EACH_VERB(v)
		zsh_verb(v, out);
	fputs("\tesac\n}\n"
	      "if [[ $funcstack[1] == _lockcheck ]]; then\n"
	      "\t_lockcheck \"$@\"\nelse\n\tcompdef _lockcheck lockcheck\nfi\n",
	      out);
}

/* ---- fish ---- */

static void fish_text(const char *text, FILE *out)
{
	fputs(" -d '", out);
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('\'', out);
}

static void fish_action(enum value value, const char *words, FILE *out)
{
	if (value == FILES)
		fputs(" -F", out);
	else if (value == DIRS)
		fputs(" -f -a '(__fish_complete_directories)'", out);
	else if (value == RULES)
		fputs(" -f -a '(lockcheck rules 2>/dev/null | "
		      "string replace -r \" .*\" \"\")'", out);
	else
		fputs(" -f", out);
	if (value != WORDS)
		return;
	fputs(" -a '", out);
	put_words(words, out);
	fputc('\'', out);
}

static void fish_verb(const struct lc_verb *v, FILE *out)
{
	fprintf(out, "complete -c lockcheck -n __fish_use_subcommand -f -a %s",
		v->name);
	fish_text(v->summary, out);
	fputc('\n', out);
	EACH_ROW(r, v) {
		fprintf(out, "complete -c lockcheck -n "
			"'__fish_seen_subcommand_from %s' -l %s", v->name,
			r->name);
		if (r->letter)
			fprintf(out, " -s %c", r->letter);
		/* An argument that may be left out cannot be said to fish. */
		if (r->kind != LC_OPTION_SWITCH && r->kind != LC_OPTION_MAYBE) {
			fputs(" -r", out);
			fish_action(value_of(r), r->argument, out);
		}
		fish_text(r->help, out);
		fputc('\n', out);
	}
	fprintf(out, "complete -c lockcheck -n "
		"'__fish_seen_subcommand_from %s'", v->name);
	fish_action(operand_of(v), v->usage, out);
	fputc('\n', out);
}

static void put_fish(FILE *out)
{
	fputs("# fish completion for lockcheck; made by "
	      "`lockcheck completion fish`\n", out);
	EACH_VERB(v)
		fish_verb(v, out);
}

int lc_verb_completion(const struct lc_settings *set, struct lc_error *err)
{
	const char *shell = set->operands.data[0];

	verbs = lc_verbs(&nverbs);
	rows = lc_options(&nrows);
	if (!strcmp(shell, "bash"))
		put_bash(stdout);
	else if (!strcmp(shell, "zsh"))
		put_zsh(stdout);
	else if (!strcmp(shell, "fish"))
		put_fish(stdout);
	else
		return lc_fail(err, "completions are for bash, zsh and fish, not "
			       "%s", shell);
	return LC_CODE_CLEAN;
}

/* SPDX-License-Identifier: MIT */
/* lockcheck trace: one run under the runtime, into the database. */
#include <stdlib.h>
#include <sys/wait.h>

#include "base/words.h"
#include "cli/exit.h"
#include "cli/verbs.h"
#include "confirm/confirm.h"

/* What happened and what could have, a line each; how many. */
static uint32_t print_targets(const struct lc_confirm *c)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->targets.len; i++) {
		const struct lc_target *t = &c->targets.data[i];
		const char *word = t->verdict == LC_VERDICT_CONFIRMED
					   ? "happened"
				   : t->verdict == LC_VERDICT_INFEASIBLE
					   ? NULL
					   : "possible";

		if (!word)
			continue;
		n++;
		printf("%s: %s\n", word, t->title);
		for (const char *p = t->detail.data; p && *p;) {
			size_t len = strcspn(p, "\n");

			printf("  %.*s\n", (int)len, p);
			p += len + (p[len] == '\n');
		}
	}
	return n;
}

static void print_summary(const struct lc_confirm *c)
{
	uint32_t threads = 0, locks = 0, tuples = 0, impossible = 0;

	for (uint32_t i = 0; i < c->base.records.len; i++) {
		threads += c->base.records.data[i].threads.len;
		locks += c->base.records.data[i].locks.len;
		tuples += c->base.records.data[i].tuples.len;
	}
	for (uint32_t i = 0; i < c->targets.len; i++)
		impossible += c->targets.data[i].verdict ==
			      LC_VERDICT_INFEASIBLE;
	printf("%u process%s, %u thread%s, %u lock%s, %u situation%s; "
	       "%u lock cycle%s that cannot deadlock\n",
	       c->base.records.len, c->base.records.len == 1 ? "" : "es",
	       threads, threads == 1 ? "" : "s", locks, locks == 1 ? "" : "s",
	       tuples, tuples == 1 ? "" : "s", impossible,
	       impossible == 1 ? "" : "s");
}

/* What the runtime had to say: a limit that was met, locks it does not see. */
static void print_own_notes(const struct lc_confirm *c)
{
	struct lc_words said = {0};

	for (uint32_t i = 0; i < c->base.records.len; i++) {
		const struct lc_record *r = &c->base.records.data[i];

		for (uint32_t k = 0; k < r->notes.len; k++) {
			const struct lc_rec_note *n = r->notes.data[k];
			char *text = lc_strndup((const char *)(n + 1),
						n->text_len);
			bool known = false;

			for (uint32_t m = 0; m < said.len && !known; m++)
				known = !strcmp(said.data[m], text);
			if (!known) {
				fprintf(stderr, "lockcheck: note: %s\n", text);
				*lc_push(&said) = lc_strdup(text);
			}
			free(text);
		}
		if (r->head.lost)
			fprintf(stderr, "lockcheck: note: %llu records of "
				"process %u could not be written\n",
				(unsigned long long)r->head.lost, i + 1);
	}
	lc_words_release(&said);
}

static void print_notes(const struct lc_confirm *c,
			const struct lc_settings *set)
{
	if (c->base.timed_out)
		fprintf(stderr, "lockcheck: note: %s did not end in %u s and "
			"was ended; what it did until then counts\n",
			set->flags[0], set->timeout_s ? set->timeout_s : 30);
	for (uint32_t i = 0; i < c->base.records.len; i++)
		if (c->base.records.data[i].cut)
			fprintf(stderr, "lockcheck: note: the record of process "
				"%u ends in the middle; what is there counts\n",
				i + 1);
	print_own_notes(c);
	if (c->search_cut)
		fprintf(stderr, "lockcheck: note: there are too many lock "
			"cycles to look at; some were left out\n");
}

int lc_verb_trace(const struct lc_settings *set, struct lc_error *err)
{
	struct lc_launch launch = {
		.argv = set->flags,
		.argc = set->nflags,
		.timeout_s = set->timeout_s ? set->timeout_s : 30,
		.leave_hangs = true,
	};
	struct lc_confirm c = {0};
	struct lc_store *store = NULL;
	int rc = -1;

	if ((!set->has_flags || !set->nflags) == !set->operands.len)
		return lc_fail(err, "usage: lockcheck trace [OPTION…] -- "
			       "PROGRAM [ARG…], or RECORD…");
	if (lc_store_update(&store, lc_settings_db(set), err) ||
	    (set->operands.len
		     ? lc_run_read(&c.base, set->operands.data,
				   set->operands.len, err)
		     : lc_run(&c.base, &launch, err)))
		goto out;
	lc_targets_predict(&c);
	lc_targets_happened(&c, &c.base, true, NULL);
	if (lc_import_run(&c, store, err))
		goto out;
	print_notes(&c, set);
	rc = print_targets(&c) ? LC_CODE_FINDINGS : LC_CODE_CLEAN;
	print_summary(&c);
out:
	lc_store_close(store);
	lc_confirm_release(&c);
	return rc;
}

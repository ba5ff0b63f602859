/* SPDX-License-Identifier: MIT */
/* What is to be said of a run, besides its result: that it was ended, that its
 * record is not whole, what the runtime could not see, what was left out. */
#include "cli/runnotes.h"

#include <stdlib.h>

#include "base/words.h"

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

void lc_print_run_notes(const struct lc_confirm *c,
			const struct lc_settings *set)
{
	if (c->base.timed_out)
		fprintf(stderr, "lockcheck: note: %s did not end in %u s and "
			"was ended; what it did until then counts (see "
			"--timeout)\n", set->flags[0], set->timeout_s ? set->timeout_s : 30);
	for (uint32_t i = 0; i < c->base.records.len; i++)
		if (c->base.records.data[i].cut)
			fprintf(stderr, "lockcheck: note: the record of process "
				"%u ends in the middle; what is there counts\n",
				i + 1);
	print_own_notes(c);
	if (c->search_cut)
		fprintf(stderr, "lockcheck: note: there are too many lock "
			"cycles to look at; of those of %u and more locks, "
			"some were left out\n", c->search_cut);
}

/* SPDX-License-Identifier: MIT */
#include "solve/facts.h"

#include <stdlib.h>

void lc_facts_init(struct lc_facts *f)
{
	memset(f, 0, sizeof(*f));
	lc_strings_init(&f->strings);
}

void lc_facts_release(struct lc_facts *f)
{
	lc_strings_release(&f->strings);
	lc_array_release(&f->functions);
	lc_array_release(&f->sites);
	lc_array_release(&f->locks);
	lc_array_release(&f->steps);
	lc_array_release(&f->traces);
	lc_array_release(&f->threads);
	lc_array_release(&f->acquires);
	lc_array_release(&f->held);
	lc_array_release(&f->reacquires);
	lc_array_release(&f->exits);
	lc_array_release(&f->releases);
	lc_array_release(&f->unchecked);
	lc_array_release(&f->edges);
	lc_array_release(&f->edge_gates);
	lc_array_release(&f->edge_threads);
	lc_array_release(&f->cycles);
	lc_array_release(&f->cycle_edges);
	lc_array_release(&f->incomplete);
	lc_array_release(&f->calls);
}

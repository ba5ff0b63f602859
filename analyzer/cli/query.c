/* SPDX-License-Identifier: MIT */
/* lockcheck query: one SELECT over the database. */
#include "cli/exit.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "store/store.h"

int lc_verb_query(const struct lc_settings *set, struct lc_error *err)
{
	struct lc_output out;
	struct lc_store *store;
	int rc = lc_store_open(&store, lc_settings_db(set), false, err);

	if (rc)
		return -1;
	rc = lc_output_open(&out, NULL, err);
	if (!rc)
		rc = lc_store_query(store, set->operands.data[0], out.file, err);
	if (!rc)
		rc = lc_output_commit(&out, err);
	lc_output_release(&out);
	lc_store_close(store);
	return rc ? -1 : LC_CODE_CLEAN;
}

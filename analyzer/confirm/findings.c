/* SPDX-License-Identifier: MIT */
/* Findings of the database as targets: their places, by their witnesses. */
#include <stdlib.h>

#include "base/words.h"
#include "confirm/targets.h"
#include "store/sql.h"

struct step {
	char *role;
	uint32_t lock;
	struct lc_line at;
};
struct steps {
	LC_ARRAY(struct step) list;
};

static int load_steps(struct lc_store *store, uint32_t trace,
		      struct steps *out, struct lc_error *err)
{
	sqlite3_stmt *stmt;
	int rc = lc_sql_prepare(store, &stmt,
				"SELECT p.role, p.lock, s.file, s.line "
				"FROM step p LEFT JOIN site s ON s.id = p.site "
				"WHERE p.trace = ?1 ORDER BY p.seq", err);

	if (rc < 0)
		return rc;
	sqlite3_bind_int64(stmt, 1, trace);
	while ((rc = lc_sql_step(store, stmt, err)) == 1) {
		struct step *s = lc_push(&out->list);

		s->role = lc_strdup(lc_sql_text(stmt, 0));
		s->lock = lc_sql_number(stmt, 1);
		s->at.file = lc_strdup(lc_sql_text(stmt, 2));
		s->at.line = lc_sql_number(stmt, 3);
	}
	sqlite3_finalize(stmt);
	return rc;
}

void lc_line_copy(struct lc_line *to, const struct lc_line *from)
{
	to->file = lc_strdup(from->file);
	to->line = from->line;
	to->call_file = from->call_file ? lc_strdup(from->call_file) : NULL;
	to->call_line = from->call_line;
}

static void set_step(struct lc_line *to, const struct steps *s, uint32_t i)
{
	const struct step *before = i ? &s->list.data[i - 1] : NULL;

	lc_line_copy(to, &s->list.data[i].at);
	if (before && !strcmp(before->role, "call")) {
		to->call_file = lc_strdup(before->at.file);
		to->call_line = before->at.line;
	}
}

/* The two places of a witness: the last that is wanted (or released), and
 * where `lock` (0: any) was taken before. */
static void add_side(struct lc_target *t, const struct steps *s, uint32_t lock)
{
	struct lc_side *side = lc_push(&t->sides);
	const char *last = t->kind == LC_TARGET_RELEASE ? "release" : "want";
	uint32_t end = s->list.len;

	for (uint32_t i = end; i-- > 0 && !side->inner.file;)
		if (!strcmp(s->list.data[i].role, last)) {
			set_step(&side->inner, s, i);
			end = i;
		}
	for (uint32_t i = end; i-- > 0 && !side->outer.file;)
		if (!strcmp(s->list.data[i].role, "acquire") &&
		    (!lock || s->list.data[i].lock == lock))
			set_step(&side->outer, s, i);
	for (uint32_t i = end; i-- > 0 && !side->outer.file;)
		if (!strcmp(s->list.data[i].role, "acquire"))
			set_step(&side->outer, s, i);
}

static int load_sides(struct lc_target *t, struct lc_store *store,
		      struct lc_error *err)
{
	sqlite3_stmt *stmt;
	int rc = lc_sql_prepare(store, &stmt,
				"SELECT t.trace, k.lock FROM finding_trace t "
				"LEFT JOIN finding_lock k ON k.finding = "
				"t.finding AND k.seq = t.seq "
				"WHERE t.finding = ?1 ORDER BY t.seq", err);

	if (rc < 0)
		return rc;
	sqlite3_bind_int64(stmt, 1, t->finding);
	while ((rc = lc_sql_step(store, stmt, err)) == 1) {
		struct steps s = {{0}};

		if (load_steps(store, lc_sql_number(stmt, 0), &s, err) < 0)
			rc = -1;
		else
			add_side(t, &s, lc_sql_number(stmt, 1));
		for (uint32_t i = 0; i < s.list.len; i++) {
			free(s.list.data[i].role);
			free(s.list.data[i].at.file);
		}
		lc_array_release(&s.list);
		if (rc < 0)
			break;
	}
	sqlite3_finalize(stmt);
	return rc;
}

static bool kind_of_rule(const char *rule, enum lc_target_kind *kind)
{
	static const struct {
		const char *rule;
		enum lc_target_kind kind;
	} known[] = {
		{ "lock-order-cycle", LC_TARGET_CYCLE },
		{ "double-acquire", LC_TARGET_DOUBLE },
		{ "unreleased-lock", LC_TARGET_LEAK },
		{ "release-not-held", LC_TARGET_RELEASE },
	};

	for (size_t i = 0; i < LC_LEN(known); i++)
		if (!strcmp(known[i].rule, rule)) {
			*kind = known[i].kind;
			return true;
		}
	return false;
}

static bool is_asked_for(const char *fingerprint, const char *const *ids,
			 uint32_t nids)
{
	for (uint32_t i = 0; i < nids; i++)
		if (!strncmp(fingerprint, ids[i], strlen(ids[i])))
			return true;
	return !nids;
}

int lc_targets_load(struct lc_confirm *c, struct lc_store *store,
		    const char *const *ids, uint32_t nids,
		    struct lc_error *err)
{
	sqlite3_stmt *stmt;
	uint32_t found = 0;
	int rc = lc_sql_prepare(store, &stmt,
				"SELECT n.id, n.rule, n.fingerprint, n.message, "
				"s.file, s.line FROM finding n "
				"LEFT JOIN site s ON s.id = n.site "
				"ORDER BY n.id", err);

	if (rc < 0)
		return rc;
	while ((rc = lc_sql_step(store, stmt, err)) == 1) {
		const char *fingerprint = lc_sql_text(stmt, 2);
		enum lc_target_kind kind;
		struct lc_target *t;

		if (!is_asked_for(fingerprint, ids, nids))
			continue;
		found++;
		if (!kind_of_rule(lc_sql_text(stmt, 1), &kind))
			continue;
		t = lc_target_add(c, kind);
		t->finding = lc_sql_number(stmt, 0);
		free(t->fingerprint);
		t->fingerprint = lc_strdup(fingerprint);
		t->title = lc_asprintf("%s:%u: %s [%s]", lc_sql_text(stmt, 4),
				       lc_sql_number(stmt, 5),
				       lc_sql_text(stmt, 3),
				       lc_sql_text(stmt, 1));
		if (load_sides(t, store, err) < 0) {
			rc = -1;
			break;
		}
		if (kind == LC_TARGET_RELEASE && t->sides.len &&
		    !t->sides.data[0].inner.file) {
			t->sides.data[0].inner.file =
				lc_strdup(lc_sql_text(stmt, 4));
			t->sides.data[0].inner.line = lc_sql_number(stmt, 5);
		}
	}
	sqlite3_finalize(stmt);
	if (!rc && nids && !found)
		rc = lc_fail(err, "no finding has a fingerprint that begins "
			     "with %s", ids[0]);
	return rc;
}

/* SPDX-License-Identifier: MIT */
/*
 * lockcheck check: from sources to findings. lc_verb_check is the pipeline;
 * the stages that end in facts are in session.c, the later ones here, the
 * summary and the statistics in summary.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/exit.h"
#include "cli/report.h"
#include "cli/resources.h"
#include "cli/session.h"
#include "cli/summary.h"
#include "cli/verbs.h"
#include "gate/git.h"
#include "store/judge.h"

/* An existing file is replaced only if it is one of ours: --db main.c is a
 * slip, not a wish. */
static int check_database_target(const char *path, struct lc_error *err)
{
	static const char magic[16] = "SQLite format 3";
	unsigned char head[72];
	uint32_t id;
	size_t n;
	FILE *f = fopen(path, "rbe");

	if (!f)
		return errno == ENOENT ? 0
				       : lc_fail(err, "cannot read %s: %s", path,
						 strerror(errno));
	n = fread(head, 1, sizeof(head), f);
	fclose(f);
	if (!n)
		return 0;
	/* SQLite's file format: the application id is at byte 68. */
	id = n < sizeof(head) ? 0
			      : (uint32_t)head[68] << 24 | head[69] << 16 |
					head[70] << 8 | head[71];
	if (n < sizeof(head) || memcmp(head, magic, sizeof(magic)) ||
	    id != LC_STORE_APPLICATION_ID)
		return lc_fail(err, "%s is not a lockcheck database and will "
			       "not be replaced by one", path);
	return 0;
}

/* Without --db, a directory that cannot be written is no fault: then there
 * is only no database afterwards. */
static bool wants_database(const struct lc_session *s)
{
	return s->set->db || !access(".", W_OK);
}

/* Everything that can be wrong before the work begins. */
static int prepare(struct lc_session *s, struct lc_error *err)
{
	const char *db = lc_settings_db(s->set);

	if (s->set->output && !strcmp(s->set->output, db))
		return lc_fail(err, "the report and the database cannot both "
			       "be %s", db);
	if (lc_output_check(s->set->output, err))
		return -1;
	if (wants_database(s) && (lc_output_check(db, err) ||
				  check_database_target(db, err)))
		return -1;
	if (lc_session_configure(s, err) ||
	    lc_load_rules(&s->rules, s->set, err) ||
	    lc_config_check(&s->config, &s->rules, err))
		return -1;
	return lc_gate_open(&s->gate, s->set, &s->config, ".", err);
}

/* --dump-config, in place of a run. */
static int dump_config(struct lc_session *s, struct lc_error *err)
{
	if (lc_session_configure(s, err) ||
	    lc_load_rules(&s->rules, s->set, err) ||
	    lc_config_check(&s->config, &s->rules, err))
		return -1;
	lc_config_dump(&s->config, s->set, &s->rules, stdout);
	return fflush(stdout) ? lc_fail(err, "cannot write the configuration: "
					"%s", strerror(errno)) : 0;
}

/* For reports that are read far from here. */
static int store_provenance(struct lc_session *s, struct lc_error *err)
{
	struct lc_provenance p;
	int rc = 0;

	lc_git_provenance_read(&p, s->plan.root);
	if (p.repository)
		rc = lc_store_set_meta(s->store, "repository", p.repository,
				       err) ||
		     lc_store_set_meta(s->store, "revision", p.revision, err) ||
		     lc_store_set_meta(s->store, "branch", p.branch, err);
	lc_git_provenance_release(&p);
	return rc ? -1 : 0;
}

static int store(struct lc_session *s, struct lc_error *err)
{
	const char *path = NULL;
	int rc = 0;

	lc_progress_stage(&s->progress, "storing");
	if (wants_database(s)) {
		if (lc_output_reserve(&s->database, lc_settings_db(s->set), err))
			return -1;
		path = s->database.temporary;
	} else if (!s->set->quiet) {
		fprintf(stderr, "lockcheck: note: cannot write here, so there "
				"will be no database (see --db)\n");
	}
	rc = lc_store_open(&s->store, path, true, err);
	if (!rc)
		rc = lc_store_write(s->store, &s->plan, s->units, s->nunits,
				    &s->facts, err);
	if (!rc)
		rc = store_provenance(s, err);
	lc_session_mark(s, LC_STAGE_STORE);
	return rc;
}

static bool is_excluded(void *ctx, const char *file)
{
	const struct lc_session *s = ctx;

	return lc_config_excludes(&s->config, s->plan.root, file);
}

static int judge(struct lc_session *s, struct lc_error *err)
{
	LC_ARRAY(struct lc_rule_override) forced = {0};
	LC_ARRAY(struct lc_declared_order) orders = {0};
	struct lc_judge_options o;
	int rc;

	lc_progress_stage(&s->progress, "judging");
	for (uint32_t i = 0; i < s->config.rules.len; i++) {
		struct lc_rule_override *f = lc_push(&forced);

		f->rule = s->config.rules.data[i].id;
		f->level = s->config.rules.data[i].level;
	}
	for (uint32_t i = 0; i < s->config.orders.len; i++)
		*lc_push(&orders) = (struct lc_declared_order){
			s->config.orders.data[i].before,
			s->config.orders.data[i].after,
			s->config.orders.data[i].origin
		};
	o = (struct lc_judge_options){
		.orders = orders.data,
		.norders = orders.len,
		.overrides = forced.data,
		.noverrides = forced.len,
		.suppressions = &s->suppressions,
		.excluded = is_excluded,
		.excluded_ctx = s,
	};
	rc = lc_judge(s->store, &s->rules, &o, err);
	lc_array_release(&forced);
	lc_array_release(&orders);
	return rc;
}

/* Reads what the rules found; after that the database is whole. */
static int collect(struct lc_session *s, struct lc_error *err)
{
	if (lc_findings_load(&s->findings, s->store, err))
		return -1;
	if (lc_format_has_graph(s->set->format) &&
	    lc_lockgraph_load(&s->graph, s->store, err))
		return -1;
	lc_store_close(s->store);
	s->store = NULL;
	lc_gate_apply(&s->gate, &s->findings);
	lc_session_mark(s, LC_STAGE_JUDGE);
	return lc_output_commit(&s->database, err);
}

static int report(struct lc_session *s, int code, struct lc_error *err)
{
	int rc;

	lc_progress_clear(&s->progress);
	rc = lc_write_report(s->set, &s->findings, &s->graph, s->plan.root,
			     code, err);
	lc_session_mark(s, LC_STAGE_REPORT);
	return rc;
}

int lc_verb_check(const struct lc_settings *set, struct lc_error *err)
{
	struct lc_session s;
	int code = -1;

	lc_session_init(&s, set);
	if (set->dump_config) {
		code = dump_config(&s, err) ? -1 : LC_CODE_CLEAN;
		goto out;
	}
	if (prepare(&s, err) || lc_session_plan(&s, err) ||
	    lc_session_extract(&s, err) ||
	    lc_session_solve(&s, NULL, NULL, err) || store(&s, err) ||
	    judge(&s, err) || collect(&s, err) ||
	    report(&s, lc_gate_code(&s.gate, &s.findings), err))
		goto out;
	lc_summary(&s);
	code = lc_gate_code(&s.gate, &s.findings);
out:
	lc_session_release(&s);
	return code;
}

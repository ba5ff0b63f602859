/* SPDX-License-Identifier: MIT */
/* Findings as text, SARIF 2.1.0, JSON lines or HTML; the lock graph as DOT or
 * SVG. */
#ifndef LC_REPORT_REPORT_H
#define LC_REPORT_REPORT_H

#include "report/findings.h"
#include "report/lockgraph.h"

struct lc_report_options {
	const char *root; /* where relative files are read; NULL = findings' */
	bool color;       /* text: see lc_color_wanted */
	bool excerpt;     /* text: source lines with a caret */
	int exit_code;    /* SARIF: the run's exit code */
	bool plain;       /* SARIF: no witnesses and manuals (a baseline) */
	bool for_github;  /* SARIF: only what GitHub may show as open */
	const struct lc_lockgraph *graph; /* HTML: needed */
	bool graph_first; /* HTML: opens with the lock order */
};

/* Each returns -1 when `out` could not be written. `options` may be NULL. */
int lc_report_text(const struct lc_findings *f,
		   const struct lc_report_options *options, FILE *out,
		   struct lc_error *err);
int lc_report_sarif(const struct lc_findings *f,
		    const struct lc_report_options *options, FILE *out,
		    struct lc_error *err);
/* JSON lines, one finding a line; the form is in docs/json.md. */
int lc_report_json(const struct lc_findings *f,
		   const struct lc_report_options *options, FILE *out,
		   struct lc_error *err);

/* One HTML file that needs nothing else; see docs/html.md. */
int lc_report_html(const struct lc_findings *f,
		   const struct lc_report_options *options, FILE *out,
		   struct lc_error *err);
/* The cycles that the filters dropped, with the reason. */
int lc_report_dropped(const struct lc_lockgraph *g, FILE *out,
		      struct lc_error *err);

int lc_report_gitlab(const struct lc_findings *f,
		     const struct lc_report_options *options, FILE *out,
		     struct lc_error *err);
int lc_report_junit(const struct lc_findings *f,
		    const struct lc_report_options *options, FILE *out,
		    struct lc_error *err);
int lc_report_markdown(const struct lc_findings *f,
		       const struct lc_report_options *options, FILE *out,
		       struct lc_error *err);

/* Findings with states, compared (lockcheck diff). */
int lc_report_text_diff(const struct lc_findings *f, FILE *out,
			struct lc_error *err);
int lc_report_json_diff(const struct lc_findings *f, FILE *out,
			struct lc_error *err);

/* One finding in full, with its rule's short text and excerpts. `prefix` is
 * the start of its fingerprint (4 digits or more); -1 if none or several have
 * it. */
int lc_explain_finding(const struct lc_findings *f, const char *prefix,
		       const struct lc_report_options *options, FILE *out,
		       struct lc_error *err);

/* The order of locks: a node a lock, an edge a pair held → wanted. Edges of
 * reported cycles are red. */
int lc_graph_dot(const struct lc_lockgraph *g, FILE *out,
		 struct lc_error *err);
/* The same, drawn. */
int lc_graph_svg(const struct lc_lockgraph *g, FILE *out,
		 struct lc_error *err);

enum lc_color { LC_COLOR_AUTO, LC_COLOR_ALWAYS, LC_COLOR_NEVER };
/* The option beats NO_COLOR beats CLICOLOR_FORCE beats CLICOLOR beats
 * "is `out` a terminal" (TERM=dumb is none). */
bool lc_color_wanted(enum lc_color option, FILE *out);

#endif

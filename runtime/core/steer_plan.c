/* SPDX-License-Identifier: MIT */
/*
 * Plans: read from their file, and compared with what comes. Their form is in
 * docs/confirm.md, who writes them is analyzer/confirm/plan.c.
 */
#include "steer.h"

#include "steer_plan.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_PLAN_BYTES = 64 * 1024 };

static char text[MAX_PLAN_BYTES];

static bool parse_site(char *word, struct site *to)
{
	char *mark = strrchr(word, *word == '@' ? ':' : '+');
	char *end;

	if (!mark || mark == word || !mark[1])
		return false;
	to->named = *word == '@';
	to->name = to->named ? word + 1 : word;
	to->offset = strtoull(mark + 1, &end, to->named ? 10 : 16);
	*mark = 0;
	return !*end && *to->name;
}

/* "static SITE" or "first N SITE" */
static bool parse_lock(char *rest, struct lock_name *to)
{
	char *end;

	to->given = true;
	if (!strncmp(rest, "static ", 7)) {
		to->is_static = true;
		return parse_site(rest + 7, &to->at);
	}
	if (strncmp(rest, "first ", 6))
		return false;
	to->nth = (uint32_t)strtoul(rest + 6, &end, 10);
	return *end == ' ' && parse_site(end + 1, &to->at);
}

static bool parse_member_word(struct plan *p, const char *word, char *rest)
{
	struct member *m = p->nmembers ? &p->members[p->nmembers - 1] : NULL;

	if (!m)
		return false;
	if (!strcmp(word, "outer"))
		return m->nouter == MAX_SITES ||
		       parse_site(rest, &m->outer[m->nouter++]);
	if (!strcmp(word, "inner"))
		return m->ninner == MAX_SITES ||
		       parse_site(rest, &m->inner[m->ninner++]);
	if (!strcmp(word, "delay"))
		return m->ndelays == MAX_DELAYS ||
		       parse_site(rest, &m->delay[m->ndelays++]);
	if (!strcmp(word, "kind")) {
		m->kind = !strcmp(rest, "wait") ? MEMBER_WAIT : MEMBER_RELOCK;
		return m->kind == MEMBER_WAIT || !strcmp(rest, "relock");
	}
	if (!strcmp(word, "start")) {
		m->is_main = !strcmp(rest, "main");
		m->has_start = !m->is_main;
		return m->is_main || parse_site(rest, &m->start);
	}
	if (!strcmp(word, "holds"))
		return parse_lock(rest, &m->holds);
	return !strcmp(word, "wants") && parse_lock(rest, &m->wants);
}

static bool parse_line(struct plan *p, char *line)
{
	char *rest = strchr(line, ' ');

	if (!*line || *line == '#')
		return true;
	if (rest)
		*rest++ = 0;
	if (!strcmp(line, "member")) {
		if (p->nmembers == MAX_MEMBERS)
			return false;
		p->members[p->nmembers++].chance = 256;
		return true;
	}
	if (!rest)
		return false;
	if (!strcmp(line, "seed"))
		p->random_state = strtoull(rest, NULL, 10) * 0x9e3779b97f4a7c15u | 1;
	else if (!strcmp(line, "grace"))
		p->grace_ns = strtoull(rest, NULL, 10) * 1000000u;
	else if (!strcmp(line, "build") || !strcmp(line, "expect") ||
		 !strcmp(line, "about"))
		return true; /* for people and for the analyzer */
	else
		return parse_member_word(p, line, rest);
	return true;
}

/* A member that waits may be anybody who does; one that is parked is so at a
 * place. */
static bool is_complete(const struct plan *p)
{
	for (uint32_t i = 0; i < p->nmembers; i++)
		if (!p->members[i].ninner &&
		    (p->members[i].kind != MEMBER_WAIT ||
		     !p->members[i].wants.given))
			return false;
	return p->nmembers >= 2;
}

static bool parse(struct plan *p, char *at)
{
	uint32_t number = 0;
	bool first = true;

	while (*at) {
		char *end = strchr(at, '\n');

		number++;
		if (end)
			*end = 0;
		if (first ? strcmp(at, LC_PLAN_FIRST_LINE) :
			    !parse_line(p, at)) {
			lc_rt_say("lockcheck: LOCKCHECK_STEER: line %u of the "
				  "plan is not understood\n", number);
			return false;
		}
		first = false;
		if (!end)
			break;
		at = end + 1;
	}
	if (is_complete(p))
		return true;
	lc_rt_say("lockcheck: LOCKCHECK_STEER: the plan has no two members "
		  "with their places\n");
	return false;
}

bool lc_rt_plan_read(struct plan *p, const char *path)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	size_t at = 0;
	ssize_t n = 0;

	if (fd < 0) {
		lc_rt_say("lockcheck: LOCKCHECK_STEER: %s cannot be read\n",
			  path);
		return false;
	}
	while (at < sizeof(text) - 1 &&
	       (n = syscall(SYS_read, fd, text + at, sizeof(text) - 1 - at)) > 0)
		at += (size_t)n;
	syscall(SYS_close, fd);
	text[at] = 0;
	return n >= 0 && parse(p, text);
}

/* ---- what matches ---- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_site(const struct site *s, lc_rec_place place)
{
	const char *path;

	if (LC_REC_MODULE_OF(place) == LC_REC_NAMED_MODULE) {
		const struct lc_rt_site *n =
			s->named ? lc_rt_site_by_id(
					   (uint32_t)LC_REC_OFFSET_OF(place))
				 : NULL;

		return n && n->line == s->offset && !strcmp(n->file, s->name);
	}
	if (s->named || LC_REC_OFFSET_OF(place) != s->offset)
		return false;
	path = lc_rt_module_path(LC_REC_MODULE_OF(place), NULL, NULL);
	return path && !strcmp(base_name(path), s->name);
}

bool lc_rt_plan_any(const struct site *sites, uint32_t n, lc_rec_place place)
{
	for (uint32_t i = 0; i < n; i++)
		if (is_site(&sites[i], place))
			return true;
	return false;
}

bool lc_rt_plan_lock(const struct lock_name *name, struct lc_rt_lock *lock)
{
	lc_rec_place where, init;
	uint32_t nth;

	if (!name->given || !lock)
		return true;
	lc_rt_lock_name(lock, &where, &init, &nth);
	if (name->is_static)
		return is_site(&name->at, where);
	return !where && nth == name->nth && is_site(&name->at, init);
}

bool lc_rt_plan_starts(const struct member *m, const struct lc_rt_thread *t)
{
	if (m->is_main)
		return t->flags & LC_THREAD_MAIN;
	return !m->has_start || is_site(&m->start, t->start);
}

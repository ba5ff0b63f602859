/* SPDX-License-Identifier: MIT */
/* Targets of a build, and which definition a name means. See link.h. */
#include "solve/link.h"

#include <stdlib.h>

enum { MAX_TARGETS_OF_UNIT = 4, MAX_SPLIT_ROUNDS = 10 };

struct owner { /* a unit that defines a name */
	uint32_t unit, file;
};
struct definitions {
	uint32_t name;
	bool many; /* in several files */
	LC_ARRAY(struct owner) owners; /* in order of units */
};
struct target {
	uint32_t name; /* string; 0 = a unit of which nothing is known */
	uint32_t main; /* the unit with its main, LC_NONE */
};
struct unit_link {
	uint32_t file;
	uint32_t ntargets, targets[MAX_TARGETS_OF_UNIT];
	uint32_t twin; /* the first unit of the same file */
	bool split;
};
struct linkage {
	struct program *p;
	LC_ARRAY(struct definitions) defs;
	struct lc_map index;
	LC_ARRAY(struct target) targets;
	struct unit_link *units;
};

/* ---- names ---- */

static bool same_name(const void *ctx, uint32_t i, const void *key)
{
	const struct linkage *k = ctx;

	return k->defs.data[i].name == *(const uint32_t *)key;
}

static struct definitions *names_find(struct linkage *k, uint32_t name)
{
	uint32_t i = lc_map_find(&k->index, lc_hash_u64(name, 1), same_name, k,
				 &name);

	return i == LC_NOT_FOUND ? NULL : &k->defs.data[i];
}

static void names_add(struct linkage *k, uint32_t u, const struct lc_symbol *s)
{
	uint32_t name = program_string(k->p, u, s->name);
	uint32_t file = program_string(k->p, u, s->pos.file);
	struct definitions *d = names_find(k, name);

	if (!d) {
		lc_map_add(&k->index, lc_hash_u64(name, 1), k->defs.len);
		d = lc_push(&k->defs);
		d->name = name;
	}
	if (d->owners.len && d->owners.data[0].file != file)
		d->many = true;
	/* of what a header defines, one unit is as good as another */
	for (uint32_t i = 0; i < d->owners.len && file != k->units[u].file; i++)
		if (d->owners.data[i].file == file)
			return;
	if (!d->owners.len || lc_last(&d->owners)->unit != u)
		*lc_push(&d->owners) = (struct owner){ u, file };
}

/* ---- targets ---- */

static uint32_t target_get(struct linkage *k, uint32_t name)
{
	for (uint32_t i = 0; name && i < k->targets.len; i++)
		if (k->targets.data[i].name == name)
			return i;
	*lc_push(&k->targets) = (struct target){ name, LC_NONE };
	return k->targets.len - 1;
}

/* A unit of unknown target is one of its own. */
static void find_targets(struct linkage *k, uint32_t u)
{
	const struct lc_unit *unit = &k->p->units[u];
	struct unit_link *n = &k->units[u];
	char *names = lc_strdup(lc_str(&unit->strings, unit->targets));
	char *save = NULL;

	for (char *t = strtok_r(names, "\n", &save);
	     t && n->ntargets < MAX_TARGETS_OF_UNIT;
	     t = strtok_r(NULL, "\n", &save))
		n->targets[n->ntargets++] =
			target_get(k, lc_intern(k->p->strings, t));
	if (!n->ntargets)
		n->targets[n->ntargets++] = target_get(k, 0);
	free(names);
}

static void note_main(struct linkage *k, uint32_t u, const struct lc_symbol *s)
{
	const struct lc_unit *unit = &k->p->units[u];
	const struct unit_link *n = &k->units[u];

	if (strcmp(lc_str(&unit->strings, s->name), "main"))
		return;
	for (uint32_t i = 0; i < n->ntargets; i++)
		k->targets.data[n->targets[i]].main = u;
}

static bool same_target(const struct unit_link *a, const struct unit_link *b)
{
	for (uint32_t i = 0; i < a->ntargets; i++)
		for (uint32_t j = 0; j < b->ntargets; j++)
			if (a->targets[i] == b->targets[j])
				return true;
	return false;
}

static bool has_main(const struct linkage *k, const struct unit_link *n)
{
	for (uint32_t i = 0; i < n->ntargets; i++)
		if (k->targets.data[n->targets[i]].main != LC_NONE)
			return true;
	return false;
}

/* It is known that these two are not of one target. */
static bool told_apart(const struct linkage *k, const struct unit_link *a,
		       const struct unit_link *b)
{
	bool known_a = k->targets.data[a->targets[0]].name || has_main(k, a);
	bool known_b = k->targets.data[b->targets[0]].name || has_main(k, b);

	return known_a && known_b && !same_target(a, b);
}

/* ---- the choice ---- */

static size_t common_prefix(const char *a, const char *b)
{
	size_t n = 0, dir = 0;

	for (; a[n] && a[n] == b[n]; n++)
		if (a[n] == '/')
			dir = n + 1;
	return dir;
}

static struct definition defined_at(const struct linkage *k,
				    const struct owner *o)
{
	const struct unit_link *n = &k->units[o->unit];

	return (struct definition){
		o->file, n->split && n->file == o->file ? n->targets[0] + 1 : 0
	};
}

static bool same_definition(struct definition a, struct definition b)
{
	return a.file == b.file && a.target == b.target;
}

/* 0: linked to another main. */
static size_t nearness(const struct linkage *k, uint32_t u,
		       const struct owner *o)
{
	const struct unit_link *a = &k->units[u], *b = &k->units[o->unit];
	struct lc_strings *strings = k->p->strings;
	size_t near = 1 + common_prefix(lc_str(strings, a->file),
					lc_str(strings, o->file));

	if (same_target(a, b))
		return near + 2 * (1u << 20);
	if (has_main(k, a))
		return has_main(k, b) ? 0 : near;
	/* a library is linked to libraries rather than to some program */
	return has_main(k, b) ? near : near + (1u << 20);
}

static struct definition choose(struct linkage *k, uint32_t u,
				const struct definitions *d)
{
	const struct owner *best = NULL;
	size_t best_near = 0;
	bool doubt = false;

	for (uint32_t i = 0; i < d->owners.len; i++) {
		const struct owner *o = &d->owners.data[i];
		size_t near = nearness(k, u, o);

		if (o->unit == u)
			return defined_at(k, o);
		if (near > best_near) {
			best = o;
			best_near = near;
			doubt = false;
		} else if (best && near == best_near) {
			doubt |= told_apart(k, &k->units[o->unit],
					    &k->units[best->unit]) &&
				 !same_definition(defined_at(k, o),
						  defined_at(k, best));
		}
	}
	if (!best || doubt)
		return (struct definition){ 0, 0 };
	return defined_at(k, best);
}

static struct definition meant(struct linkage *k, uint32_t u, uint32_t name)
{
	const struct definitions *d = names_find(k, name);
	bool split = false;

	if (!d)
		return (struct definition){ 0, 0 };
	for (uint32_t i = 0; i < d->owners.len && !split; i++)
		split = k->units[d->owners.data[i].unit].split;
	if (!d->many && !split)
		return (struct definition){ d->owners.data[0].file, 0 };
	return choose(k, u, d);
}

struct definition link_meant(struct linkage *k, uint32_t u,
			     const struct lc_symbol *s)
{
	uint32_t file;

	if (!(s->flags & LC_SYM_INTERNAL))
		return meant(k, u, program_string(k->p, u, s->name));
	file = program_string(k->p, u, s->pos.file);
	return defined_at(k, &(struct owner){ u, file });
}

/* ---- splitting ---- */

static bool differs(struct linkage *k, uint32_t u)
{
	const struct lc_unit *unit = &k->p->units[u];

	for (uint32_t i = 0; i < unit->symbols.len; i++) {
		const struct lc_symbol *s = &unit->symbols.data[i];
		uint32_t name;

		if (s->flags & LC_SYM_INTERNAL)
			continue;
		name = program_string(k->p, u, s->name);
		if (!same_definition(meant(k, u, name),
				     meant(k, k->units[u].twin, name)))
			return true;
	}
	return false;
}

static bool split_more(struct linkage *k)
{
	bool any = false;

	for (uint32_t u = 0; u < k->p->nunits; u++) {
		struct unit_link *n = &k->units[u];
		uint32_t file = n->file;

		if (n->twin == u || n->split ||
		    !told_apart(k, n, &k->units[n->twin]) || !differs(k, u))
			continue;
		for (uint32_t w = 0; w < k->p->nunits; w++)
			k->units[w].split |= k->units[w].file == file;
		any = true;
	}
	return any;
}

static void find_twins(struct linkage *k)
{
	for (uint32_t u = 0; u < k->p->nunits; u++)
		k->units[u].twin = u;
	/* units of one file follow each other in a plan */
	for (uint32_t u = 1; u < k->p->nunits; u++)
		if (k->units[u].file == k->units[u - 1].file)
			k->units[u].twin = k->units[u - 1].twin;
}

struct linkage *link_find(struct program *p)
{
	struct linkage *k = lc_alloc(sizeof(*k));

	k->p = p;
	k->units = lc_alloc((p->nunits + 1) * sizeof(*k->units));
	for (uint32_t u = 0; u < p->nunits; u++) {
		k->units[u].file = program_string(p, u, p->units[u].file);
		find_targets(k, u);
	}
	for (uint32_t u = 0; u < p->nunits; u++)
		for (uint32_t i = 0; i < p->units[u].symbols.len; i++) {
			const struct lc_symbol *s =
				&p->units[u].symbols.data[i];

			if (!(s->flags & LC_SYM_DEFINED) ||
			    (s->flags & LC_SYM_INTERNAL))
				continue;
			names_add(k, u, s);
			note_main(k, u, s);
		}
	find_twins(k);
	for (int round = 0; round < MAX_SPLIT_ROUNDS && split_more(k); round++)
		;
	return k;
}

void link_release(struct linkage *k)
{
	for (uint32_t i = 0; i < k->defs.len; i++)
		lc_array_release(&k->defs.data[i].owners);
	lc_array_release(&k->defs);
	lc_array_release(&k->targets);
	lc_map_release(&k->index);
	free(k->units);
	free(k);
}

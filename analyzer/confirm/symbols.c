/* SPDX-License-Identifier: MIT */
/*
 * Addresses to source lines and names, by libdw: the module's own debug
 * information, or a separate file found by build id or debug link. Addresses
 * are link-time ones, so position-independent programs need no more.
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <stdlib.h>

#include "confirm/record.h"

struct module {
	char *path;
	Dwfl *dwfl;
	Dwfl_Module *module; /* NULL: cannot be read */
	GElf_Addr bias;
};

struct lc_symbols {
	LC_ARRAY(struct module) modules;
};

static char *debuginfo_path; /* NULL: elfutils' own default */
static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
	.section_address = dwfl_offline_section_address,
	.debuginfo_path = &debuginfo_path,
};

struct lc_symbols *lc_symbols_new(void)
{
	return lc_alloc(sizeof(struct lc_symbols));
}

void lc_symbols_free(struct lc_symbols *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->modules.len; i++) {
		free(s->modules.data[i].path);
		dwfl_end(s->modules.data[i].dwfl);
	}
	lc_array_release(&s->modules);
	free(s);
}

static struct module *module_of(struct lc_symbols *s, const char *path)
{
	struct module *m;

	for (uint32_t i = 0; i < s->modules.len; i++)
		if (!strcmp(s->modules.data[i].path, path))
			return &s->modules.data[i];
	m = lc_push(&s->modules);
	m->path = lc_strdup(path);
	m->dwfl = dwfl_begin(&callbacks);
	if (!m->dwfl)
		return m;
	dwfl_report_begin(m->dwfl);
	m->module = dwfl_report_offline(m->dwfl, path, path, -1);
	dwfl_report_end(m->dwfl, NULL, NULL);
	if (m->module && !dwfl_module_getelf(m->module, &m->bias))
		m->module = NULL;
	return m;
}

/* The innermost function, inlined ones too. */
static char *function_at(struct module *m, GElf_Addr at)
{
	Dwarf_Addr bias;
	Dwarf_Die *unit = dwfl_module_addrdie(m->module, at, &bias);
	Dwarf_Die *scopes = NULL;
	int n = unit ? dwarf_getscopes(unit, at - bias, &scopes) : 0;
	const char *name = NULL;

	for (int i = 0; i < n && !name; i++) {
		int tag = dwarf_tag(&scopes[i]);

		if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine)
			name = dwarf_diename(&scopes[i]);
	}
	if (!name)
		name = dwfl_module_addrname(m->module, at);
	free(scopes);
	return name ? lc_strdup(name) : NULL;
}

static char *symbol_at(struct module *m, GElf_Addr at)
{
	GElf_Off offset = 0;
	GElf_Sym sym;
	const char *name = dwfl_module_addrinfo(m->module, at, &offset, &sym,
						NULL, NULL, NULL);

	if (!name)
		return NULL;
	return offset ? lc_asprintf("%s+%llu", name,
				    (unsigned long long)offset)
		      : lc_strdup(name);
}

void lc_symbols_find(struct lc_symbols *s, const char *path, uint64_t offset,
		     bool data, char **file, uint32_t *line, char **function)
{
	struct module *m = module_of(s, path);
	GElf_Addr at = offset + m->bias;
	Dwfl_Line *l;
	const char *name, *dir;
	int number = 0;

	if (!m->module)
		return;
	*function = data ? symbol_at(m, at) : function_at(m, at);
	l = dwfl_module_getsrc(m->module, at);
	name = l ? dwfl_lineinfo(l, NULL, &number, NULL, NULL, NULL) : NULL;
	if (!name || number <= 0)
		return;
	dir = dwfl_line_comp_dir(l);
	*file = *name == '/' || !dir ? lc_strdup(name)
				     : lc_asprintf("%s/%s", dir, name);
	*line = (uint32_t)number;
}

/* SPDX-License-Identifier: MIT */
/*
 * Names of functions and data, from the module's own symbol table, for the
 * texts at run time. dladdr would lock the loader, which may be what hangs.
 * Files and lines are told by the command, which reads the debug information.
 */
#include "internal.h"

#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct image {
	const char *base;
	size_t size;
};

static bool open_image(const char *path, struct image *image)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p = MAP_FAILED;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && st.st_size > (off_t)sizeof(ElfW(Ehdr)))
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd,
			 0);
	syscall(SYS_close, fd);
	if (p == MAP_FAILED)
		return false;
	image->base = p;
	image->size = (size_t)st.st_size;
	return true;
}

static bool inside(const struct image *m, uint64_t at, uint64_t n)
{
	return at <= m->size && n <= m->size - at;
}

static const ElfW(Shdr) *find_section(const struct image *m, uint32_t type,
				      const ElfW(Shdr) **strings)
{
	const ElfW(Ehdr) *h = (const void *)m->base;
	const ElfW(Shdr) *s;

	if (memcmp(h->e_ident, ELFMAG, SELFMAG) ||
	    h->e_shentsize != sizeof(*s) ||
	    !inside(m, h->e_shoff, (uint64_t)h->e_shnum * sizeof(*s)))
		return NULL;
	s = (const void *)(m->base + h->e_shoff);
	for (int i = 0; i < h->e_shnum; i++) {
		if (s[i].sh_type != type || s[i].sh_link >= h->e_shnum)
			continue;
		*strings = &s[s[i].sh_link];
		if (inside(m, s[i].sh_offset, s[i].sh_size) &&
		    inside(m, (*strings)->sh_offset, (*strings)->sh_size) &&
		    (*strings)->sh_size &&
		    !m->base[(*strings)->sh_offset + (*strings)->sh_size - 1])
			return &s[i];
	}
	return NULL;
}

static bool search(const struct image *m, uint32_t type, uint64_t offset,
		   char *to, size_t size)
{
	const ElfW(Shdr) *strings, *s = find_section(m, type, &strings);
	const ElfW(Sym) *symbols, *best = NULL;

	if (!s)
		return false;
	symbols = (const void *)(m->base + s->sh_offset);
	for (size_t i = 0; i < s->sh_size / sizeof(*symbols); i++) {
		const ElfW(Sym) *y = &symbols[i];
		unsigned kind = y->st_info & 0xf;

		if ((kind != STT_FUNC && kind != STT_OBJECT) || !y->st_shndx ||
		    y->st_value > offset || offset - y->st_value >= y->st_size)
			continue;
		if (!best || y->st_value > best->st_value)
			best = y;
	}
	if (!best || best->st_name >= strings->sh_size)
		return false;
	if (offset == best->st_value)
		snprintf(to, size, "%s",
			 m->base + strings->sh_offset + best->st_name);
	else
		snprintf(to, size, "%s+0x%lx",
			 m->base + strings->sh_offset + best->st_name,
			 (unsigned long)(offset - best->st_value));
	return true;
}

void lc_rt_symbol(lc_rec_place place, char *to, size_t size)
{
	const char *path =
		lc_rt_module_path(LC_REC_MODULE_OF(place), NULL, NULL);
	struct image m;

	*to = 0;
	if (!path || !open_image(path, &m))
		return;
	if (!search(&m, SHT_SYMTAB, LC_REC_OFFSET_OF(place), to, size))
		search(&m, SHT_DYNSYM, LC_REC_OFFSET_OF(place), to, size);
	munmap((void *)m.base, m.size);
}

/* SPDX-License-Identifier: MIT */
/*
 * Which compiler flags reach libclang. The table is the documentation: a flag
 * is kept only if it changes how C reads (macros, include paths, dialect, sizes
 * and signs of types). All else is dropped and counted, because
 *
 *   - some flags act: -o, -MD, -MF, -save-temps and their like write files,
 *     -fplugin and -Xclang -load run code, @file reads more flags;
 *   - flags of gcc alone (-fconserve-stack, -mindirect-branch=…,
 *     -fno-allow-store-data-races …) make clang report an error per unit;
 *   - the rest (-O2, -g, -Wall, -fsanitize=…, -flto) costs time for nothing.
 *
 * -D_FORTIFY_SOURCE goes too: it swaps functions of the C library for
 * inline wrappers and without -O only warns.
 */
#include "plan/command.h"

enum shape {
	WHOLE,  /* the word and nothing more */
	START,  /* any word that starts so */
	NEXT,   /* the word, and its argument in the next word */
	EITHER, /* the argument joined, or in the next word */
	EQUALS, /* the argument after '=', or in the next word */
};
struct rule {
	const char *text;
	enum shape shape;
};

/* Kept. A word that fits no rule of either table is dropped. */
static const struct rule keep[] = {
	/* macros and includes */
	{ "-D", EITHER },
	{ "-U", EITHER },
	{ "-I", EITHER },
	{ "-isystem", EITHER },
	{ "-iquote", EITHER },
	{ "-idirafter", EITHER },
	{ "-isysroot", EITHER },
	{ "-imacros", EITHER },
	{ "-include", EITHER },
	{ "-iprefix", EITHER },
	{ "-iwithprefixbefore", EITHER },
	{ "-iwithprefix", EITHER },
	{ "--sysroot", EQUALS },
	{ "-undef", WHOLE },
	{ "-nostdinc", WHOLE },
	{ "-nostdlibinc", WHOLE },
	{ "-nobuiltininc", WHOLE },
	{ "-trigraphs", WHOLE },
	/* dialect */
	{ "-x", EITHER },
	{ "-std=", START },
	{ "--std=", START },
	{ "-ansi", WHOLE },
	{ "-pthread", WHOLE },
	{ "-fasm", WHOLE },
	{ "-fno-asm", WHOLE },
	{ "-fasm-blocks", WHOLE },
	{ "-fblocks", WHOLE },
	{ "-fbracket-depth=", START },
	{ "-fbuiltin", WHOLE },
	{ "-fno-builtin", START },
	{ "-fdeclspec", WHOLE },
	{ "-fdollars-in-identifiers", WHOLE },
	{ "-fno-dollars-in-identifiers", WHOLE },
	{ "-ffreestanding", WHOLE },
	{ "-fhosted", WHOLE },
	{ "-fgnu-keywords", WHOLE },
	{ "-fgnu89-inline", WHOLE },
	{ "-fno-gnu89-inline", WHOLE },
	{ "-finput-charset=", START },
	{ "-flax-vector-conversions", START },
	{ "-fms-compatibility", WHOLE },
	{ "-fms-extensions", WHOLE },
	{ "-fexceptions", WHOLE },
	{ "-fPIC", WHOLE },
	{ "-fpic", WHOLE },
	{ "-fPIE", WHOLE },
	{ "-fpie", WHOLE },
	/* sizes, signs and layout */
	{ "-fpack-struct", START },
	{ "-fshort-enums", WHOLE },
	{ "-fno-short-enums", WHOLE },
	{ "-fshort-wchar", WHOLE },
	{ "-fno-short-wchar", WHOLE },
	{ "-fsigned-char", WHOLE },
	{ "-fno-signed-char", WHOLE },
	{ "-funsigned-char", WHOLE },
	{ "-fno-unsigned-char", WHOLE },
	/* target: word size, macros such as __AVX2__, types of intrinsics */
	{ "--target=", START },
	{ "-target", NEXT },
	{ "-m16", WHOLE },
	{ "-m32", WHOLE },
	{ "-m64", WHOLE },
	{ "-mx32", WHOLE },
	{ "-march=", START },
	{ "-mcpu=", START },
	{ "-mfpu=", START },
	{ "-mfloat-abi=", START },
	{ "-msoft-float", WHOLE },
	{ "-mthumb", WHOLE },
	{ "-marm", WHOLE },
	{ "-mbig-endian", WHOLE },
	{ "-mlittle-endian", WHOLE },
	{ "-mlong-double-", START },
	{ "-mms-bitfields", WHOLE },
	{ "-mno-80387", WHOLE },
	{ "-mmmx", WHOLE },
	{ "-mno-mmx", WHOLE },
	{ "-msse", START },
	{ "-mno-sse", START },
	{ "-mssse3", WHOLE },
	{ "-mavx", START },
	{ "-mno-avx", START },
	{ "-maes", WHOLE },
	{ "-mpclmul", WHOLE },
	{ "-mpopcnt", WHOLE },
	{ "-mbmi", START },
	{ "-mfma", WHOLE },
	{ "-mf16c", WHOLE },
	{ "-mlzcnt", WHOLE },
	{ "-mmovbe", WHOLE },
	{ "-mcx16", WHOLE },
	{ "-mrdrnd", WHOLE },
	{ "-mrdseed", WHOLE },
	{ "-mrtm", WHOLE },
	{ "-msha", WHOLE },
	{ "-mcrc32", WHOLE },
};

/* Dropped, and asked first. Listed are only those whose argument can be the
 * next word, so that an argument is never taken for a flag. */
static const struct rule drop[] = {
	{ "-o", EITHER },
	{ "-MF", NEXT },
	{ "-MT", NEXT },
	{ "-MQ", NEXT },
	{ "-MJ", NEXT },
	{ "-include-pch", NEXT },
	{ "-imultilib", NEXT },
	{ "-ivfsoverlay", NEXT },
	{ "-iframework", NEXT },
	{ "-index-store-path", NEXT },
	{ "-working-directory", NEXT },
	{ "--serialize-diagnostics", NEXT },
	{ "-serialize-diagnostics", NEXT },
	{ "-dumpbase", NEXT },
	{ "-dumpbase-ext", NEXT },
	{ "-dumpdir", NEXT },
	{ "-aux-info", NEXT },
	{ "--param", NEXT },
	{ "-Xclang", NEXT },
	{ "-Xpreprocessor", NEXT },
	{ "-Xassembler", NEXT },
	{ "-Xlinker", NEXT },
	{ "-Xanalyzer", NEXT },
	{ "-mllvm", NEXT },
	{ "-arch", NEXT },
	{ "-wrapper", NEXT },
	{ "-specs", NEXT },
	{ "-B", EITHER },
	{ "-L", EITHER },
	{ "-l", EITHER },
	{ "-T", EITHER },
	{ "-z", NEXT },
	{ "-e", NEXT },
	{ "-u", NEXT },
	{ "-A", EITHER },
	{ "-G", EITHER },
};

/* No warnings (they cost time and nobody reads them), and all errors: after
 * the twentieth clang would give up on what is still readable. */
static const char *const always[] = { "-w", "-ferror-limit=0" };

/* How many words the rule takes at `words`: 0 = does not fit, 1, 2. */
static uint32_t fits(const struct rule *r, const char *word)
{
	size_t n = strlen(r->text);

	if (strncmp(word, r->text, n))
		return 0;
	switch (r->shape) {
	case WHOLE:
		return !word[n];
	case START:
		return 1;
	case NEXT:
		return word[n] ? 0 : 2;
	case EITHER:
		return word[n] ? 1 : 2;
	case EQUALS:
		return !word[n] ? 2 : word[n] == '=';
	}
	return 0;
}

static uint32_t look_up(const struct rule *rules, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t taken = fits(&rules[i], word);

		if (taken)
			return taken;
	}
	return 0;
}

uint32_t lc_flag_words(const char *word)
{
	uint32_t taken = look_up(drop, LC_LEN(drop), word);

	if (!taken)
		taken = look_up(keep, LC_LEN(keep), word);
	return taken ? taken : 1;
}

static bool is_fortify(const char *flag, const char *argument)
{
	static const char name[] = "_FORTIFY_SOURCE";

	if (strncmp(flag, "-D", 2) && strncmp(flag, "-U", 2))
		return false;
	return !strncmp(flag[2] ? flag + 2 : argument, name, sizeof(name) - 1);
}

/* -c and -o only say that this is a compilation: no loss to count. */
static bool is_job_flag(const char *word)
{
	return !strcmp(word, "-c") || !strncmp(word, "-o", 2);
}

void lc_flags_filter(char *const *words, uint32_t n, struct lc_words *out,
		     uint32_t *ndropped)
{
	uint32_t taken;

	for (uint32_t i = 0; i < n; i += taken) {
		const char *word = words[i];
		const char *next = i + 1 < n ? words[i + 1] : "";
		bool flag = word[0] == '-' && word[1], kept = false;

		taken = flag ? look_up(drop, LC_LEN(drop), word) : 0;
		if (!taken && flag) {
			taken = look_up(keep, LC_LEN(keep), word);
			kept = taken && i + taken <= n &&
			       !is_fortify(word, next);
		}
		if (!taken)
			taken = 1;
		for (uint32_t k = 0; kept && k < taken; k++)
			lc_words_add(out, words[i + k]);
		if (!kept && (*word == '@' || (flag && !is_job_flag(word))))
			++*ndropped;
	}
	for (size_t i = 0; i < LC_LEN(always); i++)
		lc_words_add(out, always[i]);
}

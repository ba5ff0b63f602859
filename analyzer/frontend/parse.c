/* SPDX-License-Identifier: MIT */
/*
 * libclang's index, translation unit and diagnostics, and the walk over a
 * unit's declarations that decides what is lowered:
 *   - every function body and static initialiser of the main file,
 *   - those of other non-system files that have external linkage,
 *   - the bodies that these call or name, until nothing new turns up.
 */
#include "frontend/frontend.h"
#include "frontend/internal.h"

#include <stdlib.h>
#include <unistd.h>

/* Appended to every command: warnings are not ours to give, and what older
 * compilers took for a warning must not cost a unit. */
static const char *const extra_flags[] = {
	"-w",
	"-Wno-error=implicit-function-declaration",
	"-Wno-error=implicit-int",
	"-Wno-error=int-conversion",
	"-Wno-error=incompatible-function-pointer-types",
	"-ferror-limit=0",
	"-fno-spell-checking",
};

struct lc_parser *lc_parser_new(void)
{
	struct lc_parser *fe = lc_alloc(sizeof(*fe));

	fe->index = clang_createIndex(0, 0);
	return fe;
}

void lc_parser_free(struct lc_parser *fe)
{
	if (!fe)
		return;
	fe_decls_free(fe);
	fe_files_clear(fe);
	lc_array_release(&fe->errors);
	lc_array_release(&fe->nodes);
	lc_array_release(&fe->node_stack);
	lc_array_release(&fe->steps);
	lc_array_release(&fe->aliases);
	lc_array_release(&fe->args);
	lc_array_release(&fe->instrs);
	lc_array_release(&fe->cases);
	lc_array_release(&fe->blocks);
	lc_array_release(&fe->cleanups);
	lc_array_release(&fe->labels);
	lc_array_release(&fe->gotos);
	lc_array_release(&fe->computed);
	lc_array_release(&fe->asm_names);
	lc_array_release(&fe->numbers);
	lc_array_release(&fe->order);
	lc_array_release(&fe->stack);
	lc_array_release(&fe->npreds);
	lc_map_release(&fe->path_map);
	lc_map_release(&fe->operand_map);
	clang_disposeIndex(fe->index);
	free(fe);
}

/* ---- the walk ---- */

static void visit_function(struct lc_parser *fe, CXCursor c, bool main_file)
{
	uint32_t symbol;

	if (!clang_isCursorDefinition(c))
		return;
	if (!main_file && (clang_Cursor_isFunctionInlined(c) ||
			   clang_getCursorLinkage(c) != CXLinkage_External))
		return;
	symbol = fe_decl_index(fe, c);
	fe_symbol_used(fe, symbol, false);
}

static void visit_variable(struct lc_parser *fe, CXCursor c)
{
	if (clang_Cursor_getStorageClass(c) == CX_SC_Extern &&
	    clang_Cursor_isNull(clang_Cursor_getVarDeclInitializer(c)))
		return;
	fe_mark_defined(fe, c);
	*lc_push(&fe->statics) = c;
}

static enum CXChildVisitResult visit(CXCursor c, CXCursor parent LC_UNUSED,
				     CXClientData data)
{
	struct lc_parser *fe = data;
	CXSourceLocation at;
	bool main_file;

	if (c.kind != CXCursor_FunctionDecl && c.kind != CXCursor_VarDecl)
		return CXChildVisit_Continue;
	at = clang_getCursorLocation(c);
	main_file = clang_Location_isFromMainFile(at);
	if (!main_file && clang_Location_isInSystemHeader(at))
		return CXChildVisit_Continue;
	if (c.kind == CXCursor_FunctionDecl)
		visit_function(fe, c, main_file);
	else
		visit_variable(fe, c);
	return CXChildVisit_Continue;
}

static void lower_all(struct lc_parser *fe)
{
	uint32_t f = 0, s = 0;

	clang_visitChildren(clang_getTranslationUnitCursor(fe->tu), visit, fe);
	while (f < fe->work.len || s < fe->statics.len) {
		if (f < fe->work.len)
			fe_function(fe, fe->work.data[f++]);
		else
			fe_init_static(fe, fe->statics.data[s++]);
	}
}

/* ---- the unit ---- */

static void set_message(struct lc_parser *fe, CXDiagnostic d)
{
	CXString text = clang_getDiagnosticSpelling(d);
	struct lc_pos pos;
	char *line;

	fe_pos(fe, clang_getDiagnosticLocation(d), &pos);
	line = pos.line ? lc_asprintf("%s:%u:%u: %s",
				      lc_str(&fe->unit->strings, pos.file),
				      pos.line, pos.col, clang_getCString(text)) :
		lc_strdup(clang_getCString(text));
	fe->unit->status = LC_UNIT_ERRORS;
	fe->unit->message = lc_intern(&fe->unit->strings, line);
	free(line);
	clang_disposeString(text);
}

static void read_errors(struct lc_parser *fe)
{
	unsigned n = clang_getNumDiagnostics(fe->tu);

	for (unsigned i = 0; i < n; i++) {
		CXDiagnostic d = clang_getDiagnostic(fe->tu, i);

		if (clang_getDiagnosticSeverity(d) >= CXDiagnostic_Error) {
			struct fe_spot at = fe_spot(
				fe, clang_getDiagnosticLocation(d));

			if (fe->unit->status == LC_UNIT_OK)
				set_message(fe, d);
			*lc_push(&fe->errors) = at;
		}
		clang_disposeDiagnostic(d);
	}
}

static const char *failure(enum CXErrorCode code, const struct lc_job *job)
{
	if (access(job->directory, X_OK) < 0)
		return "the directory that the compile database says it is "
		       "compiled in is not there or cannot be entered";
	if (access(job->file, R_OK) < 0)
		return "the source is not there or cannot be read";
	switch (code) {
	case CXError_Crashed:
		return "the C parser crashed";
	case CXError_ASTReadError:
		return "the C parser could not read a precompiled header";
	default:
		return "the C parser rejected the file or its command line";
	}
}

static enum CXErrorCode parse(struct lc_parser *fe)
{
	const struct lc_job *job = fe->job;
	size_t n = 0, max = job->argc + LC_LEN(extra_flags) + 3;
	const char **argv = lc_alloc(max * sizeof(*argv));
	char *directory = lc_asprintf("-working-directory=%s", job->directory);
	enum CXErrorCode code;

	argv[n++] = "-fbracket-depth=100000"; /* generated code nests deep */
	for (uint32_t i = 0; i < job->argc; i++)
		argv[n++] = job->argv[i];
	argv[n++] = directory;
	for (size_t i = 0; i < LC_LEN(extra_flags); i++)
		argv[n++] = extra_flags[i];
	code = clang_parseTranslationUnit2(fe->index, job->file, argv, (int)n,
					   NULL, 0,
					   CXTranslationUnit_KeepGoing, &fe->tu);
	free(argv);
	free(directory);
	return code;
}

void lc_parser_unit(struct lc_parser *fe, const struct lc_job *job,
		    const char *root, struct lc_unit *unit)
{
	enum CXErrorCode code;

	fe->job = job;
	fe->root = root;
	fe->unit = unit;
	fe->tu = NULL;
	fe->function = LC_NONE;
	unit->file = lc_intern(&unit->strings, job->name);
	unit->ndropped_flags = job->ndropped;
	unit->targets = lc_intern(&unit->strings, job->targets);
	code = parse(fe);
	if (code != CXError_Success || !fe->tu) {
		unit->status = LC_UNIT_FAILED;
		unit->message = lc_intern(&unit->strings, failure(code, job));
	} else {
		read_errors(fe);
		lower_all(fe);
	}
	fe_decls_clear(fe);
	fe_files_clear(fe);
	fe->errors.len = 0;
	if (fe->tu)
		clang_disposeTranslationUnit(fe->tu);
	fe->tu = NULL;
	fe->unit = NULL;
}

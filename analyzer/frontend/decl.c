/* SPDX-License-Identifier: MIT */
/*
 * Declarations → symbols, fields and locals. A declaration is known by clang's
 * address of it; names, types and the like are fetched when it is first seen.
 */
#include "frontend/internal.h"

#include <stdlib.h>

uint32_t fe_string(struct lc_parser *fe, CXString s)
{
	const char *text = clang_getCString(s);
	uint32_t id = lc_intern(&fe->unit->strings, text ? text : "");

	clang_disposeString(s);
	return id;
}

/* ---- types ---- */

enum fe_shape fe_shape_of(CXType t)
{
	switch (clang_getCanonicalType(t).kind) {
	case CXType_Pointer:
	case CXType_BlockPointer:
	case CXType_NullPtr:
		return FE_POINTER;
	case CXType_ConstantArray:
	case CXType_IncompleteArray:
	case CXType_VariableArray:
	case CXType_DependentSizedArray:
		return FE_ARRAY;
	case CXType_Record:
		return FE_RECORD;
	case CXType_FunctionProto:
	case CXType_FunctionNoProto:
		return FE_FUNCTION;
	default:
		return FE_SCALAR;
	}
}

enum fe_shape fe_node_shape(struct lc_parser *fe, uint32_t node)
{
	enum CXCursorKind k = fe_kind(fe, node);

	if (k == CXCursor_DeclRefExpr || k == CXCursor_MemberRefExpr)
		return fe_decl_of(fe, node)->shape;
	return fe_shape_of(clang_getCursorType(fe_node(fe, node)->c));
}

static bool same_type(const void *ctx, uint32_t index, const void *key)
{
	const struct lc_parser *fe = ctx;

	return fe->types.data[index].ptr == key;
}

uint32_t fe_type_text(struct lc_parser *fe, CXType t)
{
	uint64_t hash = lc_hash_u64((uint64_t)(uintptr_t)t.data[0], 2);
	uint32_t i = lc_map_find(&fe->type_map, hash, same_type, fe, t.data[0]);
	struct fe_type *type;
	CXString spelling;

	if (i != LC_NOT_FOUND)
		return fe->types.data[i].text;
	lc_map_add(&fe->type_map, hash, fe->types.len);
	type = lc_push(&fe->types);
	type->ptr = t.data[0];
	spelling = clang_getTypeSpelling(t);
	i = fe_rootless(fe, clang_getCString(spelling), SIZE_MAX);
	clang_disposeString(spelling);
	return type->text = i;
}

static CXType element_of(CXType t)
{
	while (fe_shape_of(t) == FE_ARRAY)
		t = clang_getArrayElementType(clang_getCanonicalType(t));
	return clang_getCanonicalType(t);
}

static bool is_volatile(CXType t)
{
	CXType e = element_of(t);

	return clang_isVolatileQualifiedType(clang_getCanonicalType(t)) ||
	       clang_isVolatileQualifiedType(e) || e.kind == CXType_Atomic;
}

/* ---- records and fields ---- */

static bool same_record(const void *ctx, uint32_t index, const void *key)
{
	const struct lc_parser *fe = ctx;

	return fe->records.data[index].ptr == key;
}

static enum CXVisitorResult add_record_field(CXCursor c, CXClientData data)
{
	struct lc_parser *fe = data;
	struct fe_record_field *f = lc_push(&fe->record_fields);

	f->c = c;
	f->decl = LC_NONE;
	return CXVisit_Continue;
}

struct fe_record *fe_record(struct lc_parser *fe, CXType t)
{
	CXType canon = clang_getCanonicalType(t);
	CXCursor decl = clang_getTypeDeclaration(canon);
	uint64_t hash = lc_hash_u64((uint64_t)(uintptr_t)decl.data[0], 3);
	uint32_t i = lc_map_find(&fe->record_map, hash, same_record, fe,
				 decl.data[0]);
	struct fe_record *r;

	if (i != LC_NOT_FOUND)
		return &fe->records.data[i];
	lc_map_add(&fe->record_map, hash, fe->records.len);
	r = lc_push(&fe->records);
	r->ptr = decl.data[0];
	r->is_union = decl.kind == CXCursor_UnionDecl;
	r->first = fe->record_fields.len;
	clang_Type_visitFields(canon, add_record_field, fe);
	r->n = fe->record_fields.len - r->first;
	return r;
}

static bool same_field(const void *ctx, uint32_t index, const void *key)
{
	const struct lc_field *f = &((const struct lc_unit *)ctx)->fields.data[index];
	const struct lc_field *k = key;

	return f->record == k->record && f->scope == k->scope &&
	       f->name == k->name;
}

static uint32_t record_name(struct lc_parser *fe, CXCursor record)
{
	CXString s = clang_getCursorSpelling(record);
	const char *text = clang_getCString(s);
	struct lc_pos pos;
	uint32_t id;
	char *made;

	if (text && *text && !strchr(text, '('))
		return fe_string(fe, s);
	clang_disposeString(s);
	fe_cursor_pos(fe, record, &pos);
	made = lc_asprintf("anon@%s:%u:%u", lc_str(&fe->unit->strings, pos.file),
			   pos.line, pos.col);
	id = lc_intern(&fe->unit->strings, made);
	free(made);
	return id;
}

static bool is_function_pointer(CXType t)
{
	CXType e = element_of(t);

	return e.kind == CXType_Pointer &&
	       fe_shape_of(clang_getPointeeType(e)) == FE_FUNCTION;
}

/* LC_NONE for a member that is itself an anonymous struct or union. */
static uint32_t add_field(struct lc_parser *fe, CXCursor c)
{
	struct lc_unit *u = fe->unit;
	struct lc_field f = { 0 };
	CXType type = clang_getCursorType(c);
	CXCursor record = clang_getCursorSemanticParent(c);
	struct lc_pos pos;
	uint64_t hash;
	uint32_t i;

	CXCursor own = clang_getTypeDeclaration(clang_getCanonicalType(type));

	if ((own.kind == CXCursor_StructDecl || own.kind == CXCursor_UnionDecl) &&
	    clang_Cursor_isAnonymousRecordDecl(own))
		return LC_NONE;
	f.name = fe_string(fe, clang_getCursorSpelling(c));
	for (;;) {
		if (record.kind == CXCursor_UnionDecl)
			f.flags |= LC_FIELD_UNION;
		if (!clang_Cursor_isAnonymousRecordDecl(record))
			break;
		record = clang_getCursorSemanticParent(record);
	}
	f.record = record_name(fe, record);
	fe_cursor_pos(fe, record, &pos);
	f.scope = pos.file;
	f.type = fe_type_text(fe, type);
	if (is_volatile(type))
		f.flags |= LC_FIELD_VOLATILE;
	if (fe_shape_of(type) == FE_POINTER)
		f.flags |= LC_FIELD_POINTER;
	if (is_function_pointer(type))
		f.flags |= LC_FIELD_FUNCPTR;
	/* The same struct seen through another redeclaration. */
	hash = lc_hash_u64(lc_hash_u64(f.record, f.scope), f.name);
	i = lc_map_find(&fe->field_map, hash, same_field, u, &f);
	if (i == LC_NOT_FOUND) {
		i = u->fields.len;
		lc_map_add(&fe->field_map, hash, i);
		*lc_push(&u->fields) = f;
	}
	return i;
}

/* ---- symbols ---- */

static uint32_t linkage_flags(CXCursor c)
{
	enum CXLinkageKind l = clang_getCursorLinkage(c);

	return l == CXLinkage_External || l == CXLinkage_UniqueExternal ? 0 :
		LC_SYM_INTERNAL;
}

static enum fe_builtin builtin_of(const char *name)
{
	static const char *const pure[] = {
		"object_size", "dynamic_object_size", "prefetch", "bswap",
		"clz", "ctz", "popcount", "parity", "ffs", "isnan", "isinf",
		"huge_val", "inf", "nan", "va_start", "va_end", "va_copy",
		"frame_address", "return_address", "assume", "fabs",
	};

	if (strncmp(name, "__builtin_", 10))
		return FE_NOT_BUILTIN;
	name += 10;
	if (!strcmp(name, "expect") || !strcmp(name, "expect_with_probability") ||
	    !strcmp(name, "assume_aligned"))
		return FE_EXPECT;
	if (!strcmp(name, "unreachable"))
		return FE_UNREACHABLE;
	if (!strcmp(name, "constant_p"))
		return FE_CONSTANT_P;
	for (size_t i = 0; i < LC_LEN(pure); i++)
		if (!strncmp(name, pure[i], strlen(pure[i])))
			return FE_PURE;
	return FE_NOT_BUILTIN;
}

static void fill_function(struct lc_parser *fe, uint32_t id, CXCursor c)
{
	struct lc_symbol *s = &fe->unit->symbols.data[id];
	CXType type = clang_getCanonicalType(clang_getCursorType(c));
	CXType result = clang_getCanonicalType(clang_getResultType(type));
	const char *text;

	s->flags |= LC_SYM_FUNCTION | linkage_flags(c);
	if (s->flags & LC_SYM_INTERNAL)
		s->scope = s->pos.file;
	if (result.kind == CXType_Void)
		s->flags |= LC_SYM_VOID;
	if (result.kind == CXType_Pointer)
		s->flags |= LC_SYM_POINTER_RET;
	s->type = fe_type_text(fe, type);
	text = strstr(lc_str(&fe->unit->strings, s->type), " __attribute__((");
	if (text) {
		const char *all = lc_str(&fe->unit->strings, s->type);

		if (strstr(text, "noreturn"))
			s->flags |= LC_SYM_NORETURN;
		s->type = lc_intern_n(&fe->unit->strings, all,
				      (size_t)(text - all));
	}
	fe->symbols.data[id].builtin =
		builtin_of(lc_str(&fe->unit->strings, s->name));
	if (clang_Cursor_hasAttrs(c))
		fe_function_attrs(fe, id, c);
}

static uint32_t static_local_scope(struct lc_parser *fe, CXCursor c,
				   struct lc_pos *pos)
{
	CXCursor fn = clang_getCursorSemanticParent(c);
	CXString name = clang_getCursorSpelling(fn);
	char *scope = lc_asprintf("%s:%s:%u", lc_str(&fe->unit->strings, pos->file),
				  clang_getCString(name), pos->line);
	uint32_t id = lc_intern(&fe->unit->strings, scope);

	clang_disposeString(name);
	free(scope);
	return id;
}

static void fill_variable(struct lc_parser *fe, uint32_t id, CXCursor c)
{
	struct lc_symbol *s = &fe->unit->symbols.data[id];
	CXType type = clang_getCursorType(c);

	s->flags |= linkage_flags(c);
	if (s->flags & LC_SYM_INTERNAL) {
		CXCursor parent = clang_getCursorSemanticParent(c);

		s->scope = parent.kind == CXCursor_FunctionDecl ?
			static_local_scope(fe, c, &s->pos) : s->pos.file;
		s->flags |= LC_SYM_DEFINED;
	}
	s->type = fe_type_text(fe, type);
	if (is_volatile(type))
		s->flags |= LC_SYM_VOLATILE;
	if (fe_shape_of(type) == FE_POINTER)
		s->flags |= LC_SYM_POINTER;
	if (clang_isConstQualifiedType(element_of(type)))
		s->flags |= LC_SYM_CONST;
	if (clang_getCursorTLSKind(c) != CXTLS_None)
		s->flags |= LC_SYM_THREAD;
	if (clang_Cursor_hasAttrs(c))
		fe_variable_attrs(fe, id, c);
}

static uint32_t add_symbol(struct lc_parser *fe, CXCursor c)
{
	CXCursor def = clang_getCursorDefinition(c);
	bool defined = !clang_Cursor_isNull(def) && def.kind == c.kind;
	CXCursor best = defined ? def : c;
	uint32_t id = fe->unit->symbols.len;
	struct lc_symbol *s = lc_push(&fe->unit->symbols);
	struct fe_symbol *own = lc_push(&fe->symbols);
	struct lc_pos pos;

	s->flow = LC_NONE;
	s->name = fe_string(fe, clang_getCursorSpelling(c));
	own->def = defined ? def : clang_getNullCursor();
	if (defined)
		s->flags |= LC_SYM_DEFINED;
	fe_cursor_pos(fe, best, &pos);
	s = &fe->unit->symbols.data[id];
	s->pos = pos;
	if (c.kind == CXCursor_FunctionDecl)
		fill_function(fe, id, best);
	else
		fill_variable(fe, id, best);
	return id;
}

/* A tentative definition (`int x;`) is one too; clang_getCursorDefinition does
 * not say so. Called for what the walk over the unit meets. */
void fe_mark_defined(struct lc_parser *fe, CXCursor var)
{
	uint32_t id = fe_decl_index(fe, var);
	struct lc_symbol *s = &fe->unit->symbols.data[id];

	if (s->flags & LC_SYM_DEFINED)
		return;
	s->flags |= LC_SYM_DEFINED;
	fe_cursor_pos(fe, var, &s->pos);
}

/* ---- the table of declarations ---- */

static bool same_decl(const void *ctx, uint32_t index, const void *key)
{
	const struct lc_parser *fe = ctx;

	return fe->decls.data[index].ptr == key;
}

static uint32_t find_decl(struct lc_parser *fe, const void *ptr)
{
	return lc_map_find(&fe->decl_map,
			   lc_hash_u64((uint64_t)(uintptr_t)ptr, 4), same_decl,
			   fe, ptr);
}

static uint32_t put_decl(struct lc_parser *fe, struct fe_decl d)
{
	lc_map_add(&fe->decl_map, lc_hash_u64((uint64_t)(uintptr_t)d.ptr, 4),
		   fe->decls.len);
	*lc_push(&fe->decls) = d;
	return fe->decls.len - 1;
}

static void describe_global(struct lc_parser *fe, CXCursor c, struct fe_decl *d)
{
	CXCursor canon = clang_getCanonicalCursor(c);
	uint32_t i = canon.data[0] == c.data[0] ? LC_NOT_FOUND :
		find_decl(fe, canon.data[0]);

	d->kind = FE_DECL_SYMBOL;
	d->shape = c.kind == CXCursor_FunctionDecl ? FE_FUNCTION :
		fe_shape_of(clang_getCursorType(c));
	if (i != LC_NOT_FOUND) {
		d->index = fe->decls.data[i].index;
		return;
	}
	d->index = add_symbol(fe, c);
	if (canon.data[0] != c.data[0]) {
		struct fe_decl same = *d;

		same.ptr = canon.data[0];
		put_decl(fe, same);
	}
}

uint32_t fe_decl(struct lc_parser *fe, CXCursor c)
{
	struct fe_decl d = { .ptr = c.data[0], .index = LC_NONE };
	uint32_t i = find_decl(fe, c.data[0]);

	if (i != LC_NOT_FOUND)
		return i;
	switch (c.kind) {
	case CXCursor_EnumConstantDecl:
		d.kind = FE_DECL_ENUM;
		d.value = clang_getEnumConstantDeclValue(c);
		break;
	case CXCursor_FieldDecl:
		d.kind = FE_DECL_FIELD;
		d.shape = fe_shape_of(clang_getCursorType(c));
		d.index = add_field(fe, c);
		break;
	case CXCursor_FunctionDecl:
		describe_global(fe, c, &d);
		break;
	case CXCursor_VarDecl:
		if (clang_Cursor_hasVarDeclGlobalStorage(c) == 1)
			describe_global(fe, c, &d);
		break;
	default:
		break;
	}
	return put_decl(fe, d);
}

struct fe_decl *fe_decl_of(struct lc_parser *fe, uint32_t node)
{
	if (fe_node(fe, node)->decl == LC_NONE) {
		CXCursor c = clang_getCursorReferenced(fe_node(fe, node)->c);
		uint32_t d = fe_decl(fe, c);

		fe_node(fe, node)->decl = d;
	}
	return &fe->decls.data[fe_node(fe, node)->decl];
}

uint32_t fe_decl_index(struct lc_parser *fe, CXCursor decl)
{
	uint32_t d = fe_decl(fe, decl); /* first: it may move the table */

	return fe->decls.data[d].index;
}

/* A function was called or its address taken: its body is wanted, unless it
 * belongs to a system header. */
void fe_symbol_used(struct lc_parser *fe, uint32_t symbol, bool address)
{
	struct lc_symbol *s = &fe->unit->symbols.data[symbol];
	struct fe_symbol *own = &fe->symbols.data[symbol];

	if (address)
		s->flags |= LC_SYM_ADDRESS;
	if (own->queued || clang_Cursor_isNull(own->def))
		return;
	own->queued = true;
	if (!clang_Location_isInSystemHeader(clang_getCursorLocation(own->def)))
		*lc_push(&fe->work) = symbol;
}

/* ---- locals ---- */

uint32_t fe_local(struct lc_parser *fe, CXCursor c, bool param)
{
	uint32_t i = find_decl(fe, c.data[0]);
	uint32_t index = fe->unit->locals.len - fe->first_local;
	CXType type = clang_getCursorType(c);
	struct fe_decl d = { .ptr = c.data[0], .kind = FE_DECL_LOCAL };
	struct lc_local l = { 0 };

	d.index = index;
	d.shape = fe_shape_of(type);
	l.name = fe_string(fe, clang_getCursorSpelling(c));
	l.type = fe_type_text(fe, type);
	l.flags = param ? LC_LOCAL_PARAM : 0;
	if (is_volatile(type))
		l.flags |= LC_LOCAL_VOLATILE;
	if (d.shape == FE_POINTER)
		l.flags |= LC_LOCAL_POINTER;
	fe_cursor_pos(fe, c, &l.pos);
	*lc_push(&fe->unit->locals) = l;
	if (i == LC_NOT_FOUND)
		put_decl(fe, d);
	else /* referred to before it was met: int x = sizeof(x) */
		fe->decls.data[i] = d;
	return index;
}

uint32_t fe_hidden_local(struct lc_parser *fe, bool pointer, struct lc_pos *pos)
{
	struct lc_local *l = lc_push(&fe->unit->locals);

	l->flags = pointer ? LC_LOCAL_POINTER : 0;
	l->pos = *pos;
	return fe->unit->locals.len - 1 - fe->first_local;
}

/* ---- functions by name: only cleanup attributes name them ---- */

static enum CXChildVisitResult note_name(CXCursor c, CXCursor parent LC_UNUSED,
					 CXClientData data)
{
	struct lc_parser *fe = data;

	if (c.kind == CXCursor_FunctionDecl) {
		*lc_push(&fe->fn_names) = fe_string(fe, clang_getCursorSpelling(c));
		*lc_push(&fe->fn_cursors) = c;
	}
	return CXChildVisit_Continue;
}

uint32_t fe_function_named(struct lc_parser *fe, const char *name, size_t n)
{
	uint32_t id;

	if (!fe->fn_names.len)
		clang_visitChildren(clang_getTranslationUnitCursor(fe->tu),
				    note_name, fe);
	id = lc_intern_n(&fe->unit->strings, name, n);
	for (uint32_t i = 0; i < fe->fn_names.len; i++)
		if (fe->fn_names.data[i] == id)
			return fe_decl_index(fe, fe->fn_cursors.data[i]);
	return LC_NONE;
}

void fe_decls_clear(struct lc_parser *fe)
{
	fe->decls.len = fe->symbols.len = fe->types.len = 0;
	fe->records.len = fe->record_fields.len = 0;
	fe->work.len = fe->statics.len = 0;
	fe->fn_names.len = fe->fn_cursors.len = 0;
	lc_map_release(&fe->decl_map);
	lc_map_release(&fe->type_map);
	lc_map_release(&fe->record_map);
	lc_map_release(&fe->field_map);
}

void fe_decls_free(struct lc_parser *fe)
{
	fe_decls_clear(fe);
	lc_array_release(&fe->decls);
	lc_array_release(&fe->symbols);
	lc_array_release(&fe->types);
	lc_array_release(&fe->records);
	lc_array_release(&fe->record_fields);
	lc_array_release(&fe->work);
	lc_array_release(&fe->statics);
	lc_array_release(&fe->fn_names);
	lc_array_release(&fe->fn_cursors);
}

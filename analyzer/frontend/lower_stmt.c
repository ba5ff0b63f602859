/* SPDX-License-Identifier: MIT */
/*
 * Statements, and a function as a whole. After each statement fe->cur is the
 * block that the next one continues, or LC_NONE if control never gets there.
 */
#include "frontend/internal.h"

#include <stdlib.h>

static void compound(struct lc_parser *fe, uint32_t node)
{
	uint32_t outer = fe->cleanup;
	struct lc_pos end = { 0 };

	for (uint32_t i = fe_node(fe, node)->first; i != LC_NONE;
	     i = fe_node(fe, i)->next)
		fe_stmt(fe, i);
	if (fe->cleanup != outer)
		fe_end_pos(fe, fe_node(fe, node)->c, &end);
	fe_leave_scope(fe, outer, &end);
}

/* ---- declarations ---- */

static uint32_t initialiser(struct lc_parser *fe, uint32_t var)
{
	uint32_t init = LC_NONE;

	for (uint32_t i = fe_node(fe, var)->first; i != LC_NONE;
	     i = fe_node(fe, i)->next)
		if (fe_is_expr(fe_kind(fe, i)))
			init = i;
	/* The expression may be an array's size or typeof's operand. */
	if (init != LC_NONE && clang_Cursor_isNull(
			clang_Cursor_getVarDeclInitializer(fe_node(fe, var)->c)))
		init = LC_NONE;
	return init;
}

static void push_cleanup(struct lc_parser *fe, uint32_t var, uint32_t local)
{
	CXCursor c = fe_node(fe, var)->c;
	uint32_t f;
	struct fe_cleanup *s;

	for (f = fe_node(fe, var)->first; f != LC_NONE; f = fe_node(fe, f)->next)
		if (fe_kind(fe, f) == CXCursor_UnexposedAttr)
			break;
	if (f == LC_NONE)
		return;
	f = fe_cleanup_attr(fe, c);
	if (f == LC_NONE)
		return;
	fe_symbol_used(fe, f, false);
	s = lc_push(&fe->cleanups);
	s->parent = fe->cleanup;
	s->local = local;
	s->symbol = f;
	fe->cleanup = fe->cleanups.len - 1;
}

static void vla_size(struct lc_parser *fe, uint32_t var, uint32_t init)
{
	for (uint32_t i = fe_node(fe, var)->first; i != LC_NONE;
	     i = fe_node(fe, i)->next)
		if (i != init && fe_is_expr(fe_kind(fe, i)))
			fe_effect(fe, i);
}

static void variable(struct lc_parser *fe, uint32_t node)
{
	CXCursor c = fe_node(fe, node)->c;
	CXType type = clang_getCursorType(c);
	uint32_t init, local, path;
	struct lc_instr *i;
	struct lc_pos pos;

	if (clang_Cursor_hasVarDeclGlobalStorage(c) == 1) {
		fe_decl_index(fe, c);
		if (fe_node(fe, node)->last != LC_NONE)
			*lc_push(&fe->statics) = c;
		return;
	}
	init = initialiser(fe, node);
	if (clang_getCanonicalType(type).kind == CXType_VariableArray)
		vla_size(fe, node, init);
	local = fe_local(fe, c, false);
	fe_cursor_pos(fe, c, &pos);
	if (init != LC_NONE) {
		fe_init_local(fe, fe_root(LC_ROOT_LOCAL, local), type, init,
			      &pos);
	} else if (fe->cur != LC_NONE) {
		path = fe_path(fe, fe_root(LC_ROOT_LOCAL, local), 0);
		i = fe_emit(fe, LC_I_DECL);
		i->path = path;
		i->pos = pos;
	}
	push_cleanup(fe, node, local);
}

static void declaration(struct lc_parser *fe, uint32_t node)
{
	for (uint32_t i = fe_node(fe, node)->first; i != LC_NONE;
	     i = fe_node(fe, i)->next)
		if (fe_kind(fe, i) == CXCursor_VarDecl)
			variable(fe, i);
}

/* ---- if, switch ---- */

/* else if … else if …: a loop, for generated code has thousands. */
static void if_stmt(struct lc_parser *fe, uint32_t node)
{
	uint32_t join = fe_block(fe);

	for (;;) {
		uint32_t yes = fe_block(fe), no, other;

		other = fe_node(fe, node)->n >= 3 ? fe_child(fe, node, 2) :
			LC_NONE;
		no = other == LC_NONE ? join : fe_block(fe);
		if (fe_node(fe, node)->n < 2) {
			fe_incomplete(fe, "if without parts (parse error)");
			break;
		}
		fe_cond(fe, fe_node(fe, node)->first, yes, no);
		fe_start(fe, yes);
		fe_stmt(fe, fe_child(fe, node, 1));
		if (fe->cur != LC_NONE)
			fe_jump(fe, join);
		if (other == LC_NONE)
			break;
		fe_start(fe, no);
		if (fe_kind(fe, other) != CXCursor_IfStmt) {
			fe_stmt(fe, other);
			break;
		}
		node = other;
	}
	fe_start(fe, join);
}

static enum CXChildVisitResult count_constant(CXCursor c, CXCursor parent,
					      CXClientData data)
{
	(void)parent;
	if (clang_getCursorKind(c) == CXCursor_EnumConstantDecl)
		++*(uint32_t *)data;
	return CXChildVisit_Continue;
}

/* How many values the enum has that is switched on, 0 = not on an enum. */
static uint32_t enum_size(struct lc_parser *fe, uint32_t node)
{
	uint32_t n = 0;

	for (;;) {
		CXType t = clang_getCanonicalType(
			clang_getCursorType(fe_node(fe, node)->c));

		if (t.kind == CXType_Enum) {
			clang_visitChildren(clang_getTypeDeclaration(t),
					    count_constant, &n);
			return n;
		}
		if (fe_node(fe, node)->n != 1)
			return 0;
		node = fe_node(fe, node)->first;
	}
}

/* A switch without default that names every value of its enum always takes
 * one of its cases: that is why its author wrote no default. */
static void close_enum(struct lc_parser *fe, uint32_t block, uint32_t exit,
		       uint32_t size)
{
	struct fe_block *b = &fe->blocks.data[block];
	uint32_t nowhere;

	if (!size || b->b.succ[0] != exit || b->b.ncases < size)
		return;
	nowhere = fe_block(fe);
	fe->blocks.data[block].b.succ[0] = nowhere;
	fe_start(fe, nowhere);
	fe_close(fe, LC_T_NORETURN);
}

static void switch_stmt(struct lc_parser *fe, uint32_t node)
{
	uint32_t exit = fe_block(fe), operand, block, size;
	struct fe_jumps old;
	struct fe_value v;
	struct lc_pos pos;

	if (fe_node(fe, node)->n < 2) {
		fe_incomplete(fe, "switch without body (parse error)");
		return;
	}
	size = enum_size(fe, fe_node(fe, node)->first);
	v = fe_eval(fe, fe_node(fe, node)->first);
	block = fe->cur;
	if (block != LC_NONE) {
		struct fe_block *b;

		operand = fe_operand(fe, &v, 0);
		fe_cursor_pos(fe, fe_node(fe, node)->c, &pos);
		b = fe_close(fe, LC_T_SWITCH);
		b->b.lhs = operand;
		b->b.pos = pos;
		b->b.succ[0] = exit;
	}
	old = fe_enter(fe, exit, LC_NONE);
	fe->in_switch = block;
	fe_stmt(fe, fe_node(fe, node)->last);
	fe_leave(fe, old);
	fe_start(fe, exit);
	if (block != LC_NONE && size) {
		uint32_t cur = fe->cur;

		close_enum(fe, block, exit, size);
		fe->cur = cur;
	}
}

static void one_case(struct lc_parser *fe, uint32_t node, uint32_t target)
{
	uint32_t lo = fe_node(fe, node)->first;
	int64_t a, b;

	if (!fe_const(fe, lo, &a) &&
	    !fe_evaluate(fe_node(fe, lo)->c, &a)) {
		fe_incomplete(fe, "case value is not a constant");
		return;
	}
	b = a;
	if (fe_node(fe, node)->n >= 3)
		fe_const(fe, fe_child(fe, node, 1), &b);
	fe_add_case(fe, fe->in_switch, a, b, target);
}

/* case 1: case 2: … default: statement; nested in clang's tree. */
static void case_stmt(struct lc_parser *fe, uint32_t node)
{
	uint32_t target = fe_block(fe);

	fe_start(fe, target);
	for (;;) {
		enum CXCursorKind k = fe_kind(fe, node);

		if (k != CXCursor_CaseStmt && k != CXCursor_DefaultStmt)
			break;
		if (fe->in_switch != LC_NONE) {
			if (k == CXCursor_DefaultStmt)
				fe->blocks.data[fe->in_switch].b.succ[0] = target;
			else
				one_case(fe, node, target);
		}
		node = fe_node(fe, node)->last;
		if (node == LC_NONE)
			return;
	}
	fe_stmt(fe, node);
}

/* ---- jumps ---- */

static void jump_out(struct lc_parser *fe, uint32_t node, uint32_t to,
		     uint32_t cleanup)
{
	struct lc_pos pos;

	if (fe->cur == LC_NONE)
		return;
	if (to == LC_NONE) {
		fe_incomplete(fe, "break or continue outside (parse error)");
		fe_close(fe, LC_T_NORETURN);
		return;
	}
	if (fe->cleanup != cleanup) {
		fe_cursor_pos(fe, fe_node(fe, node)->c, &pos);
		fe_unwind(fe, fe->cleanup, cleanup, &pos);
	}
	fe_jump(fe, to);
}

static void take_return(struct lc_parser *fe, struct fe_sink *sink,
			uint32_t node, struct fe_value *v)
{
	uint32_t operand = LC_NONE;
	struct fe_value value;
	int64_t number;

	if (node != LC_NONE) {
		uint32_t s = fe_look_through(fe, node);

		if (!fe_const(fe, node, &number) &&
		    (fe_is_logical(fe, s) || fe_is_conditional(fe, s))) {
			fe_each_value(fe, s, sink);
			return;
		}
		value = fe_eval(fe, node);
	} else {
		value = *v;
	}
	if (fe->cur == LC_NONE)
		return;
	if (fe->cleanup != LC_NONE && value.kind == LC_OP_LOAD &&
	    value.place.root_kind != LC_ROOT_TEMP) {
		/* The value is taken before the cleanups run. */
		struct fe_place h = fe_root(
			LC_ROOT_LOCAL, fe_hidden_local(fe, false, &sink->pos));

		fe_assign(fe, h, &value, &sink->pos, 0);
		value = fe_load(h);
	}
	if (!(fe->unit->symbols.data[fe->function].flags & LC_SYM_VOID))
		operand = fe_operand(fe, &value, 0);
	fe_unwind(fe, fe->cleanup, LC_NONE, &sink->pos);
	fe_return(fe, operand, &sink->pos);
}

static void return_stmt(struct lc_parser *fe, uint32_t node)
{
	uint32_t value = fe_node(fe, node)->last;
	bool is_void = fe->unit->symbols.data[fe->function].flags & LC_SYM_VOID;
	struct fe_sink sink = { take_return, { 0, 0, LC_NONE }, { 0 } };

	fe_cursor_pos(fe, fe_node(fe, node)->c, &sink.pos);
	if (value != LC_NONE && fe_is_expr(fe_kind(fe, value)) && !is_void) {
		take_return(fe, &sink, value, NULL);
	} else {
		if (value != LC_NONE)
			fe_effect(fe, value); /* return void_function(); */
		fe_unwind(fe, fe->cleanup, LC_NONE, &sink.pos);
		fe_return(fe, LC_NONE, &sink.pos);
	}
	fe->cur = LC_NONE;
}

/* ---- statement expressions ---- */

/* container_of as most write it: ({ T *__p = (x); (S *)((char *)__p -
 * offsetof(S, m)); }). There __p is x itself, not a variable. */
static bool only_renames(struct lc_parser *fe, uint32_t body)
{
	uint32_t fields[8], last = fe_node(fe, body)->last, s;

	if (last == LC_NONE || !fe_is_expr(fe_kind(fe, last)))
		return false;
	for (uint32_t i = fe_node(fe, body)->first; i != last;
	     i = fe_node(fe, i)->next)
		if (fe_kind(fe, i) != CXCursor_DeclStmt &&
		    fe_kind(fe, i) != CXCursor_NullStmt)
			return false;
	s = fe_strip(fe, last, true);
	return fe_kind(fe, s) == CXCursor_BinaryOperator &&
	       fe_node(fe, s)->n == 2 &&
	       clang_getCursorBinaryOperatorKind(fe_node(fe, s)->c) ==
		       CXBinaryOperator_Sub &&
	       fe_offsetof(fe, fe_node(fe, s)->last, fields, 8) > 0;
}

static void rename_variables(struct lc_parser *fe, uint32_t decl)
{
	for (uint32_t i = fe_node(fe, decl)->first; i != LC_NONE;
	     i = fe_node(fe, i)->next) {
		struct fe_value v;
		uint32_t d, init;

		if (fe_kind(fe, i) != CXCursor_VarDecl)
			continue;
		init = initialiser(fe, i);
		v = init == LC_NONE ? fe_opaque() : fe_eval(fe, init);
		d = fe_decl(fe, fe_node(fe, i)->c);
		fe->decls.data[d].kind = FE_DECL_ALIAS;
		fe->decls.data[d].shape = FE_POINTER;
		fe->decls.data[d].index = fe->aliases.len;
		*lc_push(&fe->aliases) = v;
	}
}

static struct fe_value last_value(struct lc_parser *fe, uint32_t node,
				  bool want)
{
	if (want && fe_is_expr(fe_kind(fe, node)))
		return fe_eval(fe, node);
	fe_stmt(fe, node);
	return fe_opaque();
}

struct fe_value fe_stmt_expr(struct lc_parser *fe, uint32_t node, bool want)
{
	uint32_t body = fe_node(fe, node)->first, outer = fe->cleanup;
	struct fe_value v = fe_opaque();
	bool renames;
	struct lc_pos pos;

	if (body == LC_NONE)
		return v;
	renames = only_renames(fe, body);
	for (uint32_t i = fe_node(fe, body)->first; i != LC_NONE;
	     i = fe_node(fe, i)->next) {
		if (i == fe_node(fe, body)->last)
			v = last_value(fe, i, want);
		else if (renames && fe_kind(fe, i) == CXCursor_DeclStmt)
			rename_variables(fe, i);
		else
			fe_stmt(fe, i);
	}
	if (fe->cleanup == outer)
		return v;
	fe_end_pos(fe, fe_node(fe, body)->c, &pos);
	if (v.kind == LC_OP_LOAD && v.place.root_kind != LC_ROOT_TEMP) {
		struct fe_place h = fe_root(LC_ROOT_LOCAL,
					    fe_hidden_local(fe, false, &pos));

		fe_assign(fe, h, &v, &pos, 0);
		v = fe_load(h);
	}
	fe_leave_scope(fe, outer, &pos);
	return v;
}

/* ---- all of them ---- */

static void unexposed(struct lc_parser *fe, uint32_t node, const char *reason)
{
	if (reason)
		fe_incomplete(fe, reason);
	for (uint32_t i = fe_node(fe, node)->first; i != LC_NONE;
	     i = fe_node(fe, i)->next)
		fe_stmt(fe, i);
}

void fe_stmt(struct lc_parser *fe, uint32_t node)
{
	enum CXCursorKind k = fe_kind(fe, node);

	switch (k) {
	case CXCursor_CompoundStmt: compound(fe, node); break;
	case CXCursor_DeclStmt: declaration(fe, node); break;
	case CXCursor_IfStmt: if_stmt(fe, node); break;
	case CXCursor_SwitchStmt: switch_stmt(fe, node); break;
	case CXCursor_CaseStmt:
	case CXCursor_DefaultStmt: case_stmt(fe, node); break;
	case CXCursor_WhileStmt: fe_while_stmt(fe, node); break;
	case CXCursor_DoStmt: fe_do_stmt(fe, node); break;
	case CXCursor_ForStmt: fe_for_stmt(fe, node); break;
	case CXCursor_LabelStmt: fe_label_stmt(fe, node); break;
	case CXCursor_GotoStmt: fe_goto_stmt(fe, node); break;
	case CXCursor_IndirectGotoStmt: fe_computed_goto(fe, node); break;
	case CXCursor_ReturnStmt: return_stmt(fe, node); break;
	case CXCursor_GCCAsmStmt:
	case CXCursor_MSAsmStmt: fe_asm(fe, node); break;
	case CXCursor_NullStmt: break;
	case CXCursor_BreakStmt:
		jump_out(fe, node, fe->on_break, fe->break_cleanup);
		break;
	case CXCursor_ContinueStmt:
		jump_out(fe, node, fe->on_continue, fe->continue_cleanup);
		break;
	case CXCursor_UnexposedStmt: /* [[attribute]] statement */
		unexposed(fe, node, NULL);
		break;
	default:
		if (fe_is_expr(k))
			fe_effect(fe, node);
		else if (clang_isStatement(k))
			unexposed(fe, node, "statement of an extension "
				  "(OpenMP, SEH, …)");
	}
}

static void begin_function(struct lc_parser *fe)
{
	fe->steps.len = fe->aliases.len = fe->args.len = 0;
	fe->cleanups.len = fe->labels.len = fe->gotos.len = 0;
	fe->computed.len = fe->asm_names.len = 0;
	fe_map_clear(&fe->path_map);
	fe_map_clear(&fe->operand_map);
	fe->cleanup = fe->on_break = fe->on_continue = fe->in_switch = LC_NONE;
	fe->break_cleanup = fe->continue_cleanup = LC_NONE;
	fe->ntemps = fe->nunknown = fe->reason = 0;
	fe->first_local = fe->unit->locals.len;
	fe_cfg_begin(fe);
}

static uint32_t parameters(struct lc_parser *fe, CXCursor def)
{
	int n = clang_Cursor_getNumArguments(def);

	for (int i = 0; i < n; i++)
		fe_local(fe, clang_Cursor_getArgument(def, (unsigned)i), true);
	return n > 0 ? (uint32_t)n : 0;
}

/* clang drops what it cannot parse: such a body is not all there. Returns
 * whether an error is what ended it: then nobody knows how it goes on. */
static bool note_errors(struct lc_parser *fe, CXCursor def)
{
	CXSourceRange r = clang_getCursorExtent(def);
	struct fe_spot a, b;
	bool cut = false;

	if (!fe->errors.len)
		return false;
	a = fe_spot(fe, clang_getRangeStart(r));
	b = fe_spot(fe, clang_getRangeEnd(r));
	for (uint32_t i = 0; i < fe->errors.len; i++) {
		struct fe_spot e = fe->errors.data[i];

		if (e.file == a.file && e.offset >= a.offset &&
		    e.offset <= b.offset) {
			fe_incomplete(fe, "does not parse");
			cut |= e.offset + 1 >= b.offset;
		}
	}
	return cut;
}

void fe_function(struct lc_parser *fe, uint32_t symbol)
{
	struct lc_unit *u = fe->unit;
	CXCursor def = fe->symbols.data[symbol].def;
	struct lc_flow f = { .symbol = symbol };
	uint32_t body = LC_NONE;
	bool cut;

	fe_tree(fe, def);
	for (uint32_t i = fe_node(fe, 0)->first; i != LC_NONE;
	     i = fe_node(fe, i)->next)
		if (fe_kind(fe, i) == CXCursor_CompoundStmt)
			body = i;
	if (body == LC_NONE)
		return;
	fe->function = symbol;
	begin_function(fe);
	f.first_local = fe->first_local;
	f.nparams = parameters(fe, def);
	f.pos = u->symbols.data[symbol].pos;
	fe_end_pos(fe, fe_node(fe, body)->c, &f.end);
	cut = note_errors(fe, def);
	fe_stmt(fe, body);
	if (fe->cur != LC_NONE && cut)
		fe_close(fe, LC_T_NORETURN);
	else if (fe->cur != LC_NONE)
		fe_return(fe, LC_NONE, &f.end);
	fe_scopes_finish(fe);
	fe_cfg_finish(fe, &f);
	f.nlocals = u->locals.len - f.first_local;
	f.ntemps = fe->ntemps;
	f.reason = fe->reason;
	f.flags = fe->reason ? LC_FLOW_INCOMPLETE : 0;
	if (clang_Cursor_isVariadic(def))
		f.flags |= LC_FLOW_VARIADIC;
	if (f.pos.file != u->file)
		f.flags |= LC_FLOW_INLINE;
	u->symbols.data[symbol].flow = u->flows.len;
	*lc_push(&u->flows) = f;
	fe->function = LC_NONE;
}

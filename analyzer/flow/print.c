/* SPDX-License-Identifier: MIT */
/*
 * A flow as text, paths as a C programmer writes them. Stable: goldens and
 * people read it. Positions are line:column, with the macro's name in
 * brackets, and the file where it is not the function's own.
 */
#include "flow/flow.h"

#include <inttypes.h>
#include <stdlib.h>

static const char *const cmp_names[] = { "eq", "ne", "lt", "le", "gt", "ge" };

static void print_operand(const struct lc_unit *u, uint32_t flow,
			  uint32_t operand, struct lc_buf *out);

static void print_local(const struct lc_unit *u, const struct lc_flow *f,
			uint32_t local, struct lc_buf *out)
{
	const struct lc_local *l = &u->locals.data[f->first_local + local];
	const char *name = lc_str(&u->strings, l->name);
	uint32_t same = 0;

	if (!*name) {
		lc_buf_printf(out, "%%%" PRIu32, local);
		return;
	}
	/* Variables of one name in different blocks are told apart. */
	for (uint32_t i = 0; i < local; i++)
		same += u->locals.data[f->first_local + i].name == l->name;
	lc_buf_str(out, name);
	if (same)
		lc_buf_printf(out, "'%" PRIu32, same + 1);
}

static void print_root(const struct lc_unit *u, uint32_t flow,
		       const struct lc_path *p, struct lc_buf *out)
{
	switch (p->root_kind) {
	case LC_ROOT_GLOBAL:
		lc_buf_str(out, lc_str(&u->strings,
				       u->symbols.data[p->root].name));
		break;
	case LC_ROOT_LOCAL:
		print_local(u, &u->flows.data[flow], p->root, out);
		break;
	case LC_ROOT_TEMP:
		lc_buf_printf(out, "t%" PRIu32, p->root);
		break;
	case LC_ROOT_STRING:
		lc_buf_str(out, p->root ? lc_str(&u->strings, p->root) :
				"\"…\"");
		break;
	default:
		lc_buf_printf(out, "?%" PRIu32, p->root);
	}
}

/* Text so far becomes the operand of a prefix: (*text) or container(text). */
static void wrap(struct lc_buf *out, size_t start, const char *before,
		 const char *after)
{
	char *text = lc_strdup(out->data + start);

	out->len = start;
	lc_buf_str(out, before);
	lc_buf_str(out, text);
	lc_buf_str(out, after);
	free(text);
}

static void print_field(const struct lc_unit *u, uint32_t field, bool arrow,
			struct lc_buf *out)
{
	lc_buf_str(out, arrow ? "->" : ".");
	lc_buf_str(out, lc_str(&u->strings, u->fields.data[field].name));
}

static void print_container(const struct lc_unit *u, uint32_t field,
			    struct lc_buf *out, size_t start, bool pointer)
{
	const struct lc_field *f = &u->fields.data[field];
	char *tail = lc_asprintf(", %s, %s)", lc_str(&u->strings, f->record),
				 lc_str(&u->strings, f->name));

	wrap(out, start, pointer ? "(*container_of(" : "(*container_of(&", tail);
	lc_buf_str(out, ")");
	free(tail);
}

static void print_index(const struct lc_unit *u, uint32_t flow,
			const struct lc_step *s, struct lc_buf *out)
{
	lc_buf_str(out, "[");
	if (s->kind == LC_STEP_INDEX)
		lc_buf_printf(out, "%" PRId64, s->value);
	else if (s->kind == LC_STEP_INDEX_VAR)
		print_operand(u, flow, s->ref, out);
	else
		lc_buf_str(out, "*");
	lc_buf_str(out, "]");
}

/* `pending` is a DEREF not written yet: what follows decides between ->, []
 * and (*…). */
void lc_path_print(const struct lc_unit *u, uint32_t flow, uint32_t path,
		   struct lc_buf *out)
{
	const struct lc_path *p = &u->paths.data[path];
	size_t start = out->len;
	bool pending = false;

	print_root(u, flow, p, out);
	for (uint32_t i = 0; i < p->nsteps; i++) {
		const struct lc_step *s = &u->steps.data[p->first_step + i];
		bool was = pending;

		pending = false;
		switch (s->kind) {
		case LC_STEP_FIELD:
			print_field(u, s->ref, was, out);
			break;
		case LC_STEP_CONTAINER:
			print_container(u, s->ref, out, start, was);
			break;
		case LC_STEP_INDEX:
		case LC_STEP_INDEX_VAR:
		case LC_STEP_INDEX_ANY:
			print_index(u, flow, s, out);
			break;
		default:
			if (was)
				wrap(out, start, "(*", ")");
			if (s->kind == LC_STEP_DEREF)
				pending = true;
			else if (s->kind == LC_STEP_MASK)
				lc_buf_printf(out, " & %" PRId64, s->value);
			else if (s->kind == LC_STEP_PLUS)
				lc_buf_printf(out, " %c %" PRId64,
					      s->value < 0 ? '-' : '+',
					      s->value < 0 ? -s->value
							   : s->value);
			else if (s->kind == LC_STEP_NEGATE)
				lc_buf_str(out, " * -1");
			else if (s->kind == LC_STEP_OR)
				lc_buf_printf(out, " | %" PRId64, s->value);
			else
				lc_buf_printf(out, " op#%04x",
					      (unsigned)(s->value & 0xffff));
		}
	}
	if (pending)
		wrap(out, start, "(*", ")");
}

static void print_operand(const struct lc_unit *u, uint32_t flow,
			  uint32_t operand, struct lc_buf *out)
{
	const struct lc_operand *o = &u->operands.data[operand];
	const char *name;

	switch (o->kind) {
	case LC_OP_CONST:
		lc_buf_printf(out, "%" PRId64, o->value);
		break;
	case LC_OP_ADDR:
		lc_buf_str(out, "&");
		/* fall through */
	case LC_OP_LOAD:
		lc_path_print(u, flow, o->ref, out);
		break;
	case LC_OP_FUNC:
		lc_buf_str(out, lc_str(&u->strings,
				       u->symbols.data[o->ref].name));
		break;
	case LC_OP_INIT:
		name = lc_str(&u->strings, o->ref);
		lc_buf_printf(out, "{%s}", *name ? name : "…");
		break;
	default:
		lc_buf_str(out, "?");
		if (o->ref != LC_NONE) {
			lc_buf_str(out, "(");
			lc_path_print(u, flow, o->ref, out);
			lc_buf_str(out, ")");
		}
	}
}

static void print_pos(const struct lc_unit *u, const struct lc_flow *f,
		      const struct lc_pos *pos, struct lc_buf *out)
{
	if (!pos->line)
		return;
	while (out->len < 52)
		lc_buf_str(out, " ");
	lc_buf_str(out, " ; ");
	if (pos->file != f->pos.file)
		lc_buf_printf(out, "%s:", lc_str(&u->strings, pos->file));
	lc_buf_printf(out, "%" PRIu32 ":%" PRIu32, pos->line, pos->col);
	if (pos->macro)
		lc_buf_printf(out, " [%s]", lc_str(&u->strings, pos->macro));
}

static void print_call(const struct lc_unit *u, uint32_t flow,
		       const struct lc_instr *i, struct lc_buf *out)
{
	bool direct = u->operands.data[i->operand].kind == LC_OP_FUNC;

	if (i->temp != LC_NONE)
		lc_buf_printf(out, "t%" PRIu32 " = ", i->temp);
	else if (i->flags & LC_INSTR_VOID_CAST)
		lc_buf_str(out, "(void)");
	else if (i->flags & LC_INSTR_CLEANUP)
		lc_buf_str(out, "cleanup ");
	if (!direct)
		lc_buf_str(out, "(*");
	print_operand(u, flow, i->operand, out);
	lc_buf_str(out, direct ? "(" : ")(");
	for (uint32_t k = 0; k < i->nargs; k++) {
		if (k)
			lc_buf_str(out, ", ");
		print_operand(u, flow, u->args.data[i->first_arg + k], out);
	}
	lc_buf_str(out, ")");
}

static void print_instr(const struct lc_unit *u, uint32_t flow,
			const struct lc_instr *i, struct lc_buf *out)
{
	lc_buf_str(out, "    ");
	switch (i->kind) {
	case LC_I_CALL:
		print_call(u, flow, i, out);
		break;
	case LC_I_ASSIGN:
		lc_path_print(u, flow, i->path, out);
		lc_buf_str(out, i->flags & LC_INSTR_STEP     ? " += "
				: i->flags & LC_INSTR_OPAQUE ? " := "
							     : " = ");
		print_operand(u, flow, i->operand, out);
		break;
	case LC_I_DECL:
		lc_buf_str(out, "decl ");
		lc_path_print(u, flow, i->path, out);
		break;
	default:
		lc_buf_str(out, "asm");
	}
	print_pos(u, &u->flows.data[flow], &i->pos, out);
	lc_buf_str(out, "\n");
}

static void print_cases(const struct lc_unit *u, const struct lc_block *b,
			struct lc_buf *out)
{
	for (uint32_t i = 0; i < b->ncases; i++) {
		const struct lc_case *c = &u->cases.data[b->first_case + i];

		if (b->term == LC_T_COMPUTED)
			lc_buf_printf(out, " b%" PRIu32, c->target);
		else if (c->lo == c->hi)
			lc_buf_printf(out, " %" PRId64 ":b%" PRIu32, c->lo,
				      c->target);
		else
			lc_buf_printf(out, " %" PRId64 "..%" PRId64 ":b%" PRIu32,
				      c->lo, c->hi, c->target);
	}
}

static void print_term(const struct lc_unit *u, uint32_t flow,
		       const struct lc_block *b, struct lc_buf *out)
{
	lc_buf_str(out, "    ");
	switch (b->term) {
	case LC_T_JUMP:
		lc_buf_printf(out, "jump b%" PRIu32, b->succ[0]);
		break;
	case LC_T_TEST:
		lc_buf_str(out, "test ");
		print_operand(u, flow, b->lhs, out);
		lc_buf_printf(out, " %s ", cmp_names[b->cmp]);
		print_operand(u, flow, b->rhs, out);
		lc_buf_printf(out, " -> b%" PRIu32 " : b%" PRIu32, b->succ[0],
			      b->succ[1]);
		break;
	case LC_T_SWITCH:
		lc_buf_str(out, "switch ");
		print_operand(u, flow, b->lhs, out);
		lc_buf_str(out, " ->");
		print_cases(u, b, out);
		lc_buf_printf(out, " default:b%" PRIu32, b->succ[0]);
		break;
	case LC_T_RETURN:
		lc_buf_str(out, "return");
		if (b->lhs != LC_NONE) {
			lc_buf_str(out, " ");
			print_operand(u, flow, b->lhs, out);
		}
		break;
	case LC_T_NORETURN:
		lc_buf_str(out, "noreturn");
		break;
	case LC_T_COMPUTED:
		lc_buf_str(out, "goto one of");
		print_cases(u, b, out);
		break;
	default:
		lc_buf_printf(out, "choice -> b%" PRIu32 " : b%" PRIu32,
			      b->succ[0], b->succ[1]);
	}
	print_pos(u, &u->flows.data[flow], &b->pos, out);
	lc_buf_str(out, "\n");
}

static void print_head(const struct lc_unit *u, uint32_t flow,
		       struct lc_buf *out)
{
	const struct lc_flow *f = &u->flows.data[flow];
	const struct lc_symbol *s = &u->symbols.data[f->symbol];

	lc_buf_printf(out, "function %s(", lc_str(&u->strings, s->name));
	for (uint32_t i = 0; i < f->nparams; i++) {
		if (i)
			lc_buf_str(out, ", ");
		print_local(u, f, i, out);
	}
	if (f->flags & LC_FLOW_VARIADIC)
		lc_buf_str(out, f->nparams ? ", ..." : "...");
	lc_buf_printf(out, ")  %s:%" PRIu32, lc_str(&u->strings, f->pos.file),
		      f->pos.line);
	if (s->flags & LC_SYM_INTERNAL)
		lc_buf_str(out, "  [static]");
	if (s->flags & LC_SYM_NORETURN)
		lc_buf_str(out, "  [noreturn]");
	if (f->flags & LC_FLOW_INCOMPLETE)
		lc_buf_printf(out, "  [incomplete: %s]",
			      lc_str(&u->strings, f->reason));
	lc_buf_str(out, "\n");
}

void lc_flow_print(const struct lc_unit *u, uint32_t flow, FILE *out)
{
	const struct lc_flow *f = &u->flows.data[flow];
	struct lc_buf b = { 0 };

	print_head(u, flow, &b);
	fputs(b.data, out);
	for (uint32_t i = 0; i < f->nblocks; i++) {
		const struct lc_block *k = &u->blocks.data[f->first_block + i];

		fprintf(out, "  b%" PRIu32 ":\n", i);
		for (uint32_t n = 0; n < k->ninstrs; n++) {
			b.len = 0;
			print_instr(u, flow, &u->instrs.data[k->first_instr + n],
				    &b);
			fputs(b.data, out);
		}
		b.len = 0;
		print_term(u, flow, k, &b);
		fputs(b.data, out);
	}
	lc_buf_release(&b);
}

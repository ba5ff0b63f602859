/* SPDX-License-Identifier: MIT */
/*
 * A unit as bytes: a magic word, then the tables in the order of struct
 * lc_unit. Numbers are LEB128 varints; LC_NONE is written as 0 and other
 * indexes as index + 1, signed values zigzag. Positions, which mostly walk
 * forward, are differences to the one before. Decoding trusts nothing: every
 * read is bounded, every index checked by lc_unit_fault.
 */
#include "flow/internal.h"

#include <stdlib.h>

#define MAGIC "lcu2"

/* One description serves both ways: `io` writes or reads each field in turn,
 * so that the two cannot drift apart. */
struct io {
	struct lc_buf *out; /* writing, else reading from at … end */
	const unsigned char *at, *end;
	bool bad;
	struct lc_pos pos; /* the one before */
};

static void put_number(struct lc_buf *b, uint64_t v)
{
	unsigned char bytes[10];
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)
		bytes[n++] = (unsigned char)(v | 0x80);
	bytes[n++] = (unsigned char)v;
	lc_buf_add(b, bytes, n);
}

static uint64_t get_number(struct io *io)
{
	uint64_t v = 0;

	for (int shift = 0; shift < 64 && io->at < io->end; shift += 7) {
		unsigned char byte = *io->at++;

		v |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return v;
	}
	io->bad = true;
	return 0;
}

static void io_u32(struct io *io, uint32_t *v)
{
	if (io->out) {
		put_number(io->out, *v);
	} else {
		uint64_t n = get_number(io);

		if (n > UINT32_MAX)
			io->bad = true;
		*v = (uint32_t)n;
	}
}

static void io_index(struct io *io, uint32_t *v)
{
	uint32_t n = *v + 1; /* LC_NONE wraps to 0 */

	io_u32(io, &n);
	*v = n - 1;
}

static void io_i64(struct io *io, int64_t *v)
{
	if (io->out) {
		put_number(io->out, ((uint64_t)*v << 1) ^
				    (*v < 0 ? UINT64_MAX : 0));
	} else {
		uint64_t n = get_number(io);

		*v = (int64_t)((n >> 1) ^ (n & 1 ? UINT64_MAX : 0));
	}
}

/* A number as its difference to the same field of the record before. */
static void io_delta(struct io *io, uint32_t *v, uint32_t before)
{
	int64_t d = (int64_t)*v - before;

	io_i64(io, &d);
	*v = (uint32_t)((uint64_t)d + before);
}

static void io_pos(struct io *io, struct lc_pos *p)
{
	/* file and macro seldom change: one number says whether they do */
	uint32_t same = p->file == io->pos.file && p->macro == io->pos.macro;

	io_delta(io, &p->line, io->pos.line);
	io_u32(io, &p->col);
	io_u32(io, &same);
	if (same) {
		p->file = io->pos.file;
		p->macro = io->pos.macro;
	} else {
		io_u32(io, &p->file);
		io_u32(io, &p->macro);
	}
	io->pos = *p;
}

static void io_symbol(struct io *io, struct lc_symbol *s)
{
	io_u32(io, &s->name);
	io_u32(io, &s->scope);
	io_u32(io, &s->flags);
	io_pos(io, &s->pos);
	io_u32(io, &s->type);
	io_index(io, &s->flow);
}

static void io_field(struct io *io, struct lc_field *f)
{
	io_u32(io, &f->record);
	io_u32(io, &f->scope);
	io_u32(io, &f->name);
	io_u32(io, &f->type);
	io_u32(io, &f->flags);
}

static void io_step(struct io *io, struct lc_step *s)
{
	io_u32(io, &s->kind);
	io_index(io, &s->ref);
	io_i64(io, &s->value);
}

static void io_path(struct io *io, struct lc_path *p)
{
	io_u32(io, &p->root_kind);
	io_u32(io, &p->root);
	io_u32(io, &p->first_step);
	io_u32(io, &p->nsteps);
	io_u32(io, &p->text);
}

static void io_operand(struct io *io, struct lc_operand *o)
{
	io_u32(io, &o->kind);
	io_index(io, &o->ref);
	io_i64(io, &o->value);
}

static void io_arg(struct io *io, uint32_t *a)
{
	io_u32(io, a);
}

static void io_instr(struct io *io, struct lc_instr *i)
{
	io_u32(io, &i->kind);
	io_pos(io, &i->pos);
	io_index(io, &i->path);
	io_index(io, &i->operand);
	io_index(io, &i->temp);
	io_u32(io, &i->first_arg);
	io_u32(io, &i->nargs);
	io_u32(io, &i->flags);
	io_u32(io, &i->text);
}

static void io_case(struct io *io, struct lc_case *c)
{
	io_i64(io, &c->lo);
	io_i64(io, &c->hi);
	io_u32(io, &c->target);
}

static void io_block(struct io *io, struct lc_block *b)
{
	io_u32(io, &b->first_instr);
	io_u32(io, &b->ninstrs);
	io_u32(io, &b->term);
	io_pos(io, &b->pos);
	io_index(io, &b->lhs);
	io_index(io, &b->rhs);
	io_u32(io, &b->cmp);
	io_index(io, &b->succ[0]);
	io_index(io, &b->succ[1]);
	io_u32(io, &b->first_case);
	io_u32(io, &b->ncases);
}

static void io_local(struct io *io, struct lc_local *l)
{
	io_u32(io, &l->name);
	io_u32(io, &l->type);
	io_u32(io, &l->flags);
	io_pos(io, &l->pos);
}

static void io_flow(struct io *io, struct lc_flow *f)
{
	io_u32(io, &f->symbol);
	io_u32(io, &f->first_block);
	io_u32(io, &f->nblocks);
	io_u32(io, &f->first_local);
	io_u32(io, &f->nlocals);
	io_u32(io, &f->nparams);
	io_u32(io, &f->ntemps);
	io_u32(io, &f->flags);
	io_u32(io, &f->reason);
	io_pos(io, &f->pos);
	io_pos(io, &f->end);
}

static void io_init(struct io *io, struct lc_init *n)
{
	io_u32(io, &n->path);
	io_u32(io, &n->operand);
	io_pos(io, &n->pos);
}

static void io_annotation(struct io *io, struct lc_annotation *a)
{
	io_u32(io, &a->symbol);
	io_u32(io, &a->name);
	io_u32(io, &a->text);
}

/* A table's length, then its records. Every record takes a byte at least, so
 * a length beyond the bytes left is refused before memory is taken for it. */
#define TABLE(io, array, one)                                                  \
	do {                                                                   \
		uint32_t n_ = (array)->len;                                    \
		io_u32((io), &n_);                                             \
		if (!(io)->out && !(io)->bad &&                                \
		    n_ > (size_t)((io)->end - (io)->at))                       \
			(io)->bad = true;                                      \
		for (uint32_t i_ = 0; i_ < n_ && !(io)->bad; i_++)             \
			one((io), (io)->out ? &(array)->data[i_] :             \
				lc_push(array));                               \
	} while (0)

static void io_strings(struct io *io, struct lc_strings *t)
{
	uint32_t n = t->text.len;

	io_u32(io, &n);
	if (io->out) {
		for (uint32_t i = 0; i < n; i++)
			lc_buf_add(io->out, t->text.data[i],
				   strlen(t->text.data[i]) + 1);
		return;
	}
	for (uint32_t i = 0; i < n && !io->bad; i++) {
		size_t left = (size_t)(io->end - io->at);
		const unsigned char *nul = left ? memchr(io->at, 0, left) : NULL;

		/* each text once, in order: ids must come out the same */
		if (!nul || lc_intern_n(t, (const char *)io->at,
					(size_t)(nul - io->at)) != i) {
			io->bad = true;
			return;
		}
		io->at = nul + 1;
	}
}

static void io_unit(struct io *io, struct lc_unit *u)
{
	io_strings(io, &u->strings);
	io_u32(io, &u->file);
	io_u32(io, &u->status);
	io_u32(io, &u->message);
	io_u32(io, &u->ndropped_flags);
	io_u32(io, &u->targets);
	TABLE(io, &u->symbols, io_symbol);
	TABLE(io, &u->fields, io_field);
	TABLE(io, &u->steps, io_step);
	TABLE(io, &u->paths, io_path);
	TABLE(io, &u->operands, io_operand);
	TABLE(io, &u->args, io_arg);
	TABLE(io, &u->instrs, io_instr);
	TABLE(io, &u->cases, io_case);
	TABLE(io, &u->blocks, io_block);
	TABLE(io, &u->locals, io_local);
	TABLE(io, &u->flows, io_flow);
	TABLE(io, &u->inits, io_init);
	TABLE(io, &u->annotations, io_annotation);
}

void lc_unit_encode(const struct lc_unit *u, struct lc_buf *out)
{
	struct io io = { .out = out };
	struct lc_unit copy = *u; /* shares the tables; nothing is written */

	lc_buf_add(out, MAGIC, strlen(MAGIC));
	io_unit(&io, &copy);
}

int lc_unit_decode(struct lc_unit *u, const void *bytes, size_t n,
		   struct lc_error *err)
{
	struct io io = { .at = bytes };
	const char *fault;

	io.end = io.at + n;
	if (n < strlen(MAGIC) || memcmp(bytes, MAGIC, strlen(MAGIC)))
		return lc_fail(err, "this is no stored unit (or one of another "
			       "version of lockcheck)");
	io.at += strlen(MAGIC);
	io_unit(&io, u);
	if (io.bad || io.at != io.end)
		return lc_fail(err, "a stored unit is damaged: it is cut short "
			       "or overlong");
	fault = lc_unit_fault(u);
	if (fault)
		return lc_fail(err, "a stored unit is damaged: %s does not hold",
			       fault);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* Witnesses: the steps a person follows, from the thread's first function to
 * the place where it hangs. */
#include "solve/internal.h"

#include <stdlib.h>

enum { MAX_PATH = 40 };

void trace_begin(struct solver *s, uint32_t name)
{
	struct lc_fact_trace *t = lc_push(&s->out->traces);

	t->thread = name;
	t->first_step = s->out->steps.len;
	s->trace_depth = 0;
}

/* Adds to the trace begun last. Keeps the list of what is held. */
void trace_step(struct solver *s, uint32_t site, enum lc_step_role role,
		uint32_t text, uint32_t lock)
{
	struct lc_fact_trace *t = lc_last(&s->out->traces);
	struct lc_fact_step *n;
	uint32_t held = 0;

	if (t->nsteps)
		held = lc_last(&s->out->steps)->held;
	if (role == LC_ROLE_ACQUIRE) {
		const char *was = lc_str(s->program.strings, held);
		const char *name = lc_str(s->program.strings,
					  s->out->locks.data[lock].name);

		held = *was ? emit_string(s, "%s, %s", was, name)
			    : emit_string(s, "%s", name);
	}
	n = lc_push(&s->out->steps);
	n->site = site;
	n->depth = s->trace_depth;
	n->role = role;
	n->text = text;
	n->held = held;
	n->lock = lock;
	t->nsteps++;
}

uint32_t trace_end(struct solver *s)
{
	return s->out->traces.len - 1;
}

/* The function in which the thread's way to `function` begins. */
static uint32_t first_function(const struct solver *s, const struct thread *th,
			       uint32_t function)
{
	for (uint32_t n = 0; n < MAX_PATH; n++) {
		const struct context *c = &th->contexts[function];

		if (!c->reached || c->via == LC_NONE)
			break;
		function = s->callrecs.data[c->via].function;
	}
	return function;
}

uint32_t thread_name(struct solver *s, const struct threads *t,
		     uint32_t thread, uint32_t function)
{
	const struct thread *th = thread == LC_NONE ? NULL
						    : &t->list.data[thread];

	if (th && th->kind == THREAD_MAIN)
		return emit_string(s, "main");
	if (th && th->kind != THREAD_OUTSIDE)
		return emit_string(s, "%s()",
				   function_name(&s->program, th->entry));
	if (function == LC_NONE)
		return emit_string(s, "any caller");
	if (th)
		function = first_function(s, th, function);
	return emit_string(s, "any caller of %s()",
			   function_name(&s->program, function));
}

static const char *verb(const struct event *e, enum lc_step_role role)
{
	bool want = role == LC_ROLE_WANT;

	/* whether it got the lock is the question */
	if (role == LC_ROLE_NOTE && e->blocking != LC_BLOCK_YES)
		return e->mode == LC_MODE_SHARED ? "tries to read-lock"
						 : "tries to take";
	if (e->mode == LC_MODE_SHARED)
		return want ? "wants to read-lock" : "read-locks";
	if (e->kind == EV_WAIT)
		return want ? "waits to take back" : "waits with";
	return want ? "wants" : "takes";
}

void trace_call(struct solver *s, uint32_t event, bool again)
{
	uint32_t inner = s->events.data[event].inner;
	uint32_t callee = s->events.data[inner].function;

	trace_step(s, emit_event_site(s, event), LC_ROLE_CALL,
		   emit_string(s, "calls %s()%s",
			       function_name(&s->program, callee),
			       again ? " again" : ""), LC_NONE);
	s->trace_depth++;
}

void trace_event(struct solver *s, uint32_t event, enum lc_step_role last,
		 enum lc_mode mode)
{
	uint32_t depth = s->trace_depth;

	(void)mode;
	for (; s->events.data[event].inner != LC_NONE;
	     event = s->events.data[event].inner)
		trace_call(s, event, false);
	{
		const struct event *e = &s->events.data[event];
		uint32_t lock = emit_lock(s, e->lock,
					  (enum lc_kind)e->lock_kind);
		const char *name = lc_str(s->program.strings,
					  s->out->locks.data[lock].name);
		uint32_t text;

		if (e->kind == EV_RELEASE)
			text = emit_string(s, "releases %s", name);
		else
			text = emit_string(s, "%s %s",
					   verb(e, last),
					   name);
		trace_step(s, emit_event_site(s, event), last, text, lock);
	}
	s->trace_depth = depth;
}

void trace_path(struct solver *s, const struct threads *t, uint32_t thread,
		uint32_t function)
{
	uint32_t path[MAX_PATH], n = 0, f = function;
	const struct thread *th;

	if (thread == LC_NONE)
		return;
	th = &t->list.data[thread];
	while (n < MAX_PATH && th->contexts[f].reached &&
	       th->contexts[f].via != LC_NONE) {
		path[n] = th->contexts[f].via;
		f = s->callrecs.data[path[n++]].function;
	}
	if (th->kind == THREAD_STARTED && f == th->entry) {
		const struct start *st = &s->starts.data[th->start];

		trace_step(s, emit_site(s, st->function,
					instr_pos(s, st->function, st->instr)),
			   LC_ROLE_ENTRY,
			   emit_string(s, "thread %s() is started",
				       function_name(&s->program, f)),
			   LC_NONE);
	} else {
		trace_step(s, emit_site(s, f,
					s->program.functions.data[f].flow->pos),
			   LC_ROLE_ENTRY,
			   emit_string(s, "%s() begins",
				       function_name(&s->program, f)),
			   LC_NONE);
	}
	while (n--) {
		const struct callrec *c = &s->callrecs.data[path[n]];

		trace_step(s, emit_site(s, c->function,
					instr_pos(s, c->function, c->instr)),
			   LC_ROLE_CALL,
			   emit_string(s, "calls %s()",
				       function_name(&s->program, c->callee)),
			   LC_NONE);
		s->trace_depth++;
	}
}

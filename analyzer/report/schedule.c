/* SPDX-License-Identifier: MIT */
/* See schedule.h. */
#include "report/schedule.h"

static uint32_t wanted(const struct lc_report_trace *t)
{
	return t->steps.len ? lc_last(&t->steps)->lock : 0;
}

static bool someone_wants(const struct lc_finding *f, uint32_t self,
			  uint32_t lock)
{
	for (uint32_t i = 0; lock && i < f->traces.len; i++)
		if (i != self && wanted(&f->traces.data[i]) == lock)
			return true;
	return false;
}

/* If there is none, the thread runs in phase 2 as a whole. */
uint32_t lc_schedule_decisive(const struct lc_finding *f, uint32_t self)
{
	const struct lc_report_trace *t = &f->traces.data[self];
	uint32_t found = 0;

	for (uint32_t i = 0; i + 1 < t->steps.len; i++) {
		const struct lc_report_step *p = &t->steps.data[i];

		if (p->role == LC_ROLE_ACQUIRE && someone_wants(f, self, p->lock))
			found = i;
	}
	return found;
}

static void run(struct lc_report_trace *t, uint32_t from, uint32_t to,
		uint32_t *order)
{
	for (uint32_t i = from; i < to; i++)
		t->steps.data[i].order = ++*order;
}

void lc_schedule(struct lc_finding *f)
{
	uint32_t order = 0;

	for (int phase = 1; phase <= 3; phase++) {
		for (uint32_t i = 0; i < f->traces.len; i++) {
			struct lc_report_trace *t = &f->traces.data[i];
			uint32_t n = t->steps.len;
			uint32_t mid = lc_schedule_decisive(f, i);

			if (!n)
				continue;
			if (phase == 1)
				run(t, 0, mid, &order);
			else if (phase == 2)
				run(t, mid, n - 1, &order);
			else
				run(t, n - 1, n, &order);
		}
	}
}

/* Records with pointers to locks in them, copied, passed and returned as a whole. */
#include <pthread.h>

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;
static int n;

struct pair {
	pthread_mutex_t *outer, *inner;
};
struct task {
	int number;
	struct pair locks;
};

/* ---- copied ---- */

static void copy_bad(void)
{
	struct pair p = { &first, &second }, q;

	q = p;
	pthread_mutex_lock(q.outer);
	n++;
	pthread_mutex_lock(&first); // @expect double-acquire
	pthread_mutex_unlock(&first);
	pthread_mutex_unlock(p.outer);
}

static void copy_ok(void)
{
	struct pair p = { &first, &second }, q;

	q = p;
	pthread_mutex_lock(q.outer);
	n++;
	pthread_mutex_unlock(&first);
}

/* What is done to the one afterwards is not done to the other. */
static void copy_then_change_bad(void)
{
	struct pair p = { &first, &second }, q = p;

	p.outer = &second;
	pthread_mutex_lock(q.outer);
	pthread_mutex_lock(&first); // @expect double-acquire
	n++;
	pthread_mutex_unlock(&first);
	pthread_mutex_unlock(q.outer);
}

static void copy_then_change_ok(void)
{
	struct pair p = { &first, &second }, q = p;

	q.outer = &second;
	pthread_mutex_lock(p.outer);
	pthread_mutex_lock(q.outer);
	n++;
	pthread_mutex_unlock(&second);
	pthread_mutex_unlock(&first);
}

/* A record in a record; through memory that a pointer leads to. */
static void nested(struct task *t, int bad)
{
	struct task mine = *t;
	struct pair p = mine.locks;

	pthread_mutex_lock(p.outer);
	n++;
	if (bad)
		pthread_mutex_lock(t->locks.outer); // @expect double-acquire
	pthread_mutex_unlock(t->locks.outer);
}

/* ---- passed ---- */

static void increment(struct pair p)
{
	pthread_mutex_lock(p.outer); // @expect-any double-acquire
	n++;
	pthread_mutex_unlock(p.outer);
}

static void increment_task(int by, struct task t)
{
	increment(t.locks); // @expect-any double-acquire
	n += by;
}

static void pass_bad(void)
{
	struct pair p = { &first, &second };

	pthread_mutex_lock(&first);
	increment(p); // @expect double-acquire
	pthread_mutex_unlock(&first);
}

static void pass_ok(void)
{
	struct pair p = { &first, &second };

	pthread_mutex_lock(&second);
	pthread_mutex_unlock(&second);
	increment(p);
}

static void pass_deep_bad(void)
{
	struct task t = { 1, { &first, &second } };

	pthread_mutex_lock(&first);
	increment_task(1, t); // @expect double-acquire
	pthread_mutex_unlock(&first);
}

static void pass_deep_ok(void)
{
	struct task t = { 1, { &first, &second } };

	t.locks.outer = t.locks.inner;
	pthread_mutex_lock(&first);
	increment_task(1, t);
	pthread_mutex_unlock(&first);
}

/* A function that leaves the lock of the record held. */
static void enter(struct pair p)
{
	pthread_mutex_lock(p.inner);
}

static void leave(struct pair p)
{
	pthread_mutex_unlock(p.inner);
}

static int enter_bad(void)
{
	struct pair p = { &first, &second };

	enter(p);
	if (n > 3)
		return -1; // @expect unreleased-lock
	leave(p);
	return 0;
}

static int enter_ok(void)
{
	struct pair p = { &first, &second };

	enter(p);
	if (n > 3) {
		pthread_mutex_unlock(&second);
		return -1;
	}
	leave(p);
	return 0;
}

/* ---- returned ---- */

struct guard {
	pthread_mutex_t *held;
	int count;
};

static struct guard guard_make(pthread_mutex_t *m)
{
	struct guard g;

	pthread_mutex_lock(m); // @expect-any double-acquire
	g.held = m;
	g.count = 1;
	return g;
}

static struct guard guard_make_second(void)
{
	return guard_make(&second);
}

static void guard_end(struct guard *g)
{
	pthread_mutex_unlock(g->held);
}

static void guard_ok(void)
{
	struct guard g = guard_make(&first);

	n++;
	guard_end(&g);
	g = guard_make_second();
	n++;
	guard_end(&g);
}

static int guard_bad(void)
{
	struct guard g = guard_make(&first);

	if (n > 5)
		return -1; // @expect unreleased-lock
	guard_end(&g);
	return 0;
}

static void guard_two_bad(void)
{
	struct guard g = guard_make_second(), h = guard_make(&second); // @expect double-acquire

	n++;
	guard_end(&h);
	guard_end(&g);
}

static void guard_two_ok(void)
{
	struct guard g = guard_make(&first), h = guard_make_second();

	n++;
	guard_end(&h);
	guard_end(&g);
}

/* Each round another one. */
static void guard_rounds_ok(int rounds)
{
	for (int i = 0; i < rounds; i++) {
		struct guard g = i ? guard_make(&first) : guard_make_second();

		n++;
		guard_end(&g);
	}
}

int main(int argc, char **argv)
{
	struct task t = { 1, { &first, &second } };

	(void)argv;
	copy_bad();
	copy_ok();
	copy_then_change_bad();
	copy_then_change_ok();
	nested(&t, argc > 1);
	pass_bad();
	pass_ok();
	pass_deep_bad();
	pass_deep_ok();
	guard_ok();
	guard_two_bad();
	guard_two_ok();
	guard_rounds_ok(argc);
	return enter_bad() + enter_ok() + guard_bad();
}

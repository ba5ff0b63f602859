/* SPDX-License-Identifier: MIT */
/* A project's own lock API, known only from its model file (--models): the
 * worked example of docs/models-howto.md. A library: no main. */
// @models project.yaml
#include <stdbool.h>
#include <stddef.h>

/* ---- kos.h: there is no source for these ---- */
typedef struct { int word; } kos_mutex;
typedef struct { int readers, writer; } kos_table;
struct kos_task;
#define KOS_MUTEX_INIT { 0 }
#define KOS_NAMED      1
#define KOS_RECURSIVE  4
extern void kos_mutex_create(kos_mutex *m, int flags);
extern void kos_mutex_delete(kos_mutex *m);
extern void kos_mutex_take(kos_mutex *m);
extern bool kos_mutex_poll(kos_mutex *m);
extern long kos_mutex_wait(kos_mutex *m, long ms);
extern void kos_mutex_give(kos_mutex *m);
extern void kos_mutex_check(const kos_mutex *m);
extern void kos_table_read(kos_table *t);
extern void kos_table_write(kos_table *t);
extern void kos_table_done(kos_table *t);
extern void kos_sched_lock(void);
extern void kos_sched_unlock(void);
extern struct kos_task *kos_task_spawn(const char *name, void (*entry)(void *),
				       void *arg);
extern void kos_task_join(struct kos_task *task);
extern void kos_task_end(void);
extern void kos_panic(const char *why);

/* ---- the project ---- */
struct motor {
	kos_mutex lock;
	kos_mutex nested; /* KOS_RECURSIVE */
	kos_table params;
	int speed, turns;
};
static kos_mutex bus_lock = KOS_MUTEX_INIT;
static int bus;

static void motor_init(struct motor *m)
{
	kos_mutex_create(&m->lock, KOS_NAMED);
	kos_mutex_create(&m->nested, KOS_NAMED | KOS_RECURSIVE);
}

int motor_speed_ok(struct motor *m)
{
	int speed;

	kos_mutex_take(&m->lock);
	if (m->speed < 0)
		kos_panic("speed");
	speed = m->speed;
	kos_mutex_give(&m->lock);
	return speed;
}

void motor_stop_bad(struct motor *m)
{
	kos_mutex_take(&m->lock);
	if (motor_speed_ok(m) > 0) // @expect double-acquire
		m->speed = 0;
	kos_mutex_give(&m->lock);
}

void motor_stop_ok(struct motor *m)
{
	kos_mutex_take(&m->nested);
	kos_mutex_take(&m->nested);
	m->turns = 0;
	kos_mutex_give(&m->nested);
	kos_mutex_give(&m->nested);
}

bool motor_poll_ok(struct motor *m)
{
	if (!kos_mutex_poll(&m->lock))
		return false;
	m->turns++;
	kos_mutex_give(&m->lock);
	return true;
}

bool motor_poll_bad(struct motor *m)
{
	if (kos_mutex_poll(&m->lock))
		return false; // @expect unreleased-lock
	m->turns++;
	kos_mutex_give(&m->lock); // @expect release-not-held
	return true;
}

long motor_wait_ok(struct motor *m)
{
	long left = kos_mutex_wait(&m->lock, 100);

	if (left < 0)
		return -1;
	m->turns++;
	kos_mutex_give(&m->lock);
	return left;
}

void motor_wait_bad(struct motor *m)
{
	kos_mutex_wait(&m->lock, 100); // @expect trylock-unchecked
	m->turns++;
	kos_mutex_give(&m->lock);
}

/* To be called with the lock held; says so. */
static void motor_step(struct motor *m)
{
	kos_mutex_check(&m->lock);
	m->turns++;
}

void motor_step_ok(struct motor *m)
{
	kos_mutex_take(&m->lock);
	motor_step(m);
	kos_mutex_give(&m->lock);
}

void motor_turn_bad(struct motor *m)
{
	kos_mutex_check(&m->lock);
	m->turns++;
	kos_mutex_take(&m->lock); // @expect double-acquire
	m->turns++;
	kos_mutex_give(&m->lock);
}

int motor_params_ok(struct motor *m)
{
	int speed;

	kos_table_read(&m->params);
	speed = m->speed;
	kos_table_done(&m->params);
	return speed;
}

void motor_params_bad(struct motor *m)
{
	kos_table_read(&m->params);
	if (m->speed == 0) {
		kos_table_write(&m->params); // @expect double-acquire
		m->speed = 1;
	}
	kos_table_done(&m->params);
}

/* The scheduler's lock and the bus in both orders. */
void bus_task_bad(void *arg)
{
	struct motor *m = arg;

	kos_sched_lock();
	kos_sched_lock();
	kos_mutex_take(&bus_lock); // @expect-one lock-order-cycle
	bus += m->speed;
	kos_mutex_give(&bus_lock);
	kos_sched_unlock();
	kos_sched_unlock();
	kos_task_end();
}

void bus_reset_bad(void)
{
	kos_mutex_take(&bus_lock);
	kos_sched_lock(); // @expect-one lock-order-cycle
	bus = 0;
	kos_sched_unlock();
	kos_mutex_give(&bus_lock);
}

struct kos_task *motor_start_ok(struct motor *m)
{
	motor_init(m);
	return kos_task_spawn("bus", bus_task_bad, m);
}

void motor_end_ok(struct motor *m, struct kos_task *t)
{
	kos_task_join(t);
	kos_mutex_delete(&m->nested);
	kos_mutex_delete(&m->lock);
}

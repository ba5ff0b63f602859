/* SPDX-License-Identifier: MIT */
/*
 * What the primitives promise, without misuse: a line of TAP for each subject.
 * C and C++. Nothing may be reported while this runs.
 */
#include "lockcheck.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int failed, number, bad_lines;

#define CHECK(condition)                                                   \
	do {                                                               \
		if (!(condition)) {                                        \
			printf("# line %d: %s\n", __LINE__, #condition);   \
			bad_lines++;                                       \
		}                                                          \
	} while (0)

static void done(const char *name)
{
	printf("%s %d - %s\n", bad_lines ? "not ok" : "ok", ++number, name);
	failed |= bad_lines;
	bad_lines = 0;
	fflush(stdout);
}

static int load(int *p)
{
	return __atomic_load_n(p, __ATOMIC_SEQ_CST);
}

static void pause_ms(int ms)
{
	usleep((unsigned)ms * 1000);
}

/* ---- Lock and RLock ---- */

static struct lc_lock lock = LC_LOCK_INIT;
static struct lc_rlock rlock = LC_RLOCK_INIT;
static int others_rc;

static void try_both(void *arg)
{
	(void)arg;
	others_rc = lc_lock_try(&lock) == LC_BUSY &&
		    lc_rlock_try(&rlock) == LC_BUSY &&
		    lc_lock_timed(&lock, 0) == LC_TIMEOUT &&
		    lc_rlock_timed(&rlock, 20) == LC_TIMEOUT &&
		    lc_lock_locked(&lock) && !lc_lock_mine(&lock) &&
		    lc_rlock_locked(&rlock) && !lc_rlock_mine(&rlock);
}

static void release_it(void *arg)
{
	others_rc = lc_lock_release((struct lc_lock *)arg);
}

static void in_a_thread(void (*entry)(void *), void *arg)
{
	struct lc_thread t = LC_THREAD_INIT;

	CHECK(lc_thread_start(&t, entry, arg) == LC_OK);
	CHECK(lc_thread_join(&t) == LC_OK);
}

static void test_lock(void)
{
	struct lc_lock local;

	CHECK(lc_lock_init(&local, "local") == LC_OK);
	CHECK(lc_lock_acquire(&local) == LC_OK);
	CHECK(lc_lock_try(&local) == LC_BUSY);
	CHECK(lc_lock_locked(&local) && lc_lock_mine(&local));
	in_a_thread(release_it, &local);
	CHECK(others_rc == LC_OK);
	CHECK(!lc_lock_locked(&local) && !lc_lock_mine(&local));
	CHECK(lc_lock_timed(&local, 0) == LC_OK);
	CHECK(lc_lock_release(&local) == LC_OK);
	CHECK(lc_lock_timed(&local, UINT64_MAX) == LC_OK);
	CHECK(lc_lock_release(&local) == LC_OK);
	CHECK(lc_lock_destroy(&local) == LC_OK);
	done("lock");
}

static void test_rlock(void)
{
	for (int i = 0; i < 3; i++)
		CHECK(lc_rlock_acquire(&rlock) == LC_OK);
	CHECK(lc_rlock_try(&rlock) == LC_OK);
	CHECK(lc_rlock_timed(&rlock, 0) == LC_OK);
	CHECK(lc_lock_acquire(&lock) == LC_OK);
	in_a_thread(try_both, NULL);
	CHECK(others_rc);
	for (int i = 0; i < 5; i++) {
		CHECK(lc_rlock_mine(&rlock));
		CHECK(lc_rlock_release(&rlock) == LC_OK);
	}
	CHECK(!lc_rlock_locked(&rlock));
	CHECK(lc_lock_release(&lock) == LC_OK);
	done("rlock");
}

static void test_timed(void)
{
	uint64_t begin = lc_now_ms(), took;
	struct lc_event never = LC_EVENT_INIT;

	errno = 77;
	CHECK(lc_event_timed(&never, 50) == LC_TIMEOUT);
	took = lc_now_ms() - begin;
	CHECK(took >= 49);
	CHECK(errno == 77);
	done("time-outs");
}

/* ---- LC_WITH ---- */

static struct lc_sem sem = LC_SEM_INIT;

static int with_return(void)
{
	LC_WITH(&lock)
		LC_WITH(&rlock)
			LC_WITH(&sem)
				return 1;
	return 0;
}

static void free_again(void)
{
	CHECK(!lc_lock_locked(&lock));
	CHECK(!lc_rlock_locked(&rlock));
	CHECK(lc_sem_value(&sem) == 1);
}

static void test_with(void)
{
	int inside = 0;

	LC_WITH(&lock) {
		CHECK(lc_lock_mine(&lock));
		inside++;
	}
	free_again();
	CHECK(with_return());
	free_again();
	for (int i = 0; i < 3; i++) {
		LC_WITH(&rlock) {
			inside++;
			if (i == 1)
				continue;
			LC_WITH(&rlock)
				break;
			inside += 10;
		}
		free_again();
	}
	CHECK(inside == 24);
	LC_WITH(&sem) {
		LC_WITH(&lock)
			goto out;
	}
	CHECK(0);
out:
	free_again();
	done("LC_WITH");
}

static void *exits_inside(void *arg)
{
	LC_WITH(&lock)
		pthread_exit(arg);
	return arg;
}

static void test_with_exit(void)
{
	pthread_t t;

	CHECK(pthread_create(&t, NULL, exits_inside, NULL) == 0);
	pthread_join(t, NULL);
	free_again();
	done("LC_WITH and pthread_exit");
}

static int is_inside;

static void *is_cancelled_inside(void *arg)
{
	LC_WITH(&lock) {
		LC_WITH(&rlock) {
			__atomic_store_n(&is_inside, 1, __ATOMIC_SEQ_CST);
			for (;;)
				pause(); /* a cancellation point */
		}
	}
	return arg;
}

static void test_with_cancel(void)
{
	pthread_t t;

	CHECK(pthread_create(&t, NULL, is_cancelled_inside, NULL) == 0);
	while (!load(&is_inside))
		pause_ms(1);
	CHECK(pthread_cancel(t) == 0);
	pthread_join(t, NULL);
	free_again();
	done("LC_WITH and cancellation");
}

#ifdef __cplusplus
static void throws(void)
{
	LC_WITH(&lock)
		LC_WITH(&rlock)
			throw 7;
}

static void test_with_exception(void)
{
	int caught = 0;

	try {
		throws();
	} catch (int value) {
		caught = value;
	}
	CHECK(caught == 7);
	free_again();
	done("LC_WITH and exceptions");
}
#else
static void test_with_exception(void)
{
}
#endif

/* ---- Condition ---- */

static struct lc_cond cond = LC_COND_OF(&lock);
static int waiting, woken, order[8];

static void wait_once(void *arg)
{
	int turn;

	LC_WITH(&lock) {
		turn = waiting++;
		(void)arg;
		CHECK(lc_cond_wait(&cond, &lock) == LC_OK);
		CHECK(lc_lock_mine(&lock));
		order[woken++] = turn;
	}
}

static int woken_now(void)
{
	int n = 0;

	LC_WITH(&lock)
		n = woken;
	return n;
}

static void until(int *what, int is)
{
	for (int i = 0; i < 5000; i++) {
		int now = 0;

		LC_WITH(&lock)
			now = *what;
		if (now == is)
			return;
		pause_ms(1);
	}
	CHECK(!"it became so");
}

static void test_notify(void)
{
	struct lc_thread t[6];

	memset(t, 0, sizeof(t));
	for (int i = 0; i < 6; i++) {
		CHECK(lc_thread_start(&t[i], wait_once, NULL) == LC_OK);
		until(&waiting, i + 1);
	}
	LC_WITH(&lock)
		CHECK(lc_cond_notify(&cond, 1) == LC_OK);
	until(&woken, 1);
	LC_WITH(&lock)
		lc_cond_notify(&cond, 2);
	until(&woken, 3);
	pause_ms(30);
	CHECK(woken_now() == 3);
	LC_WITH(&lock)
		lc_cond_notify(&cond, 0);
	LC_WITH(&lock)
		lc_cond_notify_all(&cond);
	for (int i = 0; i < 6; i++)
		CHECK(lc_thread_join(&t[i]) == LC_OK);
	CHECK(woken == 6);
	CHECK(order[0] == 0);
	LC_WITH(&lock)
		CHECK(lc_cond_notify(&cond, 3) == LC_OK); /* nobody */
	CHECK(lc_cond_destroy(&cond) == LC_OK);
	done("notify wakes as many as it says, in the order they came");
}

static bool is_set(void *arg)
{
	CHECK(lc_rlock_mine(&rlock));
	return load((int *)arg) != 0;
}

static int flag;
static struct lc_cond rcond = LC_COND_INIT;

static void set_flag(void *arg)
{
	(void)arg;
	pause_ms(10);
	LC_WITH(&rlock) {
		lc_cond_notify(&rcond, 1); /* not yet */
	}
	pause_ms(10);
	LC_WITH(&rlock) {
		__atomic_store_n(&flag, 1, __ATOMIC_SEQ_CST);
		lc_cond_notify_all(&rcond);
	}
}

static void test_wait_for(void)
{
	struct lc_thread t = LC_THREAD_INIT;

	lc_rlock_acquire(&rlock);
	lc_rlock_acquire(&rlock);
	CHECK(lc_cond_timed(&rcond, &rlock, 5) == LC_TIMEOUT);
	CHECK(lc_cond_timed_for(&rcond, &rlock, is_set, &flag, 10) ==
	      LC_TIMEOUT);
	CHECK(lc_thread_start(&t, set_flag, NULL) == LC_OK);
	CHECK(lc_cond_wait_for(&rcond, &rlock, is_set, &flag) == LC_OK);
	CHECK(lc_cond_timed_for(&rcond, &rlock, is_set, &flag, 0) == LC_OK);
	CHECK(lc_rlock_release(&rlock) == LC_OK);
	CHECK(lc_rlock_mine(&rlock));
	CHECK(lc_rlock_release(&rlock) == LC_OK);
	CHECK(!lc_rlock_locked(&rlock));
	CHECK(lc_thread_join(&t) == LC_OK);
	done("a wait gives an RLock back whole; predicates");
}

/* ---- Semaphore ---- */

static struct lc_sem slots = LC_BOUNDED_SEM_INIT_N(2);
static int passed;

static void take_slot(void *arg)
{
	(void)arg;
	CHECK(lc_sem_acquire(&slots) == LC_OK);
	__atomic_fetch_add(&passed, 1, __ATOMIC_SEQ_CST);
}

static void test_sem(void)
{
	struct lc_thread t[4];
	struct lc_sem zero;

	memset(t, 0, sizeof(t));
	for (int i = 0; i < 4; i++)
		CHECK(lc_thread_start(&t[i], take_slot, NULL) == LC_OK);
	for (int i = 0; i < 1000 && load(&passed) < 2; i++)
		pause_ms(1);
	pause_ms(20);
	CHECK(load(&passed) == 2);
	CHECK(lc_sem_try(&slots) == LC_BUSY);
	CHECK(lc_sem_timed(&slots, 10) == LC_TIMEOUT);
	CHECK(lc_sem_release_n(&slots, 2) == LC_OK);
	for (int i = 0; i < 4; i++)
		CHECK(lc_thread_join(&t[i]) == LC_OK);
	CHECK(lc_sem_value(&slots) == 0);
	CHECK(lc_sem_release_n(&slots, 2) == LC_OK);
	CHECK(lc_sem_value(&slots) == 2);
	CHECK(lc_sem_init(&zero, 0, "zero") == LC_OK);
	CHECK(lc_sem_try(&zero) == LC_BUSY);
	CHECK(lc_sem_release_n(&zero, 1000) == LC_OK); /* has no bound */
	CHECK(lc_sem_value(&zero) == 1000);
	CHECK(lc_sem_acquire(&zero) == LC_OK);
	CHECK(lc_sem_destroy(&zero) == LC_OK);
	done("semaphores");
}

/* ---- Event ---- */

static struct lc_event event = LC_EVENT_INIT;

static void wait_event(void *arg)
{
	(void)arg;
	__atomic_fetch_add(&waiting, 1, __ATOMIC_SEQ_CST);
	CHECK(lc_event_wait(&event) == LC_OK);
}

static void test_event(void)
{
	struct lc_thread t[3];

	memset(t, 0, sizeof(t));
	waiting = 0;
	CHECK(!lc_event_is_set(&event));
	for (int i = 0; i < 3; i++)
		CHECK(lc_thread_start(&t[i], wait_event, NULL) == LC_OK);
	while (load(&waiting) < 3)
		pause_ms(1);
	pause_ms(20);
	lc_event_set(&event);
	lc_event_clear(&event); /* who waited goes on all the same */
	for (int i = 0; i < 3; i++)
		CHECK(lc_thread_join(&t[i]) == LC_OK);
	CHECK(lc_event_timed(&event, 5) == LC_TIMEOUT);
	lc_event_set(&event);
	lc_event_set(&event);
	CHECK(lc_event_is_set(&event));
	CHECK(lc_event_wait(&event) == LC_OK);
	CHECK(lc_event_destroy(&event) == LC_OK);
	CHECK(lc_event_init(&event, "again") == LC_OK);
	CHECK(!lc_event_is_set(&event));
	done("events");
}

/* ---- Barrier ---- */

static struct lc_barrier barrier;
static int actions, indices, broken, rounds_bad;

static void count_action(void *arg)
{
	++*(int *)arg;
}

static void ten_rounds(void *arg)
{
	uint32_t index = 99;

	(void)arg;
	for (int round = 0; round < 10; round++) {
		if (lc_barrier_wait(&barrier, &index) != LC_OK || index > 2 ||
		    load(&actions) < round + 1)
			__atomic_fetch_add(&rounds_bad, 1, __ATOMIC_SEQ_CST);
		__atomic_fetch_add(&indices, (int)index, __ATOMIC_SEQ_CST);
	}
}

static void wait_broken(void *arg)
{
	(void)arg;
	if (lc_barrier_wait(&barrier, NULL) == LC_BROKEN)
		__atomic_fetch_add(&broken, 1, __ATOMIC_SEQ_CST);
}

static void start_waiting(struct lc_thread *t, int n)
{
	for (int i = 0; i < n; i++) {
		memset(&t[i], 0, sizeof(t[i]));
		CHECK(lc_thread_start(&t[i], wait_broken, NULL) == LC_OK);
	}
	for (int i = 0; i < 5000 && (int)lc_barrier_waiting(&barrier) < n; i++)
		pause_ms(1);
	CHECK((int)lc_barrier_waiting(&barrier) == n);
}

static void join_all(struct lc_thread *t, int n)
{
	for (int i = 0; i < n; i++)
		CHECK(lc_thread_join(&t[i]) == LC_OK);
}

static void test_barrier(void)
{
	struct lc_thread t[3];

	CHECK(lc_barrier_init(&barrier, 3, count_action, &actions, "meet") ==
	      LC_OK);
	memset(t, 0, sizeof(t));
	for (int i = 0; i < 3; i++)
		CHECK(lc_thread_start(&t[i], ten_rounds, NULL) == LC_OK);
	join_all(t, 3);
	CHECK(actions == 10 && indices == 30 && rounds_bad == 0);

	start_waiting(t, 2);
	lc_barrier_abort(&barrier);
	join_all(t, 2);
	CHECK(broken == 2 && lc_barrier_is_broken(&barrier));
	CHECK(lc_barrier_wait(&barrier, NULL) == LC_BROKEN);
	lc_barrier_reset(&barrier);
	CHECK(!lc_barrier_is_broken(&barrier));

	start_waiting(t, 1);
	CHECK(lc_barrier_timed(&barrier, NULL, 10) == LC_TIMEOUT);
	join_all(t, 1);
	CHECK(broken == 3 && lc_barrier_is_broken(&barrier));
	lc_barrier_reset(&barrier);

	start_waiting(t, 2);
	lc_barrier_reset(&barrier);
	join_all(t, 2);
	CHECK(broken == 5 && !lc_barrier_is_broken(&barrier));
	CHECK(lc_barrier_destroy(&barrier) == LC_OK);
	done("barriers");
}

/* ---- Thread ---- */

static uint64_t seen_ident;
static char seen_name[64];
static struct lc_event go = LC_EVENT_INIT;

static void look_at_self(void *arg)
{
	const struct lc_thread *me = lc_thread_current();

	(void)arg;
	seen_ident = lc_thread_ident(me);
	strncpy(seen_name, lc_thread_name(me), sizeof(seen_name) - 1);
	CHECK(lc_thread_is_alive(me) && lc_thread_is_daemon(me));
	lc_event_wait(&go);
}

static void *look_as_dummy(void *arg)
{
	const struct lc_thread *me = lc_thread_current();

	*(int *)arg = !strncmp(lc_thread_name(me), "Dummy-", 6) &&
		      lc_thread_is_daemon(me) && lc_thread_is_alive(me) &&
		      lc_thread_ident(me) != 0;
	return NULL;
}

static void return_at_once(void *arg)
{
	(void)arg;
}

static struct lc_thread shared_thread = LC_THREAD_INIT;

static void join_shared(void *arg)
{
	(void)arg;
	CHECK(lc_thread_join(&shared_thread) == LC_OK);
}

static void test_thread(void)
{
	struct lc_thread t = LC_THREAD_INIT, many[20];
	pthread_t posix;
	int right = 0;

	CHECK(!lc_thread_is_alive(&t));
	CHECK(!strcmp(lc_thread_name(lc_thread_current()), "MainThread"));
	CHECK(lc_thread_start_named(&t, look_at_self, NULL, "a name", true) ==
	      LC_OK);
	CHECK(lc_thread_is_alive(&t) && lc_thread_is_daemon(&t));
	CHECK(!strcmp(lc_thread_name(&t), "a name"));
	CHECK(lc_thread_timed_join(&t, 20) == LC_TIMEOUT);
	lc_event_set(&go);
	CHECK(lc_thread_timed_join(&t, 10000) == LC_OK);
	CHECK(!lc_thread_is_alive(&t));
	CHECK(lc_thread_join(&t) == LC_OK); /* again */
	CHECK(seen_ident == lc_thread_ident(&t) && seen_ident != 0);
	CHECK(!strcmp(seen_name, "a name"));
	CHECK(lc_thread_start(&t, return_at_once, NULL) == LC_OK);
	CHECK(lc_thread_ident(&t) != seen_ident);
	CHECK(!strncmp(lc_thread_name(&t), "Thread-", 7));
	lc_thread_detach(&t);
	lc_thread_detach(&t);

	CHECK(pthread_create(&posix, NULL, look_as_dummy, &right) == 0);
	pthread_join(posix, NULL);
	CHECK(right);

	lc_event_clear(&go);
	CHECK(lc_thread_start(&shared_thread, wait_event, NULL) == LC_OK);
	memset(many, 0, sizeof(many));
	for (int i = 0; i < 20; i++)
		CHECK(lc_thread_start(&many[i], join_shared, NULL) == LC_OK);
	pause_ms(10);
	lc_event_set(&event);
	join_all(many, 20);
	done("threads");
}

static void say_late(void *arg)
{
	pause_ms(50);
	printf("%s", (const char *)arg);
	fflush(stdout);
}

static void never_ends(void *arg)
{
	(void)arg;
	for (;;)
		pause();
}

/* In a child process, whose exit has to wait for one thread and not for the
 * other. */
static void test_exit(void)
{
	char text[32] = "";
	int fds[2], status = -1;
	pid_t child;
	ssize_t n;

	CHECK(pipe(fds) == 0);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		struct lc_thread t = LC_THREAD_INIT, d = LC_THREAD_INIT;

		dup2(fds[1], 1);
		close(fds[0]);
		lc_thread_start(&t, say_late, (void *)"late");
		lc_thread_start_named(&d, never_ends, NULL, NULL, true);
		exit(lc_thread_is_alive(&t) ? 3 : 4);
	}
	close(fds[1]);
	n = read(fds[0], text, sizeof(text) - 1);
	close(fds[0]);
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	CHECK(n == 4 && !strcmp(text, "late"));
	done("exit waits for threads that are no daemons");
}

/* The child holds what the caller of fork held, and has no other threads. */
static void test_fork(void)
{
	struct lc_thread t = LC_THREAD_INIT;
	int status = -1;
	pid_t child;

	lc_event_clear(&event);
	CHECK(lc_thread_start(&t, wait_event, NULL) == LC_OK);
	lc_rlock_acquire(&rlock);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		int right = lc_rlock_mine(&rlock) &&
			    lc_rlock_acquire(&rlock) == LC_OK &&
			    lc_rlock_release(&rlock) == LC_OK &&
			    lc_rlock_release(&rlock) == LC_OK &&
			    !lc_thread_is_alive(&t) &&
			    lc_thread_join(&t) == LC_OK;

		exit(right ? 0 : 1); /* and does not wait for t */
	}
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK(lc_rlock_release(&rlock) == LC_OK);
	lc_event_set(&event);
	CHECK(lc_thread_join(&t) == LC_OK);
	done("fork");
}

int main(void)
{
	test_lock();
	test_rlock();
	test_timed();
	test_with();
	test_with_exit();
	test_with_cancel();
	test_with_exception();
	test_notify();
	test_wait_for();
	test_sem();
	test_event();
	test_barrier();
	test_thread();
	test_exit();
	test_fork();
	CHECK(!strcmp(lc_result_text(LC_TIMEOUT), "timed out"));
	CHECK(strcmp(lc_result_text((enum lc_result)99), ""));
	done("texts");
	printf("1..%d\n", number);
	return failed ? 1 : 0;
}

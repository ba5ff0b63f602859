/* @silent: spinlocks, with interrupts masked, ticket locks of atomics, seqlock-like readers */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sched.h>
static pthread_spinlock_t sl;
static atomic_flag fl = ATOMIC_FLAG_INIT;
static atomic_uint next_ticket, serving, seq;
static int a, b;
static void fl_lock(void) { while (atomic_flag_test_and_set_explicit(&fl, memory_order_acquire)) sched_yield(); }
static void fl_unlock(void) { atomic_flag_clear_explicit(&fl, memory_order_release); }
static void ticket_lock(void)
{
	unsigned me = atomic_fetch_add(&next_ticket, 1);
	while (atomic_load(&serving) != me)
		sched_yield();
}
static void ticket_unlock(void) { atomic_fetch_add(&serving, 1); }
static void masked(void)
{
	sigset_t all, old;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	pthread_spin_lock(&sl);
	a++;
	pthread_spin_unlock(&sl);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}
static void write_pair(int x, int y)
{
	pthread_spin_lock(&sl);
	atomic_fetch_add(&seq, 1);
	a = x;
	b = y;
	atomic_fetch_add(&seq, 1);
	pthread_spin_unlock(&sl);
}
static void read_pair(int *x, int *y)
{
	unsigned s;
	do {
		while ((s = atomic_load(&seq)) & 1)
			;
		*x = a;
		*y = b;
	} while (atomic_load(&seq) != s);
}
static bool try_spin(void)
{
	for (int i = 0; i < 100; i++) {
		if (pthread_spin_trylock(&sl) == 0) {
			a++;
			pthread_spin_unlock(&sl);
			return true;
		}
	}
	return false;
}
static void *run(void *p)
{
	int x, y;
	fl_lock();
	a++;
	fl_unlock();
	ticket_lock();
	b++;
	ticket_unlock();
	masked();
	write_pair(1, 2);
	read_pair(&x, &y);
	try_spin();
	return p;
}
int main(void)
{
	pthread_t t[3];
	pthread_spin_init(&sl, PTHREAD_PROCESS_PRIVATE);
	for (int i = 0; i < 3; i++)
		pthread_create(t + i, NULL, run, NULL);
	for (int i = 0; i < 3; i++)
		pthread_join(*(t + i), NULL);
	pthread_spin_destroy(&sl);
	return 0;
}

/* Atomic builtins are reads and writes; a flag that is asked twice says the same twice. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
static atomic_bool threaded, stop;
static atomic_int state, users;
static _Atomic(int *) ptr;
static int old_refs, gcc_flag;
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
int n;
int a_ok(int k)
{
	if (atomic_load(&threaded))
		pthread_mutex_lock(&mu);
	n += k;
	if (atomic_load(&threaded))
		pthread_mutex_unlock(&mu);
	return n;
}
int b_ok(int k)
{
	bool l = atomic_load_explicit(&threaded, memory_order_acquire);
	if (l)
		pthread_mutex_lock(&mu);
	n += k;
	if (l)
		pthread_mutex_unlock(&mu);
	return n;
}
void c_ok(void)
{
	int expected = 0;
	if (!atomic_compare_exchange_strong(&state, &expected, 1))
		return;
	pthread_mutex_lock(&mu);
	while (!atomic_load(&stop))
		n++;
	pthread_mutex_unlock(&mu);
	atomic_store(&state, 0);
}
void d_ok(void)
{
	int o = atomic_load(&users);
	do {
		if (o < 0)
			return;
	} while (!atomic_compare_exchange_weak(&users, &o, o + 1));
	pthread_mutex_lock(&mu);
	n++;
	pthread_mutex_unlock(&mu);
}
void e_ok(void)
{
	if (atomic_exchange(&stop, true))
		return;
	pthread_mutex_lock(&mu);
	atomic_fetch_add(&users, 3);
	pthread_mutex_unlock(&mu);
	if (atomic_fetch_sub(&users, 1) == 1)
		free(atomic_exchange(&ptr, NULL));
}
void f_ok(void)
{
	bool got = false;
	if (__atomic_load_n(&gcc_flag, __ATOMIC_ACQUIRE)) {
		pthread_mutex_lock(&mu);
		got = true;
	}
	__atomic_add_fetch(&old_refs, 1, __ATOMIC_SEQ_CST);
	__atomic_store_n(&n, 3, __ATOMIC_RELEASE);
	if (got)
		pthread_mutex_unlock(&mu);
}
void g_ok(void)
{
	int f;
	__atomic_load(&gcc_flag, &f, __ATOMIC_SEQ_CST);
	if (f)
		pthread_mutex_lock(&mu);
	n++;
	if (f)
		pthread_mutex_unlock(&mu);
}
void h_ok(void)
{
	int mine = __sync_bool_compare_and_swap(&gcc_flag, 0, 1);
	if (mine)
		pthread_mutex_lock(&mu);
	__sync_fetch_and_add(&n, 1);
	if (mine) {
		pthread_mutex_unlock(&mu);
		__sync_lock_release(&gcc_flag);
	}
}

volatile int enabled;

void i_ok(void)
{
	if (enabled)
		pthread_mutex_lock(&mu);
	n++;
	if (enabled)
		pthread_mutex_unlock(&mu);
}

int j_bad(int k)
{
	if (atomic_load(&threaded))
		pthread_mutex_lock(&mu);
	if (k < 0)
		return -1; // @expect unreleased-lock
	n += k;
	if (atomic_load(&threaded))
		pthread_mutex_unlock(&mu);
	return n;
}

int k_bad(int k)
{
	int expected = 0;

	pthread_mutex_lock(&mu);
	if (!atomic_compare_exchange_strong(&state, &expected, k))
		return expected; // @expect unreleased-lock
	pthread_mutex_unlock(&mu);
	return 0;
}

int l_bad(void)
{
	atomic_store(&stop, false);
	pthread_mutex_lock(&mu);
	while (!atomic_load(&stop))
		n++;
	return n; // @expect unreleased-lock
}

int m_bad(int k)
{
	atomic_store(&state, 0);
	pthread_mutex_lock(&mu);
	if (atomic_load(&state) == 3)
		return -1; // @expect unreleased-lock
	if (atomic_fetch_add(&users, 1) == 0)
		pthread_mutex_unlock(&mu);
	else
		pthread_mutex_unlock(&mu);
	if (k)
		pthread_mutex_unlock(&mu); // @expect release-not-held
	return 0;
}

int wait_bad(void)
{
	enabled = 0;
	pthread_mutex_lock(&mu);
	while (!enabled)
		n++;
	if (n > 7)
		return n; // @expect unreleased-lock
	pthread_mutex_unlock(&mu);
	return 0;
}

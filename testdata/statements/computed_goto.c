/* SPDX-License-Identifier: MIT */
/* Computed goto, inline assembly and _Generic. A library. */
#include <pthread.h>

struct vm {
	pthread_mutex_t lock;
	pthread_spinlock_t spin;
	int acc;
};

int vm_step_bad(struct vm *vm, unsigned op)
{
	static const void *const table[] = { &&op_inc, &&op_dec, &&op_trap };

	pthread_mutex_lock(&vm->lock);
	goto *table[op % 3];
op_inc:
	vm->acc++;
	goto out;
op_dec:
	vm->acc--;
	goto out;
op_trap:
	return -1; // @expect unreleased-lock
out:
	pthread_mutex_unlock(&vm->lock);
	return 0;
}

int vm_step_ok(struct vm *vm, unsigned op)
{
	static const void *const table[] = { &&op_inc, &&op_dec, &&op_trap };
	int rc = 0;

	pthread_mutex_lock(&vm->lock);
	goto *table[op % 3];
op_inc:
	vm->acc++;
	goto out;
op_dec:
	vm->acc--;
	goto out;
op_trap:
	rc = -1;
out:
	pthread_mutex_unlock(&vm->lock);
	return rc;
}

int vm_fence_ok(struct vm *vm)
{
	int acc;

	pthread_mutex_lock(&vm->lock);
	__asm__ volatile("" : : : "memory");
	acc = vm->acc;
	pthread_mutex_unlock(&vm->lock);
	return acc;
}

int vm_fence_bad(struct vm *vm)
{
	int acc;

	pthread_mutex_lock(&vm->lock);
	__asm__ volatile("" : : : "memory");
	acc = vm->acc;
	if (acc < 0)
		return -1; // @expect unreleased-lock
	pthread_mutex_unlock(&vm->lock);
	return acc;
}

/* pthread_spinlock_t is a volatile int on Linux. */
#define lock_any(l) _Generic((l), \
	pthread_mutex_t *: pthread_mutex_lock, \
	volatile int *: pthread_spin_lock)(l)
#define unlock_any(l) _Generic((l), \
	pthread_mutex_t *: pthread_mutex_unlock, \
	volatile int *: pthread_spin_unlock)(l)

void vm_generic_ok(struct vm *vm)
{
	lock_any(&vm->spin);
	vm->acc = 0;
	unlock_any(&vm->spin);
	lock_any(&vm->lock);
	vm->acc = 1;
	unlock_any(&vm->lock);
}

void vm_generic_bad(struct vm *vm)
{
	lock_any(&vm->spin);
	vm->acc = 0;
	lock_any(&vm->spin); // @expect double-acquire
	vm->acc = 1;
	unlock_any(&vm->spin);
}

/* SPDX-License-Identifier: MIT */
/*
 * battery: real
 * why: two spinlocks crossed
 */
#include "battery.h"

static pthread_spinlock_t a, b;

static void *forwards(void *arg)
{
	nap();
	pthread_spin_lock(&a);
	pthread_spin_lock(&b);
	work++;
	pthread_spin_unlock(&b);
	pthread_spin_unlock(&a);
	return arg;
}

static void *backwards(void *arg)
{
	nap();
	pthread_spin_lock(&b);
	pthread_spin_lock(&a);
	work++;
	pthread_spin_unlock(&a);
	pthread_spin_unlock(&b);
	return arg;
}

int main(void)
{
	pthread_spin_init(&a, 0);
	pthread_spin_init(&b, 0);
	return together(forwards, backwards);
}

/* SPDX-License-Identifier: MIT */
/* Random accounts in a thread's loop. */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#define NA 10
struct acct { pthread_mutex_t m; int bal; };
static struct acct accts[NA], safe[NA];

static void *teller_bad(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg;

	for (int k = 0; k < 1000; k++) {
		int i = rand_r(&seed) % NA, j = rand_r(&seed) % NA;

		if (i == j)
			continue;
		pthread_mutex_lock(&accts[i].m);
		pthread_mutex_lock(&accts[j].m); // @expect lock-order-cycle
		accts[i].bal--;
		accts[j].bal++;
		pthread_mutex_unlock(&accts[j].m);
		pthread_mutex_unlock(&accts[i].m);
	}
	return NULL;
}

static void *teller_ok(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg;

	for (int k = 0; k < 1000; k++) {
		int i = rand_r(&seed) % NA, j = rand_r(&seed) % NA;
		int lo, hi;

		if (i == j)
			continue;
		lo = i < j ? i : j;
		hi = i < j ? j : i;
		pthread_mutex_lock(&safe[lo].m);
		pthread_mutex_lock(&safe[hi].m);
		safe[i].bal--;
		safe[j].bal++;
		pthread_mutex_unlock(&safe[hi].m);
		pthread_mutex_unlock(&safe[lo].m);
	}
	return NULL;
}

int main(void)
{
	pthread_t t[8];

	for (int i = 0; i < NA; i++) {
		pthread_mutex_init(&accts[i].m, NULL);
		pthread_mutex_init(&safe[i].m, NULL);
	}
	for (int i = 0; i < 4; i++) {
		pthread_create(&t[i], NULL, teller_bad, (void *)(uintptr_t)i);
		pthread_create(&t[4 + i], NULL, teller_ok, (void *)(uintptr_t)i);
	}
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
	return 0;
}

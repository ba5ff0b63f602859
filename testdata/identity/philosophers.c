/* SPDX-License-Identifier: MIT */
/* Dining philosophers: elements [id] and [(id + 1) % N] of one array, taken by N
 * threads that run one function; and the two usual ways out. */
#include <pthread.h>
#include <stdint.h>
#include <stddef.h>
#include <unistd.h>
#define N 5
static pthread_mutex_t forks[N], spoons[N], knives[N];
static int meals;

static void *eat_bad(void *arg)
{
	int id = (int)(intptr_t)arg;
	int left = id, right = (id + 1) % N;

	pthread_mutex_lock(&forks[left]);
	pthread_mutex_lock(&forks[right]); // @expect lock-order-cycle
	meals++;
	pthread_mutex_unlock(&forks[right]);
	pthread_mutex_unlock(&forks[left]);
	return NULL;
}

/* The smaller index first. */
static void *eat_swap_ok(void *arg)
{
	int id = (int)(intptr_t)arg;
	int first = id, second = (id + 1) % N;

	if (first > second) {
		int t = first;

		first = second;
		second = t;
	}
	pthread_mutex_lock(&spoons[first]);
	pthread_mutex_lock(&spoons[second]);
	meals++;
	pthread_mutex_unlock(&spoons[second]);
	pthread_mutex_unlock(&spoons[first]);
	return NULL;
}

/* The last one takes them the other way round. */
static void *eat_last_ok(void *arg)
{
	int id = (int)(intptr_t)arg;
	int left = id, right = (id + 1) % N;

	if (id == N - 1) {
		pthread_mutex_lock(&knives[right]);
		pthread_mutex_lock(&knives[left]);
	} else {
		pthread_mutex_lock(&knives[left]);
		pthread_mutex_lock(&knives[right]);
	}
	meals++;
	pthread_mutex_unlock(&knives[right]);
	pthread_mutex_unlock(&knives[left]);
	return NULL;
}

int main(void)
{
	pthread_t t[3 * N];

	for (int i = 0; i < N; i++) {
		pthread_mutex_init(&forks[i], NULL);
		pthread_mutex_init(&spoons[i], NULL);
		pthread_mutex_init(&knives[i], NULL);
	}
	for (int i = 0; i < N; i++) {
		pthread_create(&t[i], NULL, eat_bad, (void *)(intptr_t)i);
		pthread_create(&t[N + i], NULL, eat_swap_ok, (void *)(intptr_t)i);
		pthread_create(&t[2 * N + i], NULL, eat_last_ok, (void *)(intptr_t)i);
	}
	for (int i = 0; i < 3 * N; i++)
		pthread_join(t[i], NULL);
	return 0;
}

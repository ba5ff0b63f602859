/* SPDX-License-Identifier: MIT */
/* A lock function that no program calls yet, beside the unlock function that one
 * calls after a try. Without a partner it would be a mistake. */
#include <pthread.h>
#include <stdbool.h>

static pthread_mutex_t seq = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t alone = PTHREAD_MUTEX_INITIALIZER;
static int value;

int seq_try(void);
void seq_lock(void);
void seq_unlock(void);
void keep(void);

int seq_try(void)
{
	return pthread_mutex_trylock(&seq);
}

void seq_lock(void)
{
	pthread_mutex_lock(&seq);
}

void seq_unlock(void)
{
	pthread_mutex_unlock(&seq);
}

static void change(void)
{
	pthread_mutex_lock(&seq);
	value++;
	pthread_mutex_unlock(&seq);
}

static void grow(void)
{
	pthread_mutex_lock(&alone);
	value++;
	pthread_mutex_unlock(&alone);
}

void keep(void)
{
	pthread_mutex_lock(&alone);
	value--;
} // @expect unreleased-lock

int main(void)
{
	change();
	grow();
	if (!seq_try()) {
		value--;
		seq_unlock();
	}
	return value;
}

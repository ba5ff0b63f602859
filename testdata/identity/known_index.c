/* An element that was locked by a variable index, and is known to be the first. */
#include <pthread.h>

static struct info { pthread_mutex_t mu; pthread_cond_t cv; int n; } infos[4];
extern void slow(int);

static void first(void)
{
	pthread_mutex_unlock(&infos[0].mu);
	slow(0);
	pthread_mutex_lock(&infos[0].mu);
	pthread_cond_wait(&infos[0].cv, &infos[0].mu);
}

static void other(int i)
{
	pthread_mutex_unlock(&infos[i].mu);
	slow(i);
	pthread_mutex_lock(&infos[i].mu);
}

void work_ok(int i)
{
	pthread_mutex_lock(&infos[i].mu);
	if (i == 0)
		first();
	else
		other(i);
	pthread_mutex_unlock(&infos[i].mu);
}

int drop_bad(int i)
{
	pthread_mutex_lock(&infos[i].mu);
	if (i == 2) {
		pthread_mutex_unlock(&infos[2].mu);
		return 0;
	}
	if (i == 3)
		return -1; // @expect unreleased-lock
	pthread_mutex_unlock(&infos[i].mu);
	return 0;
}

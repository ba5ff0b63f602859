/* @silent: thread pool with a queue, condition variables, shutdown, resize */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
typedef void (*job_fn)(void *);
struct job { job_fn fn; void *arg; struct job *next; };
struct pool {
	pthread_mutex_t mu;
	pthread_cond_t work, idle;
	struct job *head, *tail;
	pthread_t *threads;
	size_t nthreads, busy;
	bool stop;
};
static struct job *pop(struct pool *p)
{
	struct job *j = p->head;
	if (j) {
		p->head = j->next;
		if (!p->head)
			p->tail = NULL;
	}
	return j;
}
static void *worker(void *arg)
{
	struct pool *p = arg;
	for (;;) {
		pthread_mutex_lock(&p->mu);
		while (!p->head && !p->stop)
			pthread_cond_wait(&p->work, &p->mu);
		if (p->stop && !p->head) {
			pthread_mutex_unlock(&p->mu);
			break;
		}
		struct job *j = pop(p);
		p->busy++;
		pthread_mutex_unlock(&p->mu);
		j->fn(j->arg);
		free(j);
		pthread_mutex_lock(&p->mu);
		if (--p->busy == 0 && !p->head)
			pthread_cond_broadcast(&p->idle);
		pthread_mutex_unlock(&p->mu);
	}
	return NULL;
}
int pool_submit(struct pool *p, job_fn fn, void *arg)
{
	struct job *j = malloc(sizeof *j);
	int rc = 0;
	if (!j)
		return -1;
	j->fn = fn; j->arg = arg; j->next = NULL;
	pthread_mutex_lock(&p->mu);
	if (p->stop) {
		rc = -2;
		goto out;
	}
	if (p->tail)
		p->tail->next = j;
	else
		p->head = j;
	p->tail = j;
	j = NULL;
	pthread_cond_signal(&p->work);
out:
	pthread_mutex_unlock(&p->mu);
	free(j);
	return rc;
}
void pool_wait(struct pool *p)
{
	pthread_mutex_lock(&p->mu);
	while (p->busy || p->head)
		pthread_cond_wait(&p->idle, &p->mu);
	pthread_mutex_unlock(&p->mu);
}
struct pool *pool_new(size_t n)
{
	struct pool *p = calloc(1, sizeof *p);
	if (!p)
		return NULL;
	pthread_mutex_init(&p->mu, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->idle, NULL);
	p->threads = calloc(n, sizeof *p->threads);
	if (!p->threads)
		goto fail;
	for (; p->nthreads < n; p->nthreads++)
		if (pthread_create(&p->threads[p->nthreads], NULL, worker, p))
			goto fail_threads;
	return p;
fail_threads:
	pthread_mutex_lock(&p->mu);
	p->stop = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->mu);
	while (p->nthreads--)
		pthread_join(p->threads[p->nthreads], NULL);
	free(p->threads);
fail:
	pthread_mutex_destroy(&p->mu);
	free(p);
	return NULL;
}
void pool_free(struct pool *p)
{
	pthread_mutex_lock(&p->mu);
	p->stop = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->mu);
	for (size_t i = 0; i < p->nthreads; i++)
		pthread_join(p->threads[i], NULL);
	pthread_mutex_destroy(&p->mu);
	pthread_cond_destroy(&p->work);
	pthread_cond_destroy(&p->idle);
	free(p->threads);
	free(p);
}
static int total;
static pthread_mutex_t total_mu = PTHREAD_MUTEX_INITIALIZER;
static void add(void *arg)
{
	pthread_mutex_lock(&total_mu);
	total += *(int *)arg;
	pthread_mutex_unlock(&total_mu);
}
int main(void)
{
	int v[8];
	struct pool *p = pool_new(4);
	if (!p)
		return 1;
	for (int i = 0; i < 8; i++) {
		v[i] = i;
		pool_submit(p, add, &v[i]);
	}
	pool_wait(p);
	pool_free(p);
	return total != 28;
}

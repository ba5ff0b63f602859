/* @silent: semaphores: bounded buffer, binary semaphore as a mutex, signalling, rendezvous */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <time.h>
#define N 8
static sem_t empty, full, mutex, a_arrived, b_arrived;
static int buf[N], in, out;
static void put(int v)
{
	while (sem_wait(&empty) == -1 && errno == EINTR)
		continue;
	sem_wait(&mutex);
	buf[in] = v;
	in = (in + 1) % N;
	sem_post(&mutex);
	sem_post(&full);
}
static int get(void)
{
	int v;
	sem_wait(&full);
	sem_wait(&mutex);
	v = buf[out];
	out = (out + 1) % N;
	sem_post(&mutex);
	sem_post(&empty);
	return v;
}
static int try_get(int *v)
{
	if (sem_trywait(&full) != 0)
		return errno == EAGAIN ? 0 : -1;
	sem_wait(&mutex);
	*v = buf[out];
	out = (out + 1) % N;
	sem_post(&mutex);
	sem_post(&empty);
	return 1;
}
static int timed_peek(void)
{
	struct timespec ts;
	int v;
	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec++;
	if (sem_timedwait(&mutex, &ts) < 0)
		return -1;
	v = buf[out];
	sem_post(&mutex);
	return v;
}
static void *producer(void *x)
{
	(void)x;
	for (int i = 0; i < 100; i++)
		put(i);
	sem_post(&a_arrived);
	sem_wait(&b_arrived);
	return NULL;
}
static void *consumer(void *x)
{
	int s = 0, v;
	(void)x;
	for (int i = 0; i < 100; i++)
		s += get();
	if (try_get(&v) == 1)
		s += v;
	sem_post(&b_arrived);
	sem_wait(&a_arrived);
	printf("%d %d\n", s, timed_peek());
	return NULL;
}
int main(void)
{
	pthread_t p, c;
	sem_init(&empty, 0, N);
	sem_init(&full, 0, 0);
	sem_init(&mutex, 0, 1);
	sem_init(&a_arrived, 0, 0);
	sem_init(&b_arrived, 0, 0);
	pthread_create(&p, NULL, producer, NULL);
	pthread_create(&c, NULL, consumer, NULL);
	pthread_join(p, NULL);
	pthread_join(c, NULL);
	sem_destroy(&mutex);
	return 0;
}

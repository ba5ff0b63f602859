/* SPDX-License-Identifier: MIT */
/* Readers and writers with semaphores: the light switch, which is told the room,
 * and the solution in which writers go first. */
// @silent
#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>

struct lightswitch {
	int counter;
	sem_t mutex;
};
static struct lightswitch light;
static sem_t room, turnstile;
static sem_t rmutex, wmutex, try_read, resource;
static int nreaders, nwriters, data, other;

static void switch_on(struct lightswitch *s, sem_t *whole)
{
	sem_wait(&s->mutex);
	s->counter++;
	if (s->counter == 1)
		sem_wait(whole);
	sem_post(&s->mutex);
}

static void switch_off(struct lightswitch *s, sem_t *whole)
{
	sem_wait(&s->mutex);
	s->counter--;
	if (s->counter == 0)
		sem_post(whole);
	sem_post(&s->mutex);
}

static void *reader_ok(void *p)
{
	for (int i = 0; i < 10; i++) {
		sem_wait(&turnstile);
		sem_post(&turnstile);
		switch_on(&light, &room);
		*(int *)p += data;
		switch_off(&light, &room);
	}
	return NULL;
}

static void *writer_ok(void *p)
{
	for (int i = 0; i < 10; i++) {
		sem_wait(&turnstile);
		sem_wait(&room);
		data++;
		sem_post(&turnstile);
		sem_post(&room);
	}
	return p;
}

static void *late_reader_ok(void *p)
{
	for (int i = 0; i < 10; i++) {
		sem_wait(&try_read);
		sem_wait(&rmutex);
		if (nreaders == 0)
			sem_wait(&resource);
		nreaders++;
		sem_post(&rmutex);
		sem_post(&try_read);
		*(int *)p += other;
		sem_wait(&rmutex);
		if (nreaders == 1)
			sem_post(&resource);
		nreaders--;
		sem_post(&rmutex);
	}
	return NULL;
}

static void *early_writer_ok(void *p)
{
	for (int i = 0; i < 10; i++) {
		sem_wait(&wmutex);
		nwriters++;
		if (nwriters == 1)
			sem_wait(&try_read);
		sem_post(&wmutex);
		sem_wait(&resource);
		other++;
		sem_post(&resource);
		sem_wait(&wmutex);
		nwriters--;
		if (nwriters == 0)
			sem_post(&try_read);
		sem_post(&wmutex);
	}
	return p;
}

int main(void)
{
	int sum[4] = { 0, 0, 0, 0 };
	pthread_t t[8];

	sem_init(&light.mutex, 0, 1);
	sem_init(&room, 0, 1);
	sem_init(&turnstile, 0, 1);
	sem_init(&rmutex, 0, 1);
	sem_init(&wmutex, 0, 1);
	sem_init(&try_read, 0, 1);
	sem_init(&resource, 0, 1);
	pthread_create(&t[0], NULL, reader_ok, &sum[0]);
	pthread_create(&t[1], NULL, reader_ok, &sum[1]);
	pthread_create(&t[2], NULL, writer_ok, NULL);
	pthread_create(&t[3], NULL, writer_ok, NULL);
	pthread_create(&t[4], NULL, late_reader_ok, &sum[2]);
	pthread_create(&t[5], NULL, late_reader_ok, &sum[3]);
	pthread_create(&t[6], NULL, early_writer_ok, NULL);
	pthread_create(&t[7], NULL, early_writer_ok, NULL);
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* What courses have their students write: everything in one file. */
#include <stdio.h>
#include <stdlib.h>
#include <pthread.h>
#include <unistd.h>
#include <string.h>

#define NUM_THREADS 5
#define BUFFER_SIZE 10

int counter = 0;
pthread_mutex_t mutex;
pthread_mutex_t mutex1, mutex2;
pthread_cond_t empty, full;
int buffer[BUFFER_SIZE], count = 0;
char shared_string[100];

struct thread_data {
    int thread_id;
    int sum;
    char *message;
    pthread_mutex_t *lock;
};
struct thread_data thread_data_array[NUM_THREADS];

void *increment_ok(void *arg)
{
    int i;
    struct thread_data *my_data = (struct thread_data *) arg;
    for (i = 0; i < 1000; i++)
    {
        pthread_mutex_lock(my_data->lock);
        counter++;
        pthread_mutex_unlock(my_data->lock);
    }
    pthread_exit(NULL);
}

void *increment_bad(void *arg)
{
    int i;
    struct thread_data *my_data = (struct thread_data *) arg;
    for (i = 0; i < 1000; i++)
    {
        pthread_mutex_lock(my_data->lock);
        counter++;
        if (counter == 500)
            pthread_exit(NULL); // @expect unreleased-lock
        pthread_mutex_unlock(my_data->lock);
    }
    pthread_exit(NULL);
}

void *deadlock1_bad(void *arg)
{
    printf("Thread 1: locking mutex1\n");
    pthread_mutex_lock(&mutex1);
    sleep(1);
    printf("Thread 1: locking mutex2\n");
    pthread_mutex_lock(&mutex2); // @expect-one lock-order-cycle#d
    counter++;
    pthread_mutex_unlock(&mutex2);
    pthread_mutex_unlock(&mutex1);
    return NULL;
}

void *deadlock2_bad(void *arg)
{
    printf("Thread 2: locking mutex2\n");
    pthread_mutex_lock(&mutex2);
    sleep(1);
    printf("Thread 2: locking mutex1\n");
    pthread_mutex_lock(&mutex1); // @expect-one lock-order-cycle#d
    counter--;
    pthread_mutex_unlock(&mutex1);
    pthread_mutex_unlock(&mutex2);
    return NULL;
}

void *producer_ok(void *arg)
{
    int i;
    for (i = 0; i < 20; i++)
    {
        pthread_mutex_lock(&mutex);
        while (count == BUFFER_SIZE)
            pthread_cond_wait(&empty, &mutex);
        buffer[count++] = i;
        pthread_cond_signal(&full);
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

void *consumer_bad(void *arg)
{
    int i, item;
    for (i = 0; i < 20; i++)
    {
        pthread_mutex_lock(&mutex);
        while (count == 0)
            pthread_cond_wait(&full, &mutex);
        item = buffer[--count];
        pthread_cond_signal(&empty);
        printf("Consumed %d\n", item);
        if (item == 19)
            break;
        pthread_mutex_unlock(&mutex);
    }
    return NULL; // @expect unreleased-lock
}

int main(int argc, char *argv[])
{
    pthread_t threads[NUM_THREADS], p, c, d1, d2;
    pthread_attr_t attr;
    int rc, t;
    void *status;

    pthread_mutex_init(&mutex, NULL);
    pthread_mutex_init(&mutex1, NULL);
    pthread_mutex_init(&mutex2, NULL);
    pthread_cond_init(&empty, NULL);
    pthread_cond_init(&full, NULL);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_JOINABLE);
    for (t = 0; t < NUM_THREADS; t++)
    {
        thread_data_array[t].thread_id = t;
        thread_data_array[t].lock = &mutex;
        rc = pthread_create(&threads[t], &attr, t % 2 ? increment_ok : increment_bad, (void *) &thread_data_array[t]);
        if (rc)
        {
            printf("ERROR; return code from pthread_create() is %d\n", rc);
            exit(-1);
        }
    }
    pthread_create(&p, NULL, producer_ok, NULL);
    pthread_create(&c, NULL, consumer_bad, NULL);
    pthread_create(&d1, NULL, deadlock1_bad, NULL);
    pthread_create(&d2, NULL, deadlock2_bad, NULL);
    for (t = 0; t < NUM_THREADS; t++)
        pthread_join(threads[t], &status);
    pthread_join(p, NULL);
    pthread_join(c, NULL);
    pthread_join(d1, NULL);
    pthread_join(d2, NULL);
    pthread_mutex_lock(&mutex);
    printf("counter = %d\n", counter);
    pthread_mutex_unlock(&mutex);
    pthread_mutex_destroy(&mutex);
    pthread_exit(NULL);
}

/* A robust mutex: EOWNERDEAD means that the lock has been taken. */
#include <errno.h>
#include <pthread.h>

struct shm { pthread_mutex_t mu; int n; };

int take_ok(struct shm *s)
{
	int rc = pthread_mutex_lock(&s->mu);

	if (rc == EOWNERDEAD) {
		s->n = 0;
		rc = pthread_mutex_consistent(&s->mu);
		if (rc != 0)
			pthread_mutex_unlock(&s->mu);
	}
	return rc;
}

int add_ok(struct shm *s)
{
	int rc = pthread_mutex_lock(&s->mu);

	switch (rc) {
	case 0:
		break;
	case EOWNERDEAD:
		if (pthread_mutex_consistent(&s->mu)) {
			pthread_mutex_unlock(&s->mu);
			return -1;
		}
		break;
	default:
		return -1;
	}
	s->n++;
	pthread_mutex_unlock(&s->mu);
	return 0;
}

int add_bad(struct shm *s)
{
	int rc = pthread_mutex_lock(&s->mu);

	if (rc == EOWNERDEAD) {
		if (pthread_mutex_consistent(&s->mu))
			return -1; // @expect unreleased-lock
	} else if (rc) {
		return -1;
	}
	s->n++;
	pthread_mutex_unlock(&s->mu);
	return 0;
}

int failed_bad(struct shm *s)
{
	int rc = pthread_mutex_trylock(&s->mu);

	switch (rc) {
	case 0:
		s->n++;
		break;
	case EBUSY:
		pthread_mutex_unlock(&s->mu); // @expect release-not-held
		return -1;
	default:
		return -1;
	}
	pthread_mutex_unlock(&s->mu);
	return 0;
}

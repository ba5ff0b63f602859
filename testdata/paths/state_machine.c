/* A state machine in a loop: which state it is in says whether the lock is
 * held. A library. */
#include <pthread.h>
#include <unistd.h>
enum state { INIT, RUN, WAIT, DONE };
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

int machine_ok(int (*step)(int))
{
	enum state st = INIT;

	while (st != DONE) {
		switch (st) {
		case INIT:
			pthread_mutex_lock(&m);
			st = RUN;
			break;
		case RUN:
			if (step(1)) {
				pthread_mutex_unlock(&m);
				st = WAIT;
			} else {
				pthread_mutex_unlock(&m);
				st = DONE;
			}
			break;
		case WAIT:
			usleep(9);
			st = INIT;
			break;
		case DONE:
			break;
		}
	}
	return 0;
}

int machine_flag_ok(int (*step)(int))
{
	enum state st = INIT;
	int held = 0;

	while (st != DONE) {
		switch (st) {
		case INIT:
			pthread_mutex_lock(&m);
			held = 1;
			st = RUN;
			break;
		case RUN:
			if (step(1)) {
				pthread_mutex_unlock(&m);
				held = 0;
				st = WAIT;
			} else {
				st = DONE;
			}
			break;
		case WAIT:
			usleep(9);
			st = INIT;
			break;
		case DONE:
			break;
		}
	}
	if (held)
		pthread_mutex_unlock(&m);
	return 0;
}

int phases_ok(int n)
{
	for (int phase = 0; phase < 3; phase++) {
		if (phase == 0)
			pthread_mutex_lock(&m);
		if (phase == 1)
			n++;
		if (phase == 2)
			pthread_mutex_unlock(&m);
	}
	return n;
}

int phases_bad(int n)
{
	for (int phase = 0; phase < 3; phase++) {
		if (phase == 0)
			pthread_mutex_lock(&m);
		if (phase == 1)
			n++;
		if (phase == 3)
			pthread_mutex_unlock(&m);
	}
	return n; // @expect unreleased-lock
}

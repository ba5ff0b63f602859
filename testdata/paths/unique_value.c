/* The return that leaks has a value of its own, but all callers are known and none
 * releases. A whole program. */
#include <pthread.h>
#include <stdlib.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int state;

static int handle_bad(int ev)
{
	int rc = 0;

	pthread_mutex_lock(&m);
	switch (ev) {
	case 0:
		state = 1;
		break;
	case 1:
		state = 2;
		return 1; // @expect unreleased-lock:error
	case 2:
		rc = -1;
		goto out;
	default:
		rc = -2;
		break;
	}
out:
	pthread_mutex_unlock(&m);
	return rc;
}

static int branch_bad(int k)
{
	pthread_mutex_lock(&m);
	k = state;
	if (k != 2)
		pthread_mutex_unlock(&m);
	return k; // @expect unreleased-lock:error
}

int main(void)
{
	return handle_bad(rand() % 3) + branch_bad(1);
}

/* A function that takes and releases a lock itself comes back only to a caller that does not hold it: the caller
 * that then releases it once more has mistaken the function for one that leaves it held. A library. */
#include <errno.h>
#include <pthread.h>

struct dev {
	pthread_mutex_t lock;
	int up, starts;
};

static void dev_lock(struct dev *d)
{
	pthread_mutex_lock(&d->lock);
}

static void dev_unlock(struct dev *d)
{
	pthread_mutex_unlock(&d->lock);
}

static int start(struct dev *d)
{
	dev_lock(d);
	if (d->up) {
		dev_unlock(d);
		return -EBUSY;
	}
	d->up = 1;
	dev_unlock(d);
	return 0;
}

int restart_bad(struct dev *d)
{
	int rc = start(d);

	dev_unlock(d); // @expect release-not-held error
	return rc;
}

int restart_ok(struct dev *d)
{
	int rc = start(d);

	dev_lock(d);
	d->starts++;
	dev_unlock(d);
	return rc;
}

/* Two calls deep. */
static int start_counted(struct dev *d)
{
	int rc = start(d);

	d->starts += rc == 0;
	return rc;
}

void count_bad(struct dev *d)
{
	start_counted(d);
	dev_unlock(d); // @expect release-not-held error
}

/* Not on each way to the release: when it is up already, the lock is the caller's. */
void finish_ok(struct dev *d, int keep)
{
	if (!keep)
		start(d);
	if (keep)
		dev_unlock(d);
}

/* The function takes it on some of its ways only. */
static void poke(struct dev *d)
{
	if (d->up)
		return;
	dev_lock(d);
	d->starts++;
	dev_unlock(d);
}

void poke_and_leave_ok(struct dev *d)
{
	poke(d);
	dev_unlock(d);
}

/* It does not wait for it: the caller may well have it. */
static void try_start(struct dev *d)
{
	if (pthread_mutex_trylock(&d->lock) == 0) {
		d->up = 1;
		pthread_mutex_unlock(&d->lock);
	}
}

void try_and_leave_ok(struct dev *d)
{
	try_start(d);
	dev_unlock(d);
}

/* It lets the caller's lock go and takes it back. */
static void yield(struct dev *d)
{
	dev_unlock(d);
	dev_lock(d);
}

void yield_and_leave_ok(struct dev *d)
{
	yield(d);
	dev_unlock(d);
}

/* Another one of the class. */
void pass_ok(struct dev *from, struct dev *to)
{
	start(to);
	dev_unlock(from);
}

/* A lock that its owner may take again: it may still be the caller's. */
struct rdev {
	pthread_mutex_t lock;
	int up;
};

void rdev_init(struct rdev *d)
{
	pthread_mutexattr_t a;

	pthread_mutexattr_init(&a);
	pthread_mutexattr_settype(&a, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&d->lock, &a);
}

static void rdev_start(struct rdev *d)
{
	pthread_mutex_lock(&d->lock);
	d->up = 1;
	pthread_mutex_unlock(&d->lock);
}

void rdev_leave_ok(struct rdev *d)
{
	rdev_start(d);
	pthread_mutex_unlock(&d->lock);
}

static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
static int entries;

static void insert(void)
{
	pthread_rwlock_wrlock(&table);
	entries++;
	pthread_rwlock_unlock(&table);
}

void insert_bad(void)
{
	insert();
	pthread_rwlock_unlock(&table); // @expect release-not-held error
}

/* Readers do not shut each other out: no error (a doubt, as nothing here leaves it held). */
static int count(void)
{
	int n;

	pthread_rwlock_rdlock(&table);
	n = entries;
	pthread_rwlock_unlock(&table);
	return n;
}

int count_and_leave(void)
{
	int n = count();

	pthread_rwlock_unlock(&table); // @expect release-not-held warning
	return n;
}

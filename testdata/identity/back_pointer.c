/* D-Bus: a connection has an object tree, the tree points back to the connection; a function of the tree, called with the
 * connection's lock, releases it through the back pointer. The pointer is set where both are made. A library. */
#include <pthread.h>
#include <stdlib.h>
struct rmutex { pthread_mutex_t lock; };
struct tree { struct conn *connection; int n; };
struct conn { struct rmutex *mutex; struct tree *objects; };

static void rm_lock(struct rmutex *m) { pthread_mutex_lock(&m->lock); }
static void rm_unlock(struct rmutex *m) { pthread_mutex_unlock(&m->lock); }

struct tree *tree_new(struct conn *c)
{
	struct tree *t = calloc(1, sizeof *t);

	if (t)
		t->connection = c;
	return t;
}

struct conn *conn_new(void)
{
	struct conn *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->mutex = calloc(1, sizeof *c->mutex);
	if (!c->mutex)
		abort();
	pthread_mutex_init(&c->mutex->lock, NULL);
	c->objects = tree_new(c);
	if (!c->objects)
		abort();
	return c;
}

void conn_unlock(struct conn *c)
{
	rm_unlock(c->mutex);
}

int tree_list_and_unlock(struct tree *t)
{
	int n = t->n;

	if (t->connection)
		conn_unlock(t->connection);
	return n;
}

int list_ok(struct conn *c)
{
	int n;

	if (!c)
		return -1;
	rm_lock(c->mutex);
	n = tree_list_and_unlock(c->objects);
	return n;
}

int list2_ok(struct conn *c)
{
	rm_lock(c->mutex);
	if (!c->objects->n) {
		conn_unlock(c);
		return 0;
	}
	return tree_list_and_unlock(c->objects);
}

int list_bad(struct conn *c)
{
	rm_lock(c->mutex);
	if (!c->objects->n)
		return 0; // @expect unreleased-lock
	return tree_list_and_unlock(c->objects);
}

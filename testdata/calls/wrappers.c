/* SPDX-License-Identifier: MIT */
/* A project's own lock functions, one to three calls deep, for lock, unlock and
 * trylock; no model says what they do. A library. */
#include <pthread.h>
#include <stdbool.h>

struct os_mutex {
	pthread_mutex_t handle;
	const char *name;
};

/* depth 1 */
static int os_mutex_lock(struct os_mutex *m)
{
	return pthread_mutex_lock(&m->handle);
}

static void os_mutex_unlock(struct os_mutex *m)
{
	pthread_mutex_unlock(&m->handle);
}

static bool os_mutex_try(struct os_mutex *m)
{
	return pthread_mutex_trylock(&m->handle) == 0;
}

struct session {
	struct os_mutex mutex;
	int users;
};

/* depth 2 */
static void session_lock(struct session *s)
{
	os_mutex_lock(&s->mutex);
}

static void session_unlock(struct session *s)
{
	os_mutex_unlock(&s->mutex);
}

static int session_trylock(struct session *s)
{
	if (!os_mutex_try(&s->mutex))
		return -1;
	return 0;
}

/* depth 3 */
struct server {
	struct session session;
};

static void server_enter(struct server *srv)
{
	session_lock(&srv->session);
}

static void server_leave(struct server *srv)
{
	session_unlock(&srv->session);
}

static int server_try_enter(struct server *srv)
{
	int rc = session_trylock(&srv->session);

	return rc;
}

int wrap_one_bad(struct os_mutex *m, int *value)
{
	os_mutex_lock(m);
	if (*value < 0)
		return -1; // @expect unreleased-lock
	++*value;
	os_mutex_unlock(m);
	return 0;
}

int wrap_one_ok(struct os_mutex *m, int *value)
{
	os_mutex_lock(m);
	if (*value < 0) {
		os_mutex_unlock(m);
		return -1;
	}
	++*value;
	os_mutex_unlock(m);
	return 0;
}

int wrap_two_bad(struct session *s)
{
	session_lock(s);
	s->users++;
	if (os_mutex_lock(&s->mutex) != 0) // @expect double-acquire
		return -1; // @expect-any unreleased-lock
	session_unlock(s);
	return 0;
}

int wrap_two_ok(struct session *s)
{
	session_lock(s);
	s->users++;
	session_unlock(s);
	if (os_mutex_lock(&s->mutex) != 0)
		return -1;
	session_unlock(s);
	return 0;
}

int wrap_three_bad(struct server *srv)
{
	server_enter(srv);
	if (srv->session.users == 0)
		return 0; // @expect unreleased-lock
	srv->session.users--;
	server_leave(srv);
	return 1;
}

int wrap_three_ok(struct server *srv)
{
	int gone = 0;

	server_enter(srv);
	if (srv->session.users > 0) {
		srv->session.users--;
		gone = 1;
	}
	server_leave(srv);
	return gone;
}

int wrap_try_bad(struct server *srv)
{
	if (server_try_enter(srv) < 0) {
		server_leave(srv); // @expect release-not-held
		return -1;
	}
	srv->session.users++;
	server_leave(srv);
	return 0;
}

int wrap_try_ok(struct server *srv)
{
	if (server_try_enter(srv) < 0)
		return -1;
	srv->session.users++;
	server_leave(srv);
	return 0;
}

void wrap_try_bool_bad(struct os_mutex *m, int *value)
{
	if (os_mutex_try(m))
		++*value;
	os_mutex_unlock(m); // @expect release-not-held
}

void wrap_try_bool_ok(struct os_mutex *m, int *value)
{
	if (os_mutex_try(m)) {
		++*value;
		os_mutex_unlock(m);
	}
}

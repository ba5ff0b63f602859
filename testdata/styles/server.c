/* @silent: server: one thread a connection, registry under a lock, per connection lock, shutdown joins outside of the lock */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#define MAXC 32
struct conn { int fd; pthread_t tid; pthread_mutex_t out; bool used, done; char name[32]; };
static struct conn conns[MAXC];
static pthread_mutex_t reg = PTHREAD_MUTEX_INITIALIZER;
static atomic_int nclients;
static volatile int running = 1;
static int send_line(struct conn *c, const char *s)
{
	size_t n = strlen(s), off = 0;
	int rc = 0;
	pthread_mutex_lock(&c->out);
	while (off < n) {
		ssize_t w = write(c->fd, s + off, n - off);
		if (w <= 0) {
			rc = -1;
			break;
		}
		off += (size_t)w;
	}
	pthread_mutex_unlock(&c->out);
	return rc;
}
static void broadcast(struct conn *from, const char *s)
{
	pthread_mutex_lock(&reg);
	for (int i = 0; i < MAXC; i++) {
		struct conn *c = &conns[i];
		if (!c->used || c == from)
			continue;
		if (send_line(c, s) < 0)
			fprintf(stderr, "client %d gone\n", i);
	}
	pthread_mutex_unlock(&reg);
}
static void *serve(void *arg)
{
	struct conn *c = arg;
	char buf[256];
	ssize_t n;
	if (send_line(c, "hello\n"))
		goto done;
	while (running && (n = read(c->fd, buf, sizeof buf - 1)) > 0) {
		buf[n] = 0;
		if (!strncmp(buf, "quit", 4))
			break;
		if (!strncmp(buf, "name ", 5)) {
			pthread_mutex_lock(&reg);
			snprintf(c->name, sizeof c->name, "%s", buf + 5);
			pthread_mutex_unlock(&reg);
			continue;
		}
		broadcast(c, buf);
	}
done:
	pthread_mutex_lock(&reg);
	c->done = true;
	pthread_mutex_unlock(&reg);
	atomic_fetch_sub(&nclients, 1);
	return NULL;
}
static struct conn *slot(void)
{
	struct conn *found = NULL;
	pthread_mutex_lock(&reg);
	for (int i = 0; i < MAXC && !found; i++)
		if (!conns[i].used) {
			conns[i].used = true;
			conns[i].done = false;
			found = &conns[i];
		}
	pthread_mutex_unlock(&reg);
	return found;
}
static void reap(bool all)
{
	for (int i = 0; i < MAXC; i++) {
		pthread_t t;
		pthread_mutex_lock(&reg);
		if (!conns[i].used || (!all && !conns[i].done)) {
			pthread_mutex_unlock(&reg);
			continue;
		}
		t = conns[i].tid;
		pthread_mutex_unlock(&reg);
		pthread_join(t, NULL);
		pthread_mutex_lock(&reg);
		close(conns[i].fd);
		conns[i].used = false;
		pthread_mutex_unlock(&reg);
	}
}
int main(void)
{
	int s = socket(AF_INET, SOCK_STREAM, 0);
	if (s < 0 || listen(s, 5) < 0)
		return 1;
	for (int i = 0; i < MAXC; i++)
		pthread_mutex_init(&conns[i].out, NULL);
	while (running) {
		int fd = accept(s, NULL, NULL);
		struct conn *c;
		if (fd < 0)
			continue;
		c = slot();
		if (!c) {
			close(fd);
			reap(false);
			continue;
		}
		c->fd = fd;
		atomic_fetch_add(&nclients, 1);
		if (pthread_create(&c->tid, NULL, serve, c)) {
			pthread_mutex_lock(&reg);
			c->used = false;
			pthread_mutex_unlock(&reg);
			close(fd);
		}
	}
	reap(true);
	for (int i = 0; i < MAXC; i++)
		pthread_mutex_destroy(&conns[i].out);
	return 0;
}

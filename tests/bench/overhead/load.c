/* SPDX-License-Identifier: MIT */
/*
 * Load for servers that are to be compared: a slice of requests to each of them
 * in turn, over connections that stay open, each with one request under way. A
 * slice is some hundredths of a second, so that all servers see the same machine.
 *
 * Per slice one line on stdout: which server, seconds it took, seconds of
 * processor time (user and system, all its threads) that the server took for it.
 *
 *	load memcached|redis SETS CONNECTIONS REQUESTS SLICES PORT:PID…
 *
 * SETS of a hundred requests write, the others read; REQUESTS are in a slice.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SERVERS = 4, CONNECTIONS = 256, KEYS = 10000, VALUE = 100 };

struct server {
	struct pollfd fds[CONNECTIONS];
	clockid_t processor;
};

static struct server servers[SERVERS];
static int redis, sets, connections;
static unsigned random_state = 1;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static unsigned random_below(unsigned n)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (random_state >> 8) % n;
}

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void join_server(struct server *s, const char *address)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	const char *pid = strchr(address, ':');
	int one = 1;

	to.sin_port = htons((uint16_t)atoi(address));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (!pid || clock_getcpuclockid(atoi(pid + 1), &s->processor))
		die(address);
	for (int i = 0; i < connections; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)))
			die(address);
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		s->fds[i] = (struct pollfd){ .fd = fd, .events = POLLIN };
	}
}

static void ask(int fd)
{
	static const char formats[2][2][48] = {
		{ "get key:%05u\r\n", "set key:%05u 0 0 %d\r\n%s\r\n" },
		{ "GET key:%05u\r\n", "SET key:%05u %.0d%s\r\n" },
	};
	static char value[VALUE + 1];
	char text[VALUE + 80];
	int n;

	if (!value[0])
		memset(value, 'x', VALUE);
	n = snprintf(text, sizeof(text),
		     formats[redis][(int)random_below(100) < sets],
		     random_below(KEYS), redis ? 0 : VALUE, value);
	if (write(fd, text, (size_t)n) != n)
		die("write");
}

/* An answer is a packet: it is small, and nothing else is under way. */
static void slice(struct server *s, int requests)
{
	char answer[VALUE + 200];
	int asked = 0, answered = 0;

	for (; asked < connections && asked < requests; asked++)
		ask(s->fds[asked].fd);
	while (answered < requests) {
		if (poll(s->fds, (nfds_t)connections, -1) < 0)
			die("poll");
		for (int i = 0; i < connections; i++) {
			if (!s->fds[i].revents)
				continue;
			if (read(s->fds[i].fd, answer, sizeof(answer)) <= 0)
				die("read");
			answered++;
			if (asked < requests) {
				ask(s->fds[i].fd);
				asked++;
			}
		}
	}
}

static void measure(int which, int requests)
{
	struct server *s = &servers[which];
	double processor = seconds(s->processor);
	double begin = seconds(CLOCK_MONOTONIC), took;

	slice(s, requests);
	took = seconds(CLOCK_MONOTONIC) - begin;
	/* Let it come to rest: what follows the last answer is part of it. */
	usleep(300);
	printf("%d %.6f %.6f\n", which, took,
	       seconds(s->processor) - processor);
}

int main(int argc, char **argv)
{
	int count = argc - 6, requests, slices;

	if (count < 1 || count > SERVERS)
		return 2;
	redis = !strcmp(argv[1], "redis");
	sets = atoi(argv[2]);
	connections = atoi(argv[3]);
	requests = atoi(argv[4]);
	slices = atoi(argv[5]);
	if (connections < 1 || connections > CONNECTIONS)
		return 2;
	for (int i = 0; i < count; i++)
		join_server(&servers[i], argv[6 + i]);
	/* Each begins as often as the others, forwards and backwards. */
	for (int n = 0; n < slices; n++)
		for (int i = 0; i < count; i++)
			measure(n & 1 ? count - 1 - (n + i) % count :
					(n + i) % count, requests);
	return 0;
}

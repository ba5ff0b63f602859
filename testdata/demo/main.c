/* SPDX-License-Identifier: MIT */
/* Starts the threads and accepts connections on a port of this machine. */
// @with queue.c store.c stats.c cache.c log.c snapshot.c worker.c
#include "kvd.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile int stopping;

/* Every ten seconds: a report, and a snapshot. */
static void *housekeeper_main(void *path)
{
	while (!stopping) {
		sleep(10);
		stats_report();
		if (snapshot_write(path) < 0)
			log_line("no snapshot in %s", (const char *)path);
	}
	return NULL;
}

static int listen_on(unsigned short port)
{
	struct sockaddr_in addr;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		return -1;
	memset(&addr, 0, sizeof(addr));
	addr.sin_family = AF_INET;
	addr.sin_port = htons(port);
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    listen(fd, 16) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int main(int argc, char **argv)
{
	static char path[] = "kvd.snapshot";
	pthread_t workers[NWORKERS], housekeeper;
	int fd, client;

	log_init();
	fd = listen_on(argc > 1 ? (unsigned short)atoi(argv[1]) : 7070);
	if (fd < 0) {
		log_line("cannot listen");
		return 1;
	}
	for (int i = 0; i < NWORKERS; i++)
		pthread_create(&workers[i], NULL, worker_main, NULL);
	pthread_create(&housekeeper, NULL, housekeeper_main, path);
	while ((client = accept(fd, NULL, NULL)) >= 0)
		queue_push(client);
	queue_close();
	for (int i = 0; i < NWORKERS; i++)
		pthread_join(workers[i], NULL);
	stopping = 1;
	pthread_join(housekeeper, NULL);
	close(fd);
	return 0;
}

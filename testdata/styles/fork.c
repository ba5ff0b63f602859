/* @silent: fork with handlers, fork and exec, exit in the child with and without the lock; atexit */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static int n;
static void prepare(void) { pthread_mutex_lock(&a); pthread_mutex_lock(&b); }
static void parent(void) { pthread_mutex_unlock(&b); pthread_mutex_unlock(&a); }
static void child(void) { pthread_mutex_unlock(&b); pthread_mutex_unlock(&a); }
static void child_init(void) { pthread_mutex_init(&a, NULL); pthread_mutex_init(&b, NULL); }
static void bye(void)
{
	pthread_mutex_lock(&b);
	fprintf(stderr, "%d\n", n);
	pthread_mutex_unlock(&b);
}
static int spawn(char **argv)
{
	pid_t pid;
	int st;
	pthread_mutex_lock(&a);
	pid = fork();
	switch (pid) {
	case -1:
		pthread_mutex_unlock(&a);
		return -1;
	case 0:
		execvp(argv[0], argv);
		_exit(127);
	}
	n++;
	pthread_mutex_unlock(&a);
	while (waitpid(pid, &st, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(st) ? WEXITSTATUS(st) : -1;
}
static void work(void)
{
	pthread_mutex_lock(&a);
	if (n > 1000) {
		fprintf(stderr, "too many\n");
		exit(3);
	}
	if (n < 0)
		abort();
	n++;
	pthread_mutex_unlock(&a);
}
int main(int argc, char **argv)
{
	pthread_atfork(prepare, parent, child);
	pthread_atfork(NULL, NULL, child_init);
	atexit(bye);
	work();
	if (argc > 1)
		return spawn(argv + 1);
	if (fork() == 0) {
		pthread_mutex_lock(&b);
		n--;
		pthread_mutex_unlock(&b);
		_exit(0);
	}
	wait(NULL);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* setjmp as error handling, functions that never return. A library. */
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

struct parser {
	pthread_mutex_t lock;
	jmp_buf fail;
	const char *at;
	int depth;
};

static void parse_value(struct parser *p)
{
	if (*p->at == '\0' || ++p->depth > 100)
		longjmp(p->fail, 1);
	p->at++;
}

int parse_bad(struct parser *p, const char *text)
{
	pthread_mutex_lock(&p->lock);
	p->at = text;
	if (setjmp(p->fail) != 0)
		return -1; // @expect unreleased-lock
	parse_value(p);
	pthread_mutex_unlock(&p->lock);
	return 0;
}

int parse_ok(struct parser *p, const char *text)
{
	pthread_mutex_lock(&p->lock);
	p->at = text;
	if (setjmp(p->fail) != 0) {
		pthread_mutex_unlock(&p->lock);
		return -1;
	}
	parse_value(p);
	pthread_mutex_unlock(&p->lock);
	return 0;
}

/* The jump comes back after the lock was taken: the handler is right. */
int parse_late_ok(struct parser *p, const char *text)
{
	if (setjmp(p->fail) != 0) {
		pthread_mutex_unlock(&p->lock);
		return -1;
	}
	pthread_mutex_lock(&p->lock);
	p->at = text;
	parse_value(p);
	pthread_mutex_unlock(&p->lock);
	return 0;
}

static _Noreturn void die(const char *why)
{
	fprintf(stderr, "fatal: %s\n", why);
	exit(70);
}

static void complain(const char *why)
{
	fprintf(stderr, "error: %s\n", why);
}

/* No attribute says so, but it never returns either. */
static void give_up(int code)
{
	if (code > 1)
		exit(code);
	abort();
}

int depth_die_ok(struct parser *p)
{
	int depth;

	pthread_mutex_lock(&p->lock);
	depth = p->depth;
	if (depth < 0)
		die("depth");
	pthread_mutex_unlock(&p->lock);
	return depth;
}

int depth_complain_bad(struct parser *p)
{
	int depth;

	pthread_mutex_lock(&p->lock);
	depth = p->depth;
	if (depth < 0) {
		complain("depth");
		return -1; // @expect unreleased-lock
	}
	pthread_mutex_unlock(&p->lock);
	return depth;
}

int depth_give_up_ok(struct parser *p)
{
	int depth;

	pthread_mutex_lock(&p->lock);
	depth = p->depth;
	if (depth < 0) {
		give_up(depth);
		return -1;
	}
	pthread_mutex_unlock(&p->lock);
	return depth;
}

/* SPDX-License-Identifier: MIT */
/* Definitions in the style of 1978. A library. */
/* @flags -std=gnu89 -Wno-deprecated-non-prototype -Wno-implicit-int */
#include <pthread.h>
#include <stdio.h>
pthread_mutex_t kmu = PTHREAD_MUTEX_INITIALIZER;
int kval;

int kget_ok(n)
	int n;
{
	int r;
	pthread_mutex_lock(&kmu);
	r = kval + n;
	pthread_mutex_unlock(&kmu);
	return r;
}
int kget_bad(n, p)
	int n;
	char *p;
{
	pthread_mutex_lock(&kmu);
	if (p == 0)
		return -1; /* @expect unreleased-lock */
	*p = kval + n;
	pthread_mutex_unlock(&kmu);
	return 0;
}
kset_bad(n)
{
	pthread_mutex_lock(&kmu);
	kval = kget_ok(n); /* @expect double-acquire:error */
	pthread_mutex_unlock(&kmu);
	return 0;
}

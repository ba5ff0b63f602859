/* SPDX-License-Identifier: MIT */
/* Locks by number, taken and given back by one function or a callback that is
 * told which. A library. */
#include <pthread.h>
#include <stdlib.h>
#define CRYPTO_LOCK 1
#define CRYPTO_UNLOCK 2
#define CRYPTO_READ 4
enum { L_CFG, L_LOG, L_NET, L_MAX };
static pthread_mutex_t *mutexes;
static pthread_mutex_t lks[L_MAX];
static void (*locking_cb)(int mode, int type, const char *file, int line);
static int cfg, logn, netn;

static void locking_callback(int mode, int type, const char *file, int line)
{
	(void)file;
	(void)line;
	if (mode & CRYPTO_LOCK)
		pthread_mutex_lock(&mutexes[type]);
	else
		pthread_mutex_unlock(&mutexes[type]);
}
int setup_ok(void)
{
	int i;
	mutexes = malloc(L_MAX * sizeof *mutexes);
	if (!mutexes)
		return -1;
	for (i = 0; i < L_MAX; i++)
		pthread_mutex_init(&mutexes[i], NULL);
	locking_cb = locking_callback;
	return 0;
}
#define c_lock(t) locking_cb(CRYPTO_LOCK, t, __FILE__, __LINE__)
#define c_unlock(t) locking_cb(CRYPTO_UNLOCK, t, __FILE__, __LINE__)
int crypto_ok(void)
{
	c_lock(L_CFG);
	cfg++;
	c_unlock(L_CFG);
	return cfg;
}
int crypto_two_ok(void)
{
	c_lock(L_CFG);
	c_lock(L_LOG);
	cfg++;
	c_unlock(L_LOG);
	c_unlock(L_CFG);
	return cfg;
}
int crypto_bad(int k)
{
	c_lock(L_CFG);
	if (cfg > 7)
		return -1; // @expect unreleased-lock
	cfg += k;
	c_unlock(L_CFG);
	return cfg;
}
static void lk(int id) { pthread_mutex_lock(&lks[id]); }
static void ulk(int id) { pthread_mutex_unlock(&lks[id]); }
int mgr_ok(void)
{
	lk(L_CFG);
	lk(L_LOG);
	logn += cfg;
	ulk(L_LOG);
	ulk(L_CFG);
	return 0;
}
int mgr_double_bad(void)
{
	lk(L_NET);
	netn++;
	lk(L_NET); // @expect double-acquire:error
	ulk(L_NET);
	return 0; // @expect-any unreleased-lock
}
int mgr_wrong_bad(void)
{
	lk(L_NET);
	netn++;
	ulk(L_LOG); // @expect release-not-held
	return 0; // @expect-any unreleased-lock
}

/* @silent: tables of locks: stripes, one per cpu, hashed, enum indexed, all at once */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#define NSTRIPES 16
enum which { L_USERS, L_GROUPS, L_HOSTS, L_MAX };
static pthread_mutex_t stripes[NSTRIPES];
static pthread_mutex_t locks[L_MAX] = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER };
static struct bucket { pthread_rwlock_t rw; int n; void *head; } table[64];
static int counts[L_MAX];
static void init(void)
{
	for (int i = 0; i < NSTRIPES; i++)
		pthread_mutex_init(&stripes[i], NULL);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		pthread_rwlock_init(&table[i].rw, NULL);
}
static pthread_mutex_t *stripe(const void *p) { return &stripes[((uintptr_t)p >> 4) % NSTRIPES]; }
int use(int *p)
{
	int v;
	pthread_mutex_lock(stripe(p));
	v = (*p)++;
	pthread_mutex_unlock(stripe(p));
	return v;
}
int use2(int *p)
{
	pthread_mutex_t *m = stripe(p);
	int v;
	pthread_mutex_lock(m);
	if (*p < 0) {
		pthread_mutex_unlock(m);
		return -1;
	}
	v = *p;
	pthread_mutex_unlock(m);
	return v;
}
void lock_which(enum which w) { pthread_mutex_lock(&locks[w]); }
void unlock_which(enum which w) { pthread_mutex_unlock(&locks[w]); }
int users_and_groups(void)
{
	int r;
	lock_which(L_USERS);
	lock_which(L_GROUPS);
	r = counts[L_USERS] + counts[L_GROUPS];
	unlock_which(L_GROUPS);
	unlock_which(L_USERS);
	return r;
}
int one(enum which w)
{
	if (w < 0 || w >= L_MAX)
		return -1;
	lock_which(w);
	counts[w]++;
	unlock_which(w);
	return 0;
}
int total(void)
{
	int n = 0;
	for (int i = 0; i < L_MAX; i++)
		pthread_mutex_lock(&locks[i]);
	for (int i = 0; i < L_MAX; i++)
		n += counts[i];
	for (int i = L_MAX - 1; i >= 0; i--)
		pthread_mutex_unlock(&locks[i]);
	return n;
}
int two(uint32_t a, uint32_t b)
{
	uint32_t i = a % 64, j = b % 64;
	if (i > j) {
		uint32_t t = i;
		i = j;
		j = t;
	}
	pthread_rwlock_wrlock(&table[i].rw);
	if (i != j)
		pthread_rwlock_wrlock(&table[j].rw);
	table[i].n--;
	table[j].n++;
	if (i != j)
		pthread_rwlock_unlock(&table[j].rw);
	pthread_rwlock_unlock(&table[i].rw);
	return 0;
}
int sum(void)
{
	int s = 0;
	for (struct bucket *b = table; b < table + 64; b++) {
		pthread_rwlock_rdlock(&b->rw);
		s += b->n;
		pthread_rwlock_unlock(&b->rw);
	}
	return s;
}
bool search(void *p)
{
	for (int i = 0; i < 64; i++) {
		struct bucket *b = &table[i];
		pthread_rwlock_rdlock(&b->rw);
		if (b->head == p) {
			pthread_rwlock_unlock(&b->rw);
			return true;
		}
		pthread_rwlock_unlock(&b->rw);
	}
	return false;
}
__attribute__((constructor)) static void start(void) { init(); }

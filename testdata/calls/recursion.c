/* SPDX-License-Identifier: MIT */
/* Recursive functions, alone and in pairs, that lock. A library. */
#include <pthread.h>
#include <stddef.h>

struct tree {
	struct tree *left, *right;
	int value;
};

static pthread_mutex_t tree_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t walk_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t even_lock = PTHREAD_MUTEX_INITIALIZER;

/* Locks again in every level. */
int tree_sum_bad(struct tree *t)
{
	int sum;

	if (!t)
		return 0;
	pthread_mutex_lock(&tree_lock);
	sum = t->value;
	sum += tree_sum_bad(t->left); // @expect double-acquire
	sum += tree_sum_bad(t->right); // @expect-any double-acquire
	pthread_mutex_unlock(&tree_lock);
	return sum;
}

static int sum_locked(struct tree *t)
{
	return t ? t->value + sum_locked(t->left) + sum_locked(t->right) : 0;
}

int tree_sum_ok(struct tree *t)
{
	int sum;

	pthread_mutex_lock(&tree_lock);
	sum = sum_locked(t);
	pthread_mutex_unlock(&tree_lock);
	return sum;
}

/* Lets go before it descends. */
int tree_walk_ok(struct tree *t)
{
	int value;

	if (!t)
		return 0;
	pthread_mutex_lock(&walk_lock);
	value = t->value;
	pthread_mutex_unlock(&walk_lock);
	return value + tree_walk_ok(t->left) + tree_walk_ok(t->right);
}

static int odd_step(int n);

static int even_step(int n)
{
	return n == 0 ? 1 : odd_step(n - 1);
}

static int odd_step(int n)
{
	int rc;

	if (n == 0)
		return 0;
	pthread_mutex_lock(&even_lock);
	rc = n & 1;
	pthread_mutex_unlock(&even_lock);
	return rc + even_step(n - 1);
}

int even_bad(int n)
{
	int rc;

	pthread_mutex_lock(&even_lock);
	rc = even_step(n); // @expect double-acquire
	pthread_mutex_unlock(&even_lock);
	return rc;
}

int even_ok(int n)
{
	int rc;

	pthread_mutex_lock(&even_lock);
	rc = n & 1;
	pthread_mutex_unlock(&even_lock);
	return rc + even_step(n);
}

/* SPDX-License-Identifier: MIT */
/* Locks handed down a tree, in a loop and by recursion. A library. */
#include <pthread.h>
#include <stdlib.h>
#include <stdbool.h>
struct bst { pthread_mutex_t lk; int key; struct bst *left, *right; };
struct tree { pthread_mutex_t lk; struct bst *root; };

bool bst_find_ok(struct tree *t, int key)
{
	struct bst *cur, *next;
	pthread_mutex_lock(&t->lk);
	cur = t->root;
	if (!cur) {
		pthread_mutex_unlock(&t->lk);
		return false;
	}
	pthread_mutex_lock(&cur->lk);
	pthread_mutex_unlock(&t->lk);
	while (cur->key != key) {
		next = key < cur->key ? cur->left : cur->right;
		if (!next) {
			pthread_mutex_unlock(&cur->lk);
			return false;
		}
		pthread_mutex_lock(&next->lk);
		pthread_mutex_unlock(&cur->lk);
		cur = next;
	}
	pthread_mutex_unlock(&cur->lk);
	return true;
}
bool bst_find_bad(struct tree *t, int key)
{
	struct bst *cur, *next;
	pthread_mutex_lock(&t->lk);
	cur = t->root;
	if (!cur)
		return false; // @expect unreleased-lock:error
	pthread_mutex_lock(&cur->lk);
	pthread_mutex_unlock(&t->lk);
	while (cur->key != key) {
		next = key < cur->key ? cur->left : cur->right;
		if (!next) {
			pthread_mutex_unlock(&cur->lk);
			return false;
		}
		pthread_mutex_lock(&next->lk);
		pthread_mutex_unlock(&cur->lk);
		cur = next;
	}
	pthread_mutex_unlock(&cur->lk);
	return true;
}
bool bst_find2_bad(struct tree *t, int key)
{
	struct bst *cur, *next;
	pthread_mutex_lock(&t->lk);
	cur = t->root;
	if (!cur) {
		pthread_mutex_unlock(&t->lk);
		return false;
	}
	pthread_mutex_lock(&cur->lk);
	pthread_mutex_unlock(&t->lk);
	while (cur->key != key) {
		next = key < cur->key ? cur->left : cur->right;
		if (!next)
			return false; // @expect unreleased-lock
		pthread_mutex_lock(&next->lk);
		pthread_mutex_unlock(&cur->lk);
		cur = next;
	}
	pthread_mutex_unlock(&cur->lk);
	return true;
}
/* recursive with the lock handed down: callee gets node locked, releases it */
static bool down(struct bst *n, int key)
{
	struct bst *next;
	if (n->key == key) {
		pthread_mutex_unlock(&n->lk);
		return true;
	}
	next = key < n->key ? n->left : n->right;
	if (!next) {
		pthread_mutex_unlock(&n->lk);
		return false;
	}
	pthread_mutex_lock(&next->lk);
	pthread_mutex_unlock(&n->lk);
	return down(next, key);
}
bool bst_rec_ok(struct tree *t, int key)
{
	struct bst *r;
	pthread_mutex_lock(&t->lk);
	r = t->root;
	if (r)
		pthread_mutex_lock(&r->lk);
	pthread_mutex_unlock(&t->lk);
	return r ? down(r, key) : false;
}
bool bst_rec_bad(struct tree *t, int key)
{
	struct bst *r;
	bool res;
	pthread_mutex_lock(&t->lk);
	r = t->root;
	if (!r) {
		pthread_mutex_unlock(&t->lk);
		return false;
	}
	pthread_mutex_lock(&r->lk);
	res = down(r, key);
	pthread_mutex_unlock(&r->lk); // @expect release-not-held
	pthread_mutex_unlock(&t->lk);
	return res;
}

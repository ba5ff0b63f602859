/* SPDX-License-Identifier: MIT */
/* A library in the style of a database: counted enter and leave, a shared list,
 * long functions with labels. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <stdint.h>
#define OK 0
#define NOMEM 7
#define BUSY 5
#define CORRUPT 11
typedef struct Btree Btree;
typedef struct BtShared { pthread_mutex_t mutex; int nRef, inTrans; unsigned char *page; Btree *writer; struct BtShared *next; } BtShared;
struct Btree { BtShared *pBt; int wantToLock, locked, sharable; Btree *next; pthread_mutex_t *dbMutex; };
static pthread_mutex_t sharedList = PTHREAD_MUTEX_INITIALIZER;
static BtShared *allShared;
extern int readPage(unsigned char *, int), writePage(const unsigned char *, int);

static void lockBtreeMutex(Btree *p)
{
	pthread_mutex_lock(&p->pBt->mutex);
	p->locked = 1;
}
static void unlockBtreeMutex(Btree *p)
{
	p->locked = 0;
	pthread_mutex_unlock(&p->pBt->mutex);
}
void btreeEnter_ok(Btree *p)
{
	if (!p->sharable)
		return;
	p->wantToLock++;
	if (p->locked)
		return;
	lockBtreeMutex(p);
}
void btreeLeave_ok(Btree *p)
{
	if (p->sharable) {
		p->wantToLock--;
		if (p->wantToLock == 0)
			unlockBtreeMutex(p);
	}
}
int btreeBegin_ok(Btree *p, int wr)
{
	BtShared *pBt = p->pBt;
	int rc = OK;
	btreeEnter_ok(p);
	if (pBt->inTrans == 2 || (pBt->inTrans == 1 && !wr))
		goto trans_begun;
	if (wr && pBt->writer && pBt->writer != p) {
		rc = BUSY;
		goto trans_begun;
	}
	do {
		while (pBt->page == 0 && OK == (rc = readPage(pBt->page, 1)))
			;
		if (rc == OK && wr) {
			rc = writePage(pBt->page, 1);
			if (rc == OK)
				pBt->writer = p;
		}
	} while ((rc & 0xff) == BUSY && pBt->inTrans == 0);
	if (rc == OK)
		pBt->inTrans = wr ? 2 : 1;
trans_begun:
	btreeLeave_ok(p);
	return rc;
}
int btreeOpen_ok(Btree **pp, const char *name)
{
	Btree *p = calloc(1, sizeof *p);
	BtShared *pBt = 0;
	int rc = OK;
	if (!p)
		return NOMEM;
	if (name) {
		pthread_mutex_lock(&sharedList);
		for (pBt = allShared; pBt; pBt = pBt->next) {
			if (strcmp((char *)pBt->page, name) == 0) {
				pBt->nRef++;
				break;
			}
		}
		pthread_mutex_unlock(&sharedList);
	}
	if (pBt == 0) {
		pBt = calloc(1, sizeof *pBt);
		if (pBt == 0) {
			rc = NOMEM;
			goto open_out;
		}
		pthread_mutex_init(&pBt->mutex, NULL);
		pthread_mutex_lock(&sharedList);
		pBt->next = allShared;
		allShared = pBt;
		pthread_mutex_unlock(&sharedList);
	}
	p->pBt = pBt;
	*pp = p;
open_out:
	if (rc != OK)
		free(p);
	return rc;
}
int btreeClose_bad(Btree *p)
{
	BtShared *pBt = p->pBt, **pp;
	pthread_mutex_lock(&sharedList);
	if (--pBt->nRef > 0) {
		free(p);
		return OK; // @expect unreleased-lock
	}
	for (pp = &allShared; *pp && *pp != pBt; pp = &(*pp)->next)
		;
	if (*pp)
		*pp = pBt->next;
	pthread_mutex_unlock(&sharedList);
	pthread_mutex_destroy(&pBt->mutex);
	free(pBt);
	free(p);
	return OK;
}
int btreeCopy_bad(Btree *to, Btree *from)
{
	int rc;
	pthread_mutex_lock(to->dbMutex);
	pthread_mutex_lock(&sharedList);
	if (to->pBt == from->pBt) {
		rc = CORRUPT;
		goto done;
	}
	rc = writePage(from->pBt->page, 2);
	if (rc)
		goto fail;
	pthread_mutex_unlock(&sharedList);
done:
	pthread_mutex_unlock(to->dbMutex);
	return rc; // @expect unreleased-lock
fail:
	pthread_mutex_unlock(&sharedList);
	pthread_mutex_unlock(to->dbMutex);
	return rc;
}

/* SPDX-License-Identifier: MIT */
/* Shared by cycle_files.c, cycle_files_audit.c and cycle_files_teller.c. */
#ifndef BANK_H
#define BANK_H

#include <pthread.h>

struct bank {
	pthread_mutex_t vault_lock;
	pthread_mutex_t ledger_lock;
	long cash, entries;
};
extern struct bank bank;

void ledger_add(struct bank *b, long n);	/* takes ledger_lock */
long vault_cash(struct bank *b);		/* takes vault_lock */
void *teller_bad(void *arg);
void *auditor_bad(void *arg);

#endif

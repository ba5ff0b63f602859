/* SPDX-License-Identifier: MIT */
/* ABBA across three files: the teller holds the vault and asks for the ledger,
 * the auditor the other way round, each through the other file's function. */
// @flags -Iinclude
// @with cycle_files_teller.c cycle_files_audit.c
#include "bank.h"

#include <stddef.h>

struct bank bank = {
	.vault_lock = PTHREAD_MUTEX_INITIALIZER,
	.ledger_lock = PTHREAD_MUTEX_INITIALIZER,
};

int main(void)
{
	pthread_t t, u;

	if (pthread_create(&t, NULL, teller_bad, &bank) != 0)
		return 1;
	if (pthread_create(&u, NULL, auditor_bad, &bank) != 0)
		return 1;
	pthread_join(t, NULL);
	pthread_join(u, NULL);
	return 0;
}

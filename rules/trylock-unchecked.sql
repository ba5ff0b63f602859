-- SPDX-License-Identifier: MIT
-- id: trylock-unchecked
-- name: TrylockUnchecked
-- level: warning
-- short: The result of a try or timed lock is ignored, so the lock may not be held.
-- cwe: 252, 414
-- cert: POS54-C, ERR33-C
-- precision: high
-- tags: concurrency, locking, unchecked-result
--
-- ## Bad
-- ```c
-- void count(void)
-- {
-- 	pthread_mutex_trylock(&lock);
-- 	hits++;                         /* perhaps without the lock */
-- 	pthread_mutex_unlock(&lock);    /* perhaps somebody else's */
-- }
-- ```
--
-- ## Good
-- ```c
-- void count(void)
-- {
-- 	if (pthread_mutex_trylock(&lock) != 0)
-- 		return;
-- 	hits++;
-- 	pthread_mutex_unlock(&lock);
-- }
-- ```
--
-- ## Manual
-- A try-lock fails whenever another thread holds the lock, and a timed lock
-- when its time is over. Code that does not look at the result cannot know
-- whether it is alone.
--
-- The finding is a warning if the lock is released later as if it had been
-- taken, since that release may free a lock that another thread holds. It is
-- a note if the lock is not released (then nobody may hold it for ever), or if
-- it is only possible that the result is ignored.

SELECT
	CASE WHEN u.released AND u.strength = 'sure'
		THEN 'warning' ELSE 'note' END AS level,
	u.function || '() ignores whether its '
	|| CASE u.blocking WHEN 'timed' THEN 'timed' ELSE 'try' END
	|| '-lock of ' || u.lock || ' succeeded'
	|| CASE WHEN u.released
		THEN ', and releases the lock as if it had' ELSE '' END AS message,
	u.site_id AS site,
	coalesce(u.trace_id, '') AS traces,
	u.lock_id AS locks,
	'' AS related,
	u.lock_ident || ' ' || u.blocking || ' ' || u.function_ident AS key,
	'test the result, and touch the guarded data and release '
	|| u.lock || ' only on success' AS fix
FROM v_unchecked u
ORDER BY u.id;

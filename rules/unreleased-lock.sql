-- SPDX-License-Identifier: MIT
-- id: unreleased-lock
-- name: UnreleasedLock
-- level: error
-- short: A lock is still held where control leaves, and nobody will release it.
-- cwe: 667, 772
-- cert: CON01-C
-- misra: Rule 22.16
-- precision: high
-- tags: concurrency, deadlock, locking, error-handling
--
-- ## Bad
-- ```c
-- int store(struct table *t, const char *key)
-- {
-- 	pthread_mutex_lock(&t->lock);
-- 	if (!key)
-- 		return -1;              /* t->lock stays held */
-- 	insert(t, key);
-- 	pthread_mutex_unlock(&t->lock);
-- 	return 0;
-- }
-- ```
--
-- ## Good
-- ```c
-- int store(struct table *t, const char *key)
-- {
-- 	int rc = -1;
--
-- 	pthread_mutex_lock(&t->lock);
-- 	if (!key)
-- 		goto out;
-- 	insert(t, key);
-- 	rc = 0;
-- out:
-- 	pthread_mutex_unlock(&t->lock);
-- 	return rc;
-- }
-- ```
--
-- ## Manual
-- The next thread that wants the lock waits for ever. The usual cause is an
-- early return on an error path that was added after the locking.
--
-- A function whose job is to return with a lock held (`table_get_locked`) is
-- not reported: what is reported is inconsistency. Sub-kinds, told apart by
-- the message:
--
-- - *error path*: the function returns a failure with the lock held, while
--   other paths release it.
-- - *return*: some path keeps the lock and others release it, though the
--   returned value does not tell the caller which.
-- - *thread end*, *end of main*: the thread is over, so nobody can release the
--   lock (a mutex may only be released by its owner).
-- - *loop*: a path through a round of a loop does not release the lock, and
--   the next round takes it again.
--
-- A recursive lock must be released as many times as it was acquired; the
-- message says how often that was. A semaphore may be posted by any thread, so
-- it is never more than a warning. A finding that rests on a path or a lock
-- that is only possible is a warning too.

SELECT
	CASE WHEN e.strength = 'possible' OR e.lock_kind = 'semaphore'
		THEN 'warning' ELSE 'error' END AS level,
	e.function
	|| CASE e.kind
		WHEN 'return' THEN '() returns '
			|| CASE WHEN e.ret = '' THEN '' ELSE e.ret || ' ' END
			|| 'with ' || e.lock || ' held'
		WHEN 'main-end' THEN '() ends the program with ' || e.lock
			|| ' held'
		WHEN 'thread-end' THEN '() ends its thread with ' || e.lock
			|| ' held'
		ELSE '() comes to the next round of a loop with ' || e.lock
			|| ' held' END
	|| CASE WHEN e.held_at = '' THEN ''
		ELSE ' (taken at ' || e.held_at || CASE WHEN e.max_count > 1
			THEN ', ' || e.max_count || ' times in all'
			ELSE '' END || ')' END
	|| CASE
		WHEN e.max_count > 1
			THEN ': a recursive lock needs one release for each acquire'
		WHEN e.kind = 'loop' THEN ' and takes it again'
		WHEN e.kind = 'return' AND e.released_elsewhere
			THEN '; other paths release it' || CASE
				WHEN e.release_at = '' THEN ''
				ELSE ' (at ' || e.release_at || ')' END
		ELSE '' END AS message,
	e.site_id AS site,
	coalesce(e.trace_id, '') AS traces,
	e.lock_id AS locks,
	coalesce(e.held_site_id || ':taken here', '')
	|| coalesce(',' || e.release_site_id || ':another path releases it here',
		'') AS related,
	e.lock_ident || ' ' || e.kind || ' '
	|| CASE e.kind WHEN 'main-end' THEN '' ELSE e.ret END || ' '
	|| e.function_ident AS key,
	CASE WHEN e.kind = 'return' AND e.released_elsewhere
		THEN 'release ' || e.lock || ' before this return'
			|| CASE WHEN e.release_at = '' THEN ''
			ELSE ', as the path at ' || e.release_at || ' does' END
	WHEN e.kind = 'thread-end'
		THEN 'release ' || e.lock || ' before the thread ends'
	WHEN e.kind = 'loop'
		THEN 'release ' || e.lock || ' on every way to the next round'
	END AS fix,
	CASE WHEN e.strength = 'possible'
		THEN 'that the path is ever taken could not be decided'
	WHEN e.lock_kind = 'semaphore'
		THEN 'another thread may be meant to post ' || e.lock
	END AS doubt
FROM v_exit e
WHERE e.max_count <= 1 OR e.lock_kind IN ('recursive', 'stream')
ORDER BY e.id;

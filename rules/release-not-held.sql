-- SPDX-License-Identifier: MIT
-- id: release-not-held
-- name: ReleaseNotHeld
-- level: error
-- short: A lock is released that the thread does not hold.
-- cwe: 832, 765, 667
-- cert: POS48-C, CON01-C
-- misra: Rule 22.17
-- precision: high
-- tags: concurrency, locking, undefined-behavior
--
-- ## Bad
-- ```c
-- int pop(struct queue *q)
-- {
-- 	pthread_mutex_lock(&q->lock);
-- 	if (empty(q))
-- 		goto out;
-- 	take(q);
-- 	pthread_mutex_unlock(&q->lock);
-- 	notify(q);
-- out:
-- 	pthread_mutex_unlock(&q->lock); /* the second time after notify() */
-- 	return 0;
-- }
-- ```
--
-- ## Good
-- ```c
-- int pop(struct queue *q)
-- {
-- 	bool got;
--
-- 	pthread_mutex_lock(&q->lock);
-- 	got = !empty(q);
-- 	if (got)
-- 		take(q);
-- 	pthread_mutex_unlock(&q->lock);
-- 	if (got)
-- 		notify(q);
-- 	return 0;
-- }
-- ```
--
-- ## Manual
-- Releasing a mutex that is free is undefined. In practice it may let another
-- thread into a section that is in use: the data is then changed by two
-- threads at once. Sub-kinds, told apart by the message:
--
-- - *double*: the lock was released on this path already, here or by a function
--   that takes and releases it itself: a caller that had held it before would
--   not have come back from there.
-- - *wrong lock*: another lock is held here, and it is probably that one which
--   was meant.
-- - *failed try*: the release is on the path where the try-lock failed.
-- - *never*: nothing on any way to the release takes the lock. A mutex belongs
--   to the thread that took it, so one that another thread gives back is told,
--   unless that thread also waits for a condition with it; a semaphore may be
--   posted by anybody.
-- - *some path*: some ways to the release take the lock and others do not
--   (always a warning, as the paths may exclude each other by something that
--   the analysis does not see).
-- - *wait*: a condition is waited for with a mutex that is not held; the wait
--   releases it.
--
-- A function that releases what its caller holds is not reported; its callers
-- are looked at instead. Semaphores are no locks in this respect: any thread
-- may post them, and they are not reported.

SELECT
	CASE WHEN r.strength = 'possible' OR r.why = 'some-path'
		THEN 'warning' ELSE 'error' END AS level,
	r.function || CASE WHEN r.why = 'wait'
		THEN '() waits for a condition with ' ELSE '() releases ' END
	|| r.lock
	|| CASE r.why
		WHEN 'wait' THEN CASE WHEN r.other_at = ''
			THEN ', which nothing on the way there has taken'
			ELSE ', which was released at ' || r.other_at END
		WHEN 'double' THEN ' again: it was already released'
			|| CASE WHEN r.other_at = '' THEN ''
			ELSE ' at ' || r.other_at END
		WHEN 'wrong-lock' THEN ', which is not held; the thread holds '
			|| CASE WHEN r.other_lock = '' THEN 'another lock'
			ELSE r.other_lock END
			|| CASE WHEN r.other_at = '' THEN ''
			ELSE ' (taken at ' || r.other_at || ')' END
		WHEN 'failed-try' THEN ' where the attempt to take it'
			|| CASE WHEN r.other_at = '' THEN ''
			ELSE ' (at ' || r.other_at || ')' END || ' has failed'
		WHEN 'some-path' THEN ', which only some of the paths to here'
			|| ' have taken'
			|| CASE WHEN r.other_at = '' THEN ''
			ELSE ' (one at ' || r.other_at || ')' END
		ELSE ', which nothing on the way there has taken' END AS message,
	r.site_id AS site,
	coalesce(r.trace_id, '') AS traces,
	r.lock_id || coalesce(',' || r.other_lock_id, '') AS locks,
	coalesce(r.other_site_id || CASE r.why
		WHEN 'double' THEN ':released here the first time'
		WHEN 'wait' THEN ':released here'
		WHEN 'wrong-lock' THEN ':the lock that is held was taken here'
		WHEN 'failed-try' THEN ':the attempt that failed'
		ELSE ':taken here on another path' END, '') AS related,
	r.lock_ident || ' ' || r.why || ' ' || r.other_lock_ident || ' '
	|| r.function_ident AS key,
	CASE
	WHEN r.why = 'wrong-lock' AND r.other_lock <> ''
		THEN 'release ' || r.other_lock || ' here'
	WHEN r.why = 'failed-try'
		THEN 'release ' || r.lock || ' only if the attempt succeeded'
	END AS fix,
	CASE WHEN r.strength = 'possible' THEN 'that it is one and the same lock, '
		|| 'or that the path is ever taken, could not be decided'
	WHEN r.why = 'some-path' THEN 'what tells the paths that have taken it '
		|| 'from the others may not be seen here' END AS doubt
FROM v_release r
WHERE r.kind <> 'semaphore'
ORDER BY r.id;

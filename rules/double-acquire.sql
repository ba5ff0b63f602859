-- SPDX-License-Identifier: MIT
-- id: double-acquire
-- name: DoubleAcquire
-- level: error
-- short: A thread acquires a lock that it already holds and waits for itself.
-- cwe: 764, 833
-- cert: CON56-CPP
-- misra: Rule 22.18
-- precision: high
-- tags: concurrency, deadlock, locking
--
-- ## Bad
-- ```c
-- static void flush(struct conn *c)
-- {
-- 	pthread_mutex_lock(&c->lock);   /* waits for handle() for ever */
-- 	write_out(c);
-- 	pthread_mutex_unlock(&c->lock);
-- }
--
-- void handle(struct conn *c)
-- {
-- 	pthread_mutex_lock(&c->lock);
-- 	if (c->full)
-- 		flush(c);
-- 	pthread_mutex_unlock(&c->lock);
-- }
-- ```
--
-- ## Good
-- ```c
-- static void flush_locked(struct conn *c) /* the caller holds c->lock */
-- {
-- 	write_out(c);
-- }
--
-- void handle(struct conn *c)
-- {
-- 	pthread_mutex_lock(&c->lock);
-- 	if (c->full)
-- 		flush_locked(c);
-- 	pthread_mutex_unlock(&c->lock);
-- }
-- ```
--
-- ## Manual
-- A lock that is not recursive knows no owner that may enter again: the second
-- acquire waits for a release that only the waiting thread could make. The
-- thread hangs, and with it every other thread that needs the lock.
--
-- The two acquisitions may be in one function or any number of calls apart.
-- If they are apart, the finding stands at the call that leads to the second
-- one, in the function where the lock is held.
--
-- Sub-kinds, told apart by the message:
--
-- - *upgrade*: a read-write lock held for reading is wanted for writing. The
--   writer waits until all readers are gone, and it is one of them.
-- - *try*: a try-lock on one's own lock does not hang, but can never succeed
--   (warning).
-- - *timed*: a timed lock on one's own lock can only time out (warning).
-- - *errorcheck*: the second acquire fails with EDEADLK (warning); code that
--   goes on as if it held the lock twice releases it too early.
-- - *semaphore*: a semaphore used as a lock. Another thread may post it, so
--   this is never more than a warning.
--
-- Not reported: recursive locks, read locks held twice, locks of which it is
-- only possible that they are semaphores' second wait. An error means that
-- both acquisitions are certain on one path and the lock's kind is known;
-- otherwise the finding is a warning. It is one, too, if the second acquire
-- hangs on something decided elsewhere: whether a reference given back was the
-- last one, whether an initialisation behind a flag has run before, or whether
-- a callback that was put into an object is called before the call returns.
--
-- To repair: split the callee into a part that locks and a part that expects
-- the lock (often named `_locked`), and call the second one; or release the
-- lock before the call. Making the lock recursive hides the question whether
-- the data is consistent when the inner function sees it.

WITH r AS ( -- with the call in the witness that leads to the second acquire
	SELECT v.*,
		(SELECT max(t.seq) FROM step t JOIN site s ON s.id = t.site
		 WHERE v.depth > 0 AND t.trace = v.trace_id AND t.role = 'call'
			AND s.function = v.function_id) AS call_seq,
		(SELECT t.site FROM step t WHERE t.trace = v.trace_id
			AND t.role = 'want' ORDER BY t.seq DESC) AS want_site
	FROM v_reacquire v
	WHERE v.kind NOT IN ('recursive', 'stream')
		AND NOT (v.held_mode = 'shared' AND v.wanted_mode = 'shared')
		AND NOT (v.kind = 'semaphore' AND v.strength = 'possible')
		-- the first round of a loop over an array, told with the others
		AND NOT EXISTS (SELECT 1 FROM v_reacquire w
			WHERE w.site_id = v.site_id AND w.lock = v.lock || '[]'
				AND w.function_id = v.function_id)
), c AS ( -- with the function called there: the next step is in it
	SELECT r.*, t.site AS call_site,
		CASE WHEN t.text LIKE 'calls %'
			THEN 'calling ' || substr(t.text, 7)
		WHEN r.site_function <> '' THEN r.site_function || '()'
		ELSE 'a callee' END AS calling,
		coalesce(n.function, r.site_function) AS callee,
		coalesce(n.function_ident, r.site_function_ident)
			AS callee_ident
	FROM r
	LEFT JOIN step t ON t.trace = r.trace_id AND t.seq = r.call_seq
	LEFT JOIN step x ON x.trace = r.trace_id AND x.seq = r.call_seq + 1
	LEFT JOIN v_site n ON n.id = x.site
)
SELECT
	CASE WHEN c.strength = 'possible' OR c.blocking <> 'yes'
		OR c.kind IN ('unknown', 'errorcheck', 'semaphore')
		THEN 'warning' ELSE 'error' END AS level,
	CASE WHEN c.depth = 0 THEN c.lock || ' is acquired'
		ELSE c.calling || ' acquires ' || c.lock END
	|| CASE WHEN c.held_mode = c.wanted_mode THEN ''
		WHEN c.wanted_mode = 'shared' THEN ' for reading'
		WHEN c.held_mode = 'shared' THEN ' for writing'
		ELSE '' END
	|| CASE WHEN c.depth = 0 THEN ' while this thread already holds it'
		ELSE ', which ' || c.function || '() already holds' END
	|| CASE WHEN c.held_mode = c.wanted_mode THEN ''
		WHEN c.held_mode = 'shared' THEN ' for reading'
		WHEN c.wanted_mode = 'shared' THEN ' for writing'
		ELSE '' END
	|| coalesce(' (taken at ' || c.held_at || ')', '')
	|| CASE
		WHEN c.blocking = 'try' THEN ': the try can never succeed'
		WHEN c.blocking = 'timed' THEN ': it can only time out'
		WHEN c.kind = 'errorcheck'
			THEN ': the acquire fails with EDEADLK'
		WHEN c.kind = 'semaphore'
			THEN ': the thread waits until another one posts'
		WHEN c.held_mode = 'shared' AND c.wanted_mode = 'exclusive'
			THEN ': the upgrade waits for its own read lock'
		ELSE ': the thread waits for itself' END AS message,
	coalesce(c.call_site, c.site_id) AS site,
	c.trace_id AS traces,
	c.lock_id AS locks,
	coalesce(c.held_site_id || ':taken here the first time', '')
	|| CASE WHEN c.want_site <> coalesce(c.call_site, c.site_id)
		THEN ',' || c.want_site || ':acquired here again' ELSE '' END
		AS related,
	c.lock_ident || ' ' || c.held_mode || '>' || c.wanted_mode || ' '
	|| c.blocking || ' ' || c.function_ident || ' '
	|| c.callee_ident AS key,
	CASE
	WHEN c.held_mode = 'shared' AND c.wanted_mode = 'exclusive'
		THEN 'release the read lock first, or take ' || c.lock
			|| ' for writing from the start'
	WHEN c.depth > 0 THEN coalesce('call ' ||
		(SELECT min(f.name) FROM function f
		 WHERE f.name IN (c.callee || '_locked',
			c.callee || '_unlocked',
			c.callee || '_nolock',
			'__' || c.callee))
		|| '() instead, if it expects the lock to be held',
		'call a variant of ' || c.callee || '() that expects '
		|| c.lock || ' to be held, or release it before the call')
	END AS fix,
	CASE WHEN c.strength = 'possible' THEN 'that it is one and the same lock, '
		|| 'or that the path is ever taken, could not be decided'
	WHEN c.kind = 'unknown' THEN 'if ' || c.lock
		|| ' is recursive, this is right' END AS doubt
FROM c
ORDER BY c.id;

-- SPDX-License-Identifier: MIT
-- id: lock-order-cycle
-- name: LockOrderCycle
-- level: error
-- short: Threads acquire the same locks in different orders and can wait for each other for ever.
-- cwe: 833
-- cert: CON35-C, POS51-C
-- misra: Dir 5.2
-- precision: high
-- tags: concurrency, deadlock, locking
--
-- ## Bad
-- ```c
-- void *worker(void *arg)
-- {
-- 	pthread_mutex_lock(&accounts);
-- 	pthread_mutex_lock(&journal);   /* accounts, then journal */
-- 	post(arg);
-- 	pthread_mutex_unlock(&journal);
-- 	pthread_mutex_unlock(&accounts);
-- 	return NULL;
-- }
--
-- void rotate(void)
-- {
-- 	pthread_mutex_lock(&journal);
-- 	pthread_mutex_lock(&accounts);  /* journal, then accounts */
-- 	close_books();
-- 	pthread_mutex_unlock(&accounts);
-- 	pthread_mutex_unlock(&journal);
-- }
-- ```
--
-- ## Good
-- ```c
-- void rotate(void)
-- {
-- 	pthread_mutex_lock(&accounts);
-- 	pthread_mutex_lock(&journal);   /* the same order as worker() */
-- 	close_books();
-- 	pthread_mutex_unlock(&journal);
-- 	pthread_mutex_unlock(&accounts);
-- }
-- ```
--
-- ## Manual
-- If one thread takes A and then wants B while another takes B and then wants
-- A, each waits for the other. It takes an unlucky moment, so tests rarely see
-- it; the report gives the order of steps that ends there.
--
-- A cycle of two or more locks is reported once, with a witness for each of
-- its threads. It is reported only if it can happen:
--
-- - its steps belong to different threads that can run at the same time (not
--   before the first one is started, not after it was joined, not a thread
--   that exists once against itself);
-- - no other lock is held around all of them (a *gate* lock would keep the
--   threads apart);
-- - each acquisition waits: try and timed locks give up, and two readers do
--   not exclude each other.
--
-- `lockcheck query "SELECT * FROM v_cycle"` also shows the cycles that were
-- dropped, with the reason, if the run kept them.
--
-- *Two instances of one class*: two locks that are the same field of two
-- objects, taken one inside the other, form a cycle if the objects can be
-- swapped. The analysis does not know the objects, so this is a warning. It
-- is silent if one acquisition is a try.
--
-- To repair: agree on one order and write it down where the locks are
-- defined. Two instances can be ordered by address.

WITH e AS NOT MATERIALIZED (
	SELECT x.*,
		(SELECT count(*) FROM cycle_edge n WHERE n.cycle = x.cycle_id)
			AS last,
		-- "worker() in flush()"; a caller from outside has no name.
		CASE WHEN x.thread_kind = 'external' OR replace(x.thread, '()', '')
				IN ('', x.function) THEN x.function || '()'
			ELSE replace(x.thread, '()', '') || '() in '
				|| x.function || '()' END AS who,
		CASE WHEN x.held_at = '' THEN ''
			ELSE ' (taken at ' || x.held_at || ')' END AS since
	FROM v_cycle_edge x
), part AS NOT MATERIALIZED ( -- one edge in words
	SELECT e.*, e.who || ' holds ' || e.held || e.since || ' and wants '
		|| e.wanted || ' at ' || e.at AS text
	FROM e
)
SELECT
	CASE WHEN c.strength = 'possible' OR c.same_class
		THEN 'warning' ELSE 'error' END AS level,
	CASE WHEN c.same_class THEN
		'two instances of ' || z.wanted || ' are locked in no defined '
		|| 'order: ' || z.who || ' takes one at ' || z.at
		|| ' while it holds another' || CASE WHEN z.held_at = '' THEN ''
			ELSE ' (taken at ' || z.held_at || ')' END
		|| ', and a second thread may take them the other way round'
	ELSE
		'threads can deadlock: ' || coalesce((SELECT group_concat(text, ', ')
			FROM (SELECT p.text FROM part p WHERE p.cycle_id = c.id
				AND p.seq < p.last ORDER BY p.seq)) || ', while ', '')
		|| z.text
	END AS message,
	z.site_id AS site,
	coalesce((SELECT group_concat(trace_id) FROM
		(SELECT p.trace_id FROM e p WHERE p.cycle_id = c.id
		 ORDER BY p.seq)), '') AS traces,
	(SELECT group_concat(held_id) FROM
		(SELECT p.held_id FROM e p WHERE p.cycle_id = c.id
		 ORDER BY p.seq)) AS locks,
	coalesce((SELECT group_concat(site_id || ':the other order') FROM
		(SELECT DISTINCT p.site_id FROM e p WHERE p.cycle_id = c.id
			AND p.seq < p.last AND p.site_id <> z.site_id
		 ORDER BY p.seq)), '') AS related,
	-- The locks alone: which functions make the edges is a choice of many.
	-- Sorted, so that it does not matter where the cycle begins.
	(SELECT group_concat(text, ' ') FROM
		(SELECT p.held_ident || '>' || p.wanted_ident AS text
		 FROM e p WHERE p.cycle_id = c.id ORDER BY text)) AS key,
	CASE WHEN c.same_class
		THEN 'order the instances, for example by address'
	ELSE 'take these locks in one order everywhere, for example '
		|| (SELECT group_concat(held, ' before ') FROM
			(SELECT p.held FROM e p WHERE p.cycle_id = c.id
			 ORDER BY p.seq))
	END AS fix,
	CASE WHEN c.same_class THEN 'there may be an order of these objects '
		|| 'that cannot be seen here'
	WHEN c.strength = 'possible' THEN (SELECT group_concat(text, '; ')
		FROM (SELECT 'the threads may mean the ' || group_concat(held, ', ')
			|| ' of different objects' AS text
			FROM (SELECT p.held FROM e p JOIN lock l ON l.id = p.held_id
				WHERE p.cycle_id = c.id AND NOT l.exact ORDER BY p.seq)
			UNION ALL SELECT 'which function the pointer calls at '
				|| group_concat(p.at, ' and at ') || ' is a guess'
			FROM (SELECT p.at FROM e p WHERE p.cycle_id = c.id
				AND p.strength = 'possible' ORDER BY p.seq) p
			UNION ALL SELECT 'nothing is seen to start '
				|| group_concat('T' || seq, ' or ')
			FROM (SELECT p.seq FROM e p WHERE p.cycle_id = c.id
				AND p.thread_kind = 'external' ORDER BY p.seq)))
	END AS doubt
FROM v_cycle c
JOIN part z ON z.cycle_id = c.id AND z.seq = z.last
WHERE c.dropped = ''
ORDER BY c.id;

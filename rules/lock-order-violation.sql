-- SPDX-License-Identifier: MIT
-- id: lock-order-violation
-- name: LockOrderViolation
-- level: error
-- short: Two locks are taken in the order that the project has ruled out.
-- cwe: 833, 667
-- cert: POS51-C
-- precision: high
-- tags: concurrency, deadlock
--
-- ## Bad
-- ```yaml
-- orders:
--   - [accounts_lock, audit_lock]
-- ```
-- ```c
-- pthread_mutex_lock(&audit_lock);
-- pthread_mutex_lock(&accounts_lock);
-- ```
--
-- ## Good
-- ```c
-- pthread_mutex_lock(&accounts_lock);
-- pthread_mutex_lock(&audit_lock);
-- ```
--
-- ## Manual
-- `.lockcheck.yaml` may declare in which order locks are to be taken, each list
-- from the first to the last. Whoever takes an earlier one while it holds a
-- later one is reported, also if nobody takes them the right way round yet, and
-- also in code that only one thread runs: a promise is broken, the deadlock
-- comes later.
--
-- A lock is named as reports name it (`accounts_lock`), or by its class (`conn.lock`
-- stands for the lock of every `struct conn`). Locks of different lists have no
-- order between them, unless a third stands in both.
--
-- An acquire that only tries or that gives up after a time is not reported, nor
-- one that rests on a guess at a function pointer.

WITH RECURSIVE ordered(before, after, origin) AS (
	SELECT before, after, origin FROM v_declared_order
	UNION
	SELECT o.before, d.after, o.origin
	FROM ordered o JOIN v_declared_order d ON d.before = o.after
), named AS (
	SELECT id, name AS word FROM v_lock
	UNION SELECT id, class FROM v_lock
), wrong AS (
	SELECT e.*, min(o.origin) AS origin
	FROM v_edge e
	JOIN named w ON w.id = e.wanted_id
	JOIN named h ON h.id = e.held_id
	JOIN ordered o ON o.before = w.word AND o.after = h.word
	WHERE e.blocking = 'yes' AND e.held_id <> e.wanted_id
		AND e.dropped IN ('', 'no thread gets there',
			'ignored by a comment')
		AND e.strength = 'sure'
	GROUP BY e.id
)
SELECT
	'error' AS level,
	v.wanted || ' is taken while ' || v.held || ' is held'
		|| CASE WHEN v.held_at = '' THEN ''
			ELSE ' (taken at ' || v.held_at || ')' END
		|| ', but the declared order is ' || v.wanted || ' before '
		|| v.held || ' (' || v.origin || ')' AS message,
	v.site_id AS site,
	coalesce(v.trace_id, '') AS traces,
	v.held_id || ',' || v.wanted_id AS locks,
	CASE WHEN v.held_site_id IS NULL THEN ''
		ELSE v.held_site_id || ':' || v.held || ' is taken here' END
		AS related,
	v.held_ident || '>' || v.wanted_ident || ' ' || v.function_ident
		AS key,
	'take ' || v.wanted || ' before ' || v.held AS fix
FROM wrong v
ORDER BY v.id;

-- SPDX-License-Identifier: MIT
-- id: suppression
-- name: SuppressionComment
-- level: note
-- short: A lockcheck-ignore comment is wrong, gives no reason or suppresses nothing.
-- precision: very-high
-- tags: maintainability
--
-- ## Bad
-- ```c
-- /* lockcheck-ignore(lock-order-cycle) */
-- pthread_mutex_lock(&stats_lock);
-- ```
--
-- ## Good
-- ```c
-- /* lockcheck-ignore(lock-order-cycle): only before the threads start */
-- pthread_mutex_lock(&stats_lock);
-- ```
--
-- ## Manual
-- A comment `lockcheck-ignore(RULE): reason` keeps a finding out of the report.
-- The code below it changes, the reason is forgotten, and one day the comment
-- hides a new bug. So this rule tells of comments that
--
-- - suppress nothing (any more): remove them. A run over a part of the sources
--   only may not see what they are for;
-- - give no reason (they are obeyed all the same);
-- - name no rule, or one that is not there;
-- - have no code on their line or directly below;
-- - begin something that does not end, or end what did not begin.
--
-- To insist on it, raise its level in `.lockcheck.yaml`:
--
--     rules:
--       suppression: error
--
-- `NOLINT(lockcheck-RULE)` needs no reason.

SELECT
	'note' AS level,
	CASE WHEN p.problem <> ''
		THEN 'this comment is not right: ' || p.problem
	ELSE 'this comment suppresses nothing: no finding of ' || p.rule
		|| ' is there' END AS message,
	p.site_id AS site,
	'' AS traces,
	'' AS locks,
	'' AS related,
	p.file || ' ' || p.rule || ' ' || p.problem AS key,
	'' AS fix
FROM v_suppression p
WHERE p.problem <> '' OR p.used = 0
ORDER BY p.id;

-- SPDX-License-Identifier: MIT
--
-- The lockcheck database: what extraction and the solver found, and what the
-- rules made of it. docs/database.md is the reference for people.
--
-- Conventions
--   - A table is named by the singular of its array in analyzer/solve/facts.h;
--     `id` is the array index + 1, and NULL stands for "none".
--   - A range of another array (first_step, nsteps) is the child's column
--     here: step.trace, held.acquire, edge_gate.edge, cycle_edge.cycle.
--   - Enumerations are words, given beside the column. Truth values are 0, 1.
--   - Files are relative to meta 'root' if below it. Lines and columns count
--     from 1 (columns in bytes); 0 = unknown.
--   - In a view a plain name is text for people, name_id is the row's id, and
--     name_at is a place as "file:line".
-- Views use nothing but plain SQLite, so that the sqlite3 shell can read them.

-- ---- the run ----

CREATE TABLE meta ( -- facts about the database itself
	key   TEXT PRIMARY KEY, -- schema, tool, root, functions_total …
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE unit ( -- one row a translation unit, in the order of the plan
	id       INTEGER PRIMARY KEY,
	name     TEXT NOT NULL,    -- main source file
	status   TEXT NOT NULL,    -- ok | errors | failed | crashed | timeout
	message  TEXT NOT NULL,    -- first error, '' if none
	ndropped INTEGER NOT NULL, -- compiler flags left out
	flow     BLOB NOT NULL     -- the unit's intermediate form, encoded
) STRICT;

CREATE TABLE incomplete ( -- what was not analysed, and why
	id     INTEGER PRIMARY KEY,
	scope  TEXT NOT NULL,   -- unit | body | function | cycle …
	what   TEXT NOT NULL,   -- its name
	reason TEXT NOT NULL,
	gating INTEGER NOT NULL -- 1: counts for exit code 3
) STRICT;

-- ---- the program ----

CREATE TABLE function ( -- functions with a body
	id       INTEGER PRIMARY KEY,
	name     TEXT NOT NULL,
	file     TEXT NOT NULL,
	line     INTEGER NOT NULL,
	unit     TEXT NOT NULL,    -- main file of the unit it was taken from
	flags    INTEGER NOT NULL, -- bits: enum lc_symbol_flag, flow/flow.h
	relevant INTEGER NOT NULL, -- 1: touches locks itself or through callees
	thread_entry INTEGER NOT NULL, -- 1: a thread starts in it
	reached  INTEGER NOT NULL  -- 1: some thread entry reaches it
) STRICT;

CREATE TABLE site ( -- places in the source
	id       INTEGER PRIMARY KEY,
	function INTEGER REFERENCES function(id), -- NULL: at file scope
	file     TEXT NOT NULL,
	line     INTEGER NOT NULL,
	col      INTEGER NOT NULL,
	macro    TEXT NOT NULL -- macro it was expanded from, '' if none
) STRICT;

CREATE TABLE lock ( -- lock classes, and exact instances of them
	id    INTEGER PRIMARY KEY,
	name  TEXT NOT NULL,    -- as a person would write it: conn.lock, g_lock
	class TEXT NOT NULL,    -- name of the class: struct conn.lock
	ident TEXT NOT NULL,    -- stable identity, for fingerprints
	kind  TEXT NOT NULL,    -- mutex | recursive | errorcheck | rwlock | spin |
	                        -- semaphore | once | stream | gil | unknown
	exact INTEGER NOT NULL, -- 1: one object in the program
	local INTEGER NOT NULL, -- 1: an object that never leaves its thread
	api   TEXT NOT NULL,    -- pthread, c11 …, '' if unknown
	decl  INTEGER REFERENCES site(id)
) STRICT;

CREATE TABLE thread ( -- thread entries
	id    INTEGER PRIMARY KEY,
	name  TEXT NOT NULL,    -- the entry function's name
	entry INTEGER REFERENCES function(id),
	start INTEGER REFERENCES site(id), -- NULL for main and callers
	many  INTEGER NOT NULL, -- 1: can exist more than once at a time
	kind  TEXT NOT NULL     -- main | thread | external | handler | callback
) STRICT;

CREATE TABLE call ( -- resolved calls
	id       INTEGER PRIMARY KEY,
	caller   INTEGER REFERENCES function(id),
	callee   INTEGER REFERENCES function(id),
	site     INTEGER REFERENCES site(id),
	indirect INTEGER NOT NULL, -- 1: through a pointer
	strength TEXT NOT NULL     -- sure | possible
) STRICT;

-- ---- witnesses ----

CREATE TABLE trace ( -- the steps one thread goes through
	id     INTEGER PRIMARY KEY,
	thread TEXT NOT NULL -- "main", "worker() started at a.c:12" …
) STRICT;

CREATE TABLE step ( -- one step of a trace
	trace INTEGER NOT NULL REFERENCES trace(id),
	seq   INTEGER NOT NULL, -- from 1
	site  INTEGER REFERENCES site(id),
	depth INTEGER NOT NULL, -- call depth below the first step
	role  TEXT NOT NULL,    -- entry | call | acquire | release | want |
	                        -- branch | exit | note
	text  TEXT NOT NULL,    -- "takes g_a", "calls flush()" …
	held  TEXT NOT NULL,    -- locks held after the step, ", " between
	lock  INTEGER REFERENCES lock(id),
	PRIMARY KEY (trace, seq)
) STRICT, WITHOUT ROWID;

-- ---- what happens to locks ----

CREATE TABLE acquire ( -- every acquisition, once for each context
	id       INTEGER PRIMARY KEY,
	function INTEGER REFERENCES function(id),
	site     INTEGER REFERENCES site(id),
	lock     INTEGER REFERENCES lock(id),
	mode     TEXT NOT NULL, -- exclusive | shared | any
	blocking TEXT NOT NULL, -- yes | try | timed
	strength TEXT NOT NULL, -- sure | possible
	trace    INTEGER REFERENCES trace(id)
) STRICT;

CREATE TABLE held ( -- locks held at an acquisition
	acquire INTEGER NOT NULL REFERENCES acquire(id),
	seq     INTEGER NOT NULL, -- from 1
	lock    INTEGER REFERENCES lock(id),
	mode    TEXT NOT NULL,
	site    INTEGER REFERENCES site(id), -- where it was taken
	PRIMARY KEY (acquire, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE reacquire ( -- a lock wanted by the thread that holds it
	id          INTEGER PRIMARY KEY,
	function    INTEGER REFERENCES function(id), -- where the two met
	lock        INTEGER REFERENCES lock(id),
	held_mode   TEXT NOT NULL,
	wanted_mode TEXT NOT NULL,
	blocking    TEXT NOT NULL,
	held_site   INTEGER REFERENCES site(id),
	site        INTEGER REFERENCES site(id),
	depth       INTEGER NOT NULL, -- calls between the two, 0: same function
	strength    TEXT NOT NULL,
	trace       INTEGER REFERENCES trace(id)
) STRICT;

CREATE TABLE exit ( -- a lock still held where control leaves
	id        INTEGER PRIMARY KEY,
	function  INTEGER REFERENCES function(id),
	lock      INTEGER REFERENCES lock(id),
	site      INTEGER REFERENCES site(id),
	held_site INTEGER REFERENCES site(id), -- where it was taken
	kind      TEXT NOT NULL, -- return | thread-end | main-end | loop
	mode      TEXT NOT NULL,
	ret       TEXT NOT NULL, -- what is returned: -1, NULL, non-zero, ''
	released_elsewhere INTEGER NOT NULL, -- 1: another path releases it
	error_path INTEGER NOT NULL, -- 1: the returned value means failure
	max_count INTEGER NOT NULL,  -- > 1: acquired recursively on the way
	release_site INTEGER REFERENCES site(id), -- release on another path
	strength  TEXT NOT NULL,
	trace     INTEGER REFERENCES trace(id)
) STRICT;

CREATE TABLE release ( -- a release of what is not held
	id         INTEGER PRIMARY KEY,
	function   INTEGER REFERENCES function(id),
	lock       INTEGER REFERENCES lock(id),
	site       INTEGER REFERENCES site(id),
	why        TEXT NOT NULL, -- never | double | wrong-lock | failed-try |
	                          -- some-path | wait
	other_site INTEGER REFERENCES site(id), -- double: the first release;
	                          -- failed-try: the try
	other_lock INTEGER REFERENCES lock(id), -- wrong-lock: what is held
	strength   TEXT NOT NULL,
	trace      INTEGER REFERENCES trace(id)
) STRICT;

CREATE TABLE unchecked ( -- a try or timed acquire nobody looks at
	id       INTEGER PRIMARY KEY,
	function INTEGER REFERENCES function(id),
	lock     INTEGER REFERENCES lock(id),
	site     INTEGER REFERENCES site(id),
	blocking TEXT NOT NULL,
	released INTEGER NOT NULL, -- 1: released later as if it had been taken
	strength TEXT NOT NULL,
	trace    INTEGER REFERENCES trace(id)
) STRICT;

-- ---- the order of locks ----

CREATE TABLE edge ( -- `wanted` is acquired while `held` is held
	id          INTEGER PRIMARY KEY,
	held        INTEGER REFERENCES lock(id),
	wanted      INTEGER REFERENCES lock(id),
	held_mode   TEXT NOT NULL,
	wanted_mode TEXT NOT NULL,
	blocking    TEXT NOT NULL,
	function    INTEGER REFERENCES function(id),
	held_site   INTEGER REFERENCES site(id),
	site        INTEGER REFERENCES site(id),
	strength    TEXT NOT NULL,
	dropped     TEXT NOT NULL, -- why it is in no cycle, '' if it may be
	trace       INTEGER REFERENCES trace(id)
) STRICT;

CREATE TABLE edge_gate ( -- other locks held around an edge
	edge INTEGER NOT NULL REFERENCES edge(id),
	seq  INTEGER NOT NULL,
	lock INTEGER REFERENCES lock(id),
	PRIMARY KEY (edge, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE edge_thread ( -- threads that can make an edge
	edge   INTEGER NOT NULL REFERENCES edge(id),
	seq    INTEGER NOT NULL,
	thread INTEGER REFERENCES thread(id),
	PRIMARY KEY (edge, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE cycle ( -- locks that wait for each other in a ring
	id         INTEGER PRIMARY KEY,
	strength   TEXT NOT NULL,
	dropped    TEXT NOT NULL,   -- the filter that dropped it, '' = reported
	same_class INTEGER NOT NULL -- 1: two instances of one class
) STRICT;

CREATE TABLE cycle_edge ( -- the edges of a cycle, in order
	cycle  INTEGER NOT NULL REFERENCES cycle(id),
	seq    INTEGER NOT NULL, -- from 1
	edge   INTEGER REFERENCES edge(id),
	thread INTEGER REFERENCES thread(id), -- NULL: any caller
	trace  INTEGER REFERENCES trace(id),
	PRIMARY KEY (cycle, seq)
) STRICT, WITHOUT ROWID;

-- ---- what the rules said ----

CREATE TABLE rule ( -- the rules that were run, from the heads of their files
	id        TEXT PRIMARY KEY, -- lock-order-cycle
	name      TEXT NOT NULL,    -- LockOrderCycle
	level     TEXT NOT NULL,    -- error | warning | note: the usual level
	short     TEXT NOT NULL,    -- one sentence
	cwe       TEXT NOT NULL,    -- "833, 667", '' if none
	cert      TEXT NOT NULL,
	misra     TEXT NOT NULL,
	precision TEXT NOT NULL,    -- very-high | high | medium | low
	tags      TEXT NOT NULL,
	bad       TEXT NOT NULL,    -- Markdown
	good      TEXT NOT NULL,
	manual    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE suppression ( -- comments that say what is not to be reported
	id         INTEGER PRIMARY KEY,
	site       INTEGER REFERENCES site(id), -- the comment
	rule       TEXT NOT NULL,    -- what it names, '' if nothing
	reason     TEXT NOT NULL,    -- '' if none is given
	first_line INTEGER NOT NULL, -- what it speaks of; 0: of nothing
	last_line  INTEGER NOT NULL,
	used       INTEGER NOT NULL, -- 1: something is suppressed by it
	problem    TEXT NOT NULL     -- what is wrong with it, '' if nothing
) STRICT;

CREATE TABLE declared_order ( -- pairs of locks whose order is laid down
	id     INTEGER PRIMARY KEY,
	before TEXT NOT NULL, -- name or class of a lock
	after  TEXT NOT NULL,
	origin TEXT NOT NULL  -- where: .lockcheck.yaml:4
) STRICT;

CREATE TABLE finding ( -- in the order of the report
	id          INTEGER PRIMARY KEY,
	rule        TEXT NOT NULL REFERENCES rule(id),
	level       TEXT NOT NULL, -- error | warning | note
	message     TEXT NOT NULL,
	site        INTEGER REFERENCES site(id),
	key         TEXT NOT NULL, -- identity without lines and columns
	occurrence  INTEGER NOT NULL, -- from 1, among equal (rule, key)
	fingerprint TEXT NOT NULL UNIQUE, -- of rule, key and occurrence
	fix         TEXT NOT NULL, -- a suggested repair, '' if none
	doubt       TEXT NOT NULL, -- what it is not sure of, '' if it is sure
	suppression INTEGER REFERENCES suppression(id) -- NULL: it is reported
) STRICT;

CREATE TABLE finding_trace ( -- its witnesses: one a thread
	finding INTEGER NOT NULL REFERENCES finding(id),
	seq     INTEGER NOT NULL,
	trace   INTEGER NOT NULL REFERENCES trace(id),
	PRIMARY KEY (finding, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding_lock ( -- the locks it is about; of a cycle, in its order
	finding INTEGER NOT NULL REFERENCES finding(id),
	seq     INTEGER NOT NULL,
	lock    INTEGER NOT NULL REFERENCES lock(id),
	PRIMARY KEY (finding, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding_related ( -- other places worth a look
	finding INTEGER NOT NULL REFERENCES finding(id),
	seq     INTEGER NOT NULL,
	site    INTEGER NOT NULL REFERENCES site(id),
	text    TEXT NOT NULL,
	PRIMARY KEY (finding, seq)
) STRICT, WITHOUT ROWID;

-- ---- what programs did (lockcheck trace, lockcheck confirm) ----
-- Of the last traced run only; a new one replaces it. Places are "file:line",
-- or "module+0xoffset" without debug information.

CREATE TABLE run ( -- processes, in the order of their start
	id      INTEGER PRIMARY KEY,
	exe     TEXT NOT NULL,
	command TEXT NOT NULL,
	end     TEXT NOT NULL,   -- exit | exec | hang | misuse | none
	lost    INTEGER NOT NULL, -- records that could not be written
	cut     INTEGER NOT NULL  -- 1: the file ends in the middle
) STRICT;

CREATE TABLE run_thread ( -- threads of a process
	run    INTEGER NOT NULL REFERENCES run(id),
	thread INTEGER NOT NULL, -- 1, 2, … in order of creation
	name   TEXT NOT NULL,
	start  TEXT NOT NULL,    -- start routine, 'main', or ''
	creator INTEGER NOT NULL, -- its number, 0 = none
	PRIMARY KEY (run, thread)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_lock ( -- objects that threads took or waited for
	run  INTEGER NOT NULL REFERENCES run(id),
	lock INTEGER NOT NULL,
	name TEXT NOT NULL,
	init TEXT NOT NULL,      -- initialised or first used at
	PRIMARY KEY (run, lock)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_frame ( -- stacks of acquires, innermost first
	run   INTEGER NOT NULL REFERENCES run(id),
	stack INTEGER NOT NULL,
	seq   INTEGER NOT NULL, -- from 1
	at    TEXT NOT NULL,
	function TEXT NOT NULL,
	PRIMARY KEY (run, stack, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_tuple ( -- a thread wants a lock (while it holds others)
	run     INTEGER NOT NULL REFERENCES run(id),
	tuple   INTEGER NOT NULL,
	thread  INTEGER NOT NULL,
	segment INTEGER NOT NULL, -- between its creates and joins, from 1
	lock    INTEGER NOT NULL,
	mode    TEXT NOT NULL,    -- exclusive | shared
	blocking TEXT NOT NULL,   -- yes | try | timed
	at      TEXT NOT NULL,
	stack   INTEGER NOT NULL, -- of run_frame, 0 = none
	PRIMARY KEY (run, tuple)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_held ( -- what is held at it, outermost first
	run   INTEGER NOT NULL REFERENCES run(id),
	tuple INTEGER NOT NULL,
	seq   INTEGER NOT NULL, -- from 1
	lock  INTEGER NOT NULL,
	mode  TEXT NOT NULL,
	at    TEXT NOT NULL,    -- where it was taken
	PRIMARY KEY (run, tuple, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_misuse ( -- misuse that happened
	run    INTEGER NOT NULL REFERENCES run(id),
	seq    INTEGER NOT NULL,
	kind   TEXT NOT NULL,
	thread INTEGER NOT NULL,
	lock   INTEGER NOT NULL,
	at     TEXT NOT NULL,     -- '' at a thread's end
	other_at TEXT NOT NULL,   -- where it was acquired or last released
	PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_hang ( -- waits of hangs that happened
	run    INTEGER NOT NULL REFERENCES run(id),
	hang   INTEGER NOT NULL,
	seq    INTEGER NOT NULL, -- from 1
	on_cycle INTEGER NOT NULL, -- 1: part of the ring, 0: waits for it
	waiter INTEGER NOT NULL, -- thread
	lock   INTEGER NOT NULL, -- 0: a thread's end
	holder INTEGER NOT NULL, -- thread, 0 = none
	wait_at TEXT NOT NULL,
	hold_at TEXT NOT NULL,
	PRIMARY KEY (run, hang, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE confirmation ( -- what became of findings and predictions
	id       INTEGER PRIMARY KEY,
	finding  INTEGER REFERENCES finding(id), -- NULL: not of the analysis
	title    TEXT NOT NULL,
	verdict  TEXT NOT NULL, -- confirmed | infeasible | refuted |
	                        -- not reached | undecided
	reason   TEXT NOT NULL, -- gate | same-thread | ordered | bounded |
	                        -- shared | aliasing | constraint | site | …
	detail   TEXT NOT NULL, -- lines for people
	schedule TEXT NOT NULL, -- file to replay, '' if none
	runs     INTEGER NOT NULL -- steered runs it took
) STRICT;

-- ---- views: the same with names, for rules and for people ----

CREATE VIEW v_unit AS
SELECT id, name, status, message, ndropped, length(flow) AS flow_bytes
FROM unit;

CREATE VIEW v_incomplete AS
SELECT id, scope, what, reason, gating FROM incomplete;

CREATE VIEW v_site AS
SELECT s.id, s.file, s.line, s.col, s.macro,
	s.file || ':' || s.line AS at,
	coalesce(f.name, '') AS function, s.function AS function_id,
	coalesce(f.file || ':' || f.name, s.file) AS function_ident
FROM site s LEFT JOIN function f ON f.id = s.function;

CREATE VIEW v_lock AS
SELECT l.id, l.name, l.class, l.ident, l.kind, l.exact, l.local, l.api,
	coalesce(d.file || ':' || d.line, '') AS decl_at, l.decl AS decl_id
FROM lock l LEFT JOIN site d ON d.id = l.decl;

CREATE VIEW v_thread AS
SELECT t.id, t.name, t.kind, t.many,
	coalesce(f.name, '') AS entry, t.entry AS entry_id,
	coalesce(s.file || ':' || s.line, '') AS start_at, t.start AS start_id
FROM thread t
LEFT JOIN function f ON f.id = t.entry
LEFT JOIN site s ON s.id = t.start;

CREATE VIEW v_call AS
SELECT c.id, coalesce(a.name, '') AS caller, c.caller AS caller_id,
	coalesce(b.name, '') AS callee, c.callee AS callee_id,
	c.indirect, c.strength,
	coalesce(s.file || ':' || s.line, '') AS at, c.site AS site_id
FROM call c
LEFT JOIN function a ON a.id = c.caller
LEFT JOIN function b ON b.id = c.callee
LEFT JOIN site s ON s.id = c.site;

CREATE VIEW v_step AS
SELECT t.trace AS trace_id, t.seq, r.thread, t.depth, t.role, t.text, t.held,
	coalesce(l.name, '') AS lock, t.lock AS lock_id,
	coalesce(s.file || ':' || s.line, '') AS at, t.site AS site_id,
	coalesce(f.name, '') AS function, s.function AS function_id
FROM step t
JOIN trace r ON r.id = t.trace
LEFT JOIN lock l ON l.id = t.lock
LEFT JOIN site s ON s.id = t.site
LEFT JOIN function f ON f.id = s.function;

CREATE VIEW v_acquire AS
SELECT a.id, l.name AS lock, a.lock AS lock_id, l.class, l.ident AS lock_ident,
	l.kind, a.mode, a.blocking, a.strength,
	coalesce(f.name, '') AS function, a.function AS function_id,
	s.file || ':' || s.line AS at, a.site AS site_id, a.trace AS trace_id,
	(SELECT count(*) FROM held h WHERE h.acquire = a.id) AS nheld
FROM acquire a
JOIN lock l ON l.id = a.lock
JOIN site s ON s.id = a.site
LEFT JOIN function f ON f.id = a.function;

CREATE VIEW v_held AS
SELECT h.acquire AS acquire_id, h.seq,
	l.name AS held, h.lock AS held_id, h.mode AS held_mode,
	coalesce(hs.file || ':' || hs.line, '') AS held_at,
	h.site AS held_site_id,
	a.lock AS wanted, a.lock_id AS wanted_id, a.mode AS wanted_mode,
	a.blocking, a.strength, a.function, a.function_id, a.at, a.site_id,
	a.trace_id
FROM held h
JOIN v_acquire a ON a.id = h.acquire
JOIN lock l ON l.id = h.lock
LEFT JOIN site hs ON hs.id = h.site;

CREATE VIEW v_reacquire AS
SELECT r.id, l.name AS lock, r.lock AS lock_id, l.class, l.ident AS lock_ident,
	l.kind, l.exact, l.local, r.held_mode, r.wanted_mode, r.blocking,
	coalesce(f.name, '') AS function, r.function AS function_id,
	coalesce(f.file || ':' || f.name, '') AS function_ident,
	h.at AS held_at, h.function AS held_function,
	r.held_site AS held_site_id,
	s.at, s.function AS site_function,
	s.function_ident AS site_function_ident, r.site AS site_id,
	r.depth, r.strength, r.trace AS trace_id
FROM reacquire r
JOIN lock l ON l.id = r.lock
JOIN v_site s ON s.id = r.site
LEFT JOIN v_site h ON h.id = r.held_site
LEFT JOIN function f ON f.id = r.function;

CREATE VIEW v_exit AS
SELECT e.id, e.kind, l.name AS lock, e.lock AS lock_id, l.class,
	l.ident AS lock_ident, l.kind AS lock_kind, e.mode, e.ret,
	e.released_elsewhere, e.error_path, e.max_count,
	coalesce(f.name, '') AS function, e.function AS function_id,
	coalesce(f.file || ':' || f.name, '') AS function_ident,
	s.file || ':' || s.line AS at, e.site AS site_id,
	coalesce(h.file || ':' || h.line, '') AS held_at,
	e.held_site AS held_site_id,
	coalesce(o.file || ':' || o.line, '') AS release_at,
	e.release_site AS release_site_id,
	e.strength, e.trace AS trace_id
FROM exit e
JOIN lock l ON l.id = e.lock
JOIN site s ON s.id = e.site
LEFT JOIN site h ON h.id = e.held_site
LEFT JOIN site o ON o.id = e.release_site
LEFT JOIN function f ON f.id = e.function;

CREATE VIEW v_release AS
SELECT r.id, r.why, l.name AS lock, r.lock AS lock_id, l.class,
	l.ident AS lock_ident, l.kind,
	coalesce(f.name, '') AS function, r.function AS function_id,
	coalesce(f.file || ':' || f.name, '') AS function_ident,
	s.file || ':' || s.line AS at, r.site AS site_id,
	coalesce(o.file || ':' || o.line, '') AS other_at,
	r.other_site AS other_site_id,
	coalesce(x.name, '') AS other_lock, r.other_lock AS other_lock_id,
	coalesce(x.ident, '') AS other_lock_ident,
	r.strength, r.trace AS trace_id
FROM release r
JOIN lock l ON l.id = r.lock
JOIN site s ON s.id = r.site
LEFT JOIN site o ON o.id = r.other_site
LEFT JOIN lock x ON x.id = r.other_lock
LEFT JOIN function f ON f.id = r.function;

CREATE VIEW v_unchecked AS
SELECT u.id, l.name AS lock, u.lock AS lock_id, l.class,
	l.ident AS lock_ident, l.kind, u.blocking, u.released,
	coalesce(f.name, '') AS function, u.function AS function_id,
	coalesce(f.file || ':' || f.name, '') AS function_ident,
	s.file || ':' || s.line AS at, u.site AS site_id,
	u.strength, u.trace AS trace_id
FROM unchecked u
JOIN lock l ON l.id = u.lock
JOIN site s ON s.id = u.site
LEFT JOIN function f ON f.id = u.function;

CREATE VIEW v_edge AS
SELECT e.id, a.name AS held, e.held AS held_id, a.ident AS held_ident,
	b.name AS wanted, e.wanted AS wanted_id, b.ident AS wanted_ident,
	e.held_mode, e.wanted_mode, e.blocking,
	coalesce(f.name, '') AS function, e.function AS function_id,
	coalesce(f.file || ':' || f.name, '') AS function_ident,
	coalesce(h.file || ':' || h.line, '') AS held_at,
	e.held_site AS held_site_id,
	s.file || ':' || s.line AS at, e.site AS site_id, e.strength,
	coalesce((SELECT group_concat(name, ', ') FROM
		(SELECT l.name FROM edge_gate g JOIN lock l ON l.id = g.lock
		 WHERE g.edge = e.id ORDER BY g.seq)), '') AS gates,
	coalesce((SELECT group_concat(name, ', ') FROM
		(SELECT t.name FROM edge_thread x JOIN thread t ON t.id = x.thread
		 WHERE x.edge = e.id ORDER BY x.seq)), '') AS threads,
	e.dropped, e.trace AS trace_id
FROM edge e
JOIN lock a ON a.id = e.held
JOIN lock b ON b.id = e.wanted
JOIN site s ON s.id = e.site
LEFT JOIN site h ON h.id = e.held_site
LEFT JOIN function f ON f.id = e.function;

CREATE VIEW v_cycle_edge AS
SELECT c.cycle AS cycle_id, c.seq, c.edge AS edge_id,
	e.held, e.held_id, e.held_ident, e.held_mode, e.held_at, e.held_site_id,
	e.wanted, e.wanted_id, e.wanted_ident, e.wanted_mode, e.blocking,
	e.function, e.function_id, e.function_ident, e.at, e.site_id,
	coalesce(t.name, '') AS thread, coalesce(t.kind, '') AS thread_kind,
	c.thread AS thread_id,
	e.strength, e.gates, coalesce(c.trace, e.trace_id) AS trace_id
FROM cycle_edge c
JOIN v_edge e ON e.id = c.edge
LEFT JOIN thread t ON t.id = c.thread;

CREATE VIEW v_cycle AS
SELECT c.id,
	(SELECT group_concat(name, ' → ') FROM
		(SELECT l.name FROM cycle_edge x
		 JOIN edge e ON e.id = x.edge JOIN lock l ON l.id = e.held
		 WHERE x.cycle = c.id ORDER BY x.seq)) AS locks,
	(SELECT count(*) FROM cycle_edge x WHERE x.cycle = c.id) AS nedges,
	c.same_class, c.strength, c.dropped
FROM cycle c;

CREATE VIEW v_suppression AS
SELECT p.id, p.rule, p.reason, s.file || ':' || s.line AS at,
	p.site AS site_id, s.file, s.line, p.first_line, p.last_line,
	p.used, p.problem
FROM suppression p JOIN site s ON s.id = p.site;

CREATE VIEW v_declared_order AS
SELECT id, before, after, origin FROM declared_order;

CREATE VIEW v_finding AS
SELECT n.id, n.level, n.rule, n.message,
	coalesce(s.file, '') AS file, coalesce(s.line, 0) AS line,
	coalesce(s.col, 0) AS col, coalesce(s.macro, '') AS macro,
	coalesce(f.name, '') AS function, n.site AS site_id,
	coalesce((SELECT group_concat(name, ', ') FROM
		(SELECT l.name FROM finding_lock x JOIN lock l ON l.id = x.lock
		 WHERE x.finding = n.id ORDER BY x.seq)), '') AS locks,
	n.fix, n.doubt, n.fingerprint, n.key, n.occurrence,
	n.suppression IS NOT NULL AS suppressed, n.suppression AS suppression_id
FROM finding n
LEFT JOIN site s ON s.id = n.site
LEFT JOIN function f ON f.id = s.function;

/* SPDX-License-Identifier: MIT */
/* What the threads of a finding hold and wait for: at the end, or at the step
 * that the reader is at. */
let openId = '';
let walk = 0; /* step of the schedule that the reader is at; 0: the end */

const heldOf = (s) => (s && s.held ? s.held.split(', ') : []);
const essential = (s) => ['acquire', 'release', 'want', 'exit'].includes(s.role);
const lastOf = (t) => t.steps[t.steps.length - 1];
const lockOf = (s) => (s.lock === undefined ? '' : locks[s.lock].name);
/* "worker() started at a.c:12" → "worker()" */
const shortThread = (t, i) =>
	cut(
		t.name.split(' started at ')[0] ||
			functionOf((t.steps[0] || {}).at || []) ||
			`thread ${i + 1}`,
		60,
	);
/* "any caller of f()": in a picture there is room for f() only. */
const drawnThread = (t, i) => cut(shortThread(t, i).replace(/^any caller of /, ''), 40);

/* Each lock that somebody holds or wants has one colour all over the page. */
function colorsOf(f) {
	const colors = new Map();
	const give = (name) => {
		if (name && !colors.has(name)) colors.set(name, `k${colors.size % 6}`);
	};

	lockNames(f).forEach(give);
	for (const t of f.threads) {
		for (const s of t.steps) heldOf(s).forEach(give);
		if (t.steps.length) give(lockOf(lastOf(t)));
	}
	return colors;
}

function lockChip(f, name) {
	const k =
		f.locks.find((x) => locks[x].name === name) ?? locks.findIndex((x) => x.name === name);
	const kind = `lock ${f.colors.get(name) || ''}`;

	return k < 0
		? el('span', { class: kind }, name)
		: el(
				'a',
				{
					class: kind,
					href: `#/order/${k}`,
					title: `${locks[k].kind} ${name}: show in the lock order`,
				},
				name,
			);
}

/* "takes g_a" with the name as a chip. */
function words(f, s) {
	const name = lockOf(s),
		at = name ? s.text.lastIndexOf(name) : -1;

	if (at < 0) return [s.text];
	return [s.text.slice(0, at), lockChip(f, name), s.text.slice(at + name.length)];
}

/* ---- who waits for whom ---- */

/* The threads in the order of the ring: each waits for what the next holds. */
function ringOf(f) {
	const ring = [],
		seen = new Set();
	let i = 0;

	while (!seen.has(i)) {
		const t = f.threads[i],
			last = t && t.steps.length ? lastOf(t) : null;

		if (!last || last.role !== 'want' || !lockOf(last)) return null;
		seen.add(i);
		ring.push({
			thread: drawnThread(t, i),
			no: i + 1,
			index: i,
			wants: lockOf(last),
			color: f.colors.get(lockOf(last)),
		});
		i = f.threads.findIndex(
			(u, k) =>
				(f.threads.length === 1 || k !== ring[ring.length - 1].index) &&
				heldOf(lastOf(u)).includes(lockOf(last)),
		);
		if (i < 0) return null;
	}
	return i === 0 && ring.length === f.threads.length ? ring : null;
}

/* What thread i is at after `order` steps of the schedule; 0: after all. */
function stateAt(f, i, order) {
	let now = null;

	for (const s of f.threads[i].steps) if (!order || s.order <= order) now = s;
	const held = new Set(heldOf(now));

	if (now && now.role === 'acquire' && lockOf(now)) held.add(lockOf(now));
	return { holds: held, waits: Boolean(now) && now.role === 'want', step: now };
}

/* Where the thread took `name`, for the reader's eye. */
const takenAt = (t, name) =>
	t.steps.filter((s) => s.role === 'acquire' && lockOf(s) === name).pop();

function situation(f, i) {
	const t = f.threads[i],
		{ holds, waits, step } = stateAt(f, i, walk);
	const line = (label, ...rest) =>
		el(
			'div',
			{ class: 'fact' },
			el('span', { class: 'fact-name' }, label),
			el('span', {}, rest),
		);

	return el(
		'div',
		{ class: `who${waits ? ' stuck' : ''}` },
		el(
			'div',
			{ class: 'who-name' },
			f.threads.length > 1 && [el('span', { class: 'tno' }, `T${i + 1}`), ' '],
			el('b', {}, shortThread(t, i)),
		),
		step
			? [
					line(
						'holds',
						holds.size
							? [...holds].map((name) => {
									const taken = takenAt(t, name);

									return el(
										'div',
										{},
										lockChip(f, name),
										taken && [' since ', place(taken.at)],
									);
								})
							: el('span', { class: 'faint' }, 'nothing'),
					),
					waits
						? line(
								'waits for',
								lockChip(f, lockOf(step)),
								' at ',
								place(step.at),
								holds.has(lockOf(step))
									? el('b', { class: 'never' }, ' – its own')
									: '',
							)
						: line(
								step.role === 'exit' ? 'then' : 'now',
								step.text,
								' ',
								place(step.at),
							),
				]
			: el('div', { class: 'fact faint' }, 'not there yet'),
	);
}

function situations(f) {
	const ring = f.ring,
		all = f.threads.map((t, i) => situation(f, i));
	const hangs = f.threads.every((t, i) => stateAt(f, i, walk).waits);

	return [
		el('div', { class: 'whos' }, all),
		ring &&
			el(
				'div',
				{ class: `ring-box${hangs ? ' hangs' : ''}` },
				ringPicture(ring, (i) => stateAt(f, ring[i].index, walk)),
				el(
					'div',
					{ class: 'ring-word' },
					hangs ? 'Nobody can go on.' : `Step ${walk} of ${f.nsteps}`,
				),
			),
	];
}

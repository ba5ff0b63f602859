/* SPDX-License-Identifier: MIT */
/* The page of the lock order: the whole graph to move about in, a list of locks
 * to search, and for one lock or one arrow where in the code it comes from. */
const pairs = data.order.pairs;
const view = { x: 0, y: 0, scale: 1 };
const READABLE = 0.62;
let lockText = '';
let showImplied = false, showDropped = true;

const before = (k) => pairs.filter((p) => p.wanted === k && p.held !== k);
const after = (k) => pairs.filter((p) => p.held === k && p.wanted !== k);

/* ---- the list ---- */

const LIST_MAX = 400;

function drawLockList(selected) {
	const wanted = lockText.toLowerCase().split(/\s+/);
	const found = locks.map((l, k) => [l, k]).filter(([l]) => {
		const hay = `${l.name} ${l.class} ${l.kind} ${l.at ? placeText(l.at) : ''}`.toLowerCase();

		return wanted.every((w) => hay.includes(w));
	}).sort((a, b) => (b[0].reported || 0) - (a[0].reported || 0) || (b[0].box ? 1 : 0) - (a[0].box ? 1 : 0) ||
		(a[0].name < b[0].name ? -1 : a[0].name > b[0].name));

	$('lock-tally').replaceChildren(`${plural(found.length, 'lock')}, ${plural(pairs.length, 'arrow')}`);
	$('lock-list').replaceChildren(...found.slice(0, LIST_MAX).map(([l, k]) => el('a', {
		class: `lock-row${l.reported ? ' reported' : ''}`, href: `#/order/${k}`, 'aria-current': k === selected ? 'true' : null,
	}, el('b', {}, l.name), el('span', { class: 'row-sub' }, l.ntakes ? `${l.kind} · taken at ${plural(l.ntakes, 'place')}` : l.kind,
		(before(k).length || after(k).length) ? ` · ${before(k).length} before, ${after(k).length} after` : ''))),
	found.length > LIST_MAX ? el('p', { class: 'none' }, `… and ${count(found.length - LIST_MAX)} more: search to see them`) : '');
}

/* ---- the picture ---- */

function pathOf(p) {
	const q = p.points, b = locks[p.held].box;
	let d = '';

	if (!b || !locks[p.wanted].box)
		return '';
	if (p.held === p.wanted)
		return `M${b[0] + b[2] - 24} ${b[1]}C${b[0] + b[2] - 24} ${b[1] - 18} ${b[0] + b[2] + 18} ${b[1] + 8} ${b[0] + b[2]} ${b[1] + 8}`;
	if (!q.length) {
		const c = locks[p.wanted].box, x1 = b[0] + b[2], x2 = c[0], m = Math.max(40, (x2 - x1) / 2);

		return `M${x1} ${b[1] + b[3] / 2}C${x1 + m} ${b[1] + b[3] / 2} ${x2 - m} ${c[1] + c[3] / 2} ${x2} ${c[1] + c[3] / 2}`;
	}
	for (let i = 0; i < q.length; i += 4) {
		const mid = (q[i] + q[i + 2]) / 2;

		d += `${i ? 'L' : 'M'}${q[i]} ${q[i + 1]}C${mid} ${q[i + 1]} ${mid} ${q[i + 3]} ${q[i + 2]} ${q[i + 3]}`;
	}
	return d;
}

const pairTitle = (p) => `${locks[p.held].name} → ${locks[p.wanted].name}: ${plural(p.narcs, 'place')}` +
	(p.reported ? ', in a reported cycle' : p.dropped ? ', cannot deadlock: ' + (p.arcs[0] || {}).dropped : '');

function drawPair(p, i, lock, pair) {
	const near = lock === p.held || lock === p.wanted || pair === i;
	const far = (lock !== null || pair !== null) && !near;

	if ((p.implied && !showImplied && !near) || (p.dropped && !showDropped && !near))
		return null;
	const kind = `${p.reported ? 'bad' : p.dropped ? 'dropped' : ''}${p.implied ? ' implied' : ''}${near ? ' near' : ''}${far ? ' far' : ''}`;
	return sv('g', { class: `arrow ${kind}`, 'data-pair': i, onclick: () => go(`#/order/${p.held}/${p.wanted}`) },
		sv('title', {}, pairTitle(p)),
		sv('path', { class: 'wide', d: pathOf(p) }),
		sv('path', { class: 'thin', d: pathOf(p), 'marker-end': `url(#${p.reported ? 'o-bad' : 'o-tip'})` }));
}

function drawNode(l, k, lock, pair) {
	const b = l.box;
	const p = pair === null ? null : pairs[pair];
	const near = lock === k || (p && (p.held === k || p.wanted === k)) ||
		(lock !== null && pairs.some((q) => (q.held === lock && q.wanted === k) || (q.wanted === lock && q.held === k)));
	const kind = `${l.reported ? 'bad' : ''}${lock === k ? ' chosen' : ''}${(lock !== null || p) && !near ? ' far' : ''}`;

	return sv('g', {
		class: `node ${kind}`, tabindex: '0', role: 'link', 'aria-label': `lock ${l.name}`, 'data-lock': k,
		onclick: () => go(`#/order/${k}`), onkeydown: (e) => { if (e.key === 'Enter') { e.stopPropagation(); go(`#/order/${k}`); } },
	}, sv('title', {}, `${l.name}\n${l.kind} of class ${l.class}`),
	sv('rect', { x: b[0], y: b[1], width: b[2], height: b[3], rx: 7 }),
	sv('text', { x: b[0] + 14, y: b[1] + 20 }, cut(l.name, Math.max(6, Math.floor((b[2] - 24) / 8)))));
}

function orderPicture(lock, pair) {
	const marks = ['o-tip', 'o-bad'].map((id) => sv('marker', { id, viewBox: '0 0 8 8', refX: 8, refY: 4, markerWidth: 10, markerHeight: 10, markerUnits: 'userSpaceOnUse', orient: 'auto' },
		sv('path', { class: `tip ${id}`, d: 'M0 0L8 4L0 8z' })));
	const arrows = pairs.map((p, i) => [p.reported || 0, drawPair(p, i, lock, pair)]).filter((a) => a[1]);

	arrows.sort((a, b) => a[0] - b[0]);
	return sv('svg', { class: 'order-svg', id: 'picture', role: 'group', 'aria-label': 'Order of locks: an arrow goes from the lock that is held to the one that is taken then' },
		sv('defs', {}, marks), sv('g', { id: 'world' }, arrows.map((a) => a[1]), locks.map((l, k) => (l.box ? drawNode(l, k, lock, pair) : null))));
}

/* ---- moving about ---- */

function applyView() {
	$('world')?.setAttribute('transform', `translate(${view.x} ${view.y}) scale(${view.scale})`);
}

function zoom(by, x, y) {
	const box = $('picture').getBoundingClientRect();
	const cx = x === undefined ? box.width / 2 : x - box.left, cy = y === undefined ? box.height / 2 : y - box.top;
	const next = Math.min(4, Math.max(0.04, view.scale * by));

	view.x = cx - (cx - view.x) * next / view.scale;
	view.y = cy - (cy - view.y) * next / view.scale;
	view.scale = next;
	applyView();
}

/* All of it. */
function fit() {
	const box = $('picture').getBoundingClientRect();
	const whole = Math.min(box.width / data.order.width, box.height / data.order.height);

	view.scale = Math.min(1.1, Math.max(whole, 0.04));
	view.x = (box.width - data.order.width * view.scale) / 2;
	view.y = (box.height - data.order.height * view.scale) / 2;
	applyView();
}

/* At first: all of it if that can be read, else what is red, else the left. */
function begin() {
	const bad = locks.filter((l) => l.box && l.reported).map((l) => l.box);

	fit();
	if (view.scale >= READABLE)
		return;
	if (bad.length) {
		centre(bad);
		return;
	}
	view.scale = READABLE;
	view.x = 0;
	view.y = ($('picture').getBoundingClientRect().height - data.order.height * READABLE) / 2;
	applyView();
}

/* No empty margins where there is more to be seen. */
function within(at, room, size) {
	const least = room - size * view.scale;

	return least > 0 ? least / 2 : Math.min(0, Math.max(least, at));
}

function centre(boxes) {
	const box = $('picture').getBoundingClientRect();
	const x1 = Math.min(...boxes.map((b) => b[0])), x2 = Math.max(...boxes.map((b) => b[0] + b[2]));
	const y1 = Math.min(...boxes.map((b) => b[1])), y2 = Math.max(...boxes.map((b) => b[1] + b[3]));

	view.scale = Math.min(1, Math.max(READABLE, Math.min(box.width / (x2 - x1 + 160), box.height / (y2 - y1 + 120))));
	view.x = within(box.width / 2 - (x1 + x2) / 2 * view.scale, box.width, data.order.width);
	view.y = within(box.height / 2 - (y1 + y2) / 2 * view.scale, box.height, data.order.height);
	applyView();
}

function moveable(svg) {
	const pointers = new Map();
	let moved = 0;

	svg.addEventListener('wheel', (e) => {
		e.preventDefault();
		zoom(Math.exp(-e.deltaY * (e.deltaMode ? 0.05 : 0.0015)), e.clientX, e.clientY);
	}, { passive: false });
	svg.addEventListener('pointerdown', (e) => {
		pointers.set(e.pointerId, [e.clientX, e.clientY]);
		moved = 0;
	});
	svg.addEventListener('pointermove', (e) => {
		const was = pointers.get(e.pointerId);

		if (!was)
			return;
		const dx = e.clientX - was[0], dy = e.clientY - was[1];
		moved += Math.abs(dx) + Math.abs(dy);
		if (moved > 6 && !svg.hasPointerCapture(e.pointerId))
			svg.setPointerCapture(e.pointerId);
		if (pointers.size === 2) {
			const [a, b] = [...pointers.entries()].map(([id, at]) => (id === e.pointerId ? [e.clientX, e.clientY] : at));
			const [c, d] = [...pointers.values()];
			const now = Math.hypot(a[0] - b[0], a[1] - b[1]), old = Math.hypot(c[0] - d[0], c[1] - d[1]) || 1;

			zoom(now / old, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
		} else {
			view.x += dx;
			view.y += dy;
			applyView();
		}
		pointers.set(e.pointerId, [e.clientX, e.clientY]);
	});
	for (const name of ['pointerup', 'pointercancel', 'pointerleave'])
		svg.addEventListener(name, (e) => pointers.delete(e.pointerId));
	svg.addEventListener('click', (e) => { if (moved > 6) e.stopPropagation(); }, true);
}

/* ---- one lock, one arrow ---- */

function orderLink(p, k) {
	return el('li', { class: p.reported ? 'bad' : p.dropped ? 'dropped' : '' },
		el('a', { class: 'lock', href: `#/order/${k}` }, locks[k].name), ' ',
		el('a', { class: 'places', href: `#/order/${p.held}/${p.wanted}`, title: pairTitle(p) }, plural(p.narcs, 'place')),
		p.reported && el('span', { class: 'badge lv-error' }, 'cycle'));
}

const LINKS_SHOWN = 12;
function linkList(list, other) {
	const items = list.slice().sort((a, b) => (b.reported || 0) - (a.reported || 0) || (a.dropped || 0) - (b.dropped || 0)).map((p) => orderLink(p, other(p)));
	const ul = el('ul', {}, items.slice(0, LINKS_SHOWN));

	if (items.length > LINKS_SHOWN) {
		const more = el('li', {}, button(`… ${count(items.length - LINKS_SHOWN)} more`, { class: 'link', onclick: () => more.replaceWith(...items.slice(LINKS_SHOWN)) }));

		ul.append(more);
	}
	return items.length ? ul : el('p', { class: 'faint' }, 'none');
}

function takeRow(t) {
	const how = [t.mode, t.blocking === 'try' ? 'only tries' : t.blocking === 'timed' ? 'times out' : '', t.possible && 'possibly'].filter(Boolean);

	return el('tr', {}, el('td', {}, functionOf(t.at) ? el('code', {}, functionOf(t.at) + '()') : '', how.length ? el('span', { class: 'faint' }, ' ' + how.join(', ')) : ''),
		el('td', {}, place(t.at), ' ', oneLine(t.at)),
		el('td', {}, heldOf(t).length ? heldOf(t).map((n) => [lockLink(n), ' ']) : el('span', { class: 'faint' }, 'nothing')));
}

function lockLink(name) {
	const k = locks.findIndex((l) => l.name === name);

	return k < 0 ? el('span', { class: 'lock' }, name) : el('a', { class: 'lock', href: `#/order/${k}` }, name);
}

function lockPanel(k) {
	const l = locks[k], about = findings.filter((f) => f.locks.includes(k));

	return el('div', { class: 'panel' },
		el('div', { class: 'bar' }, el('a', { class: 'back', href: '#/order' }, '‹ Whole order'), el('h2', { id: 'lock-title' }, l.name)),
		el('p', { class: 'faint' }, [l.kind, l.api && `(${l.api})`, l.class !== l.name && `of class ${l.class}`].filter(Boolean).join(' '),
			l.at && [' · defined at ', place(l.at)]),
		el('div', { class: 'ego' },
			el('div', { class: 'ego-side' }, el('h4', {}, 'Held when it is taken'), linkList(before(k), (p) => p.held)),
			el('div', { class: 'ego-mid' }, el('span', { class: 'ego-arrow', 'aria-hidden': 'true' }, '→'), el('span', { class: 'lock k0' }, l.name), el('span', { class: 'ego-arrow', 'aria-hidden': 'true' }, '→')),
			el('div', { class: 'ego-side' }, el('h4', {}, 'Taken while it is held'), linkList(after(k), (p) => p.wanted))),
		about.length ? [el('h4', {}, 'Findings'), el('ul', {}, about.slice(0, 20).map((f) => el('li', {}, el('a', { href: `#/f/${f.id}` }, headline(f)), el('span', { class: 'faint' }, ` ${f.rule}, ${placeText(f.at)}`))),
			about.length > 20 ? el('li', { class: 'faint' }, `and ${count(about.length - 20)} more`) : '')] : null,
		el('h4', {}, `Who takes it, and under what (${count(l.ntakes)})`),
		l.takes.length ? el('div', { class: 'scroll' }, el('table', { class: 'facts' }, el('thead', {}, el('tr', {}, ['Function', 'Place', 'Holding'].map((h) => el('th', {}, h)))),
			el('tbody', {}, l.takes.map(takeRow)))) : el('p', { class: 'faint' }, 'nobody that was seen'),
		l.ntakes > l.takes.length ? el('p', { class: 'faint' }, `Only the first ${l.takes.length} are in this report: lockcheck query "SELECT * FROM v_acquire" has all.`) : null);
}

function arcItem(a) {
	const modes = a.mode ? `${a.heldMode} then ${a.mode}` : '';
	const how = [modes, a.blocking === 'try' ? 'only tries' : a.blocking === 'timed' ? 'times out' : '', a.possible && 'possible'].filter(Boolean);

	return el('div', { class: `arc${a.reported ? ' bad' : ''}` },
		el('div', { class: 'step-line' }, el('b', {}, (a.function || '?') + '()'), how.length ? el('span', { class: 'faint' }, how.join(', ')) : '',
			a.reported && el('span', { class: 'badge lv-error' }, 'in a reported cycle')),
		a.since && el('div', { class: 'arc-line' }, el('span', { class: 'fact-name' }, 'held since'), place(a.since), oneLine(a.since)),
		el('div', { class: 'arc-line' }, el('span', { class: 'fact-name' }, 'then takes'), place(a.at), oneLine(a.at)),
		a.threads && el('div', { class: 'arc-line' }, el('span', { class: 'fact-name' }, 'threads'), a.threads),
		a.gates && el('div', { class: 'arc-line' }, el('span', { class: 'fact-name' }, 'also held'), a.gates),
		a.dropped && el('div', { class: 'arc-line' }, el('span', { class: 'fact-name' }, 'in no cycle'), a.dropped));
}

function pairPanel(i) {
	const p = pairs[i], back = pairs.find((q) => q.held === p.wanted && q.wanted === p.held && q !== p);

	return el('div', { class: 'panel' },
		el('div', { class: 'bar' }, el('a', { class: 'back', href: '#/order' }, '‹ Whole order'),
			el('h2', { id: 'lock-title' }, lockLink(locks[p.held].name), ' → ', lockLink(locks[p.wanted].name))),
		el('p', { class: 'faint' }, `${locks[p.wanted].name} is taken while ${locks[p.held].name} is held: ${plural(p.narcs, 'place')}`,
			p.implied ? '. The picture leaves this arrow out: it follows from others.' : '',
			back && ['. ', el('a', { href: `#/order/${p.wanted}/${p.held}` }, `The other way round: ${plural(back.narcs, 'place')}`)]),
		p.arcs.map(arcItem),
		p.narcs > p.arcs.length ? el('p', { class: 'faint' }, `… and ${count(p.narcs - p.arcs.length)} more: lockcheck query "SELECT * FROM v_edge" has all.`) : null);
}

function cyclesPanel() {
	const by = new Map();

	for (const c of data.order.cycles)
		by.set(c.dropped, [...(by.get(c.dropped) || []), c]);
	return el('div', { class: 'panel' },
		el('p', {}, el('b', {}, 'Read it from left to right: '), 'an arrow says that the lock at its tip is taken while the one at its foot is held. If all arrows went to the right there could be no deadlock by lock order. Red arrows are in a reported cycle; dashed ones cannot deadlock. Choose a lock or an arrow to see the code.'),
		data.order.ncycles ? el('h4', {}, `${plural(data.order.ncycles, 'cycle')} looked at, ${count(data.order.ncycles - data.order.cycles.length)} reported${data.order.cycles.length ? ', dropped because …' : ''}`) : el('p', { class: 'faint' }, 'No two locks are taken in both orders.'),
		[...by].map(([why, list]) => el('details', {}, el('summary', {}, el('b', {}, `${why} `), el('span', { class: 'faint' }, count(list.length))),
			el('ul', { class: 'cycles' }, list.map((c) => el('li', {}, el('span', { class: 'mono' }, c.locks), el('div', { class: 'faint' }, c.where)))))));
}

/* ---- the page ---- */

function tools() {
	const check = (text, on, set) => el('label', {}, el('input', { type: 'checkbox', checked: on, onchange: (e) => { set(e.target.checked); route(); } }), ' ', text);
	const implied = pairs.filter((p) => p.implied).length, dropped = pairs.filter((p) => p.dropped).length;

	return el('div', { class: 'tools' },
		implied ? check(`arrows that follow from others (${count(implied)})`, showImplied, (v) => { showImplied = v; }) : null,
		dropped ? check(`arrows that cannot deadlock (${count(dropped)})`, showDropped, (v) => { showDropped = v; }) : null,
		el('span', { class: 'grow' }),
		button('−', { class: 'icon', 'aria-label': 'Smaller', onclick: () => zoom(0.8) }),
		button('+', { class: 'icon', 'aria-label': 'Larger', onclick: () => zoom(1.25) }),
		button('Fit', { class: 'icon wide', onclick: fit }));
}

function drawOrder(lock, pair) {
	drawLockList(lock);
	if (!locks.some((l) => l.box)) {
		$('order').replaceChildren(el('div', { class: 'stage' }, el('p', { class: 'none' }, 'No lock is taken while another is held.')), lock === null ? cyclesPanel() : lockPanel(lock));
		return;
	}
	$('order').replaceChildren(el('div', { class: 'stage' }, tools(), orderPicture(lock, pair)),
		pair !== null ? pairPanel(pair) : lock !== null ? lockPanel(lock) : cyclesPanel());
	moveable($('picture'));
	if (lock === null && pair === null)
		begin();
	if (pair !== null)
		centre([locks[pairs[pair].held].box, locks[pairs[pair].wanted].box]);
	else if (lock !== null && locks[lock].box)
		centre([locks[lock].box]);
	document.body.classList.toggle('chosen', lock !== null || pair !== null);
	applyView();
}

function makeOrder() {
	$('lock-filters').append(
		el('div', { class: 'search' }, el('input', {
			type: 'search', id: 'lock-search', placeholder: 'Search the locks …  ( / )', 'aria-label': 'Search the locks',
			autocomplete: 'off', spellcheck: 'false',
			oninput(event) {
				lockText = event.target.value;
				drawLockList(null);
			},
			onkeydown(event) {
				if (event.key === 'Enter')
					document.querySelector('.lock-row')?.click();
			},
		})),
		el('div', { class: 'tally', id: 'lock-tally' }));
}

/* SPDX-License-Identifier: MIT */
/* The picture of the lock order: where things are was worked out when the
 * report was written (layout.c); here it is drawn, and moved about in. */
const pairs = data.order.pairs;
const view = { x: 0, y: 0, scale: 1 };
const READABLE = 0.62;
let showImplied = false;
let showDropped = true;

/* ---- the picture ---- */

function pathOf(p) {
	const q = p.points,
		b = locks[p.held].box;
	let d = '';

	if (!b || !locks[p.wanted].box) return '';
	if (p.held === p.wanted)
		return `M${b[0] + b[2] - 24} ${b[1]}C${b[0] + b[2] - 24} ${b[1] - 18} ${b[0] + b[2] + 18} ${b[1] + 8} ${b[0] + b[2]} ${b[1] + 8}`;
	if (!q.length) {
		const c = locks[p.wanted].box,
			x1 = b[0] + b[2],
			x2 = c[0],
			m = Math.max(40, (x2 - x1) / 2);

		return `M${x1} ${b[1] + b[3] / 2}C${x1 + m} ${b[1] + b[3] / 2} ${x2 - m} ${c[1] + c[3] / 2} ${x2} ${c[1] + c[3] / 2}`;
	}
	for (let i = 0; i < q.length; i += 4) {
		const mid = (q[i] + q[i + 2]) / 2;

		d += `${i ? 'L' : 'M'}${q[i]} ${q[i + 1]}C${mid} ${q[i + 1]} ${mid} ${q[i + 3]} ${q[i + 2]} ${q[i + 3]}`;
	}
	return d;
}

const pairTitle = (p) =>
	`${locks[p.held].name} → ${locks[p.wanted].name}: ${plural(p.narcs, 'place')}` +
	(p.reported
		? ', in a reported cycle'
		: p.dropped
			? ', cannot deadlock: ' + (p.arcs[0] || {}).dropped
			: '');

function drawPair(p, i, lock, pair) {
	const near = lock === p.held || lock === p.wanted || pair === i;
	const far = (lock !== null || pair !== null) && !near;

	if ((p.implied && !showImplied && !near) || (p.dropped && !showDropped && !near)) return null;
	const kind = `${p.reported ? 'bad' : p.dropped ? 'dropped' : ''}${p.implied ? ' implied' : ''}${near ? ' near' : ''}${far ? ' far' : ''}`;
	return sv(
		'g',
		{
			class: `arrow ${kind}`,
			'data-pair': i,
			onclick: () => go(`#/order/${p.held}/${p.wanted}`),
		},
		sv('title', {}, pairTitle(p)),
		sv('path', { class: 'wide', d: pathOf(p) }),
		sv('path', {
			class: 'thin',
			d: pathOf(p),
			'marker-end': `url(#${p.reported ? 'o-bad' : 'o-tip'})`,
		}),
	);
}

function drawNode(l, k, lock, pair) {
	const b = l.box;
	const p = pair === null ? null : pairs[pair];
	const near =
		lock === k ||
		(p && (p.held === k || p.wanted === k)) ||
		(lock !== null &&
			pairs.some(
				(q) => (q.held === lock && q.wanted === k) || (q.wanted === lock && q.held === k),
			));
	const kind = `${l.reported ? 'bad' : ''}${lock === k ? ' chosen' : ''}${(lock !== null || p) && !near ? ' far' : ''}`;

	return sv(
		'g',
		{
			class: `node ${kind}`,
			tabindex: '0',
			role: 'link',
			'aria-label': `lock ${l.name}`,
			'data-lock': k,
			onclick: () => go(`#/order/${k}`),
			onkeydown: (e) => {
				if (e.key === 'Enter') {
					e.stopPropagation();
					go(`#/order/${k}`);
				}
			},
		},
		sv('title', {}, `${l.name}\n${l.kind} of class ${l.class}`),
		sv('rect', { x: b[0], y: b[1], width: b[2], height: b[3], rx: 7 }),
		sv(
			'text',
			{ x: b[0] + 14, y: b[1] + 20 },
			cutMiddle(l.name, Math.max(6, Math.floor((b[2] - 24) / 8))),
		),
	);
}

function orderPicture(lock, pair) {
	const marks = ['o-tip', 'o-bad'].map((id) =>
		sv(
			'marker',
			{
				id,
				viewBox: '0 0 8 8',
				refX: 8,
				refY: 4,
				markerWidth: 10,
				markerHeight: 10,
				markerUnits: 'userSpaceOnUse',
				orient: 'auto',
			},
			sv('path', { class: `tip ${id}`, d: 'M0 0L8 4L0 8z' }),
		),
	);
	const arrows = pairs
		.map((p, i) => [p.reported || 0, drawPair(p, i, lock, pair)])
		.filter((a) => a[1]);

	arrows.sort((a, b) => a[0] - b[0]);
	return sv(
		'svg',
		{
			class: 'order-svg',
			id: 'picture',
			role: 'group',
			'aria-label':
				'Order of locks: an arrow goes from the lock that is held to the one that is taken then',
		},
		sv('defs', {}, marks),
		sv(
			'g',
			{ id: 'world' },
			arrows.map((a) => a[1]),
			locks.map((l, k) => (l.box ? drawNode(l, k, lock, pair) : null)),
		),
	);
}

/* ---- moving about ---- */

function applyView() {
	$('world')?.setAttribute('transform', `translate(${view.x} ${view.y}) scale(${view.scale})`);
}

function zoom(by, x, y) {
	const box = $('picture').getBoundingClientRect();
	const cx = x === undefined ? box.width / 2 : x - box.left,
		cy = y === undefined ? box.height / 2 : y - box.top;
	const next = Math.min(4, Math.max(0.04, view.scale * by));

	view.x = cx - ((cx - view.x) * next) / view.scale;
	view.y = cy - ((cy - view.y) * next) / view.scale;
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

/* Do these boxes fit into the picture, so that they can be read? */
function fits(boxes) {
	const room = $('picture').getBoundingClientRect();
	const span = (at, size) =>
		(Math.max(...boxes.map((b) => b[at] + b[size])) - Math.min(...boxes.map((b) => b[at]))) *
		READABLE;

	return span(0, 2) < room.width && span(1, 3) < room.height;
}

/* At first: all of it if that can be read, else what is red (all, or one arrow, or
 * one lock of it), else the left. */
function begin() {
	const bad = locks.filter((l) => l.box && l.reported).map((l) => l.box);
	const choices = [
		bad,
		...pairs
			.filter((p) => p.reported)
			.map((p) => [locks[p.held].box, locks[p.wanted].box])
			.filter((ends) => ends[0] && ends[1]),
		bad.slice(0, 1),
	].filter((boxes) => boxes.length);

	fit();
	if (view.scale >= READABLE) return;
	if (choices.length) {
		centre(choices.find(fits) || choices.at(-1));
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
	const x1 = Math.min(...boxes.map((b) => b[0])),
		x2 = Math.max(...boxes.map((b) => b[0] + b[2]));
	const y1 = Math.min(...boxes.map((b) => b[1])),
		y2 = Math.max(...boxes.map((b) => b[1] + b[3]));

	view.scale = Math.min(
		1,
		Math.max(READABLE, Math.min(box.width / (x2 - x1 + 160), box.height / (y2 - y1 + 120))),
	);
	view.x = within(box.width / 2 - ((x1 + x2) / 2) * view.scale, box.width, data.order.width);
	view.y = within(box.height / 2 - ((y1 + y2) / 2) * view.scale, box.height, data.order.height);
	applyView();
}

function moveable(svg) {
	const pointers = new Map();
	let moved = 0;

	svg.addEventListener(
		'wheel',
		(e) => {
			e.preventDefault();
			zoom(Math.exp(-e.deltaY * (e.deltaMode ? 0.05 : 0.0015)), e.clientX, e.clientY);
		},
		{ passive: false },
	);
	svg.addEventListener('pointerdown', (e) => {
		pointers.set(e.pointerId, [e.clientX, e.clientY]);
		moved = 0;
	});
	svg.addEventListener('pointermove', (e) => {
		const was = pointers.get(e.pointerId);

		if (!was) return;
		const dx = e.clientX - was[0],
			dy = e.clientY - was[1];
		moved += Math.abs(dx) + Math.abs(dy);
		if (moved > 6 && !svg.hasPointerCapture(e.pointerId)) svg.setPointerCapture(e.pointerId);
		if (pointers.size === 2) {
			const [a, b] = [...pointers.entries()].map(([id, at]) =>
				id === e.pointerId ? [e.clientX, e.clientY] : at,
			);
			const [c, d] = [...pointers.values()];
			const now = Math.hypot(a[0] - b[0], a[1] - b[1]),
				old = Math.hypot(c[0] - d[0], c[1] - d[1]) || 1;

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
	svg.addEventListener(
		'click',
		(e) => {
			if (moved > 6) e.stopPropagation();
		},
		true,
	);
}

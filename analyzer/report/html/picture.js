/* SPDX-License-Identifier: MIT */
/* The ring of a deadlock as a picture: threads and locks in turn, "waits for"
 * and "held by" between them. */

/* Where the line from the middle of box `a` to that of `b` leaves `a`. */
function leave(a, b, gap) {
	const dx = b.x - a.x,
		dy = b.y - a.y;
	const t = Math.min(
		(a.w / 2 + gap) / Math.abs(dx || 1e-6),
		(a.h / 2 + gap) / Math.abs(dy || 1e-6),
	);

	return { x: a.x + dx * Math.min(t, 1), y: a.y + dy * Math.min(t, 1) };
}

function arrow(a, b, bend, kind, label) {
	const mid = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
		dx = b.x - a.x,
		dy = b.y - a.y;
	const len = Math.hypot(dx, dy) || 1;
	const c = { x: mid.x - (dy / len) * bend, y: mid.y + (dx / len) * bend, w: 0, h: 0 };
	const from = leave(a, c, 3),
		to = leave(b, c, 7);
	const at = { x: (from.x + 2 * c.x + to.x) / 4, y: (from.y + 2 * c.y + to.y) / 4 };
	const w = label.length * 6.4 + 10;

	return sv(
		'g',
		{ class: `tie ${kind}` },
		sv('path', {
			d: `M${from.x.toFixed(1)} ${from.y.toFixed(1)}Q${c.x.toFixed(1)} ${c.y.toFixed(1)} ${to.x.toFixed(1)} ${to.y.toFixed(1)}`,
			'marker-end': `url(#tip-${kind.split(' ')[0]})`,
		}),
		sv('rect', {
			class: 'tie-back',
			x: at.x - w / 2,
			y: at.y - 9,
			width: w,
			height: 18,
			rx: 9,
		}),
		sv('text', { x: at.x, y: at.y + 4, 'text-anchor': 'middle' }, label),
	);
}

function tip(name) {
	return sv(
		'marker',
		{
			id: `tip-${name}`,
			viewBox: '0 0 8 8',
			refX: 7,
			refY: 4,
			markerWidth: 11,
			markerHeight: 11,
			markerUnits: 'userSpaceOnUse',
			orient: 'auto',
		},
		sv('path', { class: `tip ${name}`, d: 'M0 0L8 4L0 8z' }),
	);
}

function node(n) {
	return sv(
		'g',
		{ class: `ring-${n.kind} ${n.color || ''}` },
		sv('title', {}, n.name),
		sv('rect', {
			x: n.x - n.w / 2,
			y: n.y - n.h / 2,
			width: n.w,
			height: n.h,
			rx: n.kind === 'lock' ? 17 : 7,
		}),
		sv('text', { x: n.x, y: n.y + 5, 'text-anchor': 'middle' }, n.label),
	);
}

/* `ring`: [{ no, thread, wants, color }…], each waiting for what the next holds;
 * `state(i)`: what thread i does at the moment, { holds: Set of lock names,
 * waits: bool }. */
function ringPicture(ring, state) {
	const n = ring.length,
		nodes = [];
	const W = 520,
		H = n === 1 ? 130 : n === 2 ? 250 : 320;
	const rx = n === 1 ? 150 : n === 2 ? 158 : 180,
		ry = n === 1 ? 0 : n === 2 ? 92 : 122;

	for (let i = 0; i < 2 * n; i++) {
		const angle = Math.PI + (i * Math.PI) / n,
			r = ring[i >> 1];
		const name = i % 2 ? r.wants : (n > 1 ? `T${r.no} ` : '') + r.thread;
		const label = cut(name, n > 2 ? 20 : 26);

		nodes.push({
			kind: i % 2 ? 'lock' : 'thread',
			name,
			label,
			color: i % 2 ? r.color : '',
			x: W / 2 + rx * Math.cos(angle),
			y: H / 2 + ry * Math.sin(angle),
			w: label.length * 7.6 + 26,
			h: 34,
		});
	}
	for (const k of nodes)
		/* nothing may hang over the edge */
		k.x = Math.min(W - k.w / 2 - 4, Math.max(k.w / 2 + 4, k.x));
	const ties = [];
	for (let i = 0; i < n; i++) {
		const waits = state(i).waits,
			holder = (i + 1) % n,
			holds = state(holder).holds.has(ring[i].wants);
		const bend = n === 1 ? -34 : n === 2 ? -22 : -14;

		if (waits) ties.push(arrow(nodes[2 * i], nodes[2 * i + 1], bend, 'waits', 'waits for'));
		if (holds)
			ties.push(
				arrow(nodes[2 * i + 1], nodes[(2 * i + 2) % (2 * n)], bend, 'holds', 'held by'),
			);
	}
	const words = ring.map(
		(r, i) =>
			`T${r.no} ${r.thread} waits for ${r.wants}, which ${n > 1 ? 'T' + ring[(i + 1) % n].no : 'it'} holds`,
	);
	return sv(
		'svg',
		{ class: 'ring', viewBox: `0 0 ${W} ${H}`, role: 'img', 'aria-label': words.join('; ') },
		sv('defs', {}, tip('waits'), tip('holds')),
		ties,
		nodes.map(node),
	);
}

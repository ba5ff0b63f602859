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

/* ---- where things stand ---- */

/* Round a ring: good for few, and short names. */
function placeRound(nodes) {
	const n = nodes.length / 2;
	const size = n === 1 ? [520, 130, 150, 0] : n === 2 ? [520, 300, 158, 120] : [520, 320, 180, 122];
	const [width, height, rx, ry] = size;

	nodes.forEach((k, i) => {
		const angle = Math.PI + (i * Math.PI) / n;

		k.x = width / 2 + rx * Math.cos(angle);
		k.y = height / 2 + ry * Math.sin(angle);
		/* nothing may hang over the edge */
		k.x = Math.min(width - k.w / 2 - 4, Math.max(k.w / 2 + 4, k.x));
	});
	return { width, height, bend: n === 1 ? -34 : n === 2 ? -22 : -14 };
}

/* Threads on the left, locks on the right, from top to bottom: holds any number
 * of any names. The last lock leads back to the first thread. */
function placeLadder(nodes) {
	const step = 62;

	nodes.forEach((k, i) => {
		k.x = i % 2 ? 480 : 112;
		k.y = 52 + (i >> 1) * step;
	});
	return { width: 620, height: 40 + (nodes.length / 2) * step, bend: 0, ladder: true };
}

/* From the last lock round the outside to the first thread. */
function wayBack(lock, thread, width) {
	const right = width - 12,
		top = 14,
		end = thread.y - thread.h / 2 - 7;

	return sv(
		'g',
		{ class: 'tie holds' },
		sv('path', {
			d: `M${lock.x + lock.w / 2 + 3} ${lock.y}H${right - 10}Q${right} ${lock.y} ${right} ${lock.y - 10}V${top + 10}Q${right} ${top} ${right - 10} ${top}H${thread.x + 10}Q${thread.x} ${top} ${thread.x} ${end}`,
			'marker-end': 'url(#tip-holds)',
		}),
		sv('rect', { class: 'tie-back', x: width / 2 - 26, y: top - 9, width: 52, height: 18, rx: 9 }),
		sv('text', { x: width / 2, y: top + 4, 'text-anchor': 'middle' }, 'held by'),
	);
}

/* ---- the picture ---- */

const ROUND_MAX = 150; /* widest name of a ring of three */

function ringNodes(ring) {
	const n = ring.length;

	return ring.flatMap((r) =>
		[
			['thread', (n > 1 ? `T${r.no} ` : '') + r.thread, ''],
			['lock', r.wants, r.color],
		].map(([kind, name, color]) => {
			const label = cutMiddle(name, n > 2 ? 24 : 26);

			return { kind, name, color, label, w: label.length * 7.6 + 26, h: 34 };
		}),
	);
}

/* `ring`: [{ no, thread, wants, color }…], each waiting for what the next holds;
 * `state(i)`: what thread i does at the moment, { holds: Set of lock names,
 * waits: bool }. */
function ringPicture(ring, state) {
	const n = ring.length,
		nodes = ringNodes(ring);
	const round = n < 3 || (n === 3 && nodes.every((k) => k.w <= ROUND_MAX));
	const { width, height, bend, ladder } = round ? placeRound(nodes) : placeLadder(nodes);
	const ties = [];

	for (let i = 0; i < n; i++) {
		const thread = nodes[2 * i],
			lock = nodes[2 * i + 1],
			holder = nodes[(2 * i + 2) % (2 * n)];

		if (state(i).waits) ties.push(arrow(thread, lock, bend, 'waits', 'waits for'));
		if (!state((i + 1) % n).holds.has(ring[i].wants)) continue;
		ties.push(
			ladder && i === n - 1
				? wayBack(lock, holder, width)
				: arrow(lock, holder, bend, 'holds', 'held by'),
		);
	}
	const words = ring.map(
		(r, i) =>
			`T${r.no} ${r.thread} waits for ${r.wants}, which ${n > 1 ? 'T' + ring[(i + 1) % n].no : 'it'} holds`,
	);
	return sv(
		'svg',
		{
			class: 'ring',
			viewBox: `0 0 ${width} ${height}`,
			role: 'img',
			'aria-label': words.join('; '),
		},
		sv('defs', {}, tip('waits'), tip('holds')),
		ties,
		nodes.map(node),
	);
}

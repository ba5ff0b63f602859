/* SPDX-License-Identifier: MIT */
/* The page of the lock order: a list of locks to search, the picture (graph.js),
 * and for one lock or one arrow where in the code it comes from. */
let lockText = '';

const before = (k) => pairs.filter((p) => p.wanted === k && p.held !== k);
const after = (k) => pairs.filter((p) => p.held === k && p.wanted !== k);

/* ---- the list ---- */

const LIST_MAX = 400;

function drawLockList(selected) {
	const wanted = lockText.toLowerCase().split(/\s+/);
	const found = locks
		.map((l, k) => [l, k])
		.filter(([l]) => {
			const hay =
				`${l.name} ${l.class} ${l.kind} ${l.at ? placeText(l.at) : ''}`.toLowerCase();

			return wanted.every((w) => hay.includes(w));
		})
		.sort(
			(a, b) =>
				(b[0].reported || 0) - (a[0].reported || 0) ||
				(b[0].box ? 1 : 0) - (a[0].box ? 1 : 0) ||
				(a[0].name < b[0].name ? -1 : a[0].name > b[0].name),
		);

	$('lock-tally').replaceChildren(
		`${plural(found.length, 'lock')}, ${plural(pairs.length, 'arrow')}`,
	);
	$('lock-list').replaceChildren(
		...found.slice(0, LIST_MAX).map(([l, k]) =>
			el(
				'a',
				{
					class: `lock-row${l.reported ? ' reported' : ''}`,
					href: `#/order/${k}`,
					'aria-current': k === selected ? 'true' : null,
				},
				el('b', {}, l.name),
				el(
					'span',
					{ class: 'row-sub' },
					l.ntakes ? `${l.kind} · taken at ${plural(l.ntakes, 'place')}` : l.kind,
					before(k).length || after(k).length
						? ` · ${before(k).length} before, ${after(k).length} after`
						: '',
				),
			),
		),
		found.length > LIST_MAX
			? el(
					'p',
					{ class: 'none' },
					`… and ${count(found.length - LIST_MAX)} more: search to see them`,
				)
			: '',
	);
}

/* ---- one lock, one arrow ---- */

function orderLink(p, k) {
	return el(
		'li',
		{ class: p.reported ? 'bad' : p.dropped ? 'dropped' : '' },
		el('a', { class: 'lock', href: `#/order/${k}` }, locks[k].name),
		' ',
		el(
			'a',
			{ class: 'places', href: `#/order/${p.held}/${p.wanted}`, title: pairTitle(p) },
			plural(p.narcs, 'place'),
		),
		p.reported && el('span', { class: 'badge lv-error' }, 'cycle'),
	);
}

const LINKS_SHOWN = 12;
function linkList(list, other) {
	const items = list
		.slice()
		.sort(
			(a, b) => (b.reported || 0) - (a.reported || 0) || (a.dropped || 0) - (b.dropped || 0),
		)
		.map((p) => orderLink(p, other(p)));
	const ul = el('ul', {}, items.slice(0, LINKS_SHOWN));

	if (items.length > LINKS_SHOWN) {
		const more = el(
			'li',
			{},
			button(`… ${count(items.length - LINKS_SHOWN)} more`, {
				class: 'link',
				onclick: () => more.replaceWith(...items.slice(LINKS_SHOWN)),
			}),
		);

		ul.append(more);
	}
	return items.length ? ul : el('p', { class: 'faint' }, 'none');
}

function takeRow(t) {
	const how = [
		t.mode,
		t.blocking === 'try' ? 'only tries' : t.blocking === 'timed' ? 'times out' : '',
		t.possible && 'possibly',
	].filter(Boolean);

	return el(
		'tr',
		{},
		el(
			'td',
			{},
			functionOf(t.at) ? el('code', {}, functionOf(t.at) + '()') : '',
			how.length ? el('span', { class: 'faint' }, ' ' + how.join(', ')) : '',
		),
		el('td', {}, place(t.at), ' ', oneLine(t.at)),
		el(
			'td',
			{},
			heldOf(t).length
				? heldOf(t).map((n) => [lockLink(n), ' '])
				: el('span', { class: 'faint' }, 'nothing'),
		),
	);
}

function lockLink(name) {
	const k = locks.findIndex((l) => l.name === name);

	return k < 0
		? el('span', { class: 'lock' }, name)
		: el('a', { class: 'lock', href: `#/order/${k}` }, name);
}

function lockPanel(k) {
	const l = locks[k],
		about = findings.filter((f) => f.locks.includes(k));

	return el(
		'div',
		{ class: 'panel' },
		el(
			'div',
			{ class: 'bar' },
			el('a', { class: 'back', href: '#/order' }, '‹ Whole order'),
			el('h2', { id: 'lock-title' }, l.name),
		),
		el(
			'p',
			{ class: 'faint' },
			[l.kind, l.api && `(${l.api})`, l.class !== l.name && `of class ${l.class}`]
				.filter(Boolean)
				.join(' '),
			l.at && [' · defined at ', place(l.at)],
		),
		el(
			'div',
			{ class: 'ego' },
			el(
				'div',
				{ class: 'ego-side' },
				el('h4', {}, 'Held when it is taken'),
				linkList(before(k), (p) => p.held),
			),
			el(
				'div',
				{ class: 'ego-mid' },
				el('span', { class: 'ego-arrow', 'aria-hidden': 'true' }, '→'),
				el('span', { class: 'lock k0' }, l.name),
				el('span', { class: 'ego-arrow', 'aria-hidden': 'true' }, '→'),
			),
			el(
				'div',
				{ class: 'ego-side' },
				el('h4', {}, 'Taken while it is held'),
				linkList(after(k), (p) => p.wanted),
			),
		),
		about.length
			? [
					el('h4', {}, 'Findings'),
					el(
						'ul',
						{},
						about
							.slice(0, 20)
							.map((f) =>
								el(
									'li',
									{},
									el('a', { href: `#/f/${f.id}` }, headline(f)),
									el(
										'span',
										{ class: 'faint' },
										` ${f.rule}, ${placeText(f.at)}`,
									),
								),
							),
						about.length > 20
							? el('li', { class: 'faint' }, `and ${count(about.length - 20)} more`)
							: '',
					),
				]
			: null,
		el('h4', {}, `Who takes it, and under what (${count(l.ntakes)})`),
		l.takes.length
			? el(
					'div',
					{ class: 'scroll' },
					el(
						'table',
						{ class: 'facts' },
						el(
							'thead',
							{},
							el(
								'tr',
								{},
								['Function', 'Place', 'Holding'].map((h) => el('th', {}, h)),
							),
						),
						el('tbody', {}, l.takes.map(takeRow)),
					),
				)
			: el('p', { class: 'faint' }, 'nobody that was seen'),
		l.ntakes > l.takes.length
			? el(
					'p',
					{ class: 'faint' },
					`Only the first ${l.takes.length} are in this report: lockcheck query "SELECT * FROM v_acquire" has all.`,
				)
			: null,
	);
}

function arcItem(a) {
	const modes = a.mode ? `${a.heldMode} then ${a.mode}` : '';
	const how = [
		modes,
		a.blocking === 'try' ? 'only tries' : a.blocking === 'timed' ? 'times out' : '',
		a.possible && 'possible',
	].filter(Boolean);

	return el(
		'div',
		{ class: `arc${a.reported ? ' bad' : ''}` },
		el(
			'div',
			{ class: 'step-line' },
			el('b', {}, (a.function || '?') + '()'),
			how.length ? el('span', { class: 'faint' }, how.join(', ')) : '',
			a.reported && el('span', { class: 'badge lv-error' }, 'in a reported cycle'),
		),
		a.since &&
			el(
				'div',
				{ class: 'arc-line' },
				el('span', { class: 'fact-name' }, 'held since'),
				place(a.since),
				oneLine(a.since),
			),
		el(
			'div',
			{ class: 'arc-line' },
			el('span', { class: 'fact-name' }, 'then takes'),
			place(a.at),
			oneLine(a.at),
		),
		a.threads &&
			el(
				'div',
				{ class: 'arc-line' },
				el('span', { class: 'fact-name' }, 'threads'),
				a.threads,
			),
		a.gates &&
			el(
				'div',
				{ class: 'arc-line' },
				el('span', { class: 'fact-name' }, 'also held'),
				a.gates,
			),
		a.dropped &&
			el(
				'div',
				{ class: 'arc-line' },
				el('span', { class: 'fact-name' }, 'in no cycle'),
				a.dropped,
			),
	);
}

function pairPanel(i) {
	const p = pairs[i],
		back = pairs.find((q) => q.held === p.wanted && q.wanted === p.held && q !== p);

	return el(
		'div',
		{ class: 'panel' },
		el(
			'div',
			{ class: 'bar' },
			el('a', { class: 'back', href: '#/order' }, '‹ Whole order'),
			el(
				'h2',
				{ id: 'lock-title' },
				lockLink(locks[p.held].name),
				' → ',
				lockLink(locks[p.wanted].name),
			),
		),
		el(
			'p',
			{ class: 'faint' },
			`${locks[p.wanted].name} is taken while ${locks[p.held].name} is held: ${plural(p.narcs, 'place')}`,
			p.implied ? '. The picture leaves this arrow out: it follows from others.' : '',
			back && [
				'. ',
				el(
					'a',
					{ href: `#/order/${p.wanted}/${p.held}` },
					`The other way round: ${plural(back.narcs, 'place')}`,
				),
			],
		),
		p.arcs.map(arcItem),
		p.narcs > p.arcs.length
			? el(
					'p',
					{ class: 'faint' },
					`… and ${count(p.narcs - p.arcs.length)} more: lockcheck query "SELECT * FROM v_edge" has all.`,
				)
			: null,
	);
}

function cyclesPanel() {
	const by = new Map();

	for (const c of data.order.cycles) by.set(c.dropped, [...(by.get(c.dropped) || []), c]);
	return el(
		'div',
		{ class: 'panel' },
		el(
			'p',
			{},
			el('b', {}, 'Read it from left to right: '),
			'an arrow says that the lock at its tip is taken while the one at its foot is held. If all arrows went to the right there could be no deadlock by lock order. Red arrows are in a reported cycle; dashed ones cannot deadlock. Choose a lock or an arrow to see the code.',
		),
		data.order.ncycles
			? el(
					'h4',
					{},
					`${plural(data.order.ncycles, 'cycle')} looked at, ${count(data.order.ncycles - data.order.ndropped)} reported${data.order.ndropped ? ', dropped because …' : ''}`,
				)
			: el('p', { class: 'faint' }, 'No two locks are taken in both orders.'),
		[...by].map(([why, list]) =>
			el(
				'details',
				{},
				el(
					'summary',
					{},
					el('b', {}, `${why} `),
					el('span', { class: 'faint' }, count(list.length)),
				),
				el(
					'ul',
					{ class: 'cycles' },
					list.map((c) =>
						el(
							'li',
							{},
							el('span', { class: 'mono' }, c.locks),
							el('div', { class: 'faint' }, c.where),
						),
					),
				),
			),
		),
		data.order.ndropped > data.order.cycles.length
			? el(
					'p',
					{ class: 'faint', id: 'cycles-left-out' },
					`The first ${count(data.order.cycles.length)} of ${count(data.order.ndropped)} that were dropped; all of them: `,
					el('code', {}, 'lockcheck report --dropped'),
				)
			: null,
	);
}

/* ---- the page ---- */

function tools() {
	const check = (text, on, set) =>
		el(
			'label',
			{},
			el('input', {
				type: 'checkbox',
				checked: on,
				onchange: (e) => {
					set(e.target.checked);
					route();
				},
			}),
			' ',
			text,
		);
	const implied = pairs.filter((p) => p.implied).length,
		dropped = pairs.filter((p) => p.dropped).length;

	return el(
		'div',
		{ class: 'tools' },
		implied
			? check(`arrows that follow from others (${count(implied)})`, showImplied, (v) => {
					showImplied = v;
				})
			: null,
		dropped
			? check(`arrows that cannot deadlock (${count(dropped)})`, showDropped, (v) => {
					showDropped = v;
				})
			: null,
		el('span', { class: 'grow' }),
		button('−', { class: 'icon', 'aria-label': 'Smaller', onclick: () => zoom(0.8) }),
		button('+', { class: 'icon', 'aria-label': 'Larger', onclick: () => zoom(1.25) }),
		button('Fit', { class: 'icon wide', onclick: fit }),
	);
}

function drawOrder(lock, pair) {
	drawLockList(lock);
	if (!locks.some((l) => l.box)) {
		$('order').replaceChildren(
			el(
				'div',
				{ class: 'stage' },
				el('p', { class: 'none' }, 'No lock is taken while another is held.'),
			),
			lock === null ? cyclesPanel() : lockPanel(lock),
		);
		return;
	}
	$('order').replaceChildren(
		el('div', { class: 'stage' }, tools(), orderPicture(lock, pair)),
		pair !== null ? pairPanel(pair) : lock !== null ? lockPanel(lock) : cyclesPanel(),
	);
	moveable($('picture'));
	if (lock === null && pair === null) begin();
	if (pair !== null) centre([locks[pairs[pair].held].box, locks[pairs[pair].wanted].box]);
	else if (lock !== null && locks[lock].box) centre([locks[lock].box]);
	document.body.classList.toggle('chosen', lock !== null || pair !== null);
	applyView();
}

function makeOrder() {
	$('lock-filters').append(
		el(
			'div',
			{ class: 'search' },
			el('input', {
				type: 'search',
				id: 'lock-search',
				placeholder: 'Search the locks …  ( / )',
				'aria-label': 'Search the locks',
				autocomplete: 'off',
				spellcheck: 'false',
				oninput(event) {
					lockText = event.target.value;
					drawLockList(null);
				},
				onkeydown(event) {
					if (event.key === 'Enter') document.querySelector('.lock-row')?.click();
				},
			}),
		),
		el('div', { class: 'tally', id: 'lock-tally' }),
	);
}

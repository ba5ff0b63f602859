/* SPDX-License-Identifier: MIT */
/* The overview, the keys, the colours, and which page is shown: the part of the
 * address behind "#" says. #/ · #/f/FINGERPRINT · #/order[/LOCK[/LOCK]] */

/* ---- overview ---- */

function bars(title, entries, choose) {
	const most = Math.max(...entries.map((e) => e.n), 1);

	return entries.length
		? el(
				'section',
				{ class: 'part bars' },
				el('h3', {}, title),
				entries.map((e) =>
					button(
						'',
						{ class: 'bar-row', onclick: () => choose(e) },
						el('span', { class: 'bar-name', title: e.name }, e.name),
						el(
							'span',
							{ class: 'bar-line' },
							LEVELS.map((l) => {
								const part = el('i', { class: 'lv-' + l });

								part.style.width = `${((e.levels[l] || 0) / most) * 100}%`;
								return part;
							}),
						),
						el('span', { class: 'bar-n' }, count(e.n)),
					),
				),
			)
		: null;
}

/* [{ name, value, n, levels }], most first, for what `keys` gives. */
function grouped(keys, name) {
	const by = new Map();

	for (const f of live) {
		for (const key of keys(f)) {
			const e = by.get(key) || { name: name(key), value: key, n: 0, levels: {} };

			e.n++;
			e.levels[f.level] = (e.levels[f.level] || 0) + 1;
			by.set(key, e);
		}
	}
	return [...by.values()].sort((a, b) => b.n - a.n || (a.name < b.name ? -1 : 1)).slice(0, 12);
}

function tile(n, text, kind, choose) {
	return button(
		'',
		{ class: `tile ${kind}`, onclick: choose },
		el('b', {}, count(n)),
		el('span', {}, text),
	);
}

function only(set, value) {
	clearFilters();
	set.add(value);
	refilter();
	$('rows').focus();
}

function overview() {
	const level = (l) => live.filter((f) => f.level === l).length;
	const fresh = live.filter((f) => stateOf(f) === 'new').length;
	const judged = known(stateOf, []).length > 0;
	const sure = live.filter((f) => verdictOf(f) === 'confirmed').length;

	$('main').replaceChildren(
		el(
			'div',
			{ class: 'overview' },
			el(
				'h2',
				{ id: 'title', tabindex: '-1' },
				live.length
					? `${plural(live.length, 'finding')} in ${plural(data.units, 'source')}`
					: `Nothing found in ${plural(data.units, 'source')}`,
			),
			el(
				'div',
				{ class: 'tiles' },
				LEVELS.map((l) =>
					tile(level(l), LEVEL_WORDS[l][level(l) === 1 ? 0 : 1], 'lv-' + l, () =>
						only(filter.levels, l),
					),
				),
				judged && tile(fresh, 'new', 'st-new', () => only(filter.states, 'new')),
				data.fixed.length
					? tile(data.fixed.length, 'gone', 'st-fixed', () => {
							$('fixed').open = true;
							$('fixed').scrollIntoView();
						})
					: null,
				known(verdictOf, []).length
					? tile(sure, 'confirmed', 'vd', () => only(filter.states, 'confirmed'))
					: null,
			),
			data.bad.length
				? el(
						'details',
						{ class: 'callout warn' },
						el(
							'summary',
							{},
							`${plural(data.bad.length, 'source')} could not be analysed whole`,
						),
						el(
							'ul',
							{},
							data.bad.map((u) =>
								el('li', {}, el('code', {}, u.name), ` ${u.status}: ${u.message}`),
							),
						),
					)
				: null,
			bars(
				'By rule',
				grouped(
					(f) => [f.rule],
					(r) => r,
				),
				(e) => only(filter.rules, e.value),
			),
			bars(
				'By lock',
				grouped(
					(f) => new Set(f.locks),
					(k) => locks[k].name,
				),
				(e) => {
					clearFilters();
					filter.lock = $('by-lock').value = String(e.value);
					refilter();
				},
			),
			bars(
				'By file',
				grouped(
					(f) => [f.at[0]],
					(x) => data.files[x] || '(unknown)',
				),
				(e) => {
					clearFilters();
					filter.file = $('by-file').value = String(e.value);
					refilter();
				},
			),
			data.fixed.length
				? el(
						'details',
						{ class: 'part', id: 'fixed' },
						el(
							'summary',
							{},
							el(
								'b',
								{},
								`${plural(data.fixed.length, 'finding')} of the baseline, fixed or suppressed since`,
							),
						),
						el(
							'ul',
							{},
							data.fixed.map((f) =>
								el(
									'li',
									{},
									f.message,
									el('span', { class: 'faint' }, ` ${f.rule}`),
								),
							),
						),
					)
				: null,
			el(
				'p',
				{ class: 'faint foot' },
				'Press ',
				el('kbd', {}, 'j'),
				' for the first finding, ',
				el('kbd', {}, '?'),
				' for all keys. Made by lockcheck ',
				data.version,
				'.',
			),
		),
	);
	showing = null;
}

/* ---- pages ---- */

let focusTitle = false; /* opened by key: a reader goes on there */

let routed = null; /* the address that is shown */

/* At once: the event about the new address comes later, and then finds it done. */
function go(hash) {
	location.hash = hash;
	route();
}

document.addEventListener('click', (e) => {
	const link = e.target.closest?.('a[href^="#/"]');

	if (!link || e.ctrlKey || e.metaKey || e.shiftKey || e.button) return;
	e.preventDefault();
	go(link.getAttribute('href'));
});

function open(id) {
	go(`#/f/${id}`);
}

function showPage(order, titled) {
	$('page-findings').hidden = order;
	$('page-order').hidden = !order;
	$('tab-findings').toggleAttribute('aria-current', !order);
	$('tab-order').toggleAttribute('aria-current', order);
	document.title = titled ? `${titled} – lockcheck` : 'lockcheck';
}

const index = (text, n) => (/^\d+$/.test(text || '') && Number(text) < n ? Number(text) : null);

function route() {
	const [, page, a, b] = (location.hash || '#/').split('/');

	routed = location.hash;
	if (page === 'order') {
		const lock = index(a, locks.length),
			to = index(b, locks.length);
		const pair = to === null ? -1 : pairs.findIndex((p) => p.held === lock && p.wanted === to);

		openId = '';
		showing = null;
		showPage(true, lock === null ? 'lock order' : locks[lock].name);
		drawOrder(pair < 0 ? lock : null, pair < 0 ? null : pair);
		return;
	}
	const f = page === 'f' && findings.find((x) => x.id === a);
	openId = f ? f.id : '';
	document.body.classList.toggle('reading', Boolean(f));
	showPage(false, f ? headline(f) : plural(live.length, 'finding'));
	current = f ? shown.findIndex((i) => findings[i].id === openId) : current;
	if (f) drawFinding(f);
	else overview();
	if (focusTitle) $('title')?.focus();
	focusTitle = false;
	if (current >= 0) showCurrent();
	else drawRows(true);
}

/* ---- colours ---- */

const THEMES = [
	['', '◐', 'as the system'],
	['light', '☀', 'light'],
	['dark', '☾', 'dark'],
];

function setTheme(name) {
	const [value, sign, text] = THEMES.find((t) => t[0] === name) || THEMES[0];

	if (value) document.documentElement.dataset.theme = value;
	else delete document.documentElement.dataset.theme;
	$('theme').textContent = sign;
	$('theme').setAttribute('aria-label', `Colours: ${text} (t)`);
	$('theme').title = `Colours: ${text} (t)`;
	memory.set('theme', value);
}

function nextTheme() {
	const at = THEMES.findIndex((t) => t[0] === (document.documentElement.dataset.theme || ''));

	setTheme(THEMES[(at + 1) % THEMES.length][0]);
	say($('theme').title);
}

/* ---- keys ---- */

const KEYS = [
	['j', 'k', 'next finding, the one before'],
	['Enter', '', 'open the finding'],
	['Esc', '', 'back'],
	['/', '', 'search'],
	['n', 'p', 'step on and back through the schedule'],
	['s', '', 'more source of every step'],
	['f', 'o', 'findings, lock order'],
	['t', '', 'colours'],
	['?', '', 'these keys'],
];

function drawKeys() {
	$('keys').replaceChildren(
		el('h2', { id: 'keys-title' }, 'Keys'),
		el(
			'dl',
			{},
			KEYS.map(([a, b, text]) => [
				el('dt', {}, el('kbd', {}, a), b && [' ', el('kbd', {}, b)]),
				el('dd', {}, text),
			]),
		),
		button('Close', { class: 'icon wide', onclick: () => $('keys').close() }),
	);
}

function search() {
	const box = $('page-order').hidden ? $('search') : $('lock-search');

	if (document.body.classList.contains('reading') && matchMedia('(max-width: 860px)').matches)
		go('#/');
	box.focus();
	box.select();
}

function escape() {
	if (document.activeElement && /^(INPUT|SELECT)$/.test(document.activeElement.tagName)) {
		document.activeElement.blur();
		$('rows').focus();
	} else if (!$('page-order').hidden) {
		go(location.hash === '#/order' ? '#/' : '#/order');
	} else if (walk) {
		walkTo(0);
	} else if (openId) {
		go('#/');
		$('rows').focus();
	} else {
		clearFilters();
	}
}

const ACTIONS = {
	j: () => moveBy(1),
	k: () => moveBy(-1),
	n: () => walkBy(1),
	p: () => walkBy(-1),
	s: toggleSource,
	f: () => go(openId ? `#/f/${openId}` : '#/'),
	o: () => go('#/order'),
	t: nextTheme,
	'/': search,
	'?': () => $('keys').showModal(),
	Escape: escape,
	Enter() {
		if (current >= 0) {
			focusTitle = true;
			open(findings[shown[current]].id);
		}
	},
};
const ARROWS = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -1e9, End: 1e9 };

document.addEventListener('keydown', (e) => {
	const at = document.activeElement,
		typing = at && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName) && at.type !== 'checkbox';

	if (e.ctrlKey || e.metaKey || e.altKey || $('keys').open) return;
	if (at === $('rows') && e.key in ARROWS) {
		e.preventDefault();
		moveBy(ARROWS[e.key]);
		return;
	}
	if (
		e.key === 'Enter' &&
		at &&
		at !== $('rows') &&
		at !== document.body &&
		!(typing && at === $('search'))
	)
		return;
	if (e.key === 'Enter' && at === $('search') && current < 0 && shown.length) current = 0;
	if (typing && e.key !== 'Escape' && e.key !== 'Enter') return;
	if (Object.hasOwn(ACTIONS, e.key)) {
		e.preventDefault();
		ACTIONS[e.key]();
	}
});

/* ---- start ---- */

function measureRow() {
	rowHeight = matchMedia('(max-width: 860px)').matches ? 76 : 64;
}

$('n-findings').textContent = count(live.length);
$('n-locks').textContent = count(locks.length);
$('theme').addEventListener('click', nextTheme);
$('help').addEventListener('click', () => $('keys').showModal());
$('rows').addEventListener('scroll', () => drawRows(false), { passive: true });
addEventListener('resize', () => {
	measureRow();
	drawRows(true);
});
addEventListener('hashchange', () => {
	if (location.hash !== routed) route();
});
setTheme(memory.get('theme') || '');
measureRow();
drawKeys();
makeFilters();
makeOrder();
refilter();
if (data.page === 'order' && !location.hash) location.replace('#/order');
else route();

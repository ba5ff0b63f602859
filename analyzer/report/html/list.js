/* SPDX-License-Identifier: MIT */
/* The list of findings: counts, filters, and rows of which only those in sight
 * exist, so that thousands cost nothing. */
const findings = data.findings;
const live = findings.filter((f) => !f.suppressed);
const locks = data.order.locks;
const rules = new Map(data.rules.map((r) => [r.id, r]));
const LEVELS = ['error', 'warning', 'note'];
const filter = {
	text: '',
	levels: new Set(),
	rules: new Set(),
	states: new Set(),
	extra: new Set(),
	file: '',
	lock: '',
};
let shown = []; /* indexes of findings, filtered and sorted */
let current = -1; /* place in `shown` that the keys are at */
let rowHeight = 68;

const stateOf = (f) => f.state || '';
const verdictOf = (f) => (f.verdict ? f.verdict.word : '');
const lockNames = (f) => f.locks.map((k) => locks[k].name);

/* The name first: that is what a narrow row must not cut off. */
function shortPlace(at) {
	const text = placeText(at),
		slash = text.lastIndexOf('/');

	return [
		el('span', { class: 'path' }, text.slice(slash + 1)),
		slash > 0 && ' in ' + text.slice(0, slash),
	];
}

/* What a finding is about, in few words. */
function headline(f) {
	const names = lockNames(f);

	if (f.threads.length > 1 && names.length > 1)
		return names.length === 2 ? names.join(' ⇄ ') : [...names, names[0]].join(' → ');
	if (!names.length) return cut(f.message, 90);
	return functionOf(f.at) ? `${names[0]} in ${functionOf(f.at)}()` : names[0];
}

/* ---- what is searched ---- */

const haystacks = [];
function haystack(i) {
	if (haystacks[i] === undefined) {
		const f = findings[i];

		haystacks[i] = [
			f.message,
			f.rule,
			f.level,
			placeText(f.at),
			f.id,
			stateOf(f),
			verdictOf(f),
			...lockNames(f),
			...f.threads.map(
				(t) =>
					t.name +
					' ' +
					t.steps
						.map((s) => s.text + ' ' + placeText(s.at) + ' ' + functionOf(s.at))
						.join(' '),
			),
		]
			.join(' ')
			.toLowerCase();
	}
	return haystacks[i];
}

const filesOf = (f) => new Set([f.at[0], ...f.threads.flatMap((t) => t.steps.map((s) => s.at[0]))]);

/* `except`: a filter that is left out, to count what it would offer. */
function passes(i, except) {
	const f = findings[i];

	/* Suppressed findings are there to be looked up, not in the way. */
	if (except !== 'extra' && Boolean(f.suppressed) !== filter.extra.has('suppressed'))
		return false;
	if (except !== 'states' && filter.extra.has('in this change') && !f.touched) return false;
	if (except !== 'levels' && filter.levels.size && !filter.levels.has(f.level)) return false;
	if (except !== 'rules' && filter.rules.size && !filter.rules.has(f.rule)) return false;
	if (
		except !== 'states' &&
		filter.states.size &&
		!filter.states.has(stateOf(f)) &&
		!filter.states.has(verdictOf(f))
	)
		return false;
	if (filter.file !== '' && !filesOf(f).has(Number(filter.file))) return false;
	if (filter.lock !== '' && !f.locks.includes(Number(filter.lock))) return false;
	return filter.text
		.toLowerCase()
		.split(/\s+/)
		.every((w) => !w || haystack(i).includes(w));
}

const rank = (f) =>
	LEVELS.indexOf(f.level) * 2 -
	(verdictOf(f) === 'confirmed' ? 1 : 0) +
	(stateOf(f) === 'unchanged' ? 1 : 0);

function refilter() {
	shown = [];
	for (let i = 0; i < findings.length; i++) if (passes(i)) shown.push(i);
	shown.sort((a, b) => rank(findings[a]) - rank(findings[b]) || a - b);
	current = shown.findIndex((i) => findings[i].id === openId);
	$('rows').scrollTop = 0;
	drawFilters();
	drawRows(true);
	say(`${plural(shown.length, 'finding')} shown`);
}

/* ---- filters ---- */

function toggle(set, value) {
	if (!set.delete(value)) set.add(value);
	refilter();
}

function tally(key, except) {
	const n = new Map();

	for (let i = 0; i < findings.length; i++)
		if (passes(i, except)) n.set(key(findings[i]), (n.get(key(findings[i])) || 0) + 1);
	return n;
}

function chip(set, value, n, text, kind) {
	return button(
		'',
		{
			class: `chip ${kind || ''}`,
			'aria-pressed': String(set.has(value)),
			'data-value': value,
			onclick: () => toggle(set, value),
		},
		el('b', {}, count(n)),
		' ',
		text,
	);
}

const LEVEL_WORDS = {
	error: ['error', 'errors'],
	warning: ['warning', 'warnings'],
	note: ['note', 'notes'],
};

function drawFilters() {
	const levels = tally((f) => f.level, 'levels'),
		kinds = tally((f) => f.rule, 'rules');
	const states = tally(stateOf, 'states'),
		verdicts = tally(verdictOf, 'states');
	const active =
		filter.text ||
		filter.levels.size ||
		filter.rules.size ||
		filter.states.size ||
		filter.extra.size ||
		filter.file !== '' ||
		filter.lock !== '';

	$('levels').replaceChildren(
		...LEVELS.map((l) =>
			chip(
				filter.levels,
				l,
				levels.get(l) || 0,
				LEVEL_WORDS[l][levels.get(l) === 1 ? 0 : 1],
				'lv-' + l,
			),
		),
	);
	$('states').replaceChildren(
		...known(stateOf, ['new', 'unchanged', 'updated', 'absent']).map((s) =>
			chip(filter.states, s, states.get(s) || 0, s, 'st-' + s),
		),
		...[
			['in this change', (f) => f.touched],
			['suppressed', (f) => f.suppressed],
		]
			.filter(([, is]) => findings.some(is))
			.map(([word, is]) => chip(filter.extra, word, findings.filter(is).length, word)),
		...known(verdictOf, ['confirmed', 'infeasible', 'refuted', 'not reached', 'undecided']).map((v) =>
			chip(filter.states, v, verdicts.get(v) || 0, v, 'vd'),
		),
	);
	$('kinds').replaceChildren(
		...data.rules
			.filter((r) => byRule.has(r.id))
			.map((r) => chip(filter.rules, r.id, kinds.get(r.id) || 0, r.id)),
	);
	$('tally').replaceChildren(
		shown.length === live.length
			? plural(shown.length, 'finding')
			: `${count(shown.length)} of ${plural(live.length, 'finding')}`,
		active
			? button('Clear filters', { class: 'link', id: 'clear', onclick: clearFilters })
			: '',
	);
}

const byRule = new Map();
for (const f of live) byRule.set(f.rule, (byRule.get(f.rule) || 0) + 1);

/* The words that occur at all, in a fixed order. */
function known(key, order) {
	const words = new Set(findings.map(key).filter(Boolean));

	return [...order.filter((w) => words.delete(w)), ...[...words].sort()];
}

function clearFilters() {
	filter.text = $('search').value = '';
	filter.file = $('by-file').value = '';
	filter.lock = $('by-lock').value = '';
	filter.levels.clear();
	filter.rules.clear();
	filter.states.clear();
	filter.extra.clear();
	refilter();
}

function options(first, values, name) {
	return [
		el('option', { value: '' }, first),
		...[...values]
			.map((v) => [name(v), v])
			.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0]))
			.map(([text, v]) => el('option', { value: v }, text)),
	];
}

function makeFilters() {
	const inFiles = new Set(),
		inLocks = new Set();

	for (const f of findings) {
		filesOf(f).forEach((x) => inFiles.add(x));
		f.locks.forEach((x) => inLocks.add(x));
	}
	$('filters').append(
		el(
			'div',
			{ class: 'search' },
			el('input', {
				type: 'search',
				id: 'search',
				placeholder: 'Search: a lock, function, file, word …  ( / )',
				'aria-label': 'Search the findings',
				autocomplete: 'off',
				spellcheck: 'false',
				oninput(event) {
					filter.text = event.target.value;
					refilter();
				},
			}),
		),
		el('div', { class: 'chips', id: 'levels', role: 'group', 'aria-label': 'Levels' }),
		el('div', { class: 'chips', id: 'states', role: 'group', 'aria-label': 'New, confirmed' }),
		el('div', { class: 'chips', id: 'kinds', role: 'group', 'aria-label': 'Rules' }),
		el(
			'div',
			{ class: 'selects' },
			el(
				'select',
				{
					id: 'by-file',
					'aria-label': 'File',
					onchange: (e) => {
						filter.file = e.target.value;
						refilter();
					},
				},
				options('Any file', inFiles, (x) => data.files[x]),
			),
			el(
				'select',
				{
					id: 'by-lock',
					'aria-label': 'Lock',
					onchange: (e) => {
						filter.lock = e.target.value;
						refilter();
					},
				},
				options('Any lock', inLocks, (x) => locks[x].name),
			),
		),
		el('div', { class: 'tally', id: 'tally' }),
	);
}

/* ---- rows ---- */

function badges(f) {
	return [
		stateOf(f) === 'new' && el('span', { class: 'badge new' }, 'new'),
		f.touched && el('span', { class: 'badge new' }, 'in this change'),
		verdictOf(f) &&
			el(
				'span',
				{ class: 'badge verdict v-' + verdictOf(f).replace(/\W/g, '') },
				verdictOf(f),
			),
		f.suppressed && el('span', { class: 'badge' }, 'suppressed'),
	];
}

function row(at) {
	const f = findings[shown[at]];

	return el(
		'div',
		{
			class: `row lv-${f.level}`,
			role: 'option',
			id: `row-${at}`,
			'aria-selected': String(at === current),
			'aria-setsize': shown.length,
			'aria-posinset': at + 1,
			onclick: () => {
				current = at;
				open(f.id);
			},
		},
		el(
			'div',
			{ class: 'row-head' },
			el('span', { class: 'mark', title: f.level }, el('span', { class: 'sr' }, f.level)),
			el('b', {}, headline(f)),
			badges(f),
		),
		el('div', { class: 'row-sub', title: placeText(f.at) }, f.rule, ' · ', shortPlace(f.at)),
	);
}

let drawnFrom = -1,
	drawnTo = -1;
function drawRows(anew) {
	const box = $('rows'),
		space = $('space');
	const from = Math.max(0, Math.floor(box.scrollTop / rowHeight) - 6);
	const to = Math.min(
		shown.length,
		Math.ceil((box.scrollTop + box.clientHeight) / rowHeight) + 6,
	);

	if (!anew && from === drawnFrom && to === drawnTo) return;
	drawnFrom = from;
	drawnTo = to;
	space.style.height = `${shown.length * rowHeight}px`;
	space.replaceChildren();
	for (let at = from; at < to; at++) {
		const r = row(at);

		r.style.transform = `translateY(${at * rowHeight}px)`;
		space.append(r);
	}
	if (!shown.length)
		space.append(
			el(
				'p',
				{ class: 'none' },
				findings.length ? 'No finding passes these filters.' : 'Nothing was found.',
			),
		);
	if (current >= 0) box.setAttribute('aria-activedescendant', `row-${current}`);
	else box.removeAttribute('aria-activedescendant');
}

function showCurrent() {
	const box = $('rows'),
		top = current * rowHeight;

	if (top < box.scrollTop) box.scrollTop = top;
	else if (top + rowHeight > box.scrollTop + box.clientHeight)
		box.scrollTop = top + rowHeight - box.clientHeight;
	drawRows(true);
}

/* Moves by `by` rows; with a finding open, to that one. */
function moveBy(by) {
	if (!shown.length) return;
	const from = current >= 0 ? current : by > 0 ? -1 : shown.length;

	current = Math.min(shown.length - 1, Math.max(0, from + by));
	showCurrent();
	if (openId) open(findings[shown[current]].id);
	else say(headline(findings[shown[current]]));
}

/* SPDX-License-Identifier: MIT */
/* One finding, open: what hangs (situation.js), how it comes to that step by
 * step, and what to do about it. */

/* ---- steps ---- */

/* The locks held around a step, as coloured lanes that run down the column. */
function lanes(f, s) {
	const held = heldOf(s);

	return el(
		'span',
		{ class: 'lanes', 'aria-hidden': 'true' },
		held.map((name) => el('i', { class: f.colors.get(name), title: name })),
	);
}

function stepCard(f, i, s) {
	const code = el('div', { class: 'code-box' }),
		wide = essential(s) || s.lock !== undefined;
	let around = wide ? 2 : 0;
	const drawCode = () => {
		const box = around ? excerpt(s.at, around) : null;

		code.replaceChildren(...(box ? [box] : []));
		card.classList.toggle('open', Boolean(box));
	};
	const card = el(
		'div',
		{
			class: `step r-${s.role}${wide ? ' main' : ''}`,
			id: `step-${s.order}`,
			'data-order': s.order,
		},
		lanes(f, s),
		el(
			'div',
			{ class: 'step-body' },
			el(
				'div',
				{ class: 'step-line' },
				button(String(s.order), {
					class: 'order',
					'aria-label': `Go to step ${s.order}`,
					onclick: () => walkTo(s.order),
				}),
				f.threads.length > 1 && el('span', { class: 'tno' }, `T${i + 1}`),
				el(
					'span',
					{ class: 'step-text' },
					words(f, s),
					s.at[4] && el('span', { class: 'faint' }, ` (in macro ${s.at[4]})`),
				),
				place(s.at),
				button(
					'',
					{
						class: 'more',
						title: 'More of the source',
						'aria-label': 'More of the source',
						onclick: () => {
							around = around >= 6 ? (wide ? 2 : 0) : around ? 6 : 2;
							drawCode();
						},
					},
					'⋯',
				),
			),
			heldOf(s).length
				? el(
						'div',
						{ class: 'holding' },
						'holding ',
						heldOf(s).map((name, k) => [k ? ' ' : '', lockChip(f, name)]),
					)
				: null,
			code,
		),
	);

	card.showCode = (on) => {
		around = on ? 6 : wide ? 2 : 0;
		drawCode();
	};
	drawCode();
	return card;
}

/* A long run of calls is shown from both ends. */
function cards(f, i, steps) {
	const out = [];

	for (let at = 0; at < steps.length; at++) {
		let run = at;

		while (run < steps.length && !essential(steps[run])) run++;
		if (run - at > 7) {
			const hidden = steps.slice(at + 2, run - 3);

			out.push(stepCard(f, i, steps[at]), stepCard(f, i, steps[at + 1]));
			const more = button(`… ${plural(hidden.length, 'more call')}`, {
				class: 'fold',
				onclick: () => more.replaceWith(...hidden.map((s) => stepCard(f, i, s))),
			});
			more.steps = hidden;
			out.push(more);
			at = run - 3;
		}
		out.push(stepCard(f, i, steps[at]));
	}
	return out;
}

function band(f, title, part) {
	const columns = f.threads.map((t, i) => ({ i, steps: part(t) }));

	if (!columns.some((c) => c.steps.length)) return null;
	return el(
		'section',
		{ class: 'band' },
		title && el('h4', {}, title),
		el(
			'div',
			{ class: 'columns', 'data-n': f.threads.length },
			columns.map((c) => el('div', { class: 'column' }, cards(f, c.i, c.steps))),
		),
	);
}

function schedule(f) {
	if (f.threads.length < 2) return band(f, '', (t) => t.steps);
	const steps = (t, from, to) => t.steps.slice(from, to);

	return [
		el(
			'div',
			{ class: 'columns heads', 'data-n': f.threads.length },
			f.threads.map((t, i) =>
				el(
					'div',
					{ class: 'head' },
					el('span', { class: 'tno' }, `T${i + 1}`),
					' ',
					el('b', {}, t.name),
				),
			),
		),
		band(f, 'On the way', (t) => steps(t, 0, t.decisive)),
		band(f, 'Each takes what another will want', (t) => steps(t, t.decisive, -1)),
		band(f, 'Each waits, for ever', (t) => steps(t, -1)),
	];
}

/* ---- walking through the schedule ---- */

let showing = null;
function walkTo(order) {
	const f = showing;

	if (!f) return;
	walk = Math.min(f.nsteps, Math.max(0, order));
	document.querySelector('.finding').classList.toggle('walking', walk > 0);
	$('situation')?.replaceChildren(...situations(f).filter(Boolean));
	$('walk-at').textContent = walk ? `Step ${walk} of ${f.nsteps}` : 'All steps';
	let card = null;
	for (const c of document.querySelectorAll('.step')) {
		const n = Number(c.dataset.order);

		c.classList.toggle('now', n === walk);
		c.classList.toggle('later', walk > 0 && n > walk);
		if (n === walk) card = c;
	}
	if (card) card.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
	for (const t of f.threads)
		for (const s of t.steps)
			if (walk && s.order === walk)
				say(`Step ${walk}: T${f.threads.indexOf(t) + 1} ${s.text}, ${placeText(s.at)}`);
}

function walkBy(by) {
	if (!showing) return;
	if (by > 0 && walk >= showing.nsteps) walkTo(0);
	else walkTo(by < 0 && !walk ? showing.nsteps : walk + by);
}

let allSource = false;
function toggleSource() {
	allSource = !allSource;
	for (const fold of document.querySelectorAll('.fold')) fold.click();
	for (const c of document.querySelectorAll('.step')) c.showCode(allSource);
}

/* ---- the page of a finding ---- */

function section(title, ...kids) {
	return el('section', { class: 'part' }, el('h3', {}, title), kids);
}

function title(f) {
	const names = lockNames(f);

	if (f.ring && f.threads.length === 2 && names.length === 2)
		return [
			'Two threads take ',
			lockChip(f, names[0]),
			' and ',
			lockChip(f, names[1]),
			' in opposite order, and each waits for the other',
		];
	if (f.ring && f.threads.length > 2)
		return [
			`${f.threads.length} threads wait for each other in a ring: `,
			names.map((n, i) => [i ? ' → ' : '', lockChip(f, n)]),
		];
	if (f.ring && f.threads.length === 1)
		return [
			'A thread takes ',
			lockChip(f, f.ring[0].wants),
			' while it already holds it, and waits for itself',
		];
	return [f.message];
}

function verdictPart(f) {
	const v = f.verdict;

	return v
		? section(
				'Tried at run time',
				el(
					'div',
					{ class: 'callout' },
					el('span', { class: 'badge verdict v-' + v.word.replace(/\W/g, '') }, v.word),
					v.reason && ` ${v.reason}`,
					v.text && el('p', { class: 'detail' }, v.text),
				),
			)
		: null;
}

function lockTable(f) {
	return section(
		'The locks',
		el(
			'table',
			{ class: 'facts of-locks' },
			el(
				'thead',
				{},
				el(
					'tr',
					{},
					['Lock', 'Kind', 'Class', 'Defined at'].map((h) => el('th', {}, h)),
				),
			),
			el(
				'tbody',
				{},
				[...new Set(f.locks)].map((k) =>
					el(
						'tr',
						{},
						el('td', {}, lockChip(f, locks[k].name)),
						el('td', {}, locks[k].kind),
						el('td', { class: 'mono' }, locks[k].class),
						el(
							'td',
							{},
							locks[k].at ? [place(locks[k].at), ' ', oneLine(locks[k].at)] : '',
						),
					),
				),
			),
		),
	);
}

function relatedPart(f) {
	const rest = (f.related || []).filter(
		(r) =>
			r.at &&
			!f.threads.some((t) => t.steps.some((s) => placeText(s.at) === placeText(r.at))),
	);

	return rest.length
		? section(
				'See also',
				rest.map((r) =>
					el(
						'div',
						{ class: 'also' },
						el(
							'div',
							{ class: 'step-line' },
							el('span', { class: 'step-text' }, r.text || 'this place'),
							place(r.at),
						),
						excerpt(r.at, 2),
					),
				),
			)
		: null;
}

function rulePart(f) {
	const r = rules.get(f.rule);

	if (!r) return null;
	const ids = [
		r.cwe && `CWE-${r.cwe.replace(/, /g, ', CWE-')}`,
		r.cert && `CERT ${r.cert}`,
		r.misra && `MISRA ${r.misra}`,
	].filter(Boolean);

	return el(
		'section',
		{ class: 'part' },
		el(
			'details',
			{},
			el('summary', {}, el('b', {}, `About ${r.id}`), ' ', r.short),
			ids.length ? el('p', { class: 'faint' }, ids.join(' · ')) : null,
			markdown(r.manual),
			r.bad && [el('h4', {}, 'Bad'), markdown(r.bad)],
			r.good && [el('h4', {}, 'Good'), markdown(r.good)],
		),
	);
}

function walkBar(f) {
	return el(
		'div',
		{ class: 'walk', role: 'group', 'aria-label': 'Walk through the steps' },
		button('◀', { 'aria-label': 'Step back (p)', id: 'walk-back', onclick: () => walkBy(-1) }),
		el('span', { id: 'walk-at' }, 'All steps'),
		button('▶', { 'aria-label': 'Step on (n)', id: 'walk-on', onclick: () => walkBy(1) }),
		button('All source', { class: 'link', onclick: toggleSource }),
	);
}

function drawFinding(f) {
	const at = shown.indexOf(findings.indexOf(f)),
		hang = f.threads.some((t) => t.steps.length && lastOf(t).role === 'want');
	/* A state at the end is worth a picture where the end is what is wrong. */
	const telling = hang || f.threads.some((t) => t.steps.length && lastOf(t).role === 'exit');

	f.colors = f.colors || colorsOf(f);
	f.ring = ringOf(f);
	f.nsteps = f.threads.reduce((n, t) => n + t.steps.length, 0);
	showing = f;
	walk = 0;
	allSource = false;
	$('main').replaceChildren(
		el(
			'article',
			{ class: 'finding' },
			el(
				'div',
				{ class: 'bar' },
				el('a', { class: 'back', href: '#/' }, '‹ All findings'),
				el('span', { class: `badge lv-${f.level}` }, f.level),
				el('span', { class: 'rule' }, f.rule),
				badges(f),
				el('span', { class: 'grow' }),
				at >= 0 &&
					el('span', { class: 'faint' }, `${count(at + 1)} of ${count(shown.length)}`),
				button('‹', {
					class: 'icon',
					'aria-label': 'Finding before (k)',
					onclick: () => moveBy(-1),
				}),
				button('›', {
					class: 'icon',
					'aria-label': 'Next finding (j)',
					onclick: () => moveBy(1),
				}),
			),
			el('h2', { id: 'title', tabindex: '-1' }, title(f)),
			el(
				'p',
				{ class: 'where' },
				place(f.at),
				functionOf(f.at) && [' in ', el('code', {}, functionOf(f.at) + '()')],
				el('span', { class: 'dot' }, ' · '),
				button(`fingerprint ${f.id.slice(0, 8)}`, {
					class: 'place',
					title: `Copy ${f.id}`,
					onclick: () => copy(f.id),
				}),
			),
			f.suppressed &&
				el(
					'p',
					{ class: 'callout' },
					'Suppressed in the source',
					f.suppressedAt && [' at ', place(f.suppressedAt)],
					': ',
					f.suppressed,
				),
			telling
				? el(
						'section',
						{ class: `part why${hang ? ' hang' : ''}` },
						el('h3', {}, hang ? 'Why it hangs' : 'What happens'),
						el('div', { class: 'situation', id: 'situation' }, situations(f)),
						f.ring && el('p', { class: 'message' }, f.message),
					)
				: null,
			f.doubt && section('Possible, not sure', el('p', { class: 'callout doubt' }, f.doubt)),
			f.fix && section('Suggested repair', el('p', { class: 'callout fix' }, f.fix)),
			verdictPart(f),
			f.threads.length
				? el(
						'section',
						{ class: 'part' },
						el(
							'div',
							{ class: 'part-head' },
							el(
								'h3',
								{},
								f.threads.length > 1
									? 'How they get there, side by side'
									: 'How it gets there',
							),
							walkBar(f),
						),
						schedule(f),
					)
				: section('The place', excerpt(f.at, 6)),
			relatedPart(f),
			f.locks.length ? lockTable(f) : null,
			rulePart(f),
		),
	);
	$('main').scrollTop = 0;
}

/* SPDX-License-Identifier: MIT */
/* C source lines with colours, and the few forms of Markdown that the rules'
 * manuals use. */
const KEYWORDS = new Set(
	(
		'auto break case const continue default do else enum extern for goto if inline ' +
		'register restrict return sizeof static struct switch typedef union volatile while _Atomic ' +
		'_Generic _Noreturn _Static_assert _Thread_local __attribute__ typeof __typeof__ asm'
	).split(' '),
);
const TYPES = new Set(
	(
		'void char short int long float double signed unsigned _Bool bool size_t ssize_t ' +
		'FILE NULL true false'
	).split(' '),
);
const TOKEN =
	/(\/\/.*|\/\*.*?(?:\*\/|$))|("(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?)|(\b(?:0[xX][\da-fA-F]+|\d[\w.]*)\b)|([A-Za-z_]\w*)|(^\s*#\s*\w+)/g;

function wordClass(word, rest) {
	if (KEYWORDS.has(word)) return 'c-key';
	if (TYPES.has(word) || /_t$/.test(word)) return 'c-type';
	return /^\s*\(/.test(rest) ? 'c-call' : '';
}

/* Appends `text` to `into`, coloured; `state.comment` says whether it begins
 * inside a comment, and is left as the line ends. */
function highlight(into, text, state) {
	let at = 0;

	if (state.comment) {
		const end = text.indexOf('*/');

		at = end < 0 ? text.length : end + 2;
		state.comment = end < 0;
		into.append(el('span', { class: 'c-rem' }, text.slice(0, at)));
	}
	TOKEN.lastIndex = at;
	for (let m; (m = TOKEN.exec(text)); at = TOKEN.lastIndex) {
		const kind = m[1]
			? 'c-rem'
			: m[2]
				? 'c-str'
				: m[3]
					? 'c-num'
					: m[5]
						? 'c-pre'
						: wordClass(m[4], text.slice(TOKEN.lastIndex));

		into.append(text.slice(at, m.index));
		into.append(kind ? el('span', { class: kind }, m[0]) : m[0]);
		if (m[1] && m[1].startsWith('/*') && !/\*\/$/.test(m[1].slice(2))) state.comment = true;
	}
	into.append(text.slice(at));
}

/* Whether the excerpt begins inside a comment shows only later, where one ends
 * that nobody opened. */
function startsInComment(lines) {
	for (const text of lines) {
		const open = text.indexOf('/*'),
			close = text.indexOf('*/');

		if (close >= 0 && (open < 0 || close < open)) return true;
		if (open >= 0) return false;
	}
	return false;
}

/* The lines around a place, as far as the report has them. */
function excerpt(at, around) {
	const from = Math.max(1, at[1] - around),
		lines = [];
	const box = el('pre', { class: 'code' });

	for (let n = from; n <= at[1] + around; n++) {
		const text = sourceLine(at[0], n);

		if (text !== undefined) lines.push([n, text]);
	}
	if (!lines.some(([n]) => n === at[1])) return null;
	const indent = lines.reduce(
		(least, [, text]) => (text.trim() ? Math.min(least, text.match(/^\t*/)[0].length) : least),
		99,
	);
	const state = { comment: startsInComment(lines.map((l) => l[1])) };
	for (const [n, text] of lines) {
		const row = el(
			'span',
			{ class: n === at[1] ? 'line hit' : 'line' },
			el('span', { class: 'no', 'aria-hidden': 'true' }, String(n)),
		);
		const code = el('span', { class: 'text' });

		highlight(code, text.slice(indent === 99 ? 0 : indent), state);
		row.append(code);
		box.append(row);
	}
	return box;
}

/* One line of code, for tables. */
function oneLine(at) {
	const text = sourceLine(at[0], at[1]);

	if (text === undefined) return null;
	const code = el('code', { class: 'one' });
	highlight(code, text.trim(), { comment: false });
	return code;
}

/* ---- Markdown of the manuals ---- */

function inline(into, text) {
	text.split(/(`[^`]+`|\*[^*\s][^*]*\*)/).forEach((part) => {
		if (/^`.+`$/.test(part)) into.append(el('code', {}, part.slice(1, -1)));
		else if (/^\*.+\*$/.test(part)) into.append(el('em', {}, part.slice(1, -1)));
		else into.append(part);
	});
	return into;
}

function codeBlock(text) {
	const box = el('pre', { class: 'code plain' }),
		state = { comment: false };

	for (const line of text.split('\n')) {
		const row = el('span', { class: 'line' }),
			code = el('span', { class: 'text' });

		highlight(code, line, state);
		row.append(code);
		box.append(row);
	}
	return box;
}

function markdown(text) {
	const out = el('div', { class: 'md' });
	const parts = text.split(/```\w*\n([\s\S]*?)```/);

	parts.forEach((part, i) => {
		if (i % 2) {
			out.append(codeBlock(part.replace(/\n$/, '')));
			return;
		}
		for (const para of part.split(/\n\s*\n/)) {
			if (!para.trim()) continue;
			if (/^( {4}|\t)/.test(para)) out.append(codeBlock(para.replace(/^( {4}|\t)/gm, '')));
			else if (/^#+ /.test(para)) out.append(inline(el('h4', {}), para.replace(/^#+ /, '')));
			else if (/^\s*[-*] /.test(para))
				out.append(
					el(
						'ul',
						{},
						para
							.split(/\n(?=\s*[-*] )/)
							.map((item) => inline(el('li', {}), item.replace(/^\s*[-*] /, ''))),
					),
				);
			else out.append(inline(el('p', {}), para));
		}
	});
	return out;
}

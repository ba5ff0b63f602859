/* SPDX-License-Identifier: MIT */
/* Making elements. All text of the report is foreign: it goes into text nodes
 * and attributes by setAttribute, never into markup. */
const $ = (id) => document.getElementById(id);
const SVG = 'http://www.w3.org/2000/svg';

function fill(e, attrs, kids) {
	for (const [name, value] of Object.entries(attrs || {})) {
		if (value === false || value === undefined || value === null) continue;
		if (name.startsWith('on')) e.addEventListener(name.slice(2), value);
		else e.setAttribute(name, value === true ? '' : value);
	}
	for (const kid of kids.flat(3))
		if (kid !== null && kid !== undefined && kid !== false) e.append(kid);
	return e;
}

const el = (tag, attrs, ...kids) => fill(document.createElement(tag), attrs, kids);
const sv = (tag, attrs, ...kids) => fill(document.createElementNS(SVG, tag), attrs, kids);

function button(text, attrs, ...kids) {
	return el('button', { type: 'button', ...attrs }, text, ...kids);
}

const count = (n) => n.toLocaleString('en');
const plural = (n, word) => `${count(n)} ${word}${n === 1 ? '' : 's'}`;
const cut = (s, n) => (s.length > n ? s.slice(0, n - 1) + '…' : s);
/* The end of a name often tells it from its neighbours. */
const cutMiddle = (s, n) =>
	s.length > n ? s.slice(0, Math.ceil(n / 2)) + '…' + s.slice(s.length - Math.floor(n / 2) + 1) : s;

function say(text) {
	$('live').textContent = text;
}

/* Some browsers refuse storage to files from disk. */
const memory = {
	get(key) {
		try {
			return localStorage.getItem('lockcheck.' + key);
		} catch {
			return null;
		}
	},
	set(key, value) {
		try {
			localStorage.setItem('lockcheck.' + key, value);
		} catch {
			/* not kept */
		}
	},
};

const data = JSON.parse($('data').textContent);
$('data').remove();

/* ---- places and sources ---- */

/* A place is [file, line, column, function, macro]. */
const fileOf = (at) => data.files[at[0]] || '(unknown)';
const placeText = (at) => fileOf(at) + (at[1] ? ':' + at[1] : '');
const functionOf = (at) => at[3] || '';

/* Source text of a line, or undefined. data.sources[file] is a list of
 * [first line, [text…]], in order. */
function sourceLine(file, line) {
	for (const [first, lines] of data.sources[file] || [])
		if (line >= first && line < first + lines.length) return lines[line - first];
	return undefined;
}

/* A place to read, and to copy: "file.c:12:3" is what editors open. */
function place(at) {
	const text = placeText(at);

	return button(text, {
		class: 'place',
		title: `Copy ${text}${at[2] ? ':' + at[2] : ''}`,
		onclick(event) {
			event.stopPropagation();
			copy(text + (at[2] ? ':' + at[2] : ''));
		},
	});
}

function copy(text) {
	const done = () => say(`Copied ${text}`);

	if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, () => say(text));
	else say(text);
	toast(`Copied ${text}`);
}

let toastTimer = 0;
function toast(text) {
	document.querySelector('.toast')?.remove();
	document.body.append(el('div', { class: 'toast', 'aria-hidden': 'true' }, text));
	clearTimeout(toastTimer);
	toastTimer = setTimeout(() => document.querySelector('.toast')?.remove(), 1600);
}

// What is in a file, drawn: its text, its table, its names. Everything from the file is set as text.
import { element } from '../page/dom.js';
import { runsOf } from '../files/ansi.js';
import { readableSize } from '../files/files.js';
import { isFigure } from '../files/tables.js';

/** Runs of a text, with their colours. @param {import('../files/ansi.js').Run[]} runs */
export const drawnRuns = (runs) => runs.map(({ text, classes }) => (classes.length > 0 ? element('span', { class: classes.join(' ') }, text) : text));

/** @param {string} text */
export const drawnText = (text) => drawnRuns(runsOf(text));

/**
 * @param {import('../files/tables.js').Table} table
 * @param {string} label
 * @param {number} [maxColumns]
 */
export function drawnTable({ header, rows, columns }, label, maxColumns = Infinity) {
  const shown = Math.min(columns, maxColumns);
  const cells = (/** @type {string[]} */ row, /** @type {(value: string) => any} */ draw) => Array.from({ length: shown }, (_, i) => draw((row[i] ?? '').trim()));
  const head = header && element('thead', {}, element('tr', {}, ...cells(header, (value) => element('th', { scope: 'col' }, value))));
  const body = element('tbody', {}, ...rows.map((row) => element('tr', {}, ...cells(row, (value) => element('td', { class: isFigure(value) ? 'figure' : null }, value)))));
  return element('table', { class: 'values', 'aria-label': label }, ...(head ? [head] : []), body);
}

/**
 * @param {import('../files/zip.js').Directory} directory
 * @param {number} [most] so many names at most
 */
export function drawnNames({ entries, count }, most = Infinity) {
  const shown = entries.slice(0, most);
  const left = count - shown.length;
  const items = shown.map(({ name, size, isEncrypted }) =>
    element(
      'li',
      {},
      element('span', { class: 'entry', title: name }, name),
      ' ',
      element('span', { class: 'length' }, name.endsWith('/') ? 'folder' : `${readableSize(size)}${isEncrypted ? ', encrypted' : ''}`),
    ),
  );
  if (left > 0) items.push(element('li', { class: 'more' }, `and ${left.toLocaleString('en')} more`));
  return element('ul', { class: 'names' }, ...items);
}

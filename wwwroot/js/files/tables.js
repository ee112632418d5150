// A text of values between separators (CSV, TSV), read as a table.

const SEPARATORS = [',', ';', '\t', '|'];

/** So many rows tell the separator. */
const ROWS_TOLD_BY = 30;

/**
 * @typedef {{ header: string[] | null, rows: string[][], columns: number, isWhole: boolean }} Table
 * `isWhole`: there are no more rows than these.
 */

/**
 * The table's first rows. A last row that was cut off with the text is left out.
 * @param {string} text
 * @param {{ maxRows: number, isCut?: boolean, separator?: string }} options
 * @returns {Table}
 */
export function tableOf(text, { maxRows, isCut = false, separator }) {
  // Excel's own way of saying it.
  const [told, said] = /^sep=(.)\r?\n/.exec(text) ?? [''];
  const content = text.slice(told.length);
  const { rows, isWhole } = rowsOf(content, separator ?? said ?? separatorOf(content), maxRows + 1);
  if (isCut && isWhole && rows.length > 1) rows.pop();
  const header = rows[0]?.every((value) => !isNumber(value)) && rows.length > 1 ? (rows.shift() ?? null) : null;
  const shown = rows.slice(0, maxRows);
  const columns = [header ?? [], ...shown].reduce((most, row) => Math.max(most, row.length), 0);
  return { header, rows: shown, columns, isWhole: isWhole && !isCut && shown.length === rows.length };
}

/** The one that parts most rows alike, and of several such the one that makes the most of them. @param {string} text */
export function separatorOf(text) {
  let [best, most] = [SEPARATORS[0], 0];
  for (const separator of SEPARATORS) {
    const { rows } = rowsOf(text, separator, ROWS_TOLD_BY);
    /** @type {Map<number, number>} */
    const counts = new Map();
    for (const { length } of rows) if (length > 1) counts.set(length, (counts.get(length) ?? 0) + 1);
    for (const [length, count] of counts) {
      // A little for more columns: a comma within prices parts every row alike, too.
      const fit = count / rows.length + Math.min(length, 20) / 100;
      if (fit > most) [best, most] = [separator, fit];
    }
  }
  return best;
}

/**
 * Up to so many rows; of a quote that never ends, what there is. Empty lines are no rows.
 * @param {string} text
 * @param {string} separator
 * @param {number} maxRows
 */
function rowsOf(text, separator, maxRows) {
  /** @type {string[][]} */
  const rows = [];
  let at = 0;
  while (at < text.length && rows.length < maxRows) {
    /** @type {string[]} */
    const row = [];
    for (;;) {
      const { value, end } = valueAt(text, at, separator);
      row.push(value);
      at = end;
      if (text[at] !== separator) break;
      at++;
    }
    at += text.startsWith('\r\n', at) ? 2 : 1;
    if (row.length > 1 || row[0] !== '') rows.push(row);
  }
  return { rows, isWhole: at >= text.length };
}

/** @param {string} text @param {number} at @param {string} separator */
function valueAt(text, at, separator) {
  if (text[at] !== '"') {
    const end = endOfValue(text, at, separator);
    return { value: text.slice(at, end), end };
  }
  let value = '';
  for (let from = at + 1; ; ) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return { value: value + text.slice(from), end: text.length };
    value += text.slice(from, quote);
    if (text[quote + 1] === '"') {
      value += '"';
      from = quote + 2;
      continue;
    }
    // What follows it before the next separator belongs to nothing, and is shown all the same.
    const end = endOfValue(text, quote + 1, separator);
    return { value: value + text.slice(quote + 1, end), end };
  }
}

/** @param {string} text @param {number} at @param {string} separator */
function endOfValue(text, at, separator) {
  while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at++;
  return at;
}

/** No figure is longer; to look for one in a cell of 100,000 blanks would take minutes. */
const LONGEST_FIGURE = 40;

/** Also as most of the world writes it: 1.234,50 €. */
const isNumber = (value) => value.length <= LONGEST_FIGURE && /^[\s+\-−€$£%]*\d[\d\s.,'’]*[\s€$£%]*$/.test(value);

/** How a column of such values is set. @param {string} value */
export const isFigure = (value) => isNumber(value);

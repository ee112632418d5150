// What is in a file, in the viewer: all of a text or a table that a page can bear, and the names in a ZIP.
import { element } from '../page/dom.js';
import { decodeText, ENCODINGS, guessEncoding } from '../files/encodings.js';
import { tableOf } from '../files/tables.js';
import { directoryOf } from '../files/zip.js';
import { drawnNames, drawnTable, drawnText } from './drawn-file.js';
import { readBytes, Refused } from './file-bytes.js';
import { showUnavailable } from './file-troubles.js';

const MAX_ROWS = 2_000;
const MAX_CELLS = 20_000;
const MAX_NAMES = 1_000;

/** <file-contents as="table" path="/chat/…/file/…" name="figures.csv" limit="262144">, in a figure of its own. */
class FileContents extends HTMLElement {
  #bytes = new Uint8Array();
  #isCut = false;
  #encoding = '';
  #asTable = false;

  connectedCallback() {
    // Moved to another place it is the same still.
    if (this.childElementCount === 0) this.#read();
  }

  get #name() {
    return this.getAttribute('name') ?? '';
  }

  async #read() {
    const [as, path] = [this.getAttribute('as'), this.getAttribute('path') ?? ''];
    try {
      if (as === 'zip') return this.#showNames(await directoryOf((from, to) => readBytes(path, from, to), MAX_NAMES));
      const { bytes, total } = await readBytes(path, 0, Number(this.getAttribute('limit')));
      [this.#bytes, this.#isCut, this.#asTable] = [bytes, total > bytes.length, as === 'table'];
      this.#encoding = guessEncoding(bytes);
      this.#showText();
    } catch (failure) {
      if (failure instanceof Refused) this.replaceChildren(this.#region('pre', 'Text', failure.message));
      else showUnavailable(this.closest('figure'), () => this.#read());
    }
  }

  #showText() {
    const text = decodeText(this.#bytes, this.#encoding);
    // Enough to know how many columns there are.
    const few = this.#asTable ? tableOf(text, { maxRows: 50, isCut: this.#isCut }) : null;
    if (!few || few.columns < 2) return this.#replace(this.#region('pre', 'Text', ...drawnText(text)));
    const table = tableOf(text, { maxRows: Math.min(MAX_ROWS, Math.ceil(MAX_CELLS / few.columns)), isCut: this.#isCut });
    const columns = Math.min(table.columns, Math.ceil(MAX_CELLS / Math.max(1, table.rows.length)));
    const left = [
      table.isWhole ? '' : `the first ${table.rows.length.toLocaleString('en')} rows`,
      columns < table.columns ? `${columns} of ${table.columns} columns` : '',
    ].filter(Boolean);
    this.#replace(this.#region('div', 'Table', drawnTable(table, this.#name, columns)), left.length > 0 ? `Shown: ${left.join(', ')}` : '');
  }

  #showNames(directory) {
    if (!directory) return this.replaceChildren(element('p', { class: 'note' }, 'What is in it can’t be read: it is damaged, a part of several, or its names are encrypted. It can be downloaded.'));
    const { count, entries } = directory;
    const encrypted = entries.some((entry) => entry.isEncrypted) ? ', some encrypted with a password' : '';
    const about = `${count.toLocaleString('en')} ${count === 1 ? 'entry' : 'entries'}${encrypted}`;
    this.replaceChildren(element('p', { class: 'bar' }, about), this.#region('div', 'Names', drawnNames(directory)));
  }

  /** With what can be chosen above; who chose keeps the focus. @param {HTMLElement} region */
  #replace(region, note = '') {
    const bar = this.querySelector('.bar') ?? this.#bar();
    const said = bar.querySelector('[role=status]');
    if (said) said.textContent = note;
    const before = this.querySelector('.contents');
    if (before) before.replaceWith(region);
    else this.replaceChildren(bar, region);
  }

  #bar() {
    const options = ENCODINGS.map(([encoding, label]) => element('option', { value: encoding, selected: encoding === this.#encoding ? '' : null }, label));
    const select = element('select', { onchange: () => ((this.#encoding = select.value), this.#showText()) }, ...options);
    const bar = element('div', { class: 'bar' }, element('label', {}, 'Encoding ', select));
    if (this.#asTable) {
      const box = element('input', { type: 'checkbox', onchange: () => ((this.#asTable = box.checked), this.#showText()) });
      box.checked = true;
      bar.append(element('label', {}, box, ' As a table'));
    }
    // The arrows are for choosing here, not for the next file.
    bar.addEventListener('keydown', (event) => event.key.startsWith('Arrow') && event.stopPropagation());
    bar.append(element('span', { role: 'status' }));
    return bar;
  }

  /** What can be scrolled, by keyboard too. */
  #region(tag, what, ...content) {
    return element(tag, { class: `contents as-${what.toLowerCase()}`, tabindex: 0, role: 'region', 'aria-label': `${what} of ${this.#name}` }, ...content);
  }
}

customElements.define('file-contents', FileContents);

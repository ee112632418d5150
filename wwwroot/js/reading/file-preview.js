// What is in a file, in its message (AttachmentFigure.razor): the first lines of a text, the first rows of a table, the names in
// a ZIP, the shape of a sound. The place is there from the start; what comes into it is asked for when it comes into view.
import { element } from '../page/dom.js';
import { decodeText, guessEncoding } from '../files/encodings.js';
import { within } from '../files/pictures.js';
import { mostSamples } from '../files/sounds.js';
import { tableOf } from '../files/tables.js';
import { peaksOf, readableLength } from '../files/waveform.js';
import { directoryOf } from '../files/zip.js';
import { drawnNames, drawnTable, drawnText } from './drawn-file.js';
import { readBytes, Refused } from './file-bytes.js';
import { showUnavailable } from './file-troubles.js';

/** So much of a text is read; more would be an opening to the server (FileEndpoints.cs). */
const HEAD = 8 * 1024;
/** So much of it goes into the page: more than the place holds. */
const MAX_LETTERS = 2_000;
const MAX_ROWS = 7;
const MAX_COLUMNS = 6;
const MAX_NAMES = 5;

/** A sound is decoded whole, in memory: four bytes for each of its samples, which are so many in twenty minutes. */
const MAX_SAMPLES = 60_000_000;
const SAMPLES_PER_SECOND = 8_000;
const BARS = 120;
const PATIENCE_MS = 10_000;

/** Whoever scrolls past many files at once is not to wait for all of them. */
const AT_ONCE = 2;
const AHEAD = '200px';

/** What was drawn is drawn again where it is shown again: once a page is live, its elements are others. */
const MAX_KEPT = 100;

/** @typedef {{ content: Node[], hasMore: boolean }} Drawn */

/** By path. @type {Map<string, Promise<Drawn>>} */
const kept = new Map();

/** @type {Set<FilePreview>} */
const waiting = new Set();
let underWay = 0;
let lastSound = Promise.resolve();

/** <file-preview as="text" path="/chat/…/file/…">, in the file's figure. */
class FilePreview extends HTMLElement {
  connectedCallback() {
    // It is part of a log that is read aloud as it grows; a file's content is not what was said.
    this.setAttribute('aria-live', 'off');
    inView.observe(this);
  }

  disconnectedCallback() {
    inView.unobserve(this);
    waiting.delete(this);
  }

  async show() {
    const figure = /** @type {HTMLElement} */ (this.closest('figure'));
    try {
      const drawn = await this.#draw(figure);
      this.replaceChildren(...drawn.content);
      if (drawn.hasMore || this.scrollHeight > this.clientHeight + 1) this.#offerMore(figure);
    } catch (failure) {
      if (failure instanceof Refused) this.replaceChildren(element('p', { class: 'note' }, failure.message));
      else showUnavailable(figure, () => this.show());
    }
  }

  #draw(figure) {
    const path = this.getAttribute('path') ?? '';
    const drawn = kept.get(path) ?? { text: drawText, table: drawRows, zip: drawZip, audio: drawSound }[this.getAttribute('as') ?? '']?.(path, figure);
    if (!drawn) return { content: [], hasMore: false };
    kept.set(path, drawn);
    drawn.catch(() => kept.delete(path));
    for (const oldest of kept.keys()) if (kept.size > MAX_KEPT) kept.delete(oldest);
    return drawn;
  }

  /** In the viewer, where the card leads to. @param {HTMLElement} figure */
  #offerMore(figure) {
    const open = figure.querySelector('button.open');
    if (!(open instanceof HTMLElement)) return;
    const more = element('button', { type: 'button', class: 'show-more', 'aria-label': `Show more of ${nameOf(figure)}`, onclick: () => open.click() }, 'Show more');
    this.append(more);
  }
}

const nameOf = (figure) => figure.getAttribute('aria-label') ?? '';

/** The query says that nobody has opened it. @param {string} path */
const looking = (path) => (/** @type {[from: number, to?: number]} */ ...part) => readBytes(`${path}?preview`, ...part);

async function readText(path) {
  const { bytes, total } = await looking(path)(0, HEAD);
  return { text: decodeText(bytes, guessEncoding(bytes)), isCut: total > bytes.length };
}

async function drawText(path) {
  const { text, isCut } = await readText(path);
  return drawnLines(text, isCut);
}

const drawnLines = (text, isCut) => ({
  content: [element('pre', { class: 'lines' }, ...drawnText(text.slice(0, MAX_LETTERS).trimEnd()))],
  hasMore: isCut || text.length > MAX_LETTERS,
});

async function drawRows(path, figure) {
  const { text, isCut } = await readText(path);
  const table = tableOf(text, { maxRows: MAX_ROWS, isCut });
  if (table.columns < 2) return drawnLines(text, isCut);
  return { content: [drawnTable(table, `First rows of ${nameOf(figure)}`, MAX_COLUMNS)], hasMore: !table.isWhole || table.columns > MAX_COLUMNS };
}

async function drawZip(path) {
  const directory = await directoryOf(looking(path), MAX_NAMES, 0);
  return { content: [directory ? drawnNames(directory) : element('p', { class: 'note' }, 'What is in it can’t be read.')], hasMore: (directory?.count ?? 0) > MAX_NAMES };
}

/** One after the other. */
function drawSound(path) {
  const drawn = lastSound.then(() => drawWave(path));
  lastSound = drawn.then(() => {}, () => {});
  return drawn;
}

async function drawWave(path) {
  const { bytes } = await looking(path)(0);
  const seconds = await lengthOf(bytes);
  // Decoded at few samples a second, which is all that is to be seen.
  const context = new OfflineAudioContext(1, 1, SAMPLES_PER_SECOND);
  const samples = mostSamples(bytes);
  const sound = samples !== null && samples <= MAX_SAMPLES ? await context.decodeAudioData(bytes.buffer).catch(() => null) : null;
  const length = seconds ? [element('span', { class: 'length' }, readableLength(seconds))] : [];
  return { content: sound ? [waveOf(peaksOf(sound.getChannelData(0), BARS)), ...length] : length, hasMore: false };
}

/** As a player finds out, which decodes no more than it plays; null where it can't, or takes too long. */
async function lengthOf(bytes) {
  const player = new Audio();
  const address = URL.createObjectURL(new Blob([bytes]));
  const happened = (/** @type {string} */ what) => new Promise((resolve, reject) => (player.addEventListener(what, resolve, { once: true }), player.addEventListener('error', reject, { once: true })));
  try {
    player.preload = 'metadata';
    player.src = address;
    await within(PATIENCE_MS, happened('loadedmetadata'));
    // What a browser has recorded says its length nowhere: it is known once the end was looked for.
    if (player.duration === Infinity) {
      player.currentTime = Number.MAX_SAFE_INTEGER;
      await within(PATIENCE_MS, happened('durationchange'));
    }
    return Number.isFinite(player.duration) ? player.duration : null;
  } finally {
    player.removeAttribute('src');
    player.load();
    URL.revokeObjectURL(address);
  }
}

function waveOf(peaks) {
  const namespace = 'http://www.w3.org/2000/svg';
  const [svg, path] = ['svg', 'path'].map((tag) => document.createElementNS(namespace, tag));
  for (const [name, value] of Object.entries({ class: 'wave', viewBox: `0 0 ${BARS} 40`, preserveAspectRatio: 'none', 'aria-hidden': 'true' })) svg.setAttribute(name, value);
  path.setAttribute('d', peaks.map((peak, i) => `M${i + 0.5} ${(20 - Math.max(0.5, peak * 19)).toFixed(1)}V${(20 + Math.max(0.5, peak * 19)).toFixed(1)}`).join(''));
  svg.append(path);
  return svg;
}

const inView = new IntersectionObserver(
  (seen) => {
    for (const { target, isIntersecting } of seen) {
      if (isIntersecting) waiting.add(/** @type {FilePreview} */ (target));
      else waiting.delete(/** @type {FilePreview} */ (target));
    }
    showNext();
  },
  /** @type {IntersectionObserverInit} */ ({ rootMargin: AHEAD, scrollMargin: AHEAD }),
);

function showNext() {
  for (const preview of waiting) {
    if (underWay >= AT_ONCE) return;
    waiting.delete(preview);
    inView.unobserve(preview);
    underWay++;
    preview.show().finally(() => {
      underWay--;
      showNext();
    });
  }
}

customElements.define('file-preview', FilePreview);

// What is offered for what somebody is writing: people behind an @, emoji behind a colon. The focus stays in the text, whose keys drive the list:
// arrows mark, Enter and Tab take, Escape leaves.
import { element } from '../page/dom.js';
import { replace } from './typing.js';

/**
 * @typedef {{ key: string, label: string, written: string, act?: () => void }} Option `written` takes the place of what was written.
 * @typedef {{
 *   label: string,
 *   at: (before: string) => { start: number, query: string } | null,
 *   find: (query: string) => Promise<Option[]> | Option[],
 *   isDone?: (query: string, options: Option[]) => boolean,
 *   closed?: () => void,
 *   isAtHand?: boolean,
 * }} Source where what it offers for begins, and what that is; done: what was written is it already; at hand: no server is asked.
 */

const PAUSE_MS = 120;

let lists = 0;

export class Suggestions {
  #text;
  #list;
  #sources;
  #id = `suggestions-${++lists}`;
  #source = /** @type {Source | null} */ (null);
  #options = /** @type {Option[]} */ ([]);
  #at = 0;
  #start = 0;
  #left = -1;
  #asked = 0;
  #timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

  /**
   * @param {HTMLTextAreaElement} text
   * @param {Element} place before what the list stands
   * @param {Source[]} sources
   * @param {AbortSignal} signal
   */
  constructor(text, place, sources, signal) {
    this.#text = text;
    this.#sources = sources;
    this.#list = element('ul', { role: 'listbox', id: this.#id, class: 'suggestions', hidden: '' });
    place.before(this.#list);
    text.setAttribute('aria-autocomplete', 'list');
    text.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    text.addEventListener('input', () => this.#look(), { signal });
    text.addEventListener('keyup', () => this.#source && this.#look(), { signal });
    text.addEventListener('click', () => this.#look(), { signal });
    text.addEventListener('blur', () => this.#close(), { signal });
    // The focus stays where it is.
    this.#list.addEventListener('mousedown', (event) => event.preventDefault());
    signal.addEventListener('abort', () => (this.#close(), this.#list.remove()));
  }

  get isOpen() {
    return !this.#list.hidden;
  }

  /** What stands before the caret is something to be offered for, or not any more. */
  #look() {
    const { selectionStart, selectionEnd, value } = this.#text;
    const before = value.slice(0, selectionStart);
    for (const source of selectionStart === selectionEnd ? this.#sources : []) {
      const found = source.at(before);
      if (!found || found.start === this.#left) continue;
      this.#start = found.start;
      return this.#ask(source, found.query);
    }
    if (!this.#sources.some((source) => source.at(before)?.start === this.#left)) this.#left = -1;
    this.#close();
  }

  /** What is shown narrows at once; who else there is comes a moment later. */
  #ask(source, query) {
    const asked = ++this.#asked;
    clearTimeout(this.#timer);
    const show = async () => {
      const options = await source.find(query);
      if (asked === this.#asked) this.#show(source, source.isDone?.(query, options) ? [] : options);
    };
    if (this.#source !== source || source.isAtHand) {
      this.#source = source;
      return void show();
    }
    const still = this.#options.filter((option) => option.label.toLowerCase().includes(query.toLowerCase()));
    this.#show(source, source.isDone?.(query, still) ? [] : still);
    this.#timer = setTimeout(show, PAUSE_MS);
  }

  /** @param {Source} source @param {Option[]} options */
  #show(source, options) {
    const marked = this.#options[this.#at]?.key;
    this.#options = options;
    this.#at = Math.max(0, options.findIndex((option) => option.key === marked));
    this.#list.setAttribute('aria-label', source.label);
    this.#list.replaceChildren(
      ...options.map((option, at) => element('li', { role: 'option', id: `${this.#id}-${at}`, onclick: () => this.#take(option) }, option.label)),
    );
    this.#list.hidden = options.length === 0;
    if (this.isOpen) this.#text.setAttribute('aria-controls', this.#id);
    else this.#text.removeAttribute('aria-controls');
    this.#mark();
  }

  #mark() {
    for (const [at, option] of [...this.#list.children].entries()) option.setAttribute('aria-selected', String(at === this.#at));
    const marked = this.#list.children[this.#at];
    if (marked && this.isOpen) this.#text.setAttribute('aria-activedescendant', marked.getAttribute('id') ?? '');
    else this.#text.removeAttribute('aria-activedescendant');
    marked?.scrollIntoView?.({ block: 'nearest' });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (!this.isOpen || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.#at = (this.#at + step + this.#options.length) % this.#options.length;
      this.#mark();
    } else if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey) this.#take(this.#options[this.#at]);
    else if (event.key === 'Escape') {
      this.#left = this.#start;
      this.#close();
    } else return;
    // It means nothing else now: nothing is sent, and nothing is left.
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** @param {Option} option */
  #take(option) {
    option.act?.();
    const { value, selectionStart } = this.#text;
    const added = value[selectionStart] === ' ' ? option.written : `${option.written} `;
    this.#left = this.#start;
    this.#close();
    replace(this.#text, this.#start, selectionStart, added, [option.written.length + 1, option.written.length + 1]);
  }

  #close() {
    clearTimeout(this.#timer);
    this.#asked++;
    const source = this.#source;
    if (!source) return;
    this.#show(source, []);
    this.#source = null;
    source.closed?.();
  }
}

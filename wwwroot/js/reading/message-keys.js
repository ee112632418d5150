// The keys of the log, which is one stop of Tab whatever is in it. Arrows, Page Up and Down, Home and End lead from message to
// message; Enter, → or Tab into the one that has the focus, Escape out of it, and from there back to writing.
import { find } from '../page/dom.js';
import { nameOf } from './message-name.js';

const CONTROLS = ':is(a[href], button, input, textarea, select, summary, audio, video)';

/** What stands in a message and has keys of its own. */
const WITH_KEYS = 'input, textarea, select, audio, video, [role=listbox], [role=menu], [role=dialog]';

/** So much of a message that is taller than the view is scrolled by one key. */
const STEP = 0.8;

/**
 * @typedef {object} Ways
 * @property {(isOlder: boolean) => Promise<unknown>} more Loads what is further up or down, if there is any.
 * @property {() => Promise<unknown>} latest Goes to the chat's end, and loads it where it is not.
 */

export class MessageKeys {
  #log;
  #scroller;
  #ways;
  /** What Tab comes to. */
  #stop = /** @type {HTMLElement | null} */ (null);
  /** Somebody was there: else it is the newest. */
  #isChosen = false;
  /** What is kept out of the order of Tab, as long as its message has not got the focus. @type {WeakSet<Element>} */
  #held = new WeakSet();
  #changes;

  /** @param {HTMLElement} scroller @param {HTMLElement} log @param {Ways} ways @param {AbortSignal} signal */
  constructor(scroller, log, ways, signal) {
    this.#scroller = scroller;
    this.#log = log;
    this.#ways = ways;
    log.addEventListener('focusin', (event) => {
      const article = articleOf(event);
      if (article) this.#choose(article);
    }, { signal });
    log.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    // Whoever has just said something looks at what comes next.
    scroller.addEventListener('pending-added', () => {
      this.#isChosen = false;
      this.#settle();
    }, { signal });
    this.#changes = new MutationObserver((records) => this.#onChange(records));
    this.#changes.observe(log, { childList: true, characterData: true, subtree: true });
    for (const article of this.#articles) this.#tend(article);
    this.#settle();
  }

  disconnect() {
    this.#changes.disconnect();
  }

  /** @param {HTMLElement} article */
  focus(article) {
    article.tabIndex = 0;
    article.focus({ preventScroll: true });
    article.scrollIntoView({ block: 'nearest' });
  }

  get #articles() {
    return /** @type {NodeListOf<HTMLElement>} */ (this.#log.querySelectorAll('article'));
  }

  /** @param {MutationRecord[]} records */
  #onChange(records) {
    const changed = new Set();
    for (const { target, addedNodes } of records) {
      if (target === this.#log) for (const node of addedNodes) changed.add(node);
      else changed.add((target instanceof Element ? target : target.parentElement)?.closest('article'));
    }
    for (const article of changed) if (article instanceof HTMLElement && article.matches('article')) this.#tend(article);
    if (this.#stop && !this.#stop.isConnected) this.#replace(records);
    this.#settle();
  }

  /** Where the message that had the focus is gone, its neighbour is next; where all of them are others, the newest. */
  #replace(records) {
    const { nextSibling, previousSibling } = records.find(({ removedNodes }) => [...removedNodes].includes(this.#stop)) ?? {};
    const neighbour = this.#near(nextSibling, 'nextElementSibling') ?? this.#near(previousSibling, 'previousElementSibling');
    this.#stop = null;
    this.#isChosen &&= neighbour !== null;
    if (neighbour) this.#choose(neighbour);
  }

  #near(node, way) {
    for (; node?.isConnected; node = node[way]) if (node instanceof HTMLElement && node.matches('article')) return node;
    return null;
  }

  /** Of a message that is new or was drawn anew. @param {HTMLElement} article */
  #tend(article) {
    article.setAttribute('aria-label', nameOf(article));
    if (article !== this.#stop) this.#hold(article);
  }

  #settle() {
    const newest = /** @type {HTMLElement | undefined} */ ([...this.#articles].at(-1));
    if (!this.#isChosen && newest) this.#stopAt(newest);
  }

  #choose(article) {
    this.#isChosen = true;
    this.#stopAt(article);
  }

  #stopAt(article) {
    const before = this.#stop;
    if (before === article) return;
    this.#stop = article;
    article.tabIndex = 0;
    for (const control of article.querySelectorAll('[tabindex="-1"]')) if (this.#held.delete(control)) control.removeAttribute('tabindex');
    if (!before?.isConnected) return;
    before.removeAttribute('tabindex');
    this.#hold(before);
  }

  #hold(article) {
    for (const control of article.querySelectorAll(`${CONTROLS}:not([tabindex])`)) {
      this.#held.add(control);
      control.setAttribute('tabindex', '-1');
    }
  }

  #onKey(event) {
    const article = articleOf(event);
    if (!article || event.defaultPrevented || event.isComposing || isModified(event) || event.target.closest(WITH_KEYS)) return;
    const isWithin = event.target !== article;
    const act = this.#acts(article, isWithin ? event.target : null)[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** @param {HTMLElement} article @param {HTMLElement | null} control In it, what has the focus. */
  #acts(article, control) {
    return {
      ArrowUp: () => this.#step(article, -1),
      ArrowDown: () => this.#step(article, 1),
      PageUp: () => this.#page(article, -1),
      PageDown: () => this.#page(article, 1),
      Home: () => this.focus(this.#articles[0]),
      End: () => this.#goToEnd(),
      ArrowRight: () => this.#enter(article, control, 1),
      ArrowLeft: () => control && this.#enter(article, control, -1),
      // What it does is the control's.
      Enter: control ? null : () => this.#enter(article, null, 1),
      Escape: () => (control ? this.focus(article) : write()),
    };
  }

  async #step(article, by) {
    if (this.#scrollsWithin(article, by) || this.#stepTo(article, by)) return;
    await this.#ways.more(by < 0);
    // Who has moved on meanwhile is elsewhere.
    if (articleOf({ target: document.activeElement }) !== article || this.#stepTo(article, by)) return;
    if (by > 0) write();
  }

  #stepTo(article, by) {
    const articles = [...this.#articles];
    const next = articles[articles.indexOf(article) + by];
    if (next) this.focus(next);
    return Boolean(next);
  }

  /** What is taller than the view is read to its end before the next one comes. */
  #scrollsWithin(article, by) {
    const [view, at] = [this.#scroller.getBoundingClientRect(), article.getBoundingClientRect()];
    const hidden = by > 0 ? at.bottom - view.bottom : view.top - at.top;
    if (at.height <= view.height || hidden <= 1) return false;
    this.#scroller.scrollBy(0, by * Math.min(hidden, view.height * STEP));
    return true;
  }

  /** To what is where this one was, a view further on. */
  #page(article, by) {
    const { top } = article.getBoundingClientRect();
    const view = this.#scroller.getBoundingClientRect();
    this.#scroller.scrollBy(0, by * view.height * STEP);
    const articles = [...this.#articles];
    const at = articles.find((other) => other.getBoundingClientRect().bottom > Math.max(top, view.top)) ?? articles.at(-1);
    const goes = at && Math.sign(articles.indexOf(at) - articles.indexOf(article)) === by;
    if (goes) this.focus(at);
    else if (!this.#scrollsWithin(article, by)) this.focus(/** @type {HTMLElement} */ (articles.at(by < 0 ? 0 : -1)));
  }

  async #goToEnd() {
    await this.#ways.latest();
    const newest = [...this.#articles].at(-1);
    if (newest) this.focus(newest);
  }

  /** To what is in it: of that, last to its time, which hardly anybody wants. */
  #enter(article, control, by) {
    const controls = [.../** @type {NodeListOf<HTMLElement>} */ (article.querySelectorAll(CONTROLS))].filter((one) => one.getAttribute('tabindex') !== '-1' && one.checkVisibility());
    const sorted = [...controls.filter((one) => !one.matches('.sent')), ...controls.filter((one) => one.matches('.sent'))];
    const at = control ? sorted.indexOf(control) : -1;
    if (at + by < 0) this.focus(article);
    else sorted[at + by]?.focus();
  }
}

/** Back to writing. */
const write = () => find('main [data-text]')?.focus();

const articleOf = (event) => /** @type {HTMLElement | null} */ (event.target?.closest?.('article') ?? null);

const isModified = (event) => event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;

// Scrolling, reading and what is still being sent. The scroller runs backwards: 0 is the end, older is negative.
import './file-preview.js';
import { watchFiles } from './file-troubles.js';
import { MessageKeys } from './message-keys.js';
import { offerMenus } from './message-menus.js';
import { offerReactions } from './reactions.js';
import { outbox } from '../sending/outbox.js';
import { PendingMessages } from '../sending/pending-messages.js';

const AT_END_PX = 40;
const FAR_FROM_END_PX = 400;
const AHEAD_PX = 800;
const FOUND_MS = 2_500;

export function connect(scroller, toLatest, page, kind, messageId) {
  return new MessageList(scroller, toLatest, page, kind, messageId);
}

class MessageList {
  #scroller;
  #toLatest;
  #page;
  #log;
  #pending;
  #keys;
  #changes;
  #sizes;
  #readTo = 0;
  #held = {};
  #isFollowing = true;
  #loading = /** @type {Promise<unknown> | null} */ (null);
  #hasScrolled = false;
  #listening = new AbortController();

  constructor(scroller, toLatest, page, kind, messageId) {
    this.#scroller = scroller;
    this.#toLatest = toLatest;
    this.#page = page;
    this.#log = scroller.querySelector('[data-log]');
    const { signal } = this.#listening;
    scroller.addEventListener('scroll', () => this.#onScroll(), { signal, passive: true });
    scroller.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    scroller.addEventListener('pending-added', () => this.#goToLatest(), { signal });
    watchFiles(scroller, signal);
    offerReactions(this.#log, page, signal);
    offerMenus(this.#log, page, signal);
    document.addEventListener('visibilitychange', () => this.#reportRead(), { signal });
    toLatest.addEventListener('click', () => this.#goToLatest(), { signal });
    document.addEventListener('edit-latest', () => this.#editLatest(), { signal });

    this.#changes = new MutationObserver((records) => this.#onChange(records));
    this.#changes.observe(this.#log, { childList: true });
    this.#sizes = new ResizeObserver(() => {
      this.#hold();
      this.#note();
    });
    this.#sizes.observe(this.#log.parentElement);
    this.#settle(this.#log.children);
    outbox.addEventListener('change', () => this.#settleSent(), { signal });
    outbox.forgetSent(this.#chatId);
    this.#pending = new PendingMessages(scroller.querySelector('[data-pending]'), this.#log);
    this.#keys = new MessageKeys(scroller, this.#log, { more: (isOlder) => this.#loadMore(isOlder), latest: () => this.#goToLatest() }, signal);
    if (kind) this.show(kind, messageId);
    else this.#look();
  }

  disconnect() {
    this.#listening.abort();
    this.#changes.disconnect();
    this.#sizes.disconnect();
    this.#keys.disconnect();
    this.#pending.disconnect();
  }

  /** Called by the component once the place is drawn. */
  show(kind, messageId) {
    if (kind === 'end') this.#goToEnd();
    else if (kind === 'line') this.#scroller.querySelector('[data-new-line]')?.scrollIntoView();
    else this.#showMessage(messageId);
    this.#look();
  }

  #showMessage(messageId) {
    const message = this.#log.querySelector(`[data-message-id="${messageId}"]`);
    if (!message) return;
    message.scrollIntoView({ block: 'center' });
    this.#keys.focus(message);
    message.dataset.found = '';
    setTimeout(() => delete message.dataset.found, FOUND_MS);
  }

  get #hasOlder() {
    return this.#scroller.querySelector('[data-older]') !== null;
  }

  get #hasNewer() {
    return this.#scroller.querySelector('[data-newer]') !== null;
  }

  get #isAtEnd() {
    return this.#scroller.scrollTop > -AT_END_PX && !this.#hasNewer;
  }

  get #chatId() {
    return Number(this.#scroller.querySelector('[data-pending]').dataset.chatId);
  }

  #onChange(records) {
    this.#hold();
    for (const record of records) this.#settle(record.addedNodes);
    this.#look();
  }

  /**
   * Holds what is in view while messages come and go around it, and pictures grow. The browser's own way of doing so is
   * switched off: it comes too late when the next page is asked for meanwhile, never holds for who has scrolled as far
   * as it goes, and is not in every browser. Only the chat's end is where one stays, whatever comes there.
   */
  #hold() {
    const { article, below, isEnd, scrolledTo } = this.#held;
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    if (!article?.isConnected || (scrollTop === 0 && isEnd)) return;
    // At the top of what has become shorter, the browser has just moved the view down.
    const isAtTop = -scrollTop >= scrollHeight - clientHeight - 1;
    const from = isAtTop ? Math.min(scrollTop, scrolledTo) : scrollTop;
    const to = from - (this.#below(article) - below);
    if (to !== scrollTop) this.#scroller.scrollTop = to;
  }

  /** The message in the middle of the view and how much there is below it, which no scrolling changes. */
  #note() {
    const article = this.#articleAt(this.#scroller.getBoundingClientRect().top + this.#scroller.clientHeight / 2);
    const { scrollTop } = this.#scroller;
    this.#held = { article, below: article && this.#below(article), isEnd: !this.#hasNewer, scrolledTo: scrollTop };
  }

  #articleAt(y) {
    const articles = this.#log.querySelectorAll('article');
    let [from, to] = [0, articles.length - 1];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (articles[middle].getBoundingClientRect().bottom > y) to = middle;
      else from = middle + 1;
    }
    return articles[from];
  }

  #below(article) {
    return this.#log.parentElement.getBoundingClientRect().bottom - article.getBoundingClientRect().bottom;
  }

  /** In the same step in which a stored message appears, its pending bubble goes: never two, never none. */
  #settle(nodes) {
    for (const node of nodes) {
      const { mine, clientId, messageId } = node.dataset ?? {};
      if (mine && clientId) outbox.arrived(this.#chatId, clientId, Number(messageId));
    }
  }

  /** A message that an earlier page had sent may have been here before this one heard of it. */
  #settleSent() {
    const sent = outbox.of(this.#chatId).filter((message) => message.state === 'sent');
    for (const { key } of sent) this.#settle(this.#log.querySelectorAll(`[data-client-id="${key}"]`));
  }

  #onScroll() {
    this.#hasScrolled = true;
    this.#look();
    this.#load();
  }

  #onKey(event) {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (event.key !== 'End' || !isPlain || event.defaultPrevented || event.target.closest('input, textarea, select, video, audio')) return;
    event.preventDefault();
    this.#goToLatest();
  }

  /** Of all, not of those that are loaded; and not the one before while the latest is still on its way. */
  #editLatest() {
    if (this.#hasNewer || outbox.of(this.#chatId).length > 0) return;
    const mine = [...this.#log.querySelectorAll('article[data-mine]')].filter((article) => article.querySelector('[data-may-edit]'));
    if (mine.length > 0) this.#page.invokeMethodAsync('BeginEditing', Number(mine.at(-1).dataset.messageId)).catch(() => {});
  }

  /** What follows from where the reader is. */
  #look() {
    this.#note();
    this.#toLatest.toggleAttribute('data-far', this.#scroller.scrollTop <= -FAR_FROM_END_PX);
    this.#reportFollowing();
    this.#reportRead();
  }

  /** One page at a time, until there is enough on both sides. */
  async #load() {
    if (!this.#hasScrolled || this.#loading) return;
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const isTop = scrollHeight - clientHeight + scrollTop < AHEAD_PX;
    const what = isTop && this.#hasOlder ? 'LoadOlderAsync' : -scrollTop < AHEAD_PX && this.#hasNewer ? 'LoadNewerAsync' : null;
    if (!what) return;
    const { firstElementChild, lastElementChild } = this.#log;
    await this.#ask(what);
    const hasGrown = firstElementChild !== this.#log.firstElementChild || lastElementChild !== this.#log.lastElementChild;
    if (hasGrown) this.#load();
  }

  /** For the keys, which wait for it. What is on its way already may be just that. */
  async #loadMore(isOlder) {
    if (this.#loading) return this.#loading;
    if (isOlder ? this.#hasOlder : this.#hasNewer) await this.#ask(isOlder ? 'LoadOlderAsync' : 'LoadNewerAsync');
  }

  /** Fails while the circuit is down; the next scrolling asks again. */
  #ask(what) {
    this.#loading = this.#page.invokeMethodAsync(what).catch(() => {}).then(() => (this.#loading = null));
    return this.#loading;
  }

  #reportFollowing() {
    const isFollowing = this.#isAtEnd;
    if (isFollowing === this.#isFollowing) return;
    this.#isFollowing = isFollowing;
    this.#page.invokeMethodAsync('FollowAsync', isFollowing).catch(() => (this.#isFollowing = !isFollowing));
  }

  #reportRead() {
    const newest = Number(/** @type {HTMLElement | null} */ (this.#log.querySelector('article:last-of-type'))?.dataset.messageId ?? 0);
    if (document.visibilityState !== 'visible' || !this.#isAtEnd || newest <= this.#readTo) return;
    const before = this.#readTo;
    this.#readTo = newest;
    this.#page.invokeMethodAsync('ReadToAsync', newest).catch(() => (this.#readTo = before));
  }

  #goToEnd() {
    this.#scroller.scrollTop = 0;
  }

  /** To what is loaded at once, to the newest message as soon as that is. */
  async #goToLatest() {
    this.#goToEnd();
    const hadNewer = this.#hasNewer;
    if (!hadNewer && !location.search) return;
    await this.#page.invokeMethodAsync('ShowLatestAsync').catch(() => {});
    // What was sent before is in what was loaded afresh, even where it is too old to be on the page.
    if (hadNewer) outbox.forgetSent(this.#chatId);
  }
}

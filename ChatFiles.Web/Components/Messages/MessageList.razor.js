// Scrolling, reading and what is still being sent. The scroller runs backwards: 0 is the end, older is negative.
import { watchFiles } from '../../js/file-troubles.js';
import { outbox } from '../../js/outbox.js';
import { PendingMessages } from '../../js/pending-messages.js';

const AT_END_PX = 40;
const FAR_FROM_END_PX = 400;
const OLDER_AHEAD_PX = 600;

export function connect(scroller, toLatest, page) {
  return new MessageList(scroller, toLatest, page);
}

class MessageList {
  #scroller;
  #toLatest;
  #page;
  #log;
  #pending;
  #changes;
  #readTo = 0;
  #isLoadingOlder = false;
  #hasScrolled = false;
  #listening = new AbortController();

  constructor(scroller, toLatest, page) {
    this.#scroller = scroller;
    this.#toLatest = toLatest;
    this.#page = page;
    this.#log = scroller.querySelector('[data-log]');
    const { signal } = this.#listening;
    scroller.addEventListener('scroll', () => this.#onScroll(), { signal, passive: true });
    scroller.addEventListener('pending-added', () => this.#goToEnd(), { signal });
    watchFiles(scroller, signal);
    document.addEventListener('visibilitychange', () => this.#reportRead(), { signal });
    toLatest.addEventListener('click', () => this.#goToEnd(), { signal });

    this.#changes = new MutationObserver((records) => this.#onChange(records));
    this.#changes.observe(this.#log, { childList: true });
    this.#settle(this.#log.children);
    outbox.forgetSent(this.#chatId);
    this.#pending = new PendingMessages(scroller.querySelector('[data-pending]'), this.#log);
    this.#reportRead();
  }

  disconnect() {
    this.#listening.abort();
    this.#changes.disconnect();
    this.#pending.disconnect();
  }

  get #isAtEnd() {
    return this.#scroller.scrollTop > -AT_END_PX;
  }

  #onChange(records) {
    for (const record of records) this.#settle(record.addedNodes);
    this.#reportRead();
  }

  /** In the same step in which a stored message appears, its pending bubble goes: never two, never none. */
  #settle(nodes) {
    for (const node of nodes) {
      const { mine, clientId, messageId } = node.dataset ?? {};
      if (mine && clientId) outbox.arrived(this.#chatId, clientId, Number(messageId));
    }
  }

  get #chatId() {
    return Number(this.#scroller.querySelector('[data-pending]').dataset.chatId);
  }

  #onScroll() {
    this.#hasScrolled = true;
    this.#toLatest.hidden = this.#scroller.scrollTop > -FAR_FROM_END_PX;
    this.#loadOlder();
    this.#reportRead();
  }

  async #loadOlder() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const isNear = scrollHeight - clientHeight + scrollTop < OLDER_AHEAD_PX;
    const hasOlder = this.#scroller.querySelector('[data-older]') !== null;
    if (!isNear || !hasOlder || !this.#hasScrolled || this.#isLoadingOlder) return;
    this.#isLoadingOlder = true;
    // Fails while the circuit is down; the next scrolling asks again.
    await this.#page.invokeMethodAsync('LoadOlderAsync').catch(() => {});
    this.#isLoadingOlder = false;
  }

  #reportRead() {
    const newest = Number(this.#log.lastElementChild?.dataset.messageId ?? 0);
    if (document.visibilityState !== 'visible' || !this.#isAtEnd || newest <= this.#readTo) return;
    const before = this.#readTo;
    this.#readTo = newest;
    this.#page.invokeMethodAsync('ReadToAsync', newest).catch(() => (this.#readTo = before));
  }

  #goToEnd() {
    this.#scroller.scrollTop = 0;
  }
}

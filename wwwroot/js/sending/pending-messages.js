// Draws a chat's part of the outbox behind its messages.
import { avatar, element, find, icon, iconButton } from '../page/dom.js';
import { iconOf, readableSize } from '../files/files.js';
import { outbox } from './outbox.js';
import { timeLeft } from './pace.js';

const CLOSE_MS = 5 * 60_000;

/** Where there is no chat any more there may still be what was to be sent to it (ChatNotFound.razor). @param {HTMLElement} place */
export const connect = (place) => new PendingMessages(place, null);

/** @typedef {import('./pending-message.js').PendingMessage} PendingMessage */

export class PendingMessages {
  #place;
  #log;
  #chatId;
  #bubbles = new Map();
  #draw = () => this.#update();

  /** @param {HTMLElement} place @param {HTMLElement | null} log */
  constructor(place, log) {
    this.#place = place;
    this.#log = log;
    this.#chatId = Number(place.dataset.chatId);
    outbox.addEventListener('change', this.#draw);
    this.#update();
  }

  disconnect() {
    outbox.removeEventListener('change', this.#draw);
    this.#place.replaceChildren();
  }

  #update() {
    const pending = outbox.of(this.#chatId);
    for (const [message, bubble] of this.#bubbles) {
      if (pending.includes(message)) continue;
      const hadFocus = bubble.root.contains(document.activeElement);
      bubble.root.remove();
      this.#bubbles.delete(message);
      if (hadFocus) find('main [data-text]')?.focus();
    }
    for (const message of pending) {
      if (!this.#bubbles.has(message)) this.#add(message, this.#bubbleAfter(pending, message));
      this.#bubbles.get(message).update();
    }
  }

  #bubbleAfter(pending, message) {
    const next = pending.slice(pending.indexOf(message)).find((other) => this.#bubbles.has(other));
    return this.#bubbles.get(next)?.root ?? null;
  }

  /** As MessageList.razor.cs says it of stored messages, so that nothing moves when this one becomes one. */
  #continues() {
    if (this.#bubbles.size > 0) return true;
    const last = this.#log?.lastElementChild;
    const sentAt = Date.parse(last?.querySelector('time')?.dateTime);
    return last?.dataset.mine === 'true' && last.dataset.deleted === undefined && Date.now() - sentAt < CLOSE_MS;
  }

  #add(message, before) {
    const bubble = new Bubble(message, this.#place.dataset.userName);
    if (this.#continues()) bubble.root.dataset.continues = '';
    this.#bubbles.set(message, bubble);
    this.#place.insertBefore(bubble.root, before);
    // What comes back after a reload takes nobody away from what they read.
    if (!message.isRestored) this.#place.dispatchEvent(new CustomEvent('pending-added', { bubbles: true }));
  }
}

/** One message on its way: its text, its files and how far they are. */
class Bubble {
  #message;
  #files;
  #note = element('p', { class: 'note' });
  #trouble = /** @type {{ reason: string, state: string, root: HTMLElement } | null} */ (null);

  /** @param {PendingMessage} message @param {string} author */
  constructor(message, author) {
    this.#message = message;
    this.#files = message.files.map((file) => new FileLine(message, file));
    this.root = element(
      'div',
      { class: 'pending-message', 'data-client-id': message.key },
      element('div', { class: 'gutter' }, avatar(author)),
      element(
        'div',
        { class: 'body' },
        element('p', { class: 'byline' }, element('span', { class: 'author' }, author)),
        ...(message.text ? [element('p', { class: 'text' }, message.text)] : []),
        ...this.#files.map((line) => line.root),
        this.#note,
      ),
    );
  }

  update() {
    const { state, reason } = this.#message;
    const isHeldUp = state === 'waiting' || state === 'refused';
    this.root.dataset.state = state;
    for (const line of this.#files) line.update(isHeldUp, state === 'elsewhere');
    this.#note.textContent = [isHeldUp ? '' : this.#progressInWords(), this.#riskInWords()].filter(Boolean).join(' ');
    this.#showTrouble(isHeldUp ? reason : null);
  }

  #progressInWords() {
    const { bytes, progress, pace, state } = this.#message;
    if (state === 'elsewhere') return 'Another tab is sending it.';
    if (bytes === 0) return 'Sending…';
    if (state === 'pending') return 'Waiting for its turn…';
    if (state === 'sent' || progress === 1) return 'Finishing…';
    const done = bytes * progress;
    const speed = pace.perSecond;
    const outlook = speed ? ` · ${readableSize(speed)}/s · ${timeLeft((bytes - done) / speed)}` : '';
    return `${Math.floor(progress * 100)} % · ${readableSize(done)} of ${readableSize(bytes)}${outlook}`;
  }

  #riskInWords() {
    const { cantBeKept, isUnderWay } = this.#message;
    return cantBeKept && isUnderWay ? 'This browser can’t keep it: it is lost if you leave the page before it is sent.' : '';
  }

  /** Spoken once: the alert stays the same element for as long as the reason does. */
  #showTrouble(reason) {
    if (this.#trouble?.reason === reason && this.#trouble?.state === this.#message.state) return;
    this.#trouble?.root.remove();
    this.#trouble = reason ? { reason, state: this.#message.state, root: this.#troubleBox(reason) } : null;
    if (this.#trouble) this.#note.after(this.#trouble.root);
  }

  /** What goes on by itself is no failure; the announcer says it once, and not at every try. */
  #troubleBox(reason) {
    const isRefused = this.#message.state === 'refused';
    const names = this.#message.files.map((file) => file.name).filter((name) => !reason.includes(name));
    const text = isRefused && names.length > 0 ? `${names.join(', ')}: ${reason}` : reason;
    const said = element('p', isRefused ? { role: 'alert' } : {}, icon(isRefused ? 'warning' : 'retry'), element('span', {}, text));
    const box = element('div', { class: isRefused ? 'failure' : 'failure held-up' }, said);
    if (this.#message.isSignedOut && !isRefused) box.append(element('a', { class: 'button quiet small', href: `/sign-in?returnUrl=${encodeURIComponent(location.pathname)}` }, 'Sign in'));
    if (this.#files.length === 0) box.append(this.#button('Retry', () => outbox.retry(this.#message)), this.#button('Discard', () => outbox.discard(this.#message)));
    return box;
  }

  #button(text, onclick) {
    return element('button', { type: 'button', class: 'button quiet small', onclick }, text);
  }
}

/** A file of a message on its way. */
class FileLine {
  #message;
  #file;
  #bar;
  #retry;
  #cancel;

  /** @param {PendingMessage} message @param {PendingMessage['files'][0]} file */
  constructor(message, file) {
    this.#message = message;
    this.#file = file;
    this.#bar = element(
      'div',
      { class: 'progress', role: 'progressbar', 'aria-label': `Uploading ${file.name}`, 'aria-valuemin': 0, 'aria-valuemax': 100 },
      element('span'),
    );
    this.#retry = iconButton('retry', `Retry ${file.name}`, () => outbox.retry(message));
    this.#cancel = iconButton('close', `Cancel ${file.name}`, () => outbox.cancel(message, file));
    this.root = element(
      'div',
      { class: 'pending-file' },
      element('span', { class: 'kind' }, icon(iconOf(file.name))),
      element(
        'span',
        { class: 'what' },
        element('span', { class: 'name' }, file.name),
        element('span', { class: 'size' }, readableSize(file.size)),
        this.#bar,
      ),
      this.#retry,
      this.#cancel,
    );
  }

  update(isHeldUp, isElsewhere) {
    const percent = Math.floor(this.#message.progressOf(this.#file) * 100);
    this.#bar.setAttribute('aria-valuenow', percent);
    this.#bar.firstChild.style.width = `${percent}%`;
    this.#bar.hidden = isHeldUp || isElsewhere;
    this.#retry.hidden = !isHeldUp;
    this.#cancel.hidden = isElsewhere;
  }
}

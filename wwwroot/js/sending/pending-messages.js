// Draws a chat's part of the outbox behind its messages, in bubbles like theirs (MessageItem.razor).
import { element, find, icon } from '../page/dom.js';
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
  #template;
  #bubbles = new Map();
  #draw = () => this.#update();

  /** @param {HTMLElement} place @param {HTMLElement | null} log */
  constructor(place, log) {
    this.#place = place;
    this.#log = log;
    this.#chatId = Number(place.dataset.chatId);
    // A child of its own: so the circuit draws it, and not as the parser would.
    this.#template = place.querySelector('template > *');
    outbox.addEventListener('change', this.#draw);
    this.#update();
  }

  disconnect() {
    outbox.removeEventListener('change', this.#draw);
    for (const { root } of this.#bubbles.values()) root.remove();
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

  /** As MessageItem.razor says it of stored messages, so that nothing moves when this one becomes one. */
  #continues() {
    if (this.#bubbles.size > 0) return true;
    const last = this.#log?.lastElementChild;
    const sentAt = Date.parse(last?.querySelector('time')?.dateTime);
    return last?.dataset.mine === 'true' && last.dataset.deleted === undefined && Date.now() - sentAt < CLOSE_MS;
  }

  #add(message, before) {
    const bubble = new Bubble(message, this.#template.cloneNode(true), this.#place.dataset.userName);
    bubble.root.classList.toggle('continues', this.#continues());
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
  #mark;
  #note = element('p', { class: 'note' });
  #trouble = /** @type {{ reason: string, state: string, root: HTMLElement } | null} */ (null);

  /** @param {PendingMessage} message @param {any} root the template's clone @param {string | undefined} author */
  constructor(message, root, author) {
    this.#message = message;
    this.root = root;
    root.dataset.clientId = message.key;
    root.querySelector('.author').textContent = author;
    this.#mark = root.querySelector('.sent');
    const [text, files, frame] = ['.text', '.files', '.attachment'].map((part) => root.querySelector(part));
    if (message.text) text.textContent = message.text;
    else text.remove();
    this.#files = message.files.map((file) => new FileLine(message, file, frame.cloneNode(true)));
    frame.replaceWith(...this.#files.map((line) => line.root));
    if (this.#files.length === 0) files.remove();
    root.querySelector('.body').append(this.#note);
  }

  update() {
    const { state, reason } = this.#message;
    const isHeldUp = state === 'waiting' || state === 'refused';
    this.root.dataset.state = state;
    for (const line of this.#files) line.update(isHeldUp, state === 'elsewhere');
    this.#mark.textContent = isHeldUp || state === 'elsewhere' ? '' : this.#stateInWords();
    this.#note.textContent = [state === 'elsewhere' ? 'Another tab is sending it.' : '', this.#riskInWords()].filter(Boolean).join(' ');
    this.#note.hidden = !this.#note.textContent;
    this.#showTrouble(isHeldUp ? reason : null);
  }

  /** In as little room as a time takes. */
  #stateInWords() {
    const { bytes, progress, state } = this.#message;
    if (bytes > 0 && state === 'pending') return 'Waiting…';
    if (bytes > 0 && state === 'sending' && progress < 1) return `${Math.floor(progress * 100)} %`;
    return 'Sending…';
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
  #size;
  #bar;
  #retry;
  #cancel;

  /** @param {PendingMessage} message @param {PendingMessage['files'][0]} file @param {any} root the template's clone */
  constructor(message, file, root) {
    this.#message = message;
    this.#file = file;
    this.root = root;
    root.querySelector('.kind').replaceChildren(icon(iconOf(file.name)));
    const name = root.querySelector('.name');
    name.textContent = name.title = file.name;
    this.#size = root.querySelector('.size');
    this.#bar = root.querySelector('.progress');
    this.#bar.setAttribute('aria-label', `Uploading ${file.name}`);
    this.#retry = this.#button('[data-retry]', `Retry ${file.name}`, () => outbox.retry(message));
    this.#cancel = this.#button('[data-cancel]', `Cancel ${file.name}`, () => outbox.cancel(message, file));
  }

  update(isHeldUp, isElsewhere) {
    const share = this.#message.progressOf(this.#file);
    const percent = Math.floor(share * 100);
    this.#size.textContent = !isHeldUp && share > 0 && share < 1 ? this.#progressInWords(share) : readableSize(this.#file.size);
    this.#bar.setAttribute('aria-valuenow', percent);
    this.#bar.firstElementChild.style.width = `${percent}%`;
    this.#bar.hidden = isHeldUp || isElsewhere;
    // They keep their room.
    this.#retry.style.visibility = isHeldUp ? '' : 'hidden';
    this.#cancel.style.visibility = isElsewhere ? 'hidden' : '';
  }

  #progressInWords(share) {
    const { size } = this.#file;
    const speed = this.#message.pace.perSecond;
    const outlook = speed ? ` · ${readableSize(speed)}/s · ${timeLeft((size * (1 - share)) / speed)}` : '';
    return `${readableSize(size * share)} of ${readableSize(size)}${outlook}`;
  }

  #button(which, label, onclick) {
    const button = this.root.querySelector(which);
    button.setAttribute('aria-label', label);
    button.title = label;
    button.addEventListener('click', onclick);
    return button;
  }
}

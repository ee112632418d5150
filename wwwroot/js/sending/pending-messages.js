// Draws a chat's part of the outbox behind its messages, in bubbles like theirs (MessageItem.razor).
import { element, fileName, find, icon } from '../page/dom.js';
import { iconOf, isSound, previewLines, readableSize } from '../files/files.js';
import { previewSize, shownAs } from '../files/pictures.js';
import { outbox } from './outbox.js';
import { quoteOf } from '../page/quotes.js';
import { timeLeft } from './pace.js';
import { withNames } from '../writing/people.js';

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
    for (const bubble of this.#bubbles.values()) bubble.remove();
  }

  #update() {
    const pending = outbox.of(this.#chatId);
    for (const [message, bubble] of this.#bubbles) {
      if (pending.includes(message)) continue;
      const hadFocus = bubble.root.contains(document.activeElement);
      bubble.remove();
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
    const bubble = new Bubble(message, this.#template.cloneNode(true), this.#place.dataset.userName, this.#log);
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
  #places;
  #looks = '';
  #mark;
  #note = element('p', { class: 'note' });
  #trouble = /** @type {{ reason: string, state: string, root: HTMLElement } | null} */ (null);

  /** @param {PendingMessage} message @param {any} root the template's clone @param {string | undefined} author @param {HTMLElement | null} log */
  constructor(message, root, author, log) {
    this.#message = message;
    this.root = root;
    root.dataset.clientId = message.key;
    root.querySelector('.author').textContent = author;
    this.#mark = root.querySelector('.sent');
    const [reply, text, files, tiles, others, frame] = ['.reply', '.text', '.files', '.pictures', '.others', '.attachment'].map((part) => root.querySelector(part));
    if (message.replyTo) reply.querySelector('.quote').replaceChildren(element('strong', {}, message.replyTo.author), ` ${quoteOf(log, message.replyTo.messageId)}`);
    else reply.remove();
    if (message.text) text.textContent = withNames(message.text, message.people);
    else text.remove();
    this.#places = { files, tiles, others };
    this.#files = message.files.map((file) => new FileLine(message, file, frame.cloneNode(true), () => this.#place()));
    if (this.#files.length === 0) files.remove();
    this.#place();
    root.querySelector('.body').append(this.#note);
  }

  remove() {
    this.root.remove();
    for (const line of this.#files) line.forget();
  }

  /** Each file where it will be when it is there (AttachmentList.razor): nothing moves then. */
  #place() {
    const looks = this.#files.map((line) => line.shownAs).join();
    if (looks === this.#looks) return;
    this.#looks = looks;
    const { files, tiles, others } = this.#places;
    const pictures = this.#files.filter((line) => line.shownAs === 'picture');
    const tiled = pictures.length > 1 ? pictures : [];
    for (const line of this.#files) line.frame(tiled.includes(line));
    Object.assign(tiles.dataset, { count: tiled.length, wide: ((3 - (tiled.length % 3)) % 3) * 2 });
    tiles.replaceChildren(...tiled.map((line) => line.root));
    others.replaceChildren(...this.#files.filter((line) => !tiled.includes(line)).map((line) => line.root));
    files.replaceChildren(...[tiles, others].filter((place) => place.children.length > 0));
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
    if (this.#message.lacksRoom && isRefused) box.append(element('a', { class: 'button quiet small', href: '/files' }, 'My files, largest first'));
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
  #looks = { name: '', pixels: /** @type {import('../files/pictures.js').Pixels | null} */ (null), thumbnail: /** @type {Blob | null} */ (null) };
  #preview = /** @type {string | null} */ (null);
  #isGone = false;

  /**
   * @param {PendingMessage} message
   * @param {PendingMessage['files'][0]} file
   * @param {any} root the template's clone
   * @param {() => void} onLooks more is known of how it looks
   */
  constructor(message, file, root, onLooks) {
    this.#message = message;
    this.#file = file;
    this.root = root;
    this.#looks.name = file.name;
    const sized = this.#learn('pixels', onLooks);
    const drawn = this.#learn('thumbnail', onLooks);
    Promise.all([sized, drawn]).then(() => this.#show());
    root.querySelector('.kind').replaceChildren(icon(iconOf(file.name)));
    const name = root.querySelector('.name');
    name.title = file.name;
    name.replaceChildren(...fileName(file.name));
    this.#size = root.querySelector('.size');
    this.#bar = root.querySelector('.progress');
    this.#bar.setAttribute('aria-label', `Uploading ${file.name}`);
    this.#retry = this.#button('[data-retry]', `Retry ${file.name}`, () => outbox.retry(message));
    this.#cancel = this.#button('[data-cancel]', `Cancel ${file.name}`, () => outbox.cancel(message, file));
  }

  get shownAs() {
    return isSound(this.#told) ? 'audio' : shownAs(this.#looks);
  }

  /** What a browser has recorded says what it is; its name alone may be that of a film. */
  get #told() {
    const { name, size, file } = this.#file;
    return { name, size, type: file instanceof Blob ? file.type : '' };
  }

  /** Takes the room that the file will take. */
  frame(isTile) {
    const as = this.shownAs;
    for (const part of this.root.querySelectorAll('[data-as]')) part.hidden = part.dataset.as !== as;
    const lines = previewLines(this.#told);
    const preview = this.root.querySelector('.preview');
    preview.hidden = lines === 0;
    preview.style.setProperty('--lines', String(lines));
    this.root.classList.toggle('media', as === 'picture' || as === 'video');
    this.root.classList.toggle('tile', isTile);
    if (as !== 'picture' || !this.#looks.pixels) return;
    const { width, height } = previewSize(this.#looks.pixels);
    Object.assign(this.root.querySelector('img'), { width, height });
    this.root.style.setProperty('--preview-width', isTile ? '' : `${width}px`);
  }

  forget() {
    this.#isGone = true;
    if (this.#preview) URL.revokeObjectURL(this.#preview);
  }

  /** At once what is known at once; it may still be on its way from the composer. */
  async #learn(part, onLooks) {
    const known = this.#file[part] ?? null;
    if (!(known instanceof Promise)) return void (this.#looks[part] = known);
    this.#looks[part] = await known.catch(() => null);
    onLooks();
  }

  /** What everybody will see: its thumbnail, or where there is none itself. */
  async #show() {
    const as = this.shownAs;
    const seen = this.#looks.thumbnail ?? (as === 'picture' ? await Promise.resolve(this.#file.file).catch(() => null) : null);
    if (!seen || this.#isGone || (as !== 'picture' && as !== 'video')) return;
    this.#preview = URL.createObjectURL(seen);
    if (as === 'picture') this.root.querySelector('img').src = this.#preview;
    else this.root.querySelector('video').poster = this.#preview;
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

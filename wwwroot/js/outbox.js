// What this tab is sending. It outlives the chat page that it was written on, needs no circuit, and knows no elements:
// PendingMessages draws it. One key is the thread through pending bubble, upload and stored message.
import { newKey, transmit, antiforgeryToken } from './transmission.js';

const PATIENCE_MS = 1_500;
const PAUSES_MS = [2_000, 4_000, 8_000, 16_000, 30_000];

/** A message on its way. `state` is sending, waiting (tries again by itself), refused or sent. */
class PendingMessage {
  key = newKey();
  state = 'sending';
  reason = null;
  progress = 0;
  tries = 0;
  startedAt = performance.now();

  constructor(chatId, text, files) {
    this.chatId = chatId;
    this.text = text;
    this.files = files;
  }

  get bytes() {
    return this.files.reduce((sum, file) => sum + file.size, 0);
  }

  /** How much of that file is through, 0 to 1; the files travel one behind the other. */
  progressOf(file) {
    let before = 0;
    for (const other of this.files) {
      if (other === file) break;
      before += other.size;
    }
    return Math.min(1, Math.max(0, (this.progress * this.bytes - before) / file.size));
  }
}

class Outbox extends EventTarget {
  #messages = [];
  #withdrawn = new Set();

  constructor() {
    super();
    addEventListener('online', () => this.retryWaiting());
  }

  /** @param files as FilesToSend gives them */
  send(chatId, text, files) {
    const message = new PendingMessage(chatId, text, files);
    this.#messages.push(message);
    this.#try(message);
    return message;
  }

  of(chatId) {
    return this.#messages.filter((message) => message.chatId === chatId);
  }

  /** Tries again under the same key: whatever had arrived already is not sent twice. */
  retry(message) {
    clearTimeout(message.timer);
    message.attempt?.abort();
    this.#try(message);
  }

  /** There is reason to believe that the server is there again. */
  retryWaiting() {
    for (const message of this.#messages) if (message.state === 'waiting') this.retry(message);
  }

  /** Takes one file back. The others go as a new message, because a key stands for what it was first used for. */
  cancel(message, file) {
    const rest = message.files.filter((other) => other !== file);
    this.#withdraw(message);
    if (rest.length > 0) this.send(message.chatId, message.text, rest);
    else if (message.text) this.dispatchEvent(new CustomEvent('text-back', { detail: message }));
  }

  /** Takes the whole message back. */
  discard(message) {
    this.#withdraw(message);
  }

  /** The stored message is on the page. If it had been taken back too late, it goes again. */
  arrived(chatId, key, messageId) {
    const message = this.#messages.find((m) => m.key === key);
    if (message) this.#remove(message);
    if (this.#withdrawn.delete(key))
      fetch(`/chat/${chatId}/messages/${messageId}`, {
        method: 'DELETE',
        headers: { RequestVerificationToken: antiforgeryToken() },
      });
  }

  /** The chat was loaded afresh: what was sent before that is in it, even where it is too old to be on the page. */
  forgetSent(chatId) {
    for (const message of this.of(chatId)) if (message.state === 'sent') this.#remove(message);
  }

  /** When nothing is under way any more that would go on by itself. */
  async whenIdle() {
    while (this.#messages.some((m) => m.state === 'sending' || m.state === 'waiting'))
      await new Promise((resolve) => this.addEventListener('change', resolve, { once: true }));
  }

  #try(message) {
    message.trying = this.#tryInTurn(message);
  }

  async #tryInTurn(message) {
    const turn = (message.turn = {});
    // A silent try again keeps what is shown until it gets somewhere, so that nothing flickers.
    if (message.state !== 'waiting') this.#change(message, { state: 'sending', reason: null, progress: 0 });
    await this.#waitForEarlier(message);
    for (const entry of message.files) Object.assign(entry, { file: await entry.file, thumbnail: await entry.thumbnail });
    // Meanwhile it may have been taken back, or tried again.
    if (message.turn !== turn) return;
    const attempt = transmit(message, (progress) => this.#advance(message, attempt, progress));
    message.attempt = attempt;
    message.startedAt = performance.now();
    const { kind, reason } = await attempt.ended;
    if (message.attempt !== attempt || kind === 'aborted') return;
    if (kind === 'sent') this.#change(message, { state: 'sent', progress: 1, reason: null });
    else if (kind === 'refused') this.#change(message, { state: 'refused', reason });
    else this.#wait(message, reason);
  }

  /** What was written first goes first, unless it takes long: a large upload holds nobody up. */
  async #waitForEarlier(message) {
    const mine = this.of(message.chatId);
    const earlier = mine.slice(0, mine.indexOf(message)).filter((m) => m.state === 'sending' || m.state === 'waiting');
    if (earlier.length === 0) return;
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    await Promise.race([Promise.all(earlier.map((m) => m.trying)), patience]);
  }

  #advance(message, attempt, progress) {
    if (message.attempt === attempt) this.#change(message, { state: 'sending', reason: null, progress });
  }

  #wait(message, reason) {
    this.#change(message, { state: 'waiting', reason });
    const pause = PAUSES_MS[Math.min(message.tries++, PAUSES_MS.length - 1)];
    message.timer = setTimeout(() => navigator.onLine && this.retry(message), pause);
  }

  #withdraw(message) {
    this.#withdrawn.add(message.key);
    clearTimeout(message.timer);
    const attempt = message.attempt;
    message.attempt = message.turn = null;
    attempt?.abort();
    this.#remove(message);
  }

  #remove(message) {
    clearTimeout(message.timer);
    this.#messages = this.#messages.filter((other) => other !== message);
    this.dispatchEvent(new Event('change'));
  }

  #change(message, news) {
    Object.assign(message, news);
    this.dispatchEvent(new Event('change'));
  }
}

export const outbox = new Outbox();

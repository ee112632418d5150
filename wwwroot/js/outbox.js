// What this browser is sending. It outlives the chat page that it was written on, and by outbox-store.js the reload and
// the closed tab. It needs no circuit, and knows no elements: PendingMessages draws it. One key is the thread through
// pending bubble, upload and stored message, and makes any repeat harmless.
import { forgetMessage, isKept, keepMessage, keptMessages, userId } from './outbox-store.js';
import { Pace } from './pace.js';
import { endUpload } from './resumable.js';
import { antiforgeryToken, newKey, transmit, travelOrder } from './transmission.js';

const PATIENCE_MS = 1_500;
const PAUSES_MS = [2_000, 4_000, 8_000, 16_000, 30_000];
const ELSEWHERE_MS = 300;
// A browser has six connections to a server; the page itself wants some.
const UPLOADS_AT_ONCE = 3;

/**
 * A message on its way. `state` is sending, waiting (tries again by itself), refused, sent, or elsewhere (another tab
 * sends it).
 */
class PendingMessage {
  progress = 0;
  tries = 0;
  pace = new Pace();
  isKept = false;
  hasEnded = new Promise((resolve) => (this.end = resolve));

  constructor({ chatId, text, files, key = newKey(), writtenAt = Date.now(), state = 'sending', reason = null }) {
    Object.assign(this, { chatId, text, key, writtenAt, state, reason });
    this.files = files.map(entryOf);
  }

  get bytes() {
    return this.files.reduce((sum, file) => sum + file.size, 0);
  }

  /** How much of that file is through, 0 to 1; the files travel one behind the other. */
  progressOf(file) {
    let before = 0;
    for (const other of travelOrder(this.files)) {
      if (other === file) break;
      before += other.size;
    }
    return Math.min(1, Math.max(0, (this.progress * this.bytes - before) / file.size));
  }

  /** A picture may still be being prepared when it is sent. */
  async prepare() {
    for (const entry of this.files) {
      entry.file = await entry.file;
      entry.size = entry.file.size;
      entry.thumbnail = await Promise.resolve(entry.thumbnail).catch(() => null);
    }
  }

  /** Keeps it as it is now; without waiting, as sending it at the same time does no harm. */
  async keep() {
    const { key, chatId, text, writtenAt, state, reason, files } = this;
    const isPreparing = files.some((entry) => entry.file instanceof Promise);
    if (!isPreparing && !this.isDone)
      this.isKept = await keepMessage({ key, chatId, text, writtenAt, reason, files: files.map((file) => ({ ...file })), state: state === 'refused' ? state : 'sending' });
  }
}

/** From a picked file, a prepared one ({ file, thumbnail }) or an entry that a message had before. */
function entryOf(item) {
  const entry = item instanceof Blob ? { file: item } : { ...item };
  entry.name ??= entry.file.name;
  entry.size ??= entry.file.size ?? 0;
  return entry;
}

/** So many at a time. */
class Slots {
  #free;
  #waiting = [];

  constructor(count) {
    this.#free = count;
  }

  async take() {
    if (this.#free > 0) this.#free--;
    else await new Promise((resolve) => this.#waiting.push(resolve));
  }

  give() {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}

class Outbox extends EventTarget {
  #messages = [];
  #withdrawn = new Set();
  #slots = new Slots(UPLOADS_AT_ONCE);

  constructor() {
    super();
    addEventListener('online', () => this.retryWaiting());
    addEventListener('beforeunload', (event) => this.#isAtRisk && event.preventDefault());
    if (userId) this.#restore();
  }

  /** @param files as FilesToSend gives them */
  send(chatId, text, files) {
    const message = new PendingMessage({ chatId, text, files });
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
    if (rest.length === 0) {
      this.#withdraw(message);
      if (message.text) this.dispatchEvent(new CustomEvent('text-back', { detail: message }));
      return;
    }
    const remaining = new PendingMessage({ chatId: message.chatId, text: message.text, writtenAt: message.writtenAt, files: rest });
    const at = this.#messages.indexOf(message);
    this.#withdraw(message, rest);
    this.#messages.splice(at, 0, remaining);
    this.#try(remaining);
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

  /** When a reload would lose nothing: all is kept, or nothing goes on by itself. */
  async whenSafe() {
    while (this.#isAtRisk) await new Promise((resolve) => this.addEventListener('change', resolve, { once: true }));
  }

  get #isAtRisk() {
    return this.#messages.some((m) => !m.isKept && (m.state === 'sending' || m.state === 'waiting'));
  }

  /** What an earlier page has not brought to its end goes on. */
  async #restore() {
    for (const record of await keptMessages()) {
      if (this.#messages.some((m) => m.key === record.key)) continue;
      const message = new PendingMessage(record);
      Object.assign(message, { isRestored: true, isKept: true });
      const at = this.#messages.findIndex((m) => m.writtenAt > message.writtenAt);
      this.#messages.splice(at < 0 ? this.#messages.length : at, 0, message);
      if (message.state === 'refused') this.#change(message, {});
      else this.#try(message);
    }
  }

  #try(message) {
    message.trying = this.#tryInTurn(message);
  }

  async #tryInTurn(message) {
    const turn = (message.turn = {});
    // A silent try again keeps what is shown until it gets somewhere, so that nothing flickers.
    if (message.state !== 'waiting') this.#change(message, { state: 'sending', reason: null, progress: 0 });
    try {
      await message.prepare();
    } catch {
      return this.#change(message, { state: 'refused', reason: 'The file could not be read. Pick it again.' });
    }
    if (!(await this.#own(message))) return this.#remove(message);
    message.keep().then(() => this.dispatchEvent(new Event('change')));
    await this.#waitForEarlier(message);
    // Meanwhile it may have been taken back, or tried again.
    if (message.turn === turn) await this.#transmit(message, turn);
  }

  async #transmit(message, turn) {
    const needsSlot = message.files.length > 0;
    if (needsSlot) await this.#slots.take();
    try {
      if (message.turn !== turn) return;
      const attempt = transmit(message, (progress) => this.#advance(message, attempt, progress));
      message.attempt = attempt;
      message.pace.forget();
      const outcome = await attempt.ended;
      if (message.attempt === attempt) this.#conclude(message, outcome);
    } finally {
      if (needsSlot) this.#slots.give();
    }
  }

  #conclude(message, { kind, reason, file, pause }) {
    if (kind === 'sent') {
      message.isDone = true;
      forgetMessage(message.key);
      this.#change(message, { state: 'sent', progress: 1, reason: null, isKept: true });
    } else if (kind === 'refused' && file in message.files && message.files.length > 1) this.#setAside(message, message.files[file], reason);
    else if (kind === 'refused') this.#refuse(message, reason);
    else if (kind === 'lost') this.#wait(message, reason, pause);
  }

  #refuse(message, reason) {
    this.#change(message, { state: 'refused', reason });
    message.keep();
  }

  /** One file can't be accepted: it stays behind with its reason, the others and the text go on without it. */
  #setAside(message, file, reason) {
    const { chatId, text, writtenAt, files } = message;
    const others = new PendingMessage({ chatId, text, writtenAt, files: files.filter((other) => other !== file) });
    const refused = new PendingMessage({ chatId, text: '', writtenAt, files: [file] });
    this.#messages.splice(this.#messages.indexOf(message), 0, others, refused);
    this.#remove(message);
    this.#refuse(refused, reason);
    this.#try(others);
  }

  /** One tab sends it; the others wait whether that tab goes away before it is done. False: it was done elsewhere. */
  #own(message) {
    // Only https and localhost have locks. Without them two tabs may send the same, which the key makes one message.
    return (message.owning ??= navigator.locks ? this.#lock(message) : Promise.resolve(true));
  }

  async #lock(message) {
    const locked = new Promise((resolve) => navigator.locks.request(`message ${message.key}`, () => (resolve(true), message.hasEnded)));
    const isHere = await Promise.race([locked, new Promise((resolve) => setTimeout(resolve, ELSEWHERE_MS, false))]);
    if (!isHere) this.#change(message, { state: 'elsewhere' });
    await locked;
    if (!isHere) this.#change(message, { state: 'sending' });
    return !message.isRestored || (await isKept(message.key));
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
    if (message.attempt !== attempt) return;
    message.pace.note(progress * message.bytes);
    this.#change(message, { state: 'sending', reason: null, progress });
  }

  #wait(message, reason, pause) {
    this.#change(message, { state: 'waiting', reason });
    pause ??= PAUSES_MS[Math.min(message.tries++, PAUSES_MS.length - 1)];
    message.timer = setTimeout(() => navigator.onLine && this.retry(message), pause);
  }

  /** @param stillWanted files that go on in another message, with what of them has arrived */
  #withdraw(message, stillWanted = []) {
    this.#withdrawn.add(message.key);
    clearTimeout(message.timer);
    const attempt = message.attempt;
    message.attempt = message.turn = null;
    attempt?.abort();
    for (const file of message.files) if (file.uploadUrl && !stillWanted.includes(file)) endUpload(file.uploadUrl);
    this.#remove(message);
  }

  #remove(message) {
    clearTimeout(message.timer);
    message.isDone = true;
    message.attempt = message.turn = null;
    forgetMessage(message.key).then(message.end);
    this.#messages = this.#messages.filter((other) => other !== message);
    this.dispatchEvent(new Event('change'));
  }

  #change(message, news) {
    Object.assign(message, news);
    this.dispatchEvent(new Event('change'));
  }
}

export const outbox = new Outbox();

// What this browser is sending. It outlives the chat page that it was written on, and by outbox-store.js the reload and
// the closed tab. It needs no circuit, and knows no elements: PendingMessages draws it. One key is the thread through
// pending bubble, upload and stored message, and makes any repeat harmless.
import { isReadable, outgoing, prepare } from './outgoing-file.js';
import { ask, isDone, problemOf } from '../server/answers.js';
import { allWritten, forgetOld, isKept, keptMessages, takeCopies, userId, whenOthersChange, write } from './outbox-store.js';
import { Pace } from './pace.js';
import { pauseAfter } from '../server/pauses.js';
import { antiforgeryToken } from '../server/requests.js';
import { endUpload } from './resumable.js';
import { newKey, transmit, travelOrder } from './transmission.js';

const PATIENCE_MS = 1_500;
const PAUSES_MS = [2_000, 4_000, 8_000, 16_000, 30_000];
const LOCK_MS = 300;
// Most messages are through before another tab needs to know of them.
const OTHER_TABS_MS = 1_000;
// A browser has six connections to a server; the page itself wants some.
const UPLOADS_AT_ONCE = 3;

let lastMoment = 0;

/** Two that are written in the same millisecond keep their order, too. */
const now = () => (lastMoment = Math.max(Date.now(), lastMoment + 1));

/**
 * A message on its way. `state` is pending (not begun), sending, waiting (tries again by itself), refused, sent, or
 * elsewhere (another tab sends it).
 */
class PendingMessage {
  progress = 0;
  tries = 0;
  pace = new Pace();
  isKept = false;
  /** The browser was asked to keep it and can't: it is lost with the page. */
  cantBeKept = false;
  isDone = false;
  hasEnded = new Promise((resolve) => (this.end = resolve));
  /** Settled when the browser has kept it, or can't. */
  kept = new Promise((resolve) => (this.hasKept = resolve));

  constructor({ chatId, text, files, key = newKey(), writtenAt = now(), state = 'pending', reason = null }) {
    Object.assign(this, { chatId, text, files, key, writtenAt, state, reason });
  }

  get bytes() {
    return this.files.reduce((sum, file) => sum + file.size, 0);
  }

  get isUnderWay() {
    return this.state === 'pending' || this.state === 'sending' || this.state === 'waiting';
  }

  /** How much of that file is through, 0 to 1; the files travel one behind the other. */
  progressOf(file) {
    let before = 0;
    for (const other of travelOrder(this)) {
      if (other === file) break;
      before += other.size;
    }
    return Math.min(1, Math.max(0, (this.progress * this.bytes - before) / file.size));
  }

  /** As it is kept: what was under way begins again. */
  get record() {
    const { key, chatId, text, writtenAt, reason, files, state } = this;
    return { key, chatId, text, writtenAt, files, reason, state: state === 'refused' ? state : 'pending' };
  }

  /** Keeps it as it is now, with what its files remember of their uploads. */
  async save() {
    if (this.isDone) return;
    const isNew = !this.isKept;
    this.isKept = await write({ put: [this.record] });
    this.cantBeKept = !this.isKept;
    if (this.isKept && isNew) await takeCopies(this.files);
    this.hasKept(this.isKept);
  }
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

/** Tells of every `change`; and once each, with the message, of `started`, `sent`, `held-up`, `refused` and `text-back`. */
class Outbox extends EventTarget {
  #messages = [];
  #withdrawn = new Set();
  #slots = new Slots(UPLOADS_AT_ONCE);

  constructor() {
    super();
    addEventListener('online', () => this.retryWaiting());
    // A text is still the draft until it is kept; files would be lost.
    addEventListener('beforeunload', (event) => this.#atRisk.some((message) => message.cantBeKept || message.files.length > 0) && event.preventDefault());
    if (!userId) return;
    let timer;
    whenOthersChange(() => {
      clearTimeout(timer);
      timer = setTimeout(() => this.#meetStore(), OTHER_TABS_MS);
    });
    forgetOld().then(() => this.#meetStore());
  }

  /** @param picked files, or as FilesToSend prepares them */
  send(chatId, text, picked) {
    const message = new PendingMessage({ chatId, text, files: picked.map(outgoing) });
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
    for (const message of this.#messages) {
      if (message.state !== 'waiting') continue;
      message.tries = 0;
      this.retry(message);
    }
  }

  /** Takes one file back. The others go as a new message, because a key stands for what it was first used for. */
  cancel(message, file) {
    const rest = message.files.filter((other) => other !== file);
    if (rest.length > 0) return this.#replace(message, this.#successor(message, rest));
    this.discard(message);
    if (message.text) this.#tell('text-back', message);
  }

  /** Takes the whole message back. */
  discard(message) {
    write({ remove: [message.key] });
    this.#withdraw(message);
  }

  /** The stored message is on the page. If it had been taken back too late, it goes again. */
  arrived(chatId, key, messageId) {
    const message = this.#messages.find((m) => m.key === key);
    if (message) this.#finish(message);
    if (this.#withdrawn.delete(key)) takeBack(chatId, messageId);
  }

  /** The chat was loaded afresh: what was sent before that is in it, even where it is too old to be on the page. */
  forgetSent(chatId) {
    for (const message of this.of(chatId)) if (message.state === 'sent') this.#drop(message);
  }

  /** How many messages have not got to their end and go on by themselves. */
  get underWay() {
    return this.#messages.filter((message) => message.isUnderWay).length;
  }

  /** How many of those are only in this page, and go with it. */
  get unkept() {
    return this.#atRisk.length;
  }

  /** When a reload would lose nothing: all is kept, or nothing goes on by itself. */
  async whenSafe() {
    while (this.#atRisk.length > 0) await new Promise((resolve) => this.addEventListener('change', resolve, { once: true }));
  }

  get #atRisk() {
    return this.#messages.filter((message) => !message.isKept && message.isUnderWay);
  }

  /** What an earlier page or another tab has left goes on here; what another tab has brought to its end is forgotten. */
  async #meetStore() {
    const records = await keptMessages();
    const mine = (record) => this.#messages.find((message) => message.key === record.key);
    for (const record of records) if (!mine(record) && !this.#withdrawn.has(record.key)) this.#restore(record);
    for (const message of this.#messages)
      if ((message.state === 'elsewhere' || message.state === 'refused') && message.isKept && !records.some((r) => r.key === message.key)) this.#drop(message);
  }

  #restore(record) {
    const message = Object.assign(new PendingMessage(record), { isRestored: true, isKept: true });
    const at = this.#messages.findIndex((other) => other.writtenAt > message.writtenAt);
    this.#messages.splice(at < 0 ? this.#messages.length : at, 0, message);
    if (message.state === 'refused') this.#change(message, {});
    else this.#try(message);
  }

  #try(message) {
    message.trying = this.#tryInTurn(message);
  }

  async #tryInTurn(message) {
    const turn = (message.turn = {});
    // A silent try again keeps what is shown until it gets somewhere, so that nothing flickers.
    if (message.state !== 'waiting') this.#change(message, { state: 'pending', reason: null, progress: 0 });
    const unreadable = await this.#prepare(message);
    // After every wait: meanwhile it may have been taken back, or tried again.
    if (message.turn !== turn) return;
    if (unreadable) return this.#setAside(message, unreadable, unreadableReason(unreadable));
    if (!(await this.#own(message))) return this.#drop(message);
    if (message.turn !== turn) return;
    await message.save();
    this.#change(message, {});
    await this.#waitForEarlier(message);
    if (message.turn === turn) await this.#transmit(message, turn);
  }

  /** Gives the first file that can't be had, if there is one. */
  async #prepare(message) {
    for (const file of message.files) {
      try {
        await prepare(file);
      } catch {
        return file;
      }
    }
    return null;
  }

  async #transmit(message, turn) {
    const needsSlot = message.files.length > 0;
    if (needsSlot) await this.#slots.take();
    try {
      if (message.turn !== turn) return;
      const attempt = transmit(message, (progress) => this.#advance(message, attempt, progress));
      message.attempt = attempt;
      message.pace.forget();
      if (message.state === 'pending') this.#change(message, { state: 'sending' });
      if (!message.hasStarted) this.#tell('started', message);
      message.hasStarted = true;
      await this.#conclude(message, attempt, await attempt.ended);
    } finally {
      if (needsSlot) this.#slots.give();
    }
  }

  async #conclude(message, attempt, { kind, reason, type, file, pause }) {
    // A network that is away and a file that has gone from the disk look the same to a request. What the browser has kept is
    // a copy that can't go; and a page that is being left can read nothing, in WebKit, but can still draw wrong conclusions.
    const unreadable = kind === 'lost' && !message.isKept ? await firstUnreadable(message.files) : null;
    if (message.attempt !== attempt) return;
    if (kind === 'sent') this.#markSent(message);
    else if (unreadable) this.#setAside(message, unreadable, unreadableReason(unreadable));
    else if (kind === 'refused' && file in message.files) this.#setAside(message, message.files[file], reason);
    else if (kind === 'refused') this.#refuse(message, reason);
    else if (kind === 'lost') this.#wait(message, reason, type, pause);
  }

  #markSent(message) {
    message.isDone = true;
    write({ remove: [message.key] });
    this.#change(message, { state: 'sent', progress: 1, reason: null });
    this.#tell('sent', message);
  }

  #refuse(message, reason) {
    this.#change(message, { state: 'refused', reason });
    message.save();
    this.#tell('refused', message);
  }

  /** One file can't be accepted: it stays behind with its reason, the others and the text go on without it. */
  #setAside(message, file, reason) {
    const others = message.files.filter((other) => other !== file);
    if (others.length === 0) return this.#refuse(message, reason);
    const refused = new PendingMessage({ ...message.record, key: undefined, text: '', files: [file], state: 'refused', reason });
    this.#replace(message, this.#successor(message, others), refused);
    this.#tell('refused', refused);
  }

  /** The same with other files, under a key of its own. */
  #successor(message, files) {
    return new PendingMessage({ ...message.record, key: undefined, files, state: 'pending', reason: null });
  }

  /** Others take a message's place, here and in the store at once. */
  #replace(message, ...successors) {
    this.#messages.splice(this.#messages.indexOf(message), 0, ...successors);
    const stillWanted = successors.flatMap((successor) => successor.files);
    const replacing = write({ put: successors.map((successor) => successor.record), remove: [message.key] });
    for (const successor of successors) replacing.then((isKept) => Object.assign(successor, { isKept, cantBeKept: !isKept }));
    this.#withdraw(message, stillWanted);
    for (const successor of successors) if (successor.state === 'pending') this.#try(successor);
  }

  /** One tab sends it; the others wait whether that tab goes away before it is done. False: it was done elsewhere. */
  #own(message) {
    // Only https and localhost have locks. Without them two tabs may send the same, which the key makes one message.
    return (message.owning ??= navigator.locks ? this.#lock(message) : Promise.resolve(true));
  }

  async #lock(message) {
    const locked = new Promise((resolve) => {
      const holding = navigator.locks.request(`message ${message.key}`, () => (resolve(true), message.hasEnded));
      holding.catch(() => resolve(true));
    });
    const isHere = await Promise.race([locked, new Promise((resolve) => setTimeout(resolve, LOCK_MS, false))]);
    if (!isHere) this.#change(message, { state: 'elsewhere' });
    await locked;
    if (!isHere && !message.isDone) this.#change(message, { state: 'pending' });
    return !message.isRestored || (await isKept(message.key));
  }

  /** What was written first goes first, unless it takes long: a large upload holds nobody up. */
  async #waitForEarlier(message) {
    const mine = this.of(message.chatId);
    const earlier = mine.slice(0, mine.indexOf(message)).filter((m) => m.isUnderWay);
    if (earlier.length === 0) return;
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    await Promise.race([Promise.all(earlier.map((m) => m.trying)), patience]);
  }

  #advance(message, attempt, progress) {
    if (message.attempt !== attempt) return;
    message.pace.note(progress * message.bytes);
    this.#change(message, { state: 'sending', reason: null, progress });
  }

  #wait(message, reason, type, pause) {
    const isNew = message.state !== 'waiting';
    this.#change(message, { state: 'waiting', reason, isSignedOut: type === 'not-signed-in' });
    pause ??= pauseAfter(message.tries++, PAUSES_MS);
    message.timer = setTimeout(() => navigator.onLine && this.#retryInOrder(message), pause);
    if (isNew) this.#tell('held-up', message);
  }

  /** What was written before it and waits too goes with it, so that it still goes first. */
  #retryInOrder(message) {
    const mine = this.of(message.chatId);
    for (const other of mine.slice(0, mine.indexOf(message) + 1)) if (other.state === 'waiting') this.retry(other);
  }

  /** @param stillWanted files that go on in another message, with what of them has arrived */
  #withdraw(message, stillWanted = []) {
    this.#withdrawn.add(message.key);
    const attempt = message.attempt;
    for (const file of message.files) if (file.uploadUrl && !stillWanted.includes(file)) endUpload(file.uploadUrl);
    this.#drop(message);
    attempt?.abort();
  }

  /** It is stored at the server. */
  #finish(message) {
    write({ remove: [message.key] });
    if (message.state !== 'sent') this.#tell('sent', message);
    this.#drop(message);
  }

  /** It is no longer this tab's business. */
  #drop(message) {
    clearTimeout(message.timer);
    message.isDone = true;
    message.attempt = message.turn = null;
    message.hasKept(false);
    // Only then, or a tab that waits for its turn would find it in the store and send it.
    allWritten().then(message.end);
    this.#messages = this.#messages.filter((other) => other !== message);
    this.dispatchEvent(new Event('change'));
  }

  #change(message, news) {
    Object.assign(message, news);
    this.dispatchEvent(new Event('change'));
  }

  #tell(what, message) {
    this.dispatchEvent(new CustomEvent(what, { detail: message }));
  }
}

async function firstUnreadable(files) {
  for (const file of files) if (!(await isReadable(file))) return file;
  return null;
}

/** What was taken back has arrived all the same; until ChatFiles itself has said that it is gone, or that it can't be. */
async function takeBack(chatId, messageId) {
  for (let tries = 0; ; tries++) {
    const answer = await ask(`/chat/${chatId}/messages/${messageId}`, {
      method: 'DELETE',
      headers: { RequestVerificationToken: antiforgeryToken() },
    });
    if (isDone(answer) || [403, 404].includes(answer && problemOf(answer)?.status)) return;
    await new Promise((resolve) => setTimeout(resolve, pauseAfter(tries, PAUSES_MS)));
  }
}

const unreadableReason = ({ name }) => `“${name}” can no longer be read: it was changed, moved or deleted. Pick it again.`;

export const outbox = new Outbox();

// What this browser is sending. It outlives the chat page that it was written on, and by outbox-store.js the reload and
// the closed tab. It needs no circuit, and knows no elements: PendingMessages draws it. What a message is in, PendingMessage
// itself says; this is who is sent when. One key is the thread through
// pending bubble, upload and stored message, and makes any repeat harmless.
import { isReadable, outgoing, prepare } from './outgoing-file.js';
import { ask, isDone, problemOf } from '../server/answers.js';
import { allWritten, forgetOld, isKept, keptMessages, userId, whenOthersChange, write } from './outbox-store.js';
import { PAUSES_MS, PendingMessage } from './pending-message.js';
import { pauseAfter } from '../server/pauses.js';
import { antiforgeryToken } from '../server/requests.js';
import { endUpload } from './resumable.js';
import { transmit } from './transmission.js';
import { People } from '../writing/people.js';

const PATIENCE_MS = 1_500;
// It is no longer there, or not this person's to delete.
const GONE = [403, 404];
const LOCK_MS = 300;
// Most messages are through before another tab needs to know of them.
const OTHER_TABS_MS = 1_000;
// A browser has six connections to a server; the page itself wants some.
const UPLOADS_AT_ONCE = 3;

/** So many at a time. */
class Slots {
  #free;
  #waiting = /** @type {((_?: unknown) => void)[]} */ ([]);

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

/** @typedef {import('./outgoing-file.js').OutgoingFile} OutgoingFile */

/** Tells of every `change`; and once each, with the message, of `started`, `sent`, `held-up`, `refused` and `text-back`. */
class Outbox extends EventTarget {
  #messages = /** @type {PendingMessage[]} */ ([]);
  #withdrawn = new Set();
  #slots = new Slots(UPLOADS_AT_ONCE);
  #changed = () => void this.dispatchEvent(new Event('change'));

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

  /**
   * @param {number} chatId
   * @param {string} text
   * @param {import('./outgoing-file.js').Picked[]} picked files, or as FilesToSend prepares them
   * @param {import('./pending-message.js').Answered | null} [replyTo]
   * @param {{ people?: import('./pending-message.js').Named[], isUnnamed?: boolean }} [mentions] whom the text has ids of; and whether it has names to be looked up
   */
  send(chatId, text, picked, replyTo = null, { people, isUnnamed } = {}) {
    const message = new PendingMessage({ chatId, text, people, isUnnamed, files: picked.map(outgoing), replyTo }, this.#changed);
    this.#messages.push(message);
    this.#try(message);
    return message;
  }

  /** What is on its way to a chat, in its order. @param {number} chatId */
  of(chatId) {
    return this.#messages.filter((message) => message.chatId === chatId);
  }

  /** Tries again under the same key: whatever had arrived already is not sent twice. @param {PendingMessage} message */
  retry(message) {
    this.#try(message);
  }

  /** There is reason to believe that the server is there again. */
  retryWaiting() {
    for (const message of this.#messages) {
      if (message.state !== 'waiting') continue;
      message.takeHope();
      this.retry(message);
    }
  }

  /**
   * Takes one file back. The others go as a new message, because a key stands for what it was first used for.
   * @param {PendingMessage} message
   * @param {OutgoingFile} file
   */
  cancel(message, file) {
    const rest = message.files.filter((other) => other !== file);
    if (rest.length > 0) return this.#replace(message, this.#successor(message, rest));
    this.discard(message);
    if (message.text) this.#tell('text-back', message);
  }

  /** Takes the whole message back. @param {PendingMessage} message */
  discard(message) {
    write({ remove: [message.key] });
    this.#withdraw(message);
  }

  /**
   * The stored message is on the page. If it had been taken back too late, it goes again.
   * @param {number} chatId
   * @param {string} key
   * @param {number} messageId
   */
  arrived(chatId, key, messageId) {
    const message = this.#messages.find((m) => m.key === key);
    if (message) this.#finish(message);
    if (this.#withdrawn.delete(key)) takeBack(chatId, messageId);
  }

  /** The chat was loaded afresh: what was sent before that is in it, even where it is too old to be on the page. @param {number} chatId */
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
    const message = new PendingMessage(record, this.#changed, { isRestored: true });
    const at = this.#messages.findIndex((other) => other.writtenAt > message.writtenAt);
    this.#messages.splice(at < 0 ? this.#messages.length : at, 0, message);
    if (message.state === 'refused') this.#changed();
    else this.#try(message);
  }

  #try(message) {
    message.trying = this.#tryInTurn(message);
  }

  async #tryInTurn(message) {
    const turn = message.begin();
    if (!turn) return;
    const unreadable = await this.#prepare(message);
    if (!message.isAt(turn)) return;
    if (unreadable) return this.#setAside(message, unreadable, unreadableReason(unreadable));
    if (!(await this.#own(message))) return this.#drop(message);
    if (!message.isAt(turn)) return;
    await message.save();
    if (message.isUnnamed) {
      await lookUp(message);
      if (!message.isAt(turn)) return;
      await message.save();
    }
    await this.#waitForEarlier(message);
    if (message.isAt(turn)) await this.#transmit(message, turn);
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
      if (!message.isAt(turn)) return;
      const attempt = transmit(message, (progress) => message.advance(attempt, progress));
      if (message.start(attempt)) this.#tell('started', message);
      await this.#conclude(message, attempt, await attempt.ended);
    } finally {
      if (needsSlot) this.#slots.give();
    }
  }

  /**
   * @param {PendingMessage} message
   * @param {import('./pending-message.js').Attempt} attempt
   * @param {import('./pending-message.js').Outcome} outcome
   */
  async #conclude(message, attempt, { kind, reason, type, file, pause }) {
    // A network that is away and a file that has gone from the disk look the same to a request. What the browser has kept is
    // a copy that can't go; and a page that is being left can read nothing, in WebKit, but can still draw wrong conclusions.
    const unreadable = kind === 'lost' && !message.isKept ? await firstUnreadable(message.files) : null;
    if (!message.isTrying(attempt)) return;
    if (kind === 'sent') this.#markSent(message);
    else if (unreadable) this.#setAside(message, unreadable, unreadableReason(unreadable));
    else if (kind === 'refused' && file !== undefined && file in message.files) this.#setAside(message, message.files[file], reason, type);
    else if (kind === 'refused') this.#refuse(message, reason, type);
    else if (kind === 'lost') this.#wait(message, reason, type, pause);
  }

  #markSent(message) {
    write({ remove: [message.key] });
    message.arrive();
    this.#tell('sent', message);
  }

  /** @param {string} [type] */
  #refuse(message, reason, type) {
    message.refuse(reason, type);
    message.save();
    this.#tell('refused', message);
  }

  /** One file can't be accepted: it stays behind with its reason, the others and the text go on without it. @param {string} [type] */
  #setAside(message, file, reason, type) {
    const others = message.files.filter((other) => other !== file);
    if (others.length === 0) return this.#refuse(message, reason, type);
    const refused = new PendingMessage({ ...message.record, key: undefined, text: '', files: [file], state: 'refused', reason, type }, this.#changed);
    this.#replace(message, this.#successor(message, others), refused);
    this.#tell('refused', refused);
  }

  /** The same with other files, under a key of its own. */
  #successor(message, files) {
    return new PendingMessage({ ...message.record, key: undefined, files, state: 'pending', reason: null }, this.#changed);
  }

  /**
   * Others take a message's place, here and in the store at once.
   * @param {PendingMessage} message
   * @param {PendingMessage[]} successors
   */
  #replace(message, ...successors) {
    this.#messages.splice(this.#messages.indexOf(message), 0, ...successors);
    const stillWanted = successors.flatMap((successor) => successor.files);
    const replacing = write({ put: successors.map((successor) => successor.record), remove: [message.key] });
    for (const successor of successors) replacing.then((isWritten) => successor.noteKept(isWritten));
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
    if (!isHere) message.leaveElsewhere();
    await locked;
    message.comeBack();
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

  #wait(message, reason, type, pause) {
    const isNew = message.state !== 'waiting';
    message.wait({ reason, isSignedOut: type === 'not-signed-in', pause, retry: () => navigator.onLine && this.#retryInOrder(message) });
    if (isNew) this.#tell('held-up', message);
  }

  /** What was written before it and waits too goes with it, so that it still goes first. */
  #retryInOrder(message) {
    const mine = this.of(message.chatId);
    for (const other of mine.slice(0, mine.indexOf(message) + 1)) if (other.state === 'waiting') this.retry(other);
  }

  /**
   * @param {PendingMessage} message
   * @param {OutgoingFile[]} stillWanted files that go on in another message, with what of them has arrived
   */
  #withdraw(message, stillWanted = []) {
    this.#withdrawn.add(message.key);
    for (const file of message.files) if (file.uploadUrl && !stillWanted.includes(file)) endUpload(file.uploadUrl);
    message.abort();
    this.#drop(message);
  }

  /** It is stored at the server. */
  #finish(message) {
    write({ remove: [message.key] });
    if (message.state !== 'sent') this.#tell('sent', message);
    this.#drop(message);
  }

  /** It is no longer this tab's business. */
  #drop(message) {
    this.#messages = this.#messages.filter((other) => other !== message);
    message.go(allWritten());
  }

  #tell(what, message) {
    this.dispatchEvent(new CustomEvent(what, { detail: message }));
  }
}

/** Names in its text that were written by hand become ids; what the server does not say now it may say at the next try. */
async function lookUp(message) {
  const people = new People(message.chatId, undefined, message.people);
  message.isUnnamed = !(await people.lookUp(message.text));
  message.text = people.withIds(message.text);
  message.people = people.in(message.text);
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
    if (isDone(answer) || GONE.includes((answer && problemOf(answer)?.status) ?? 0)) return;
    await new Promise((resolve) => setTimeout(resolve, pauseAfter(tries, PAUSES_MS)));
  }
}

const unreadableReason = ({ name }) => `“${name}” can no longer be read: it was changed, moved or deleted. Pick it again.`;

/** The message that an event of the outbox is about. @param {Event} event */
export const messageOf = (event) => /** @type {CustomEvent<PendingMessage>} */ (event).detail;

export const outbox = new Outbox();

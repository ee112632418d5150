// A message on its way, from the moment somebody sends it until it is stored at the server or taken back. What it is in, and
// what may follow that, is said here and nowhere else: the outbox orchestrates, PendingMessages draws, and both only ask.
import { pauseAfter } from '../server/pauses.js';
import { takeCopies, write } from './outbox-store.js';
import { Pace } from './pace.js';
import { newKey, travelOrder } from './transmission.js';

/**
 * @typedef {'pending' | 'sending' | 'waiting' | 'elsewhere' | 'refused' | 'sent' | 'gone'} State
 * @typedef {import('./outgoing-file.js').OutgoingFile} OutgoingFile
 * @typedef {{ messageId: number, author: string }} Answered The message that one answers, and whose it is.
 * @typedef {import('../writing/people.js').Named} Named
 * @typedef {{ chatId: number, text: string, people?: Named[], isUnnamed?: boolean, files: OutgoingFile[], replyTo?: Answered | null, key?: string, writtenAt?: number, state?: State, reason?: string | null, type?: string }} Sent
 * @typedef {import('../server/answers.js').Outcome} Outcome
 * @typedef {{ ended: Promise<Outcome>, abort: () => void }} Attempt
 */

/**
 * What may follow what. News that does not follow has come too late (the message was taken back meanwhile, say), and
 * changes nothing.
 * @type {Record<State, State[]>}
 */
const FOLLOWING = {
  /** Not begun: it is prepared, kept, and waits for its turn. */
  pending: ['pending', 'sending', 'elsewhere', 'refused', 'gone'],
  sending: ['pending', 'sending', 'waiting', 'refused', 'sent', 'gone'],
  /** Did not get through, and tries again by itself; silently, so that nothing flickers, until it gets somewhere. */
  waiting: ['sending', 'waiting', 'refused', 'sent', 'gone'],
  /** Another tab sends it. */
  elsewhere: ['pending', 'gone'],
  /** Trying again would not change it; a person may try all the same. */
  refused: ['pending', 'gone'],
  /** Stored at the server, and not on the page yet. */
  sent: ['gone'],
  /** No longer this tab's business: on the page, taken back, replaced by others, or through in another tab. */
  gone: [],
};

export const PAUSES_MS = [2_000, 4_000, 8_000, 16_000, 30_000];

let lastMoment = 0;

/** Two that are written in the same millisecond keep their order, too. */
const now = () => (lastMoment = Math.max(Date.now(), lastMoment + 1));

export class PendingMessage {
  #state = /** @type {State} */ ('pending');
  #reason = /** @type {string | null} */ (null);
  /** What the server calls it. @type {string | undefined} */
  #type;
  #progress = 0;
  #isSignedOut = false;
  #isKept = false;
  #cantBeKept = false;
  #tries = 0;
  #hasStarted = false;
  #turn = /** @type {object | null} */ (null);
  #attempt = /** @type {Attempt | null} */ (null);
  #timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  #onChange;
  #end = () => {};
  #hasKept = /** @type {(isKept: boolean) => void} */ (() => {});

  /** How often its form has got no answer: somebody on the way may find it too large (transmission.js). */
  brokenForms = 0;
  pace = new Pace();
  /** The try that is under way, until it has come to whatever end. @type {Promise<void>} */
  trying = Promise.resolve();
  /** Whether this tab is the one that sends it, once that is known. @type {Promise<boolean> | null} */
  owning = null;
  /** Settled when it is gone, and the store knows it. @type {Promise<void>} */
  hasEnded = new Promise((resolve) => (this.#end = resolve));
  /** Settled when the browser has kept it, or can't. @type {Promise<boolean>} */
  kept = new Promise((resolve) => (this.#hasKept = resolve));

  /**
   * @param {Sent} sent
   * @param {() => void} onChange
   * @param {{ isRestored?: boolean }} [origin] restored: an earlier page or another tab has left it in the store.
   */
  constructor({ chatId, text, people = [], isUnnamed = false, files, replyTo = null, key = newKey(), writtenAt = now(), state = 'pending', reason = null, type }, onChange, { isRestored = false } = {}) {
    this.chatId = chatId;
    this.text = text;
    /** Those whom the text has ids of. */
    this.people = people;
    /** It has names that are to be looked up. */
    this.isUnnamed = isUnnamed;
    this.files = files;
    this.replyTo = replyTo;
    this.key = key;
    this.writtenAt = writtenAt;
    this.isRestored = isRestored;
    this.#state = state;
    this.#reason = reason;
    this.#type = type;
    this.#isKept = isRestored;
    this.#onChange = onChange;
  }

  get state() {
    return this.#state;
  }

  /** Why it waits or is refused, in words. */
  get reason() {
    return this.#reason;
  }

  /** It was refused because there is no room for it. */
  get lacksRoom() {
    return this.#type === 'quota-exceeded';
  }

  /** Of all of it, 0 to 1. */
  get progress() {
    return this.#progress;
  }

  /** It waits because its writer is signed out. */
  get isSignedOut() {
    return this.#isSignedOut;
  }

  get isKept() {
    return this.#isKept;
  }

  /** The browser was asked to keep it and can't: it is lost with the page. */
  get cantBeKept() {
    return this.#cantBeKept;
  }

  get bytes() {
    return this.files.reduce((sum, file) => sum + file.size, 0);
  }

  get isUnderWay() {
    return this.#state === 'pending' || this.#state === 'sending' || this.#state === 'waiting';
  }

  /** It has come to its end: nothing of it is to be kept any more. */
  get isDone() {
    return this.#state === 'sent' || this.#state === 'gone';
  }

  /** How much of that file is through, 0 to 1; the files travel one behind the other. @param {OutgoingFile} file */
  progressOf(file) {
    let before = 0;
    for (const other of travelOrder(this)) {
      if (other === file) break;
      before += other.size;
    }
    return Math.min(1, Math.max(0, (this.#progress * this.bytes - before) / file.size));
  }

  /** As it is kept: what was under way begins again. */
  get record() {
    const { key, chatId, text, people, isUnnamed, writtenAt, reason, files, replyTo, state } = this;
    return { key, chatId, text, people, isUnnamed, writtenAt, files, replyTo, reason, type: this.#type, state: /** @type {State} */ (state === 'refused' ? state : 'pending') };
  }

  /** Keeps it as it is now, with what its files remember of their uploads. */
  async save() {
    if (this.isDone) return;
    const isNew = !this.#isKept;
    this.noteKept(await write({ put: [this.record] }));
    if (this.#isKept && isNew) await takeCopies(this.files);
    this.#hasKept(this.#isKept);
  }

  /** @param {boolean} isKept whether the store has it now */
  noteKept(isKept) {
    this.#isKept = isKept;
    this.#cantBeKept = !isKept;
    this.#onChange();
  }

  /**
   * A try begins, and whatever was tried before ends. Gives what stands for this one, null when there is nothing to try.
   * @returns {object | null}
   */
  begin() {
    if (this.isDone) return null;
    clearTimeout(this.#timer);
    this.abort();
    this.#attempt = null;
    this.#turn = {};
    if (this.#state !== 'waiting') this.#follow('pending', { reason: null, progress: 0 });
    return this.#turn;
  }

  /** Asked after every wait: meanwhile it may have been taken back, or tried again. @param {object} turn */
  isAt(turn) {
    return this.#turn === turn;
  }

  /** Another tab has it. */
  leaveElsewhere() {
    this.#follow('elsewhere');
  }

  /** The tab that had it has gone. */
  comeBack() {
    if (this.#state === 'elsewhere') this.#follow('pending');
  }

  /** Its bytes begin to leave. Gives whether they do so for the first time. @param {Attempt} attempt */
  start(attempt) {
    const isFirst = !this.#hasStarted;
    this.#hasStarted = true;
    this.#attempt = attempt;
    this.pace.forget();
    if (this.#state === 'pending') this.#follow('sending');
    return isFirst;
  }

  /** @param {Attempt} attempt */
  isTrying(attempt) {
    return this.#attempt === attempt;
  }

  /**
   * @param {Attempt} attempt
   * @param {number} progress 0 to 1
   */
  advance(attempt, progress) {
    if (!this.isTrying(attempt)) return;
    this.pace.note(progress * this.bytes);
    this.#follow('sending', { reason: null, progress });
  }

  /**
   * It did not get through, and `retry` is called after the pause that the server asks for, or one that grows.
   * @param {{ reason: string, isSignedOut: boolean, pause?: number, retry: () => void }} news
   */
  wait({ reason, isSignedOut, pause, retry }) {
    if (!this.#follow('waiting', { reason, isSignedOut })) return;
    this.#timer = setTimeout(retry, pause ?? pauseAfter(this.#tries++, PAUSES_MS));
  }

  /** There is hope again: the pauses begin with the shortest. */
  takeHope() {
    this.#tries = 0;
  }

  /** @param {string} reason @param {string} [type] */
  refuse(reason, type) {
    this.#type = type;
    return this.#follow('refused', { reason });
  }

  /** The server has said that it is stored. */
  arrive() {
    return this.#follow('sent', { reason: null, progress: 1 });
  }

  /** Ends the try that is under way; what becomes of the message is another matter. */
  abort() {
    this.#attempt?.abort();
  }

  /** @param {Promise<unknown>} written when the store knows it. Only then, or a tab that waits for its turn would find it there and send it. */
  go(written) {
    if (!this.#follow('gone')) return;
    clearTimeout(this.#timer);
    this.#attempt = this.#turn = null;
    this.#hasKept(false);
    written.then(this.#end);
  }

  /**
   * @param {State} state
   * @param {{ reason?: string | null, progress?: number, isSignedOut?: boolean }} [news]
   * @returns {boolean} whether it was news
   */
  #follow(state, { reason = this.#reason, progress = this.#progress, isSignedOut = this.#isSignedOut } = {}) {
    if (!FOLLOWING[this.#state].includes(state)) return false;
    this.#state = state;
    this.#reason = reason;
    this.#progress = progress;
    this.#isSignedOut = isSignedOut;
    this.#onChange();
    return true;
  }
}

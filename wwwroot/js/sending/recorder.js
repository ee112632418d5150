// The bar above the line in which people write, while they record a voice message.
import { element, icon, iconButton } from '../page/dom.js';
import { Recording } from './recording.js';

const DRAWN_MS = 100;
const WARNED_SECONDS = 60;

/**
 * @typedef {{ file: File | null, reason: string | null, hadFocus: boolean }} Recorded what is there now; what somebody should
 * know of it, in words; and whether they were at the bar, which has gone.
 */

let underWay = Promise.resolve();

/** When nothing is being recorded in this page, and what was is kept: until then a reload would lose it. */
export const whenRecorded = () => underWay;

export class Recorder {
  #place;
  #said;
  #recording = /** @type {Recording | null} */ (null);
  #bar = /** @type {Bar | null} */ (null);
  #giveUp = () => {};

  /** @param {HTMLElement} place for the bar @param {HTMLElement} said for what a screen reader says */
  constructor(place, said) {
    this.#place = place;
    this.#said = said;
  }

  get isRecording() {
    return this.#recording !== null;
  }

  /** One at a time. @param {(recorded: Recorded) => unknown} onEnd takes what was recorded, and is waited for */
  begin(onEnd) {
    if (!this.#bar) underWay = this.#record(onEnd).catch(() => {});
  }

  /** What is recorded by now is what there is. */
  stop() {
    this.#recording?.stop();
    this.#giveUp();
  }

  async #record(onEnd) {
    const bar = (this.#bar = new Bar({
      onDiscard: () => (this.#recording?.discard(), this.#giveUp()),
      onPause: () => this.#togglePause(),
      onStop: () => this.stop(),
    }));
    this.#place.append(bar.root);
    bar.discard.focus();
    const recorded = await this.#followToItsEnd(bar).catch((failure) => ({ file: null, reason: failure.message }));
    const hadFocus = bar.root.contains(document.activeElement);
    bar.root.remove();
    this.#bar = this.#recording = null;
    await onEnd({ ...recorded, hadFocus });
  }

  /** @param {Bar} bar @returns {Promise<Omit<Recorded, "hadFocus">>} */
  async #followToItsEnd(bar) {
    const beginning = Recording.begin();
    // Whoever does not wait for the answer to the browser's question wants nothing recorded by it.
    const recording = await Promise.race([beginning, new Promise((resolve) => (this.#giveUp = () => resolve(null)))]);
    if (!recording) {
      beginning.then((late) => late.discard(), () => {});
      return { file: null, reason: null };
    }
    this.#recording = recording;
    bar.begin();
    this.#say('Recording');
    const drawing = this.#draw(recording, bar);
    const { file, why } = await recording.ended;
    drawing.end();
    this.#say(why === 'discarded' ? 'Recording discarded' : `Recorded ${inWords(recording.seconds)}. Listen to it in Files to send.`);
    return { file, reason: reasonOf(file, why, recording.maxSeconds) };
  }

  #draw(recording, bar) {
    let timer;
    let isWarned = false;
    const draw = () => {
      timer = setTimeout(draw, DRAWN_MS);
      bar.show(recording);
      if (isWarned || recording.maxSeconds - recording.seconds > WARNED_SECONDS || recording.maxSeconds <= WARNED_SECONDS) return;
      isWarned = true;
      this.#say('One minute left');
    };
    draw();
    return { end: () => clearTimeout(timer) };
  }

  #togglePause() {
    const recording = this.#recording;
    if (!recording) return;
    if (recording.isPaused) recording.resume();
    else recording.pause();
    this.#bar?.show(recording);
    this.#say(recording.isPaused ? 'Recording paused' : 'Recording');
  }

  #say(words) {
    this.#said.textContent = words;
  }
}

/** @param {File | null} file @param {import('./recording.js').Why} why */
function reasonOf(file, why, maxSeconds) {
  if (why === 'discarded') return null;
  if (!file) return 'Nothing was recorded. Try again.';
  if (why === 'full') return `A voice message is at most ${inWords(maxSeconds)} long: this one ends there, and waits in “Files to send”.`;
  if (why === 'lost') return 'The microphone is gone. What was recorded by then waits in “Files to send”.';
  return null;
}

/** 75 → “1:15” */
const onClock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

function inWords(seconds) {
  const [minutes, rest] = [Math.floor(seconds / 60), Math.floor(seconds % 60)];
  const counted = (count, unit) => (count === 1 ? `1 ${unit}` : `${count} ${unit}s`);
  return [minutes > 0 ? counted(minutes, 'minute') : '', rest > 0 || minutes === 0 ? counted(rest, 'second') : ''].filter(Boolean).join(' ');
}

class Bar {
  #length = element('span', { class: 'length' }, 'Waiting for the microphone…');
  #level = element('span', { class: 'level', 'aria-hidden': 'true' });
  #pause;
  #stop;

  constructor({ onDiscard, onPause, onStop }) {
    this.discard = iconButton('delete', 'Discard recording', onDiscard);
    this.#pause = iconButton('pause', 'Pause recording', onPause);
    this.#stop = iconButton('stop', 'Stop recording', onStop);
    this.#stop.setAttribute('class', 'icon-button stop');
    this.root = element('div', { class: 'recorder', role: 'group', 'aria-label': 'Voice message' }, this.#length, this.discard);
  }

  begin() {
    const hadFocus = this.root.contains(document.activeElement);
    // Its number is read by whoever looks for it, and to nobody else.
    this.#length.setAttribute('role', 'timer');
    this.#length.setAttribute('aria-label', 'Recorded');
    this.root.replaceChildren(this.#level, this.#length, this.discard, this.#pause, this.#stop);
    if (hadFocus) this.#stop.focus();
  }

  /** @param {Recording} recording */
  show({ seconds, maxSeconds, level, isPaused }) {
    this.#length.textContent = `${onClock(seconds)} of ${onClock(maxSeconds)}`;
    this.#level.style.setProperty('--level', level.toFixed(2));
    if (this.#pause.getAttribute('aria-label').startsWith('Resume') === isPaused) return;
    const label = isPaused ? 'Resume recording' : 'Pause recording';
    this.#pause.setAttribute('aria-label', label);
    this.#pause.title = label;
    this.#pause.replaceChildren(icon(isPaused ? 'microphone' : 'pause'));
  }
}

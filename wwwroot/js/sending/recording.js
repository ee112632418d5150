// A voice that is recorded: from the moment the microphone is asked for until there is a file of it, or nothing.
import { isAllowed, rules } from '../server/rules.js';

/** A message to listen to, and no more than people listen to. */
export const MAX_SECONDS = 600;

const BITS_A_SECOND = 64_000;
/** Of a file that may not be so large, as much as surely fits: a browser need not keep to the rate that it is told. */
const BYTES_A_SECOND = BITS_A_SECOND / 4;
/** Below it there is silence, to an ear. */
const QUIETEST_DECIBELS = -60;

/** What others can play comes first; browsers record one or two of these. */
const FORMATS = [
  { type: 'audio/mp4;codecs=mp4a.40.2', extension: 'm4a' },
  { type: 'audio/mp4', extension: 'm4a' },
  { type: 'audio/ogg;codecs=opus', extension: 'ogg' },
  { type: 'audio/webm;codecs=opus', extension: 'webm' },
];

const REASONS = {
  NotAllowedError: 'This browser does not let ChatFiles use the microphone. Allow it in the settings for this site, beside the address, and try again.',
  NotFoundError: 'There is no microphone to be found. Connect one and try again.',
  NotReadableError: 'The microphone can’t be used: another program may have it. Close that one and try again.',
};
const OTHER_REASON = 'The microphone can’t be used. Try again in a moment.';
const UNSAFE = 'Browsers let only pages with a secure address (https) use the microphone.';
const UNABLE = 'This browser can’t record a voice message. Record one with another program and attach its file.';

/** Whether files of any format that is recorded may be sent here. */
export const maySendVoices = () => FORMATS.some(({ extension }) => isAllowed(extension));

/** @typedef {'stopped' | 'full' | 'lost' | 'discarded'} Why it has ended: lost is a microphone that has gone. */

export class Recording {
  #format;
  #stream;
  #recorder;
  #meter;
  #why = /** @type {Why} */ ('lost');
  #secondsBefore = 0;
  #since = /** @type {number | null} */ (null);
  #timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

  /** How it ended, with the file where there is one. @type {Promise<{ file: File | null, why: Why }>} */
  ended;
  maxSeconds = Math.min(MAX_SECONDS, Math.max(1, Math.floor(rules().limits.maxFileBytes / BYTES_A_SECOND)));

  /** Begins as soon as there is a microphone. Throws why there is none, in words. */
  static async begin() {
    if (!navigator.mediaDevices) throw new Error(globalThis.isSecureContext ? UNABLE : UNSAFE);
    const format = FORMATS.find(({ type, extension }) => isAllowed(extension) && globalThis.MediaRecorder?.isTypeSupported(type));
    if (!format) throw new Error(UNABLE);
    let stream = /** @type {MediaStream | null} */ (null);
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      return new Recording(format, stream);
    } catch (failure) {
      if (stream) letGo(stream);
      throw new Error(REASONS[failure instanceof Error ? failure.name : ''] ?? OTHER_REASON, { cause: failure });
    }
  }

  constructor(format, stream) {
    this.#format = format;
    this.#stream = stream;
    this.#meter = new Meter(stream);
    const parts = [];
    this.#recorder = new MediaRecorder(stream, { mimeType: format.type, audioBitsPerSecond: BITS_A_SECOND });
    this.#recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
    this.ended = new Promise((resolve) => this.#recorder.addEventListener('stop', () => resolve(this.#conclude(parts)), { once: true }));
    // All of it at the end: only so does the file say how long it is.
    this.#recorder.start();
    this.#run();
  }

  get isPaused() {
    return this.#since === null;
  }

  get seconds() {
    return this.#secondsBefore + (this.#since === null ? 0 : (performance.now() - this.#since) / 1000);
  }

  /** How loud it is just now, 0 to 1. */
  get level() {
    return this.isPaused ? 0 : this.#meter.level;
  }

  pause() {
    if (this.#recorder.state !== 'recording') return;
    this.#recorder.pause();
    this.#halt();
  }

  resume() {
    if (this.#recorder.state !== 'paused') return;
    this.#recorder.resume();
    this.#run();
  }

  stop() {
    this.#end('stopped');
  }

  discard() {
    this.#end('discarded');
  }

  #run() {
    this.#since = performance.now();
    this.#timer = setTimeout(() => this.#end('full'), (this.maxSeconds - this.#secondsBefore) * 1000);
  }

  #halt() {
    clearTimeout(this.#timer);
    this.#secondsBefore = this.seconds;
    this.#since = null;
  }

  /** @param {Why} why */
  #end(why) {
    if (this.#recorder.state === 'inactive') return;
    this.#why = why;
    this.#recorder.stop();
  }

  #conclude(parts) {
    this.#halt();
    this.#meter.end();
    letGo(this.#stream);
    const blob = new Blob(parts);
    if (this.#why === 'discarded' || blob.size === 0) return { file: null, why: this.#why };
    const now = new Date();
    const file = new File([blob], nameOf(now, this.#format.extension), { type: this.#format.type.split(';')[0], lastModified: now.getTime() });
    return { file, why: this.#why };
  }
}

const letGo = (stream) => stream.getTracks().forEach((track) => track.stop());

/** “Voice message 2026-11-29 18.30.m4a”: no colon, which not every disk takes. @param {Date} time @param {string} extension */
function nameOf(time, extension) {
  const [month, day, hour, minute] = [time.getMonth() + 1, time.getDate(), time.getHours(), time.getMinutes()].map((part) => String(part).padStart(2, '0'));
  return `Voice message ${time.getFullYear()}-${month}-${day} ${hour}.${minute}.${extension}`;
}

/** How loud a microphone is; always silent where a browser can't tell. */
class Meter {
  #context;
  #analyser;
  #samples;

  constructor(stream) {
    try {
      this.#context = new AudioContext();
      this.#analyser = this.#context.createAnalyser();
      this.#samples = new Float32Array(this.#analyser.fftSize);
      this.#context.createMediaStreamSource(stream).connect(this.#analyser);
    } catch {
      // Nothing depends on it.
    }
  }

  get level() {
    if (!this.#samples) return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length;
    return Math.min(1, Math.max(0, 1 - (10 * Math.log10(power)) / QUIETEST_DECIBELS));
  }

  end() {
    this.#context?.close();
  }
}

// A microphone, and what records it, as a test drives them. Import page.js before this.
import { clock } from './page.js';

/** What the browser has and does: `failure` is a DOMException's name; `answer` waits for the person, where it is a promise. */
export const microphone = {
  failure: null,
  answer: null,
  records: ['audio/mp4'],
  loudness: 0.1,
  recorders: [],
  streams: [],
  reset() {
    Object.assign(this, { failure: null, answer: null, records: ['audio/mp4'], loudness: 0.1, recorders: [], streams: [] });
  },
  get isOn() {
    return this.streams.some((stream) => stream.isOn);
  },
  /** It is pulled out. */
  unplug() {
    for (const recorder of this.recorders) recorder.end('bytes until then');
  },
};

class Recorder extends EventTarget {
  static isTypeSupported = (type) => microphone.records.includes(type);
  state = 'inactive';

  constructor(stream, options) {
    super();
    Object.assign(this, { stream, options });
    microphone.recorders.push(this);
  }

  start() {
    this.state = 'recording';
  }

  pause() {
    this.state = 'paused';
  }

  resume() {
    this.state = 'recording';
  }

  stop() {
    this.end('recorded bytes');
  }

  end(bytes) {
    this.state = 'inactive';
    this.dispatchEvent(Object.assign(new Event('dataavailable'), { data: new Blob([bytes]) }));
    this.dispatchEvent(new Event('stop'));
  }
}

globalThis.MediaRecorder = Recorder;
globalThis.AudioContext = class {
  createAnalyser = () => ({ fftSize: 8, getFloatTimeDomainData: (samples) => samples.fill(microphone.loudness) });
  createMediaStreamSource = () => ({ connect: () => {} });
  close() {}
};
navigator.mediaDevices = {
  async getUserMedia() {
    await microphone.answer;
    if (microphone.failure) throw new DOMException('', microphone.failure);
    const stream = { isOn: true, getTracks: () => [{ stop: () => (stream.isOn = false) }] };
    microphone.streams.push(stream);
    return stream;
  },
};
performance.now = () => clock.now;

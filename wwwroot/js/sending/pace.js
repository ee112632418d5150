// How fast something goes, over the last few seconds: long enough not to flicker, short enough to tell the truth.

const WINDOW_MS = 6_000;
const ENOUGH_MS = 1_000;

export class Pace {
  #samples = [];

  /** @param done how much there is by now */
  note(done, now = performance.now()) {
    this.#samples.push({ done, now });
    while (this.#samples.length > 2 && now - this.#samples[0].now > WINDOW_MS) this.#samples.shift();
  }

  forget() {
    this.#samples = [];
  }

  /** Per second; null while it can't be said yet. */
  get perSecond() {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || last.now - first.now < ENOUGH_MS || last.done <= first.done) return null;
    return ((last.done - first.done) * 1000) / (last.now - first.now);
  }
}

/** 200 → "about 4 min left" */
export function timeLeft(seconds) {
  if (seconds < 10) return 'a few seconds left';
  if (seconds < 55) return `about ${Math.ceil(seconds / 10) * 10} s left`;
  if (seconds < 3_300) return `about ${Math.max(1, Math.round(seconds / 60))} min left`;
  return `about ${Math.round(seconds / 3_600)} h left`;
}

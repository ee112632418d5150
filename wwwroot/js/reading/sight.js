// How much of a picture is seen, and which part: the arithmetic of zooming, moving and turning. Nothing of the page is needed.

/** Each way from "as large as it fits". */
const MAX_OF_FIT = 10;
/** Each way from "a pixel of the picture is a pixel of the screen". */
const MAX_OF_REAL = 8;
const CLOSER = 2.5;
/** Less is not seen as closer. */
const LITTLE = 1.25;

/** @typedef {{ width: number, height: number }} Size @typedef {{ x: number, y: number }} Point From the middle of the stage. */

export class Sight {
  /** CSS pixels for a pixel of the picture. */
  scale;
  /** Where the picture's middle is. @type {Point} */
  middle = { x: 0, y: 0 };
  /** By 90 degrees, clockwise. */
  turns = 0;
  /** As large as it fits, also when the stage becomes another. */
  isFit = true;
  #picture;
  #stage;
  #density;

  /**
   * @param {Size} picture in its own pixels
   * @param {Size} stage in CSS pixels
   * @param {number} density pixels of the screen for a CSS pixel
   */
  constructor(picture, stage, density) {
    this.#picture = picture;
    this.#stage = stage;
    this.#density = density;
    this.scale = this.fit;
  }

  /** As it lies after it was turned, unscaled. @returns {Size} */
  get #turned() {
    const { width, height } = this.#picture;
    return this.turns % 2 === 0 ? { width, height } : { width: height, height: width };
  }

  /** The whole picture is seen; a small one is not made larger. */
  get fit() {
    const { width, height } = this.#turned;
    return Math.min(1, this.#stage.width / width, this.#stage.height / height);
  }

  /** A pixel of the picture is a pixel of the screen. */
  get real() {
    return 1 / this.#density;
  }

  get min() {
    return Math.min(this.fit, this.real);
  }

  get max() {
    return Math.max(this.fit * MAX_OF_FIT, this.real * MAX_OF_REAL);
  }

  /** Of its own pixels on the screen's. */
  get percent() {
    return Math.round((this.scale / this.real) * 100);
  }

  /** Something of it is out of sight. */
  get isCut() {
    return this.scale > this.fit * 1.001;
  }

  /** What is at that point stays there. @param {number} scale @param {Point} point */
  zoomTo(scale, point = { x: 0, y: 0 }) {
    const next = Math.min(this.max, Math.max(this.min, scale));
    const { x, y } = this.middle;
    this.middle = { x: point.x - ((point.x - x) * next) / this.scale, y: point.y - ((point.y - y) * next) / this.scale };
    this.scale = next;
    this.isFit = Math.abs(next - this.fit) < this.fit / 1000;
    this.#keepInside();
  }

  /** To its own pixels, or closer than them where that is what is seen already; and back. @param {Point} point */
  toggle(point) {
    if (!this.isFit) return this.zoomTo(this.fit, point);
    this.zoomTo(this.real > this.fit * LITTLE ? this.real : this.fit * CLOSER, point);
  }

  move(dx, dy) {
    this.middle = { x: this.middle.x + dx, y: this.middle.y + dy };
    this.#keepInside();
  }

  /** Clockwise; what is in the middle stays there. */
  turn() {
    const { x, y } = this.middle;
    this.turns = (this.turns + 1) % 4;
    this.middle = { x: -y, y: x };
    if (this.isFit) this.scale = this.fit;
    this.#keepInside();
  }

  /** @param {Size} picture @param {Size} stage @param {number} density */
  resize(picture, stage, density) {
    [this.#picture, this.#stage, this.#density] = [picture, stage, density];
    if (this.isFit) this.scale = this.fit;
    this.#keepInside();
  }

  /** No further than its edges. One that is seen as it is stands on whole pixels of the screen, or it would be blurred. */
  #keepInside() {
    const { width, height } = this.#turned;
    const isReal = Math.abs(this.scale / this.real - 1) < 1e-6;
    const keep = (at, length, room) => {
      const free = Math.max(0, length * this.scale - room) / 2;
      const kept = Math.min(free, Math.max(-free, at));
      const edge = room / 2 + kept - (length * this.scale) / 2;
      return isReal ? kept + Math.round(edge * this.#density) / this.#density - edge : kept;
    };
    this.middle = { x: keep(this.middle.x, width, this.#stage.width), y: keep(this.middle.y, height, this.#stage.height) };
  }
}

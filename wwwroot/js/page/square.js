// Which square of a picture is taken: the arithmetic of moving and zooming. Nothing of the page is needed.

/** Closer than this, there are no pixels to be seen any more. */
export const MAX_ZOOM = 4;

export class Square {
  #width;
  #height;
  /** 1: as large as it fits. */
  zoom = 1;
  #x;
  #y;

  /** The middle of it, as large as it fits. @param {{ width: number, height: number }} picture in its own pixels */
  constructor({ width, height }) {
    [this.#width, this.#height] = [width, height];
    [this.#x, this.#y] = [width / 2, height / 2];
  }

  /** Pixels of the picture, either way. */
  get side() {
    return Math.min(this.#width, this.#height) / this.zoom;
  }

  get left() {
    return this.#x - this.side / 2;
  }

  get top() {
    return this.#y - this.side / 2;
  }

  /** What is in the middle stays there, as far as the picture goes. @param {number} zoom */
  zoomTo(zoom) {
    this.zoom = Math.min(MAX_ZOOM, Math.max(1, zoom));
    this.move(0, 0);
  }

  /** By parts of its side: 1 is all of it. @param {number} right @param {number} down */
  move(right, down) {
    const keep = (at, length) => Math.min(length - this.side / 2, Math.max(this.side / 2, at));
    this.#x = keep(this.#x + right * this.side, this.#width);
    this.#y = keep(this.#y + down * this.side, this.#height);
  }
}

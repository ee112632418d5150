// Makes the picture on the viewer's stage larger, moves it about and turns it: by wheel, pointer, fingers and keys.
import { Sight } from './sight.js';

const STEP = 1.5;
const KEY_STEP_PX = 80;
const SWIPE_PX = 60;
const TAP_PX = 24;
const DOUBLE_TAP_MS = 300;

export class Zoom {
  /** Of the picture that is shown; none where there is no picture. @type {Sight | null} */
  #sight = null;
  #stage;
  #onChange;
  #onSwipe;
  #fingers = new Map();
  /** The only finger, where it came down. @type {PointerEvent | null} */
  #start = null;
  /** Null once it was a mouse. @type {{ timeStamp: number, clientX: number, clientY: number } | null} */
  #lastTap = null;

  /**
   * @param {HTMLElement} stage
   * @param {(sight: Sight | null) => void} onChange is told how it is seen now
   * @param {(key: string) => void} onSwipe is told the key that means the same
   */
  constructor(stage, onChange, onSwipe) {
    this.#stage = stage;
    this.#onChange = onChange;
    this.#onSwipe = onSwipe;
  }

  /** @param {AbortSignal} signal */
  listen(signal) {
    const on = (type, act, options) => this.#stage.addEventListener(type, act, { signal, ...options });
    on('wheel', (event) => this.#onWheel(event), { passive: false });
    on('dblclick', (event) => this.#onDoubleClick(event));
    on('pointerdown', (event) => this.#onDown(event));
    on('pointermove', (event) => this.#onMove(event));
    on('pointerup', (event) => this.#onUp(event));
    on('pointercancel', (event) => this.#onCancel(event));
    // A picture's own size is known when it is there. Such events do not bubble.
    on('load', () => this.#resize(), { capture: true });
    const resizing = new ResizeObserver(() => this.#resize());
    resizing.observe(this.#stage);
    signal.addEventListener('abort', () => resizing.disconnect());
  }

  /** The picture on the stage is another one, or none. */
  begin() {
    const picture = this.#picture;
    this.#sight = picture && new Sight(sizeOf(picture), this.#room, devicePixelRatio);
    this.#fingers.clear();
    this.#draw();
  }

  closer() {
    this.#act((sight) => sight.zoomTo(sight.scale * STEP));
  }

  further() {
    this.#act((sight) => sight.zoomTo(sight.scale / STEP));
  }

  fit() {
    this.#act((sight) => sight.zoomTo(sight.fit));
  }

  /** One pixel of the picture is one of the screen. */
  real() {
    this.#act((sight) => sight.zoomTo(sight.real));
  }

  turn() {
    this.#act((sight) => sight.turn());
  }

  /** With a key: one looks to that side, so the picture goes to the other. */
  look(key) {
    const dx = { ArrowLeft: KEY_STEP_PX, ArrowRight: -KEY_STEP_PX }[key] ?? 0;
    const dy = { ArrowUp: KEY_STEP_PX, ArrowDown: -KEY_STEP_PX }[key] ?? 0;
    this.#act((sight) => sight.move(dx, dy));
  }

  get #picture() {
    return /** @type {HTMLImageElement | null} */ (this.#stage.querySelector('[data-slide]:not([hidden]) [data-zoomable]'));
  }

  get #room() {
    return { width: this.#stage.clientWidth, height: this.#stage.clientHeight };
  }

  /** From the middle of the stage. @param {{ clientX: number, clientY: number }} place */
  #point({ clientX, clientY }) {
    const { left, top, width, height } = this.#stage.getBoundingClientRect();
    return { x: clientX - left - width / 2, y: clientY - top - height / 2 };
  }

  /** @param {(sight: Sight) => void} change */
  #act(change) {
    if (!this.#sight) return;
    change(this.#sight);
    this.#draw();
  }

  #resize() {
    const picture = this.#picture;
    if (picture) this.#act((sight) => sight.resize(sizeOf(picture), this.#room, devicePixelRatio));
  }

  #draw() {
    const [picture, sight] = [this.#picture, this.#sight];
    this.#stage.toggleAttribute('data-zoomed', Boolean(sight?.isCut));
    for (const other of /** @type {NodeListOf<HTMLElement>} */ (this.#stage.querySelectorAll('[data-zoomable]')))
      if (other !== picture) other.style.transform = '';
    if (picture && sight) {
      // The page has made it fit already, as it lies when nobody turns it.
      const drawn = picture.offsetWidth / sizeOf(picture).width || 1;
      const { x, y } = sight.middle;
      const isAsDrawn = sight.isFit && sight.turns === 0;
      picture.style.transform = isAsDrawn ? '' : `translate(${x}px, ${y}px) rotate(${sight.turns * 90}deg) scale(${sight.scale / drawn})`;
    }
    this.#onChange(sight);
  }

  #onWheel(event) {
    if (!this.#picture) return;
    event.preventDefault();
    // Lines or pages instead of pixels: Firefox with a mouse.
    const pixels = event.deltaY * [1, 16, 100][event.deltaMode];
    this.#act((sight) => sight.zoomTo(sight.scale * Math.exp(-pixels * 0.002), this.#point(event)));
  }

  /** By mouse: of two taps not every browser makes one. */
  #onDoubleClick(event) {
    if (event.target === this.#picture && !this.#lastTap) this.#act((sight) => sight.toggle(this.#point(event)));
  }

  #onDown(event) {
    const isOnPicture = event.target === this.#picture;
    // Where there is no picture, a finger only goes on to the next file: a mouse selects, and players have a use for both.
    if (event.button !== 0 || (!isOnPicture && (event.pointerType !== 'touch' || event.target.closest('video, audio, button, a, input, select, summary')))) return;
    if (isOnPicture) this.#stage.setPointerCapture(event.pointerId);
    this.#fingers.set(event.pointerId, event);
    this.#start = this.#fingers.size === 1 ? event : null;
    if (event.pointerType !== 'touch') this.#lastTap = null;
  }

  #onMove(event) {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    const other = [...this.#fingers.values()].find((finger) => finger.pointerId !== event.pointerId);
    this.#fingers.set(event.pointerId, event);
    this.#act((sight) => {
      if (other) sight.zoomTo((sight.scale * distance(event, other)) / Math.max(1, distance(before, other)), this.#point(between(event, other)));
      const share = other ? 0.5 : 1;
      if (sight.isCut) sight.move((event.clientX - before.clientX) * share, (event.clientY - before.clientY) * share);
    });
  }

  #onUp(event) {
    const start = this.#start;
    if (!this.#fingers.delete(event.pointerId)) return;
    this.#start = null;
    if (!start || event.pointerType !== 'touch') return;
    const [dx, dy] = [event.clientX - start.clientX, event.clientY - start.clientY];
    if (Math.hypot(dx, dy) < TAP_PX) this.#tap(event);
    else if (!this.#sight?.isCut && Math.abs(dx) > SWIPE_PX && Math.abs(dx) > 2 * Math.abs(dy)) this.#onSwipe(dx > 0 ? 'ArrowLeft' : 'ArrowRight');
  }

  #onCancel(event) {
    this.#fingers.delete(event.pointerId);
    this.#start = null;
  }

  #tap(event) {
    const last = this.#lastTap;
    const isSecond = last !== null && event.timeStamp - last.timeStamp < DOUBLE_TAP_MS && distance(event, last) < TAP_PX;
    // A third tap begins anew; the browser's own double click of these two is still to come.
    this.#lastTap = isSecond ? { timeStamp: -Infinity, clientX: 0, clientY: 0 } : event;
    if (isSecond) this.#act((sight) => sight.toggle(this.#point(event)));
  }
}

/** Before it is there, what the server has told. @param {HTMLImageElement} picture */
const sizeOf = (picture) => ({
  width: picture.naturalWidth || Number(picture.getAttribute('width')) || picture.offsetWidth || 1,
  height: picture.naturalHeight || Number(picture.getAttribute('height')) || picture.offsetHeight || 1,
});

const distance = (one, other) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
const between = (one, other) => ({ clientX: (one.clientX + other.clientX) / 2, clientY: (one.clientY + other.clientY) / 2 });

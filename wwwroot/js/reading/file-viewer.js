// What the viewer does without the circuit: zooming, dragging, keys, and reading documents over HTTP.
import { headOf, isFile, problemOf } from '../server/answers.js';
import { isAvailable, showUnavailable, watchFiles } from './file-troubles.js';

/** What ChatRoom.razor.cs notes in the history's entry of a file that was opened there. */
const OPENED_HERE = 'opened here';

const STEP = 1.5;
const MAX_SCALE = 10;
const DOUBLE_CLICK_SCALE = 2.5;
const KEY_STEP_PX = 80;
const SWIPE_PX = 60;

export function connect(dialog) {
  return new Viewer(dialog);
}

class Viewer {
  #dialog;
  #content;
  #stage;
  #slide = null;
  #zoom;
  #hasLeft = false;
  #opener = /** @type {HTMLElement | null} */ (document.activeElement);
  #changes = new MutationObserver(() => this.#onChange());
  #listening = new AbortController();

  constructor(dialog) {
    this.#dialog = dialog;
    this.#content = dialog.querySelector('[data-content]');
    this.#stage = dialog.querySelector('[data-stage]');
    this.#zoom = new Zoom(this.#stage, () => this.#showScale());
    const { signal } = this.#listening;
    // The one in the message would go on behind the dialog.
    for (const player of /** @type {NodeListOf<HTMLMediaElement>} */ (document.querySelectorAll('main :is(video, audio)'))) player.pause();
    watchFiles(this.#content, signal);
    dialog.addEventListener('click', (event) => this.#onClick(event), { signal });
    dialog.addEventListener('cancel', (event) => (event.preventDefault(), this.#leave()), { signal });
    // A browser may close it without asking, for who presses Escape and nothing else.
    dialog.addEventListener('close', () => this.#leave(), { signal });
    // Back is one of the ways to close it, and waits for no server.
    addEventListener('popstate', () => isAtFile() || this.#close(), { signal });
    // On the document, because a click on the picture takes the focus from all buttons.
    document.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    this.#zoom.listen(signal, (by) => this.#go(by));
    this.#changes.observe(this.#content, { childList: true, subtree: true, attributeFilter: ['hidden'] });
    dialog.showModal();
    this.#onChange();
  }

  disconnect() {
    this.#listening.abort();
    this.#changes.disconnect();
    this.#leave();
    this.#close();
    // It may have left the document before, and then the browser does not do this.
    if (!document.activeElement || document.activeElement === document.body) this.#opener?.focus();
  }

  /**
   * To the chat's own address: back, where opening the file came from there, so that no entry is left that leads nowhere.
   * Such a step takes its time, and would take a file with it that is opened meanwhile: so what closes the dialog is that the
   * step is done. Once: whoever asks again sees it closed at least.
   */
  #leave() {
    if (this.#hasLeft || !isAtFile()) return this.#close();
    this.#hasLeft = true;
    if (history.state?.userState === OPENED_HERE) return history.back();
    const address = new URL(location.href);
    address.searchParams.delete('file');
    Blazor.navigateTo(address.pathname + address.search, { replaceHistoryEntry: true });
    this.#close();
  }

  /** What is open afterwards is another viewer's. */
  #close() {
    this.#hasLeft = true;
    this.#dialog.close();
  }

  #onChange() {
    const slide = this.#stage.querySelector('[data-slide]:not([hidden])');
    if (slide !== this.#slide) this.#begin(slide);
    this.#showScale();
    for (const frame of this.#stage.querySelectorAll('[data-pdf]:not([data-opened])')) openPdf(frame);
    for (const place of this.#stage.querySelectorAll('[data-text]:not([data-opened])')) openText(place);
  }

  #begin(slide) {
    this.#slide = slide;
    this.#zoom.reset();
    // What was said of the one before.
    this.#content.querySelector(':scope > [data-trouble]')?.remove();
    if (!this.#hasLeft && isAtFile()) history.replaceState(history.state, '', slide.dataset.address);
  }

  #onClick(event) {
    if (event.target === this.#dialog || event.target.closest('[data-close]')) this.#leave();
    const zoom = event.target.closest('[data-zoom]')?.dataset.zoom;
    if (zoom === 'in') this.#zoom.by(STEP);
    if (zoom === 'out') this.#zoom.by(1 / STEP);
    if (zoom === 'reset') this.#zoom.reset();
  }

  #onKey(event) {
    // A player has keys of its own, and so has whatever is edited.
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('video, audio, input, textarea')) return;
    if (event.key === '+' || event.key === '=') this.#zoom.by(STEP);
    else if (event.key === '-') this.#zoom.by(1 / STEP);
    else if (event.key === '0') this.#zoom.reset();
    else if (!event.key.startsWith('Arrow')) return;
    else if (event.shiftKey) this.#zoom.move(event.key);
    else if (!this.#go(event.key)) return;
    event.preventDefault();
  }

  #go(key) {
    const button = this.#content.querySelector(`[data-go="${key}"]`);
    button?.click();
    return Boolean(button);
  }

  #showScale() {
    const level = this.#content.querySelector('[data-zoom="reset"]');
    const text = `${Math.round(this.#zoom.scale * 100)} %`;
    if (level && level.textContent !== text) {
      level.textContent = text;
      level.setAttribute('aria-label', `${text}, reset zoom`);
    }
    for (const [way, isAtEnd] of [['out', this.#zoom.scale <= 1], ['in', this.#zoom.scale >= MAX_SCALE]])
      this.#content.querySelector(`[data-zoom="${way}"]`)?.setAttribute('aria-disabled', isAtEnd);
  }
}

const isAtFile = () => new URLSearchParams(location.search).has('file');

/** Makes the picture on the stage larger and moves it about: 1 is as large as it fits. */
class Zoom {
  scale = 1;
  #x = 0;
  #y = 0;
  #stage;
  #onChange;
  #fingers = new Map();
  #start = /** @type {PointerEvent | null} */ (null);

  constructor(stage, onChange) {
    this.#stage = stage;
    this.#onChange = onChange;
  }

  listen(signal, onSwipe) {
    const on = (type, act, options) => this.#stage.addEventListener(type, act, { signal, ...options });
    on('wheel', (event) => this.#onWheel(event), { passive: false });
    on('dblclick', (event) => this.#onDoubleClick(event));
    on('pointerdown', (event) => this.#onDown(event));
    on('pointermove', (event) => this.#onMove(event));
    on('pointerup', (event) => this.#onUp(event, onSwipe));
    on('pointercancel', (event) => this.#onUp(event, () => {}));
  }

  by(factor) {
    this.#to(this.scale * factor, this.#middle);
  }

  reset() {
    this.#to(1, this.#middle);
  }

  /** With a key: one looks to that side, so the picture goes to the other. */
  move(key) {
    this.#x += { ArrowLeft: KEY_STEP_PX, ArrowRight: -KEY_STEP_PX }[key] ?? 0;
    this.#y += { ArrowUp: KEY_STEP_PX, ArrowDown: -KEY_STEP_PX }[key] ?? 0;
    this.#draw();
  }

  get #picture() {
    return this.#stage.querySelector('[data-slide]:not([hidden]) [data-zoomable]');
  }

  get #middle() {
    const { left, top, width, height } = this.#stage.getBoundingClientRect();
    return { clientX: left + width / 2, clientY: top + height / 2 };
  }

  /** What is under the pointer stays there. */
  #to(scale, { clientX, clientY }) {
    const next = Math.min(MAX_SCALE, Math.max(1, scale));
    const middle = this.#middle;
    const [fromX, fromY] = [clientX - middle.clientX, clientY - middle.clientY];
    this.#x = fromX - ((fromX - this.#x) * next) / this.scale;
    this.#y = fromY - ((fromY - this.#y) * next) / this.scale;
    this.scale = next;
    this.#draw();
  }

  #draw() {
    const picture = this.#picture;
    this.#stage.toggleAttribute('data-zoomed', this.scale > 1);
    for (const other of this.#stage.querySelectorAll('[data-zoomable]')) if (other !== picture) other.style.transform = '';
    if (picture) {
      // No further than its edges.
      const [roomX, roomY] = [picture.offsetWidth * this.scale - this.#stage.clientWidth, picture.offsetHeight * this.scale - this.#stage.clientHeight];
      this.#x = within(this.#x, roomX / 2);
      this.#y = within(this.#y, roomY / 2);
      picture.style.transform = this.scale === 1 ? '' : `translate(${this.#x}px, ${this.#y}px) scale(${this.scale})`;
    }
    this.#onChange();
  }

  #onWheel(event) {
    if (!this.#picture) return;
    event.preventDefault();
    // Lines or pages instead of pixels: Firefox with a mouse.
    const pixels = event.deltaY * [1, 16, 100][event.deltaMode];
    this.#to(this.scale * Math.exp(-pixels * 0.002), event);
  }

  #onDoubleClick(event) {
    if (!this.#picture) return;
    if (this.scale > 1) this.reset();
    else this.#to(DOUBLE_CLICK_SCALE, event);
  }

  #onDown(event) {
    if (event.target !== this.#picture || event.button !== 0) return;
    this.#stage.setPointerCapture(event.pointerId);
    this.#fingers.set(event.pointerId, event);
    this.#start = this.#fingers.size === 1 ? event : null;
  }

  #onMove(event) {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    const other = [...this.#fingers.values()].find((finger) => finger.pointerId !== event.pointerId);
    this.#fingers.set(event.pointerId, event);
    if (other) this.#to((this.scale * distance(event, other)) / Math.max(1, distance(before, other)), between(event, other));
    if (this.scale === 1) return;
    const share = other ? 0.5 : 1;
    this.#x += (event.clientX - before.clientX) * share;
    this.#y += (event.clientY - before.clientY) * share;
    this.#draw();
  }

  #onUp(event, onSwipe) {
    const start = this.#start;
    if (!this.#fingers.delete(event.pointerId)) return;
    this.#start = null;
    if (!start || event.pointerType !== 'touch' || this.scale > 1) return;
    const [dx, dy] = [event.clientX - start.clientX, event.clientY - start.clientY];
    if (Math.abs(dx) > SWIPE_PX && Math.abs(dx) > 2 * Math.abs(dy)) onSwipe(dx > 0 ? 'ArrowLeft' : 'ArrowRight');
  }
}

const within = (value, room) => Math.min(Math.max(0, room), Math.max(-Math.max(0, room), value));
const distance = (one, other) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
const between = (one, other) => ({ clientX: (one.clientX + other.clientX) / 2, clientY: (one.clientY + other.clientY) / 2 });

/** In the browser's own viewer, which has no way of telling that the file did not come; so that is asked first. */
async function openPdf(frame) {
  const { pdf } = frame.dataset;
  // Its first address is its only one: each further one would be a step of the history, and Back would go there.
  frame.dataset.opened = '';
  if (!navigator.pdfViewerEnabled) {
    frame.hidden = true;
    frame.parentElement.querySelector('[data-no-pdf]').hidden = false;
  } else if (await isAvailable(pdf)) frame.setAttribute('src', pdf);
  else showUnavailable(frame.closest('figure'), () => openPdf(frame));
}

/** As text and nothing else, and not more of it than a page can bear. */
async function openText(place) {
  const { text: path, limit } = place.dataset;
  place.dataset.opened = '';
  const answer = await fetch(path, { headers: { Range: `bytes=0-${limit - 1}` }, redirect: 'manual' }).catch(() => null);
  const bytes = await answer?.arrayBuffer().catch(() => null);
  const head = answer && headOf(answer);
  const refusal = head && bytes && problemOf({ ...head, text: decode(bytes) });
  if (head && bytes && isFile(head)) place.textContent = decode(bytes);
  else if (refusal && refusal.status < 500) place.textContent = refusal.detail;
  else showUnavailable(place.closest('figure'), () => openText(place));
}

/** UTF-16 by its mark, else UTF-8, as nearly everything is; `stream` because the limit may have cut a letter in two. */
function decode(bytes) {
  const [first, second] = new Uint8Array(bytes, 0, Math.min(2, bytes.byteLength));
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes, { stream: true });
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes, { stream: true });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

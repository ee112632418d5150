// The picture of oneself, on /profile: chosen, cut to a square, sent. What leaves the browser is that square, encoded anew:
// the photo that it was cut from, and what it says of place and camera, stays here.
import { ask, foreignReason, isDone, problemOf } from '../server/answers.js';
import { antiforgeryToken } from '../server/requests.js';
import { find } from './dom.js';
import { MAX_ZOOM, Square } from './square.js';

const PATH = '/account/picture';
/** Of a tile of 36 CSS pixels on a screen with fine dots, and of one that somebody looks at more closely. */
const SIDE = 256;
const QUALITY = 0.9;
const STEP = 1 / 16;
const MOVES = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

/** Its place on the page; this file also comes with those of pages that have none. */
const place = find('[data-own-picture]');
if (place) begin(place);

/** @param {HTMLElement} root */
function begin(root) {
  const part = (name) => /** @type {any} */ (root.querySelector(`[data-${name}]`));
  const [input, cutting, canvas, zoom, remove, status, alert] = ['choose', 'cutting', 'square', 'zoom', 'remove', 'status', 'alert'].map(part);
  const avatar = /** @type {HTMLElement} */ (root.querySelector('.avatar'));

  /** @type {{ bitmap: ImageBitmap, square: Square } | null} */
  let chosen = null;

  part('scripted').hidden = false;
  zoom.max = MAX_ZOOM;
  input.addEventListener('change', () => choose(input.files?.[0]));
  zoom.addEventListener('input', () => change((square) => square.zoomTo(Number(zoom.value))));
  canvas.addEventListener('pointerdown', (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener('pointermove', (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    // The picture goes with the pointer, so the square goes the other way.
    change((square) => square.move(-event.movementX / canvas.clientWidth, -event.movementY / canvas.clientHeight));
  });
  canvas.addEventListener('keydown', (event) => {
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    change((square) => square.move(move[0], move[1]));
  });
  part('save').addEventListener('click', save);
  part('cancel').addEventListener('click', leave);
  remove.addEventListener('click', takeAway);

  /** @param {File | undefined} file */
  async function choose(file) {
    if (!file) return;
    say('');
    try {
      // As it is seen, turned the way its camera was held.
      const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
      chosen?.bitmap.close();
      chosen = { bitmap, square: new Square(bitmap) };
      zoom.value = 1;
      cutting.hidden = false;
      draw();
      canvas.focus();
    } catch {
      say('', `${file.name} is no picture that this browser can open.`);
    }
    // The same file can be chosen again.
    input.value = '';
  }

  /** @param {(square: Square) => void} act */
  function change(act) {
    if (!chosen) return;
    act(chosen.square);
    draw();
  }

  function draw() {
    const { bitmap, square } = /** @type {NonNullable<typeof chosen>} */ (chosen);
    const context = canvas.getContext('2d');
    [canvas.width, canvas.height] = [SIDE, SIDE];
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, square.left, square.top, square.side, square.side, 0, 0, SIDE, SIDE);
  }

  function leave() {
    chosen?.bitmap.close();
    chosen = null;
    cutting.hidden = true;
    input.focus();
  }

  async function save() {
    const bytes = await encode();
    if (!bytes) return say('', 'This browser could not make a picture of it.');
    if (await send('PUT', bytes)) {
      show(`/person/${root.dataset.ownPicture}/picture?v=${Date.now()}`);
      leave();
      say('Your picture is saved.');
    }
  }

  async function takeAway() {
    if (!(await send('DELETE'))) return;
    show(null);
    input.focus();
    say('Your picture is removed.');
  }

  /** A browser that writes no WebP gives PNG, which is large, for photos: a JPEG then, on white. */
  async function encode() {
    const made = await blobOf('image/webp');
    if (made?.type === 'image/webp') return made;
    const context = canvas.getContext('2d');
    context.globalCompositeOperation = 'destination-over';
    context.fillStyle = '#fff';
    context.fillRect(0, 0, SIDE, SIDE);
    return blobOf('image/jpeg');
  }

  const blobOf = (type) => new Promise((resolve) => canvas.toBlob(resolve, type, QUALITY));

  /** Whether it worked; why not is said. @param {string} method @param {Blob} [body] */
  async function send(method, body) {
    say('');
    const answer = await ask(PATH, { method, headers: { RequestVerificationToken: antiforgeryToken() }, body });
    if (isDone(answer)) return true;
    say('', answer ? (problemOf(answer)?.detail ?? foreignReason(answer).replace(' Trying again…', '')) : 'No connection. Try again.');
    return false;
  }

  /** @param {string | null} address */
  function show(address) {
    avatar.querySelector('img')?.remove();
    if (address) avatar.append(Object.assign(new Image(), { src: address, alt: '' }));
    remove.hidden = !address;
  }

  /** @param {string} done @param {string} [wrong] */
  function say(done, wrong = '') {
    for (const [said, text] of [[status, done], [alert, wrong]]) {
      said.hidden = !text;
      said.textContent = '';
      // A screen reader only hears what changes in a place that was there before.
      if (text) requestAnimationFrame(() => (said.textContent = text));
    }
  }
}

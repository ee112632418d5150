// How large a picture is, and is shown; and small pictures that travel beside the large ones (the contract's part `thumbnail`).
// Made here they are there with their message; of what comes without one the server has one made (Core's Files/Reading).
import { hasPreview, isPlayed, shownByName } from './files.js';
import { rules } from '../server/rules.js';

/** @typedef {{ width: number, height: number }} Pixels */

const MAX_BYTES = 64 * 1024;
// So many times the room that a message gives a picture, for screens with fine dots.
const FINENESS = 2;
// Four bytes each while it is decoded.
const MAX_PIXELS = 100_000_000;
const PATIENCE_MS = 15_000;
// Scale and quality, until it is small enough.
const STEPS = [
  [1, 0.8],
  [1, 0.6],
  [0.75, 0.6],
  [0.5, 0.5],
  [0.3, 0.4],
];

let lastTurn = Promise.resolve();

/** @type {WeakMap<File, Promise<Pixels | null>>} */
const seen = new WeakMap();

/** As it is seen, turned the way its camera was held; null where there is nothing to be seen. Never fails. @param {File} file */
export function pixelsOf(file) {
  const pixels = seen.get(file) ?? (hasPreview(file.name) ? within(PATIENCE_MS, sizeOf(file)) : Promise.resolve(null));
  seen.set(file, pixels);
  return pixels;
}

/**
 * What a message shows a file on its way as, like the server when it is there (AttachmentFigure.razor).
 * @param {{ name: string, pixels?: Pixels | null, thumbnail: Blob | null }} file
 */
export function shownAs({ name, pixels, thumbnail }) {
  const shown = shownByName(name);
  return shown === 'picture' && !(mayBeDrawn(pixels) || (pixels && thumbnail instanceof Blob)) ? 'card' : shown;
}

/** The size in CSS pixels at which it fits into a message, as FileLooks.PreviewSize says it; Examples/files.json is run by both. @param {Pixels} pixels */
export function previewSize(pixels) {
  const scale = scaleOf(pixels, 1);
  const [width, height] = [pixels.width, pixels.height].map((length) => Math.trunc(Math.max(1, length * scale)));
  return { width, height };
}

/** Without a thumbnail in its place: each pixel takes four bytes of the memory of everybody who looks at it. */
const mayBeDrawn = (pixels) => pixels?.width > 0 && pixels.width * pixels.height <= rules().pictures.maxPixels;

/** A WebP or JPEG; null when there is none to be had, or none is needed. Never fails. */
export function thumbnailOf(file) {
  // One after the other: ten decoded photos at once would take a phone's memory.
  lastTurn = lastTurn.then(() => within(PATIENCE_MS, make(file)));
  return lastTurn;
}

/** Whether the picture itself may be drawn without a thumbnail in its place. */
export const isDrawable = async (file) => mayBeDrawn(await pixelsOf(file));

/** What the promise gives, or null when that fails or takes longer. */
export function within(milliseconds, promise) {
  const patience = new Promise((resolve) => setTimeout(resolve, milliseconds, null));
  return Promise.race([promise, patience]).catch(() => null);
}

async function make(file) {
  if (isPlayed(file.name)) return frameOf(file);
  const size = await pixelsOf(file);
  if (!size || (await isAnimated(file))) return null;
  const scale = scaleOf(size);
  if (size.width * size.height > MAX_PIXELS || (scale === 1 && file.size < MAX_BYTES)) return null;
  const [width, height] = [size.width * scale, size.height * scale].map((length) => Math.max(1, Math.round(length)));
  // The browser decodes and scales it beside the page's own work.
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image', resizeWidth: width, resizeHeight: height, resizeQuality: 'high' });
  const made = await encode(bitmap, { width, height });
  bitmap.close();
  return made && made.size < file.size ? made : null;
}

/** A still picture in its place would no longer move. */
async function isAnimated(file) {
  const head = new TextDecoder('latin1').decode(await file.slice(0, 64 * 1024).arrayBuffer());
  const begins = (text, at = 0) => head.startsWith(text, at);
  return begins('GIF') || begins('ftypavis', 4) || (begins('PNG', 1) && head.includes('acTL')) || (begins('RIFF') && head.includes('ANIM'));
}

/** Reads the header; nothing is decoded before it is drawn. */
async function sizeOf(file) {
  return withAddressOf(file, async (address) => {
    const image = new Image();
    const hasLoaded = happened(image, 'load');
    image.src = address;
    await hasLoaded;
    return { width: image.naturalWidth, height: image.naturalHeight };
  });
}

/** Not the very first frame: that is black more often than not. */
async function frameOf(file) {
  return withAddressOf(file, async (address) => {
    const video = document.createElement('video');
    Object.assign(video, { muted: true, playsInline: true, preload: 'auto' });
    const hasLoaded = happened(video, 'loadeddata');
    video.src = address;
    try {
      await hasLoaded;
      // It plays, and nothing of it is seen: there is only sound in it, or pictures of a kind that this browser does not know.
      if (video.videoWidth === 0) return null;
      const isThere = happened(video, 'seeked');
      video.currentTime = Math.min(1, video.duration / 4);
      await isThere;
      const size = { width: video.videoWidth, height: video.videoHeight };
      const scale = scaleOf(size);
      return await encode(video, { width: size.width * scale, height: size.height * scale });
    } finally {
      video.removeAttribute('src');
      video.load();
    }
  });
}

function scaleOf({ width, height }, fineness = FINENESS) {
  const { maxWidth, maxHeight } = rules().pictures;
  return Math.min(1, (fineness * maxWidth) / width, (fineness * maxHeight) / height);
}

async function encode(source, { width, height }) {
  let type = 'image/webp';
  for (const [scale, quality] of STEPS) {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [width, height].map((length) => Math.max(1, Math.round(length * scale)));
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) return null;
    context.imageSmoothingQuality = 'high';
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    let made = await blobOf(canvas, type, quality);
    if (made?.type !== type) {
      // A browser that doesn't write WebP gives PNG. JPEG knows no transparency: white shows through, not black.
      type = 'image/jpeg';
      context.globalCompositeOperation = 'destination-over';
      context.fillStyle = '#fff';
      context.fillRect(0, 0, canvas.width, canvas.height);
      made = await blobOf(canvas, type, quality);
    }
    if (made && made.size <= MAX_BYTES) return made;
  }
  return null;
}

const blobOf = (canvas, type, quality) => new Promise((resolve) => canvas.toBlob(resolve, type, quality));

function happened(element, event) {
  return new Promise((resolve, reject) => {
    element.addEventListener(event, resolve, { once: true });
    element.addEventListener('error', () => reject(new Error(`No ${event}.`)), { once: true });
  });
}

async function withAddressOf(file, use) {
  const address = URL.createObjectURL(file);
  try {
    return await use(address);
  } finally {
    URL.revokeObjectURL(address);
  }
}

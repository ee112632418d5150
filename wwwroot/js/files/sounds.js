// How much memory a sound may take once it is decoded, told from its packets before anything decodes them: in two megabytes
// there may be hours of silence, whatever the file says of its length.

/** The most that one packet of a kind may be, in samples. */
const OPUS = 5760;
const VORBIS = 4096;
const AAC = 2048;

/** No frame of an MP3 has more of them for each of its bytes. */
const MP3_PER_BYTE = 24;

/** A WAV of one byte for each: 8 bits, A-law and µ-law; the others have more. */
const WAV_FORMATS = [1, 3, 6, 7, 0xfffe];

/** Elements of WebM within which the packets are; all others are passed over. */
const WITHIN = new Set([0x18538067, 0x1f43b675, 0xa0]);
const BLOCKS = new Set([0xa3, 0xa1]);

/**
 * A bound of the samples of each channel; null where it can't be told, also of what is damaged.
 * @param {Uint8Array} bytes
 */
export function mostSamples(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12) return null;
  const begins = view.getUint32(0);
  try {
    if (begins === 0x52494646) return WAV_FORMATS.includes(view.getUint16(20, true)) ? bytes.length : null;
    if (begins >>> 8 === 0x494433) return mostSamples(bytes.subarray(10 + lengthOfTag(bytes)));
    if (begins >>> 20 === 0xfff && (bytes[1] & 6) === 0) return ofAdts(bytes);
    if (begins >>> 21 === 0x7ff) return bytes.length * MP3_PER_BYTE;
    if (begins === 0x4f676753) return ofOgg(bytes, view);
    if (begins === 0x1a45dfa3) return ofWebm(bytes, view);
    if (view.getUint32(4) === 0x66747970) return ofMp4(bytes, view);
  } catch (failure) {
    if (!(failure instanceof RangeError)) throw failure;
  }
  return null;
}

/** In four times seven bits. */
const lengthOfTag = (bytes) => bytes.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 127), 0);

/** Frames, each with its length. */
function ofAdts(bytes) {
  let frames = 0;
  for (let at = 0; at < bytes.length; frames++) {
    const length = ((bytes[at + 3] & 3) << 11) | (bytes[at + 4] << 3) | (bytes[at + 5] >> 5);
    if (bytes[at] !== 0xff || length < 7) return null;
    at += length;
  }
  return frames * AAC;
}

/** Pages, each with the lengths of its segments; a packet ends with one that is not full. */
function ofOgg(bytes, view) {
  const isOpus = holds(bytes.subarray(0, 256), 'OpusHead');
  if (!isOpus && !holds(bytes.subarray(0, 256), '\u0001vorbis')) return null;
  let samples = 0;
  for (let at = 0; at < bytes.length; ) {
    if (view.getUint32(at) !== 0x4f676753) return null;
    const segments = bytes[at + 26];
    let packet = at + 27 + segments;
    for (let i = 0, length = 0; i < segments; i++) {
      const segment = bytes[at + 27 + i];
      length += segment;
      if (segment === 255 && i < segments - 1) continue;
      samples += isOpus ? ofOpus(bytes[packet], bytes[packet + 1]) : VORBIS;
      packet += length;
      length = 0;
    }
    at = packet;
  }
  return samples;
}

/** Elements, each with an id and a length, one in another. */
function ofWebm(bytes, view) {
  const isOpus = holds(bytes.subarray(0, 4096), 'OpusHead');
  let samples = 0;
  for (let at = 0; at < bytes.length; ) {
    const idLength = Math.clz32(view.getUint8(at)) - 23;
    const lengthLength = Math.clz32(view.getUint8(at + idLength)) - 23;
    if (idLength > 4 || lengthLength > 8) return null;
    const id = number(bytes, at, idLength);
    // Without the bit that tells its own length: with it, it would be more than a number holds.
    const length = (bytes[at + idLength] & (0xff >> lengthLength)) * 256 ** (lengthLength - 1) + number(bytes, at + idLength + 1, lengthLength - 1);
    at += idLength + lengthLength;
    if (WITHIN.has(id)) continue;
    if (BLOCKS.has(id)) {
      // Several packets in one, or one that says how long it is.
      const several = bytes[at + 3] & 6;
      samples += several ? OPUS * (bytes[at + 4] + 1) : isOpus ? ofOpus(bytes[at + 4], bytes[at + 5]) : 2 * VORBIS;
    }
    at += length;
    if (at > bytes.length) return null;
  }
  return samples;
}

/** How many packets there are stands in one table, or in one of each fragment. */
function ofMp4(bytes, view) {
  if (holds(bytes, 'alac') || holds(bytes, 'Opus') || holds(bytes, 'fLaC') || holds(bytes, 'stz2')) return null;
  let packets = 0;
  for (const at of places(bytes, 'stsz')) packets += view.getUint32(at + 12);
  for (const at of places(bytes, 'trun')) packets += view.getUint32(at + 8);
  return packets > 0 ? packets * AAC : null;
}

/** What the first byte of a packet says of it (RFC 6716, 3.1). */
function ofOpus(toc, next) {
  const mode = toc >> 3;
  const length = mode < 12 ? [480, 960, 1920, 2880][mode & 3] : mode < 16 ? [480, 960][mode & 1] : [120, 240, 480, 960][mode & 3];
  return Math.min(OPUS, length * [1, 2, 2, next & 63][toc & 3]);
}

const number = (bytes, at, length) => bytes.subarray(at, at + length).reduce((sum, byte) => sum * 256 + byte, 0);

const holds = (bytes, word) => !places(bytes, word).next().done;

function* places(bytes, word) {
  const [first, ...rest] = [...word].map((letter) => letter.charCodeAt(0));
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) if (rest.every((letter, i) => bytes[at + 1 + i] === letter)) yield at;
}

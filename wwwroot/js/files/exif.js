// Where a photo was taken, cut out of its file. Nothing is encoded again: the picture's own bytes stay as they are, and
// so does the length, so that whatever else the file holds is still found at its place.

const TIFF_NUMBER = 42;
const GPS_POINTER = 0x8825;
const GPS_VERSION = 0;
const ENTRY_BYTES = 12;
const VALUE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
// Exif stands near the beginning, in HEIC sometimes at the end; no photo is larger.
const LOOKED_AT_BYTES = 64 * 1024 * 1024;
// A broken file must not lead us to blank what is no location.
const MAX_ENTRIES = 64;
const MAX_VALUE_BYTES = 64 * 1024;
const XMP_REACH_BYTES = 64 * 1024;

/** The same file without its location; null when it holds none. */
export async function withoutLocation(file) {
  const bytes = new Uint8Array(await file.slice(0, LOOKED_AT_BYTES).arrayBuffer());
  const inExif = cutOutOfExif(bytes);
  const inXmp = cutOutOfXmp(bytes);
  if (!inExif && !inXmp) return null;
  correctPngChecksums(bytes);
  return new File([bytes, file.slice(LOOKED_AT_BYTES)], file.name, { type: file.type, lastModified: file.lastModified });
}

/** Exif is a TIFF structure, wherever the format keeps it; a phone's photo may hold several, one for each picture in it. */
function cutOutOfExif(bytes) {
  let found = false;
  for (let at = bytes.indexOf(TIFF_NUMBER); at >= 0; at = bytes.indexOf(TIFF_NUMBER, at + 1)) {
    // II 42 0, or MM 0 42
    if (bytes[at - 2] === 0x49 && bytes[at - 1] === 0x49 && bytes[at + 1] === 0) found = new Tiff(bytes, at - 2, true).cutOutGps() || found;
    else if (bytes[at - 3] === 0x4d && bytes[at - 2] === 0x4d && bytes[at - 1] === 0) found = new Tiff(bytes, at - 3, false).cutOutGps() || found;
  }
  return found;
}

class Tiff {
  #view;
  #isLittle;

  constructor(bytes, start, isLittle) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
    this.#isLittle = isLittle;
  }

  /** Whether there was a location. Both the entry that leads to it and what it leads to go. */
  cutOutGps() {
    const main = this.#directory(this.#long(4));
    const pointer = main.find((entry) => this.#short(entry) === GPS_POINTER);
    if (pointer === undefined) return false;
    const gps = this.#directory(this.#long(pointer + 8));
    // Many cameras write the version and nothing else.
    if (!gps.some((entry) => this.#short(entry) !== GPS_VERSION)) return false;
    for (const entry of gps) this.#blankEntry(entry);
    this.#blank(gps[0] - 2, 2);
    this.#removeEntry(main, pointer);
    return true;
  }

  /** Where its entries are; none when this is no directory. */
  #directory(at) {
    const count = at >= 8 ? this.#short(at) : 0;
    const end = at + 2 + count * ENTRY_BYTES;
    if (count > MAX_ENTRIES || end > this.#view.byteLength) return [];
    return Array.from({ length: count }, (_, i) => at + 2 + i * ENTRY_BYTES);
  }

  #blankEntry(entry) {
    const bytes = (VALUE_BYTES[this.#short(entry + 2)] ?? 1) * this.#long(entry + 4);
    if (bytes > 4 && bytes <= MAX_VALUE_BYTES) this.#blank(this.#long(entry + 8), bytes);
    this.#blank(entry, ENTRY_BYTES);
  }

  /** The ones behind it move up, with the link to the next directory. */
  #removeEntry(directory, entry) {
    const end = directory.at(-1) + ENTRY_BYTES + 4;
    const all = new Uint8Array(this.#view.buffer, this.#view.byteOffset, this.#view.byteLength);
    all.copyWithin(entry, entry + ENTRY_BYTES, end);
    this.#blank(end - ENTRY_BYTES, ENTRY_BYTES);
    this.#view.setUint16(directory[0] - 2, directory.length - 1, this.#isLittle);
  }

  #blank(at, length) {
    const all = new Uint8Array(this.#view.buffer, this.#view.byteOffset, this.#view.byteLength);
    if (at >= 8) all.fill(0, at, at + length);
  }

  #short(at) {
    return at + 2 <= this.#view.byteLength ? this.#view.getUint16(at, this.#isLittle) : 0;
  }

  #long(at) {
    return at + 4 <= this.#view.byteLength ? this.#view.getUint32(at, this.#isLittle) : 0;
  }
}

/** XMP is XML as text: exif:GPSLatitude="…" or <exif:GPSLatitude>…</exif:GPSLatitude>. Spaces in its place are still XML. */
function cutOutOfXmp(bytes) {
  let found = false;
  for (let at = indexOfText(bytes, 'exif:GPS', 0); at >= 0; at = indexOfText(bytes, 'exif:GPS', at + 1)) {
    const start = bytes[at - 1] === '<'.charCodeAt(0) ? at - 1 : at;
    const text = new TextDecoder('latin1').decode(bytes.subarray(start, at + XMP_REACH_BYTES));
    const whole = /^(exif:GPS\w+)\s*=\s*("[^"]*"|'[^']*')|^<(exif:GPS\w+)[^>]*(\/>|>[^]*?<\/\3\s*>)/.exec(text);
    if (!whole) continue;
    bytes.fill(0x20, start, start + whole[0].length);
    found = true;
  }
  return found;
}

function indexOfText(bytes, text, from) {
  const wanted = new TextEncoder().encode(text);
  for (let at = bytes.indexOf(wanted[0], from); at >= 0; at = bytes.indexOf(wanted[0], at + 1))
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  return -1;
}

/** PNG alone keeps a sum of every part. */
function correctPngChecksums(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const typeAt = (at) => String.fromCharCode(...bytes.subarray(at + 4, at + 8));
  if (String.fromCharCode(...bytes.subarray(1, 4)) !== 'PNG') return;
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const end = at + 8 + view.getUint32(at);
    if (['eXIf', 'iTXt', 'tEXt'].includes(typeAt(at)) && end + 4 <= bytes.length) view.setUint32(end, checksum(bytes.subarray(at + 4, end)));
  }
}

function checksum(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return ~sum >>> 0;
}

// What is in a ZIP, by its directory at the end: names and sizes, without reading what they are of. Whoever made it may have
// written anything there: nothing is believed that does not fit into the bytes that were read, and those are bounded.

/**
 * @typedef {{ name: string, size: number, isEncrypted: boolean }} Entry
 * @typedef {{ entries: Entry[], count: number, isWhole: boolean }} Directory
 * `count` is how many there are; `isWhole`: all of them are among the entries.
 * @typedef {(from: number, to?: number) => Promise<{ bytes: Uint8Array, total: number }>} Read
 * Reads from an offset up to another one, or with a negative one so much of the end.
 */

const END = 0x06054b50;
const END_LENGTH = 22;
const END64 = 0x06064b50;
const END64_LENGTH = 56;
const LOCATOR64 = 0x07064b50;
const LOCATOR64_LENGTH = 20;
const ENTRY = 0x02014b50;
const ENTRY_LENGTH = 46;
const MAX_COMMENT = 0xffff;
const FULL16 = 0xffff;
const FULL32 = 0xffffffff;
const FIELD64 = 0x0001;
const FIELD_NAME = 0x7075;
const ENCRYPTED = 1;
const IN_UTF8 = 1 << 11;

/** At most so much of it is read, however large it says it is. */
export const MAX_DIRECTORY = 1024 * 1024;

/** The tail in which its end must be; so much is a glance to the server, too (FileEndpoints.cs). */
const TAIL = MAX_COMMENT + END_LENGTH + LOCATOR64_LENGTH;

/** The upper half of the code page that ZIP began with. */
const CP437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/** Marks that would turn or hide what stands around them, and control characters. */
// eslint-disable-next-line no-control-regex
const DECEPTIVE = /[\0-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Null where there is no directory to be read.
 * @param {Read} read
 * @param {number} maxEntries
 * @param {number} [maxBytes] 0: nothing but the tail is read, and of a longer directory its last entries are shown
 * @returns {Promise<Directory | null>}
 */
export async function directoryOf(read, maxEntries, maxBytes = MAX_DIRECTORY) {
  const tail = await read(-TAIL);
  const place = await placeOf(maxBytes > 0 ? read : null, tail);
  if (!place || place.offset < 0 || place.offset > tail.total) return null;
  const length = Math.min(place.size, maxBytes || TAIL, tail.total - place.offset);
  const tailFrom = tail.total - tail.bytes.length;
  const bytes =
    place.offset >= tailFrom
      ? tail.bytes.subarray(place.offset - tailFrom, place.offset - tailFrom + length)
      : maxBytes === 0
        ? fromFirstEntryOf(tail.bytes)
        : length > 0
          ? (await read(place.offset, place.offset + length)).bytes
          : new Uint8Array();
  const entries = entriesOf(bytes, maxEntries);
  // One that names some and shows none is encrypted itself, or is none.
  if (entries.length === 0 && place.count > 0) return null;
  return { entries, count: Math.max(place.count, entries.length), isWhole: entries.length >= place.count };
}

/** @param {Uint8Array} bytes */
function fromFirstEntryOf(bytes) {
  const view = viewOf(bytes);
  let at = 0;
  while (at + ENTRY_LENGTH <= bytes.length && view.getUint32(at, true) !== ENTRY) at++;
  return bytes.subarray(at);
}

/** Where the directory says that it is. @param {Read | null} read @param {{ bytes: Uint8Array, total: number }} tail */
async function placeOf(read, { bytes, total }) {
  const view = viewOf(bytes);
  const end = endIn(view);
  if (end < 0) return null;
  const [count, size, offset] = [view.getUint16(end + 10, true), view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  const endAt = total - bytes.length + end;
  const locator = end - LOCATOR64_LENGTH;
  if ((count === FULL16 || size === FULL32 || offset === FULL32) && locator >= 0 && view.getUint32(locator, true) === LOCATOR64) {
    const at = Number(view.getBigUint64(locator + 8, true));
    if (!(at + END64_LENGTH <= endAt)) return null;
    const tailFrom = total - bytes.length;
    const larger = viewOf(at >= tailFrom ? bytes.subarray(at - tailFrom, at - tailFrom + END64_LENGTH) : ((await read?.(at, at + END64_LENGTH))?.bytes ?? new Uint8Array()));
    if (larger.byteLength < END64_LENGTH || larger.getUint32(0, true) !== END64) return null;
    return { count: Number(larger.getBigUint64(32, true)), size: Number(larger.getBigUint64(40, true)), offset: Number(larger.getBigUint64(48, true)) };
  }
  // It ends where its end begins, also where something stands in front of the archive that no offset counts.
  return { count, size, offset: endAt - size };
}

/** The last one that its comment takes to the end, or else the last one: something may stand behind it. @param {DataView} view */
function endIn(view) {
  let last = -1;
  for (let at = view.byteLength - END_LENGTH; at >= 0; at--) {
    if (view.getUint32(at, true) !== END) continue;
    if (at + END_LENGTH + view.getUint16(at + 20, true) === view.byteLength) return at;
    if (last < 0) last = at;
  }
  return last;
}

/** As many as are whole. @param {Uint8Array} bytes @param {number} maxEntries */
function entriesOf(bytes, maxEntries) {
  const view = viewOf(bytes);
  /** @type {Entry[]} */
  const entries = [];
  for (let at = 0; at + ENTRY_LENGTH <= bytes.length && entries.length < maxEntries && view.getUint32(at, true) === ENTRY; ) {
    const flags = view.getUint16(at + 8, true);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const extraAt = at + ENTRY_LENGTH + nameLength;
    const next = extraAt + extraLength + commentLength;
    if (next > bytes.length) break;
    const raw = bytes.subarray(at + ENTRY_LENGTH, extraAt);
    const fields = fieldsOf(bytes.subarray(extraAt, extraAt + extraLength));
    const size = view.getUint32(at + 24, true);
    entries.push({
      name: nameOf(raw, flags, fields.get(FIELD_NAME)),
      size: size === FULL32 ? largeSizeOf(fields.get(FIELD64)) : size,
      isEncrypted: (flags & ENCRYPTED) !== 0,
    });
    at = next;
  }
  return entries;
}

/** By their ids. @param {Uint8Array} extra */
function fieldsOf(extra) {
  const view = viewOf(extra);
  /** @type {Map<number, Uint8Array>} */
  const fields = new Map();
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = view.getUint16(at + 2, true);
    fields.set(view.getUint16(at, true), extra.subarray(at + 4, Math.min(extra.length, at + 4 + length)));
    at += 4 + length;
  }
  return fields;
}

/** The first of what did not fit into four bytes is the size. @param {Uint8Array | undefined} field */
const largeSizeOf = (field) => (field && field.length >= 8 ? Number(viewOf(field).getBigUint64(0, true)) : FULL32);

/**
 * As text: in UTF-8 where it says so, or is (macOS does not say so), else in the old code page.
 * @param {Uint8Array} raw
 * @param {number} flags
 * @param {Uint8Array | undefined} unicode Info-ZIP's field for it, behind a version and a checksum
 */
function nameOf(raw, flags, unicode) {
  const told = unicode && unicode.length > 5 && unicode[0] === 1 ? unicode.subarray(5) : null;
  const name = told || flags & IN_UTF8 ? new TextDecoder().decode(told ?? raw) : (utf8Of(raw) ?? String.fromCodePoint(...raw.map((byte) => byte)).replace(/[\x80-\xff]/g, cp437));
  return name.replace(DECEPTIVE, '');
}

const cp437 = (/** @type {string} */ letter) => CP437[letter.charCodeAt(0) - 0x80];

/** @param {Uint8Array} raw */
function utf8Of(raw) {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch {
    return null;
  }
}

/** @param {Uint8Array} bytes */
const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

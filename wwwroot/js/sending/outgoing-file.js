// A file on its way out: { id, name, size, file, thumbnail, pixels } and what its upload remembers. The composer keeps it while
// it is picked, the outbox while it is sent; it stays the same one, so that its bytes are copied into the browser once.
import { newKey } from './transmission.js';

/**
 * @typedef {{ id: string, name: string, size: number, file: Blob, thumbnail: Blob | null, pixels?: Pixels | null, uploadUrl?: string | null, uploadId?: string | null, isOriginal?: boolean }} OutgoingFile
 * `uploadUrl` is where its resumable upload is to be found, `uploadId` what goes by when all of it has arrived. Of a picked
 * one, `isOriginal`: nothing is to be taken out of it before it goes.
 * @typedef {File | { name: string, size: number, file: Promise<Blob> | Blob, thumbnail: Promise<Blob | null> | Blob | null, pixels?: Promise<Pixels | null> | Pixels | null }} Picked
 * @typedef {import('../files/pictures.js').Pixels} Pixels
 */

const known = new WeakMap();

/**
 * Of a picked file, or of a prepared one, of which all but name and size may still be promises.
 * @param {Picked} picked
 * @returns {OutgoingFile}
 */
export function outgoing(picked) {
  const isKnown = known.get(picked);
  if (isKnown) return isKnown;
  const { name, size } = picked;
  const { file, thumbnail, pixels = null } = picked instanceof Blob ? { file: picked, thumbnail: null } : picked;
  // Promises in it are awaited by `prepare`, before anybody looks; who draws it takes each as soon as it is there.
  const entry = /** @type {OutgoingFile} */ ({ id: newKey(), name, size, file, thumbnail, pixels });
  known.set(picked, entry);
  return entry;
}

/** An entry that was kept, and the file by which the composer knows it. @param {OutgoingFile} entry */
export function remember(entry) {
  known.set(entry.file, entry);
  return entry.file;
}

/** Waits until all of it is prepared. Throws when the file can't be had. @param {OutgoingFile} entry */
export async function prepare(entry) {
  entry.file = await entry.file;
  if (!entry.file) throw new Error('The browser no longer has it.');
  // Prepared, it may be the very file that was picked, whose bytes are kept already.
  entry.id = known.get(entry.file)?.id ?? entry.id;
  entry.size = entry.file.size;
  entry.pixels = await orNull(entry.pixels);
  entry.thumbnail = await orNull(entry.thumbnail);
}

/** @template T @param {T | Promise<T> | undefined} promised */
const orNull = async (promised) => (await Promise.resolve(promised).catch(() => null)) ?? null;

/** Whether its bytes can still be read: a file on the disk may have been changed, moved or deleted since it was picked. @param {OutgoingFile} entry */
export async function isReadable({ file }) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

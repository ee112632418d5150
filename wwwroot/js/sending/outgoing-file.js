// A file on its way out: { id, name, size, file, thumbnail } and what its upload remembers. The composer keeps it while
// it is picked, the outbox while it is sent; it stays the same one, so that its bytes are copied into the browser once.
import { newKey } from './transmission.js';

const known = new WeakMap();

/** Of a picked file, or of a prepared one ({ file, thumbnail }, each perhaps still a promise). */
export function outgoing(picked) {
  const isKnown = known.get(picked);
  if (isKnown) return isKnown;
  const { file = picked, thumbnail = null, name = file.name, size = file.size ?? 0 } = picked instanceof Blob ? {} : picked;
  const entry = { id: newKey(), name, size, file, thumbnail };
  known.set(picked, entry);
  return entry;
}

/** An entry that was kept, and the file by which the composer knows it. */
export function remember(entry) {
  known.set(entry.file, entry);
  return entry.file;
}

/** Waits until file and thumbnail are prepared. Throws when the file can't be had. */
export async function prepare(entry) {
  entry.file = await entry.file;
  if (!entry.file) throw new Error('The browser no longer has it.');
  // Prepared, it may be the very file that was picked, whose bytes are kept already.
  entry.id = known.get(entry.file)?.id ?? entry.id;
  entry.name ??= entry.file.name;
  entry.size = entry.file.size;
  entry.thumbnail = (await Promise.resolve(entry.thumbnail).catch(() => null)) ?? null;
}

/** Whether its bytes can still be read: a file on the disk may have been changed, moved or deleted since it was picked. */
export async function isReadable({ file }) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

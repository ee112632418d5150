// What this browser has not sent yet, kept over reloads and restarts: messages on their way, and files that are picked.
// It is the browser's own database (IndexedDB). The bytes lie apart from the entries that name them, so that an entry is
// written again, or a picked file becomes part of a message, without a copy. Some browsers keep no files (WebKit in its
// private sessions), but do keep what is in them: there the bytes lie in pieces, small enough to be read into memory one
// after the other. Where the browser forbids it or is full, nothing is kept, who asks is told so, and nothing breaks.

import { metaOf } from '../server/requests.js';

/**
 * @typedef {import('./outgoing-file.js').OutgoingFile} OutgoingFile
 * @typedef {{ key: string, chatId: number, files: OutgoingFile[], writtenAt: number, [more: string]: any }} Entry
 * `key` begins with "picked" for what is not sent yet.
 */

const ENTRIES = 'entries';
const BYTES = 'bytes';
const PIECE_BYTES = 8 * 1024 * 1024;
// A page that is longer about it than this has been left in the middle of it.
const PIECES_MS = 24 * 60 * 60_000;
const KEPT_MS = 30 * 24 * 60 * 60_000;

/** Whose page this is: several people may use one browser, and nobody sees or sends another's. */
export const userId = metaOf('user-id');

/** Other tabs hear of what this one has changed. */
const tabs = 'BroadcastChannel' in globalThis ? new BroadcastChannel('outbox') : null;

/** @param {() => void} listener */
export const whenOthersChange = (listener) => tabs?.addEventListener('message', listener);

/** Whether this browser takes files into its database, as far as is known. */
let keepsFiles = true;

/** @type {Promise<IDBDatabase> | undefined} */
let opening;
/** @type {Promise<any>} */
let last = Promise.resolve();

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('chatfiles', 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(ENTRIES, { keyPath: 'key' });
      request.result.createObjectStore(BYTES, { keyPath: 'id' });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  // The browser closes it when somebody clears what the site has stored.
  opening.then((database) => (database.onclose = () => (opening = undefined))).catch(() => {});
  return opening;
}

/**
 * One thing after the other, in the order in which they were asked for; `otherwise` when the browser can't.
 * @template T
 * @param {() => Promise<T>} work
 * @param {T} otherwise
 * @returns {Promise<T>}
 */
function inTurn(work, otherwise) {
  last = last.then(async () => {
    try {
      return await work();
    } catch {
      return otherwise;
    }
  });
  return last;
}

/**
 * @param {IDBTransactionMode} mode
 * @param {(entries: IDBObjectStore, bytes: IDBObjectStore) => any} work
 * @param {any} [otherwise]
 */
const run = (mode, work, otherwise) => inTurn(() => transact(mode, work), otherwise);

async function transact(mode, work) {
  const transaction = (await open()).transaction([ENTRIES, BYTES], mode);
  const ended = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new Error('aborted'));
  });
  // Looked at below; until then nobody shall take it for a failure that nobody saw.
  ended.catch(() => {});
  let result;
  try {
    result = await work(transaction.objectStore(ENTRIES), transaction.objectStore(BYTES));
  } catch (failure) {
    if (transaction.error === null) transaction.abort();
    throw failure;
  }
  await ended;
  return result;
}

/** When everything that was asked for so far is in the database. */
export const allWritten = () => last;

const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/**
 * Puts and removes entries, all of it or nothing: { key, kind, chatId, files, … }. Bytes that are not there yet are
 * copied, and from then on `file.file` is the copy, which nobody can change or delete on the disk; bytes that no entry
 * names any more go. Gives whether it is kept now.
 * @param {{ put?: Entry[], remove?: string[] }} changes
 */
export async function write({ put = [], remove = [] }) {
  const isWritten = await inTurn(async () => {
    const held = await holdFiles(put, () => transact('readwrite', (entries, bytes) => writeNow(entries, bytes, put, remove)));
    if (held) await transact('readwrite', (entries, bytes) => writeNow(entries, bytes, put, remove, held));
    return true;
  }, false);
  if (isWritten && [...put.map((entry) => entry.key), ...remove].some((key) => !isPickedKey(key))) tabs?.postMessage('changed');
  return isWritten;
}

/** Writes with the files themselves; where the browser does not take them, gives what stands for them. */
async function holdFiles(put, writeAsTheyAre) {
  const files = put.flatMap((entry) => entry.files);
  if (keepsFiles || files.length === 0) {
    try {
      await writeAsTheyAre();
      return null;
    } catch (failure) {
      if (files.length === 0 || (failure instanceof DOMException && failure.name === 'QuotaExceededError')) throw failure;
    }
  }
  const held = await inPieces(files);
  keepsFiles = false;
  return held;
}

/** Puts the files' bytes there; gives by id what is put for the file and for its thumbnail. */
async function inPieces(files) {
  const held = new Map();
  try {
    for (const { id, file, thumbnail } of files) {
      const { name, type, lastModified, size } = file;
      const pieces = Math.ceil(size / PIECE_BYTES);
      held.set(id, { header: { id, name, type, lastModified, pieces }, thumbnail: thumbnail && { type: thumbnail.type, bytes: await thumbnail.arrayBuffer() } });
      if (await transact('readonly', (_, bytes) => answer(bytes.getKey(id)))) continue;
      for (let number = 0; number < pieces; number++) {
        // Read first: a transaction ends by itself when it has to wait for something else.
        const piece = await file.slice(number * PIECE_BYTES, (number + 1) * PIECE_BYTES).arrayBuffer();
        await transact('readwrite', (_, bytes) => answer(bytes.put({ id: pieceId(id, number), piece, writtenAt: Date.now() })));
      }
    }
    return held;
  } catch (failure) {
    await transact('readwrite', async (_, bytes) => {
      for (const id of held.keys()) if (!(await answer(bytes.getKey(id)))) bytes.delete(withPieces(id));
    });
    throw failure;
  }
}

const pieceId = (id, number) => `${id}/${number}`;
const withPieces = (id) => IDBKeyRange.bound(id, `${id}/\uffff`);

async function writeNow(entries, bytes, put, remove, held) {
  const formerly = new Set();
  for (const key of [...remove, ...put.map((entry) => entry.key)]) {
    const former = await answer(entries.get(key));
    for (const { id } of former?.files ?? []) formerly.add(id);
  }
  for (const key of remove) entries.delete(key);
  for (const entry of put) {
    for (const { id, file } of entry.files)
      if ((await answer(bytes.getKey(id))) === undefined) await answer(bytes.put(held?.get(id).header ?? { id, file }));
    const files = entry.files.map(({ file, ...known }) => ({ ...known, thumbnail: held ? held.get(known.id).thumbnail : known.thumbnail }));
    await answer(entries.put({ ...entry, userId, files }));
  }
  const named = new Set((await answer(entries.getAll())).flatMap((entry) => entry.files.map((file) => file.id)));
  for (const id of formerly) if (!named.has(id)) bytes.delete(withPieces(id));
  return true;
}

/** The file that is kept under that id; null when there is none. */
async function fileOf(bytes, id) {
  const kept = await answer(bytes.get(id));
  if (!kept?.pieces) return kept?.file ?? null;
  const parts = [];
  // Each becomes a Blob at once, which a browser may keep elsewhere than in memory.
  for (let number = 0; number < kept.pieces; number++) parts.push(new Blob([(await answer(bytes.get(pieceId(id, number)))).piece]));
  return new File(parts, kept.name, { type: kept.type, lastModified: kept.lastModified });
}

/** The same bytes as the database has them: whatever happens on the disk, these stay as they were picked. @param {OutgoingFile[]} files */
export const takeCopies = (files) =>
  run('readonly', async (_, bytes) => {
    for (const entry of files) entry.file = (await fileOf(bytes, entry.id)) ?? entry.file;
  });

/** @param {string} key @returns {Promise<boolean>} */
export const isKept = (key) => run('readonly', async (entries) => (await answer(entries.count(key))) > 0, true);

/** This person's messages, oldest first. @returns {Promise<Entry[]>} */
export const keptMessages = () =>
  run(
    'readonly',
    async (entries, bytes) => {
      const all = (await answer(entries.getAll())).filter((entry) => entry.userId === userId && !isPickedKey(entry.key));
      for (const entry of all) await addBytes(entry, bytes);
      return all.sort((a, b) => a.writtenAt - b.writtenAt);
    },
    [],
  );

/** Nobody comes back for the rest, and it may be another person's. */
export const forgetOld = () =>
  run('readonly', (entries) => answer(entries.getAll()), []).then(async (all) => {
    const remove = all.filter((entry) => entry.writtenAt < Date.now() - KEPT_MS).map((entry) => entry.key);
    if (remove.length > 0) await write({ remove });
    await run('readwrite', forgetPieces, false);
  });

/** Of files that a page was about to keep when it went. */
async function forgetPieces(entries, bytes) {
  const named = new Set((await answer(entries.getAll())).flatMap((entry) => entry.files.map((file) => file.id)));
  for (const key of await answer(bytes.getAllKeys())) {
    const [id, number] = key.split('/');
    if (number === undefined || named.has(id)) continue;
    if ((await answer(bytes.get(key))).writtenAt < Date.now() - PIECES_MS) bytes.delete(key);
  }
}

const isPickedKey = (key) => key.startsWith('picked ');
const pickedKey = (chatId) => `picked ${userId} ${chatId}`;

/** @param {number} chatId @param {OutgoingFile[]} files whose bytes are there */
export const keepPicked = (chatId, files) =>
  write(files.length > 0 ? { put: [{ key: pickedKey(chatId), chatId, files, writtenAt: Date.now() }] } : { remove: [pickedKey(chatId)] });

/** @param {number} chatId @returns {Promise<OutgoingFile[]>} */
export const keptPicked = (chatId) =>
  run(
    'readonly',
    async (entries, bytes) => {
      const entry = await answer(entries.get(pickedKey(chatId)));
      return entry ? (await addBytes(entry, bytes)).files.filter(({ file }) => file) : [];
    },
    [],
  );

async function addBytes(entry, bytes) {
  for (const file of entry.files) {
    file.file = await fileOf(bytes, file.id);
    if (file.thumbnail?.bytes) file.thumbnail = new Blob([file.thumbnail.bytes], { type: file.thumbnail.type });
  }
  return entry;
}

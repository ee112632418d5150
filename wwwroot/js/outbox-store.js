// What this browser has not sent yet, kept over reloads and restarts: messages on their way, and files that are picked.
// It is the browser's own database (IndexedDB). The bytes lie apart from the entries that name them, so that an entry is
// written again, or a picked file becomes part of a message, without a copy. Where the browser forbids it or is full,
// nothing is kept and nothing breaks.

const ENTRIES = 'entries';
const BYTES = 'bytes';
const KEPT_MS = 30 * 24 * 60 * 60_000;

/** Whose page this is: several people may use one browser, and nobody sees or sends another's. */
export const userId = document.querySelector('meta[name=user-id]')?.content ?? '';

/** Other tabs hear of what this one has changed. */
const tabs = 'BroadcastChannel' in globalThis ? new BroadcastChannel('outbox') : new EventTarget();

export const whenOthersChange = (listener) => tabs.addEventListener('message', listener);

let opening;
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

/** One transaction after the other, in the order in which they were asked for; `otherwise` when the browser can't. */
function run(mode, work, otherwise) {
  last = last.then(async () => {
    try {
      return await runNow(mode, work);
    } catch {
      return otherwise;
    }
  });
  return last;
}

async function runNow(mode, work) {
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
    transaction.abort();
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
 */
export async function write({ put = [], remove = [] }) {
  const isWritten = await run('readwrite', (entries, bytes) => writeNow(entries, bytes, put, remove), false);
  if (isWritten && [...put.map((entry) => entry.key), ...remove].some((key) => !isPickedKey(key))) tabs.postMessage?.('changed');
  return isWritten;
}

async function writeNow(entries, bytes, put, remove) {
  const formerly = new Set();
  for (const key of [...remove, ...put.map((entry) => entry.key)]) {
    const former = await answer(entries.get(key));
    for (const { id } of former?.files ?? []) formerly.add(id);
  }
  for (const key of remove) entries.delete(key);
  for (const entry of put) {
    for (const { id, file } of entry.files) if ((await answer(bytes.getKey(id))) === undefined) bytes.put({ id, file });
    entries.put({ ...entry, userId, files: entry.files.map(({ file, ...known }) => known) });
  }
  const named = new Set((await answer(entries.getAll())).flatMap((entry) => entry.files.map((file) => file.id)));
  for (const id of formerly) if (!named.has(id)) bytes.delete(id);
  return true;
}

/** The same bytes as the database has them: whatever happens on the disk, these stay as they were picked. */
export const takeCopies = (files) =>
  run('readonly', async (_, bytes) => {
    for (const entry of files) entry.file = (await answer(bytes.get(entry.id)))?.file ?? entry.file;
  });

export const isKept = (key) => run('readonly', async (entries) => (await answer(entries.count(key))) > 0, true);

/** This person's messages, oldest first. */
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
  run('readonly', (entries) => answer(entries.getAll()), []).then((all) => {
    const remove = all.filter((entry) => entry.writtenAt < Date.now() - KEPT_MS).map((entry) => entry.key);
    return remove.length > 0 && write({ remove });
  });

const isPickedKey = (key) => key.startsWith('picked ');
const pickedKey = (chatId) => `picked ${userId} ${chatId}`;

/** @param files entries whose bytes are there */
export const keepPicked = (chatId, files) =>
  write(files.length > 0 ? { put: [{ key: pickedKey(chatId), chatId, files, writtenAt: Date.now() }] } : { remove: [pickedKey(chatId)] });

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
  for (const file of entry.files) file.file = (await answer(bytes.get(file.id)))?.file ?? null;
  return entry;
}

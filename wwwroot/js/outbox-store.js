// What this browser has not sent yet, kept over reloads and restarts: messages on their way, and files that are picked.
// It is the browser's own database (IndexedDB). Where that is forbidden or full, nothing is kept and nothing breaks.

const MESSAGES = 'messages';
const PICKED = 'picked';

/** Whose page this is: several people may use one browser, and nobody sees or sends another's. */
export const userId = document.querySelector('meta[name=user-id]')?.content ?? '';

let opening;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('chatfiles', 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(MESSAGES, { keyPath: 'key' });
      request.result.createObjectStore(PICKED, { keyPath: 'id' });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

async function run(store, mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode);
    const request = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

/** Gives `otherwise` when the browser can't. */
async function attempt(work, otherwise) {
  try {
    return await work();
  } catch {
    return otherwise;
  }
}

/** Whether it is kept now. */
export const keepMessage = (record) =>
  attempt(async () => {
    await run(MESSAGES, 'readwrite', (store) => store.put({ ...record, userId }));
    return true;
  }, false);

export const forgetMessage = (key) => attempt(() => run(MESSAGES, 'readwrite', (store) => store.delete(key)));

export const isKept = (key) => attempt(async () => (await run(MESSAGES, 'readonly', (store) => store.count(key))) > 0, true);

/** Oldest first. */
export const keptMessages = () =>
  attempt(async () => {
    const all = await run(MESSAGES, 'readonly', (store) => store.getAll());
    return all.filter((record) => record.userId === userId).sort((a, b) => a.writtenAt - b.writtenAt);
  }, []);

const idOf = (chatId) => `${userId} ${chatId}`;

export const keepPicked = (chatId, files) =>
  attempt(() => run(PICKED, 'readwrite', (store) => (files.length > 0 ? store.put({ id: idOf(chatId), files }) : store.delete(idOf(chatId)))));

export const pickedFiles = (chatId) => attempt(async () => (await run(PICKED, 'readonly', (store) => store.get(idOf(chatId))))?.files ?? [], []);

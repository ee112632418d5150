// What a device's "Share" has handed over to service-worker.js: files, a text, or both.

/** Nobody means any more what they shared so long ago and left. */
const KEPT_MS = 60 * 60 * 1000;

/** @typedef {{ text: string, files: File[], at: number }} Shared */

/** @returns {Promise<Shared | null>} */
export async function readShared() {
  const shared = await run('readonly', (store) => store.get('latest'));
  if (!shared || shared.at > Date.now() - KEPT_MS) return shared ?? null;
  await forgetShared();
  return null;
}

/** What was left is nobody's: also where the page for it is never opened. */
export const forgetOldShared = () => void readShared();

export const forgetShared = () => run('readwrite', (store) => store.delete('latest'));

/** Where the browser keeps nothing, or forbids it, nothing was handed over. */
function run(mode, ask) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('shared', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('shared');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const asked = ask(opening.result.transaction('shared', mode).objectStore('shared'));
      asked.onsuccess = () => (opening.result.close(), resolve(asked.result));
      asked.onerror = () => (opening.result.close(), reject(asked.error));
    };
  }).catch(() => null);
}

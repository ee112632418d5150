// Files that are dropped on a chat in the navigation, or on the list of its files: they wait in that chat's composer, as if
// they had been picked there. Dropped anywhere else, a file would replace the page.
import { broughtBy } from '../files/folders.js';
import { targetOf } from '../page/dom.js';

/** @typedef {(files: File[], folders: FileSystemDirectoryEntry[]) => void} Take */

/** By chat: the composer that is open. @type {Map<number, Take>} */
const composers = new Map();
/** By chat: what no composer has yet. @type {Map<number, { files: File[], folders: FileSystemDirectoryEntry[] }>} */
const waiting = new Map();
/** What the files are above. @type {HTMLElement | null} */
let marked = null;

/**
 * The composer of a chat takes what was dropped for it, and what will be, until the signal.
 * @param {number} chatId
 * @param {Take} take
 * @param {AbortSignal} signal
 */
export function takeDropped(chatId, take, signal) {
  if (signal.aborted) return;
  composers.set(chatId, take);
  signal.addEventListener('abort', () => composers.get(chatId) === take && composers.delete(chatId));
  const { files = [], folders = [] } = waiting.get(chatId) ?? {};
  waiting.delete(chatId);
  if (files.length + folders.length > 0) take(files, folders);
}

/** @param {number} chatId @param {File[]} files @param {FileSystemDirectoryEntry[]} folders */
export function handOver(chatId, files, folders) {
  const take = composers.get(chatId);
  if (take) return take(files, folders);
  const earlier = waiting.get(chatId);
  waiting.set(chatId, { files: [...(earlier?.files ?? []), ...files], folders: [...(earlier?.folders ?? []), ...folders] });
  Blazor.navigateTo(`/chats/${chatId}`);
}

/** Begins to listen, once a page. */
export function listenForDrops() {
  document.addEventListener('dragover', (event) => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes('Files')) return mark(null);
    const place = placeOf(event);
    event.preventDefault();
    event.dataTransfer.dropEffect = place ? 'copy' : 'none';
    mark(place);
  });
  document.addEventListener('dragleave', (event) => event.relatedTarget === null && mark(null));
  document.addEventListener('drop', (event) => {
    const place = placeOf(event);
    mark(null);
    if (event.defaultPrevented || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    if (!place) return;
    const { files, folders } = broughtBy(event.dataTransfer);
    handOver(Number(place.dataset.dropChat), files, folders);
  });
}

const placeOf = (event) => /** @type {HTMLElement | null} */ (targetOf(event)?.closest('[data-drop-chat]') ?? null);

function mark(place) {
  if (marked === place) return;
  delete marked?.dataset.dropping;
  marked = place;
  if (marked) marked.dataset.dropping = '';
}

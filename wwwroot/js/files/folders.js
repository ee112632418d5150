// Folders that were dropped, pasted or picked: what is in them are files like any other, named with their path.
import { rules, words } from '../server/rules.js';

/** Nobody sends more at once; a whole disk would keep the page busy. */
const MAX_FILES = 500;
/** What systems leave in folders by themselves. */
const LITTER = ['.DS_Store', 'Thumbs.db', 'desktop.ini'];
/** Between the folders of a path: no slash, which no name may hold. */
const SEPARATOR = ' - ';

const inOrder = new Intl.Collator(undefined, { numeric: true }).compare;

/**
 * What was dropped or pasted, told apart: among the files a folder looks like one, of the size that its list has on the
 * disk. To be asked while the event lasts.
 * @param {DataTransfer} transfer
 */
export function broughtBy(transfer) {
  const entries = [...transfer.items].filter((item) => item.kind === 'file').map((item) => item.webkitGetAsEntry?.() ?? null);
  const folders = /** @type {FileSystemDirectoryEntry[]} */ (entries.filter((entry) => entry?.isDirectory));
  return { files: [...transfer.files].filter((_, i) => !entries[i]?.isDirectory), folders };
}

/**
 * The files in a folder and in those below it; and why some of it can't be had.
 * @param {FileSystemDirectoryEntry} folder
 */
export async function filesIn(folder) {
  const found = /** @type {File[]} */ ([]);
  const refusals = /** @type {string[]} */ ([]);
  for await (const entry of within(folder, refusals)) {
    if (found.length === MAX_FILES) {
      refusals.push(words('fullFolder', { name: folder.name, limit: MAX_FILES }));
      break;
    }
    const path = entry.fullPath.replace(/^\//, '');
    const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
    if (file) found.push(named(file, path));
    else refusals.push(words('unreadable', { name: nameOf(path) }));
  }
  if (found.length === 0 && refusals.length === 0) refusals.push(words('emptyFolder', { name: folder.name }));
  return { files: found, refusals };
}

/** The same of a folder that was picked, whose files the browser has found. @param {Iterable<File>} picked */
export function filesPickedIn(picked) {
  const files = [...picked].filter((file) => !LITTER.includes(file.name)).sort((a, b) => inOrder(a.webkitRelativePath, b.webkitRelativePath));
  const name = files[0]?.webkitRelativePath.split('/')[0] ?? '';
  return {
    files: files.slice(0, MAX_FILES).map((file) => named(file, file.webkitRelativePath)),
    refusals: files.length > MAX_FILES ? [words('fullFolder', { name, limit: MAX_FILES })] : [],
  };
}

/** “photos/beach/1.png” → “photos - beach - 1.png”; of a path that is too long for a name, as much as fits. @param {string} path */
export function nameOf(path) {
  const parts = path.split('/');
  const isTooLong = () => new TextEncoder().encode(parts.join(SEPARATOR)).length > rules().names.maxBytes;
  while (parts.length > 1 && isTooLong()) parts.shift();
  return parts.join(SEPARATOR);
}

const named = (file, path) => new File([file], nameOf(path), { type: file.type, lastModified: file.lastModified });

/** Each file below a folder, its own before those of the folders in it. */
async function* within(folder, refusals) {
  const entries = await list(folder).catch(() => null);
  if (!entries) return refusals.push(words('folder', { name: nameOf(folder.fullPath.replace(/^\//, '')) }));
  entries.sort((a, b) => Number(a.isDirectory) - Number(b.isDirectory) || inOrder(a.name, b.name));
  for (const entry of entries) {
    if (entry.isDirectory) yield* within(entry, refusals);
    else if (!LITTER.includes(entry.name)) yield entry;
  }
}

/** A browser gives some at a time, and none when there are no more. */
async function list(folder) {
  const reader = folder.createReader();
  const entries = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return entries;
    entries.push(...some);
  }
}

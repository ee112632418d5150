// What a picked file is: its extension, icon and size in words, and whether it may be sent. The rules are the server's.
import { isAllowed, rules, typeOf, words } from '../server/rules.js';

/** So much of a name that is too long is shown. */
const NAME_SHOWN = 40;

const MAX_SHORT_NAME = 32;
const SHOWN_END = 10;

/**
 * A name that may not fit is shown in two parts: a beginning, which may be cut, and an end, which never is; null: it is
 * short (FileLooks.PartsOf).
 * @param {string} name
 */
export function partsOf(name) {
  if (name.length <= MAX_SHORT_NAME) return null;
  const end = name.length - SHOWN_END;
  const isWithin = /[\udc00-\udfff]/.test(name[end]);
  return [name.slice(0, isWithin ? end - 1 : end), name.slice(isWithin ? end - 1 : end)];
}

/** Of the name as it will be stored: “photo.txt ” is a text. */
export function extensionOf(name) {
  const stored = cleaned(name);
  const dot = stored.lastIndexOf('.');
  return dot < 0 ? '' : stored.slice(dot + 1).toLowerCase();
}

/** What UploadPolicy.CleanName makes of a name on a real disk; Examples/files.json is run by both. */
export function cleaned(name) {
  const shown = [...name].filter((character) => !rules().names.deceptive.includes(character)).join('');
  return shown.normalize('NFC').replace(/[. ]+$/, '');
}

export const iconOf = (name) => typeOf(extensionOf(name))?.icon ?? 'file';

/** Whether it is called a picture, of whatever format. */
export const isPicture = (name) => typeOf(extensionOf(name))?.kind === 'image';

/** What a message shows it as, by its name alone. */
export const shownByName = (name) => typeOf(extensionOf(name))?.shown ?? 'card';

/** Whether browsers draw it. */
export const hasPreview = (name) => shownByName(name) === 'picture';

/** Whether browsers play it as a film. */
export const isPlayed = (name) => shownByName(name) === 'video';

/** Whether there is something to hear and nothing to see: by its name, or because the browser has recorded it so. @param {{ name: string, type: string }} file */
export const isSound = ({ name, type }) => shownByName(name) === 'audio' || type.startsWith('audio/');

/** The lines that its message keeps free for what is in it, as FileLooks.PreviewLines says it; Examples/files.json is run by both. */
export function previewLines({ name, size, type = '' }) {
  const lines = (/** @type {number} */ bytesPerLine, /** @type {number} */ most) => Math.max(1, Math.min(most, Math.ceil(size / bytesPerLine)));
  const shown = isSound({ name, type }) ? 'audio' : shownByName(name);
  if (shown === 'text' || shown === 'table') return lines(12, 7);
  if (shown === 'zip') return lines(100, 6);
  return shown === 'audio' && size <= rules().pictures.maxSoundBytes ? 2 : 0;
}

/** 1536 → "1.5 KiB", as the server writes it. */
export function readableSize(bytes) {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  for (; bytes >= 1024 && unit < units.length - 1; unit++) bytes /= 1024;
  return `${Math.round(bytes * 10) / 10} ${units[unit]}`;
}

/** Why the file can't be sent, in words; null when it can. The server judges again, and also by the first bytes. */
export function refusalOf({ name, size }) {
  const { limits } = rules();
  const refusal = refusalOfName(name);
  if (refusal) return refusal;
  if (size === 0) return words('empty', { name });
  if (!isAllowed(extensionOf(name))) return words('type', { name });
  if (size > limits.maxFileBytes) return words('tooLarge', { name, limit: readableSize(limits.maxFileBytes) });
  return null;
}

/** Whether its name is that of a type that can't be sent. */
export const isOfOtherType = ({ name }) => refusalOfName(name) === null && !isAllowed(extensionOf(name));

/** The rules of UploadPolicy.CleanName that a name on a real disk can break. */
export function refusalOfName(name) {
  const { maxBytes } = rules().names;
  const shown = cleaned(name);
  if (/\p{Cc}/u.test(name)) return words('controlCharacters', { name: name.replace(/\p{Cc}/gu, '') });
  if (!shown.trim()) return words('noName', { name });
  if (new TextEncoder().encode(shown).length > maxBytes)
    return words('nameTooLong', { name: `${[...shown].slice(0, NAME_SHOWN).join('')}…`, limit: maxBytes });
  return null;
}

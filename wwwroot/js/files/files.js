// What a picked file is: its extension, icon and size in words, and whether it may be sent.

const ICONS = {
  picture: 'png jpg jpeg gif webp bmp avif heic',
  audio: 'mp3 m4a ogg opus wav flac',
  video: 'mp4 webm mov mkv',
  archive: 'zip 7z gz',
  sheet: 'xlsx ods csv',
  document: 'pdf docx odt txt md log json pptx odp',
};
const MAX_NAME_BYTES = 255;
const DECEPTIVE = /[\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/g;
const PREVIEWED = 'png jpg jpeg gif webp bmp avif'.split(' ');

/** Of the name as it will be stored: “photo.txt ” is a text. */
export function extensionOf(name) {
  const stored = cleaned(name);
  const dot = stored.lastIndexOf('.');
  return dot < 0 ? '' : stored.slice(dot + 1).toLowerCase();
}

/** What UploadPolicy.CleanName makes of a name on a real disk. */
const cleaned = (name) => name.replace(DECEPTIVE, '').normalize('NFC').replace(/[. ]+$/, '');

/** The same table as Files/FileLooks.cs. */
export function iconOf(name) {
  const extension = extensionOf(name);
  return Object.keys(ICONS).find((kind) => ICONS[kind].split(' ').includes(extension)) ?? 'file';
}

export const hasPreview = (name) => PREVIEWED.includes(extensionOf(name));

/** 1536 → "1.5 KiB", as the server writes it. */
export function readableSize(bytes) {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  for (; bytes >= 1024 && unit < units.length - 1; unit++) bytes /= 1024;
  return `${Math.round(bytes * 10) / 10} ${units[unit]}`;
}

/** Why the file can't be sent, in words; null when it can. The server judges again, and also by the first bytes. */
export function refusalOf(file, limits) {
  const name = refusalOfName(file.name);
  if (name) return name;
  if (file.size === 0) return `“${file.name}” is empty, or a folder.`;
  if (!limits.extensions.includes(extensionOf(file.name)))
    return `“${file.name}” is of a type that can't be sent here. Accepted: ${limits.extensions.join(', ')}.`;
  if (file.size > limits.maxFileBytes)
    return `“${file.name}” is larger than a file may be: ${readableSize(limits.maxFileBytes)}.`;
  return null;
}

export const refusalOfFolder = ({ name }) => `“${name}” is a folder; pick its files, or zip it.`;

/** The rules of UploadPolicy.CleanName that a name on a real disk can break. */
function refusalOfName(name) {
  const shown = cleaned(name);
  if (/\p{Cc}/u.test(name)) return `“${name}” has control characters in its name. Rename it.`;
  if (!shown.trim()) return `“${name}” has no name that could be shown. Rename it.`;
  if (new TextEncoder().encode(shown).length > MAX_NAME_BYTES) return `“${[...name].slice(0, 40).join('')}…” has too long a name. Shorten it.`;
  return null;
}

// The marks of Markdown, for those who do not type them: Ctrl+B, Ctrl+I, and code that is pasted. What they mean is said by
// Components/Markup.
import { replace } from './typing.js';

const MARKS = { b: '**', i: '*' };
const FENCE = /^ {0,3}(`{3,})([\w+#.-]*)[ \t]*$/;
// Languages of editors that are none.
const NO_CODE = ['plaintext', 'markdown', 'log'];

// There Ctrl+B and Ctrl+F move the caret.
const isMac = () => /^(?:Mac|iP)/.test(navigator.platform);

/**
 * Ctrl+B and Ctrl+I, with ⌘ on a Mac. Gives whether it was one of them.
 * @param {KeyboardEvent} event
 * @param {HTMLTextAreaElement} text
 */
export function takeMarkKey(event, text) {
  const mark = (event.metaKey || (event.ctrlKey && !isMac())) && !event.altKey && !event.shiftKey ? MARKS[event.key.toLowerCase()] : undefined;
  if (!mark) return false;
  event.preventDefault();
  toggle(text, mark);
  return true;
}

/** Puts the selection between marks, or takes them away again; the space at its edges stays outside. */
function toggle(text, mark) {
  const selected = text.value.slice(text.selectionStart, text.selectionEnd);
  const start = text.selectionStart + (selected.trim() ? selected.length - selected.trimStart().length : 0);
  const inner = selected.trim();
  const end = start + inner.length;
  const { length } = mark;
  if (isMarked(text.value, start, end, mark)) replace(text, start - length, end + length, inner, [0, inner.length]);
  else replace(text, start, end, mark + inner + mark, [length, length + inner.length]);
}

/** Whether exactly these marks stand around it: those of bold are not those of italics. */
function isMarked(value, start, end, mark) {
  const [before] = /\**$/.exec(value.slice(0, start)) ?? [''];
  const [behind] = /^\**/.exec(value.slice(end)) ?? [''];
  const has = (marks) => marks.length === 3 || marks.length === mark.length;
  return has(before) && has(behind) && !(start === end && before.length + behind.length !== 2 * mark.length);
}

/**
 * Whether a code block has begun before this place and not ended: Enter goes on in it.
 * @param {string} value
 * @param {number} at
 */
export function isInCodeBlock(value, at) {
  let open = '';
  for (const line of value.slice(0, at).split('\n')) {
    const [, marks = '', language = ''] = FENCE.exec(line) ?? [];
    if (open ? marks.length >= open.length && !language : marks) open = open ? '' : marks;
  }
  return open !== '';
}

/**
 * Whether this place is in code, within a line too: there is nobody to be mentioned.
 * @param {string} value
 * @param {number} at
 */
export function isInCode(value, at) {
  const line = value.slice(value.lastIndexOf('\n', at - 1) + 1, at);
  return isInCodeBlock(value, at) || line.split('`').length % 2 === 0;
}

/**
 * Pastes code as a code block; the first Ctrl+Z takes the block away, and leaves what was copied. Gives whether it did.
 * @param {ClipboardEvent} event
 * @param {HTMLTextAreaElement} text
 */
export function takePastedCode(event, text) {
  const data = event.clipboardData;
  const pasted = data?.getData('text/plain').replaceAll('\r\n', '\n') ?? '';
  const language = data ? languageOf(data, pasted) : null;
  if (language === null || isInCode(text.value, text.selectionStart)) return false;
  const { selectionStart: start, selectionEnd: end, value } = text;
  const fence = '`'.repeat(Math.max(3, ...[...pasted.matchAll(/`+/g)].map(([marks]) => marks.length + 1)));
  const before = start > 0 && value[start - 1] !== '\n' ? '\n' : '';
  const behind = value[end] === '\n' ? '' : '\n';
  const block = `${before}${fence}${language}\n${pasted.replace(/\n+$/, '')}\n${fence}${behind}`;
  // The browser cuts what does not fit: then the block would take the place of something else.
  if (text.maxLength > 0 && value.length - (end - start) + block.length > text.maxLength) return false;
  event.preventDefault();
  replace(text, start, end, pasted);
  replace(text, start, start + pasted.length, block);
  return true;
}

/** The language of what was copied, "" when it is not known; null when it is no code of several lines. @param {DataTransfer} data @param {string} text */
function languageOf(data, text) {
  if (!text.trimEnd().includes('\n') || text.includes('```')) return null;
  const editor = data.getData('vscode-editor-data');
  if (editor) {
    const mode = modeIn(editor);
    return NO_CODE.includes(mode) ? null : mode;
  }
  // Other editors give HTML whose text is one block of code.
  const html = data.getData('text/html').replace(/^[\s\S]*<!--StartFragment-->/, '').replace(/^(?:\s|<(?:!|html|head|body|meta)[^>]*>)*/i, '');
  return /^<pre\b/i.test(html) || looksLikeCode(text) ? '' : null;
}

function modeIn(editor) {
  try {
    const { mode } = JSON.parse(editor);
    return /^[\w+#.-]{1,30}$/.test(mode) ? mode : '';
  } catch {
    return '';
  }
}

const SIGNS_OF_CODE = [
  /[;{}]$/,
  /^\s*[})\]]/,
  /^\s*<[a-z][^>]*>/,
  /<\/[a-z][^>]*>$/,
  /^\s*(?:#include|import|from|using|package)\b.*[;"'<]/,
  /^\s*(?:def|class|function|return|if|else|elif|for|while|try|const|let|var|public|private|protected|static|async|await)\b.*(?:[({=[]|:$)/,
  /^\s+(?:return|break|continue|pass|raise|throw|yield)\b/,
  /^\s*[\w.$[\]]+(?:: ?\w+)? [-+*/|&:]?= \S/,
];

/**
 * It is a program by its first line, or most of its lines have signs of code, and of more than one kind: lists have semicolons, too.
 * @param {string} text
 */
export function looksLikeCode(text) {
  const lines = text.split('\n').map((line) => line.trimEnd()).filter(Boolean);
  const signs = lines.map((line) => SIGNS_OF_CODE.filter((sign) => sign.test(line)));
  return lines.length > 1 && (text.startsWith('#!/') || (signs.filter((found) => found.length > 0).length * 2 > lines.length && new Set(signs.flat()).size > 1));
}

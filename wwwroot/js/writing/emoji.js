// Emoji by their names: behind a colon and two letters they are offered, and :tada: becomes one.
import { emojiList, findEmoji } from '../page/emoji.js';
import { isInCode } from './marks.js';
import { replace } from './typing.js';

const SHOWN = 8;
const LETTERS = 2;
const BEGUN = /(?:^|[\s([{"'])(:)([\p{L}+-][\p{L}\d_+-]*)?$/u;
const WHOLE = /(?:^|[\s([{"'])(:[\p{L}\d_+-]+:)$/u;

/** @returns {import('./suggestions.js').Source} */
export const emojiByName = () => ({
  label: 'Emoji',
  isAtHand: true,
  at(before) {
    const [, colon, name = ''] = BEGUN.exec(before) ?? [];
    if (!colon || isInCode(before, before.length)) return null;
    // It is there by the time that the name is.
    emojiList().catch(() => {});
    return name.length < LETTERS ? null : { start: before.length - name.length - 1, query: name.toLowerCase() };
  },
  async find(name) {
    const { emoji, codes } = await emojiList().catch(() => ({ emoji: [], codes: new Map() }));
    const known = [...codes].filter(([code]) => code.startsWith(name)).sort(([a], [b]) => a.length - b.length).map(([, one]) => one);
    const coded = known.flatMap((one) => emoji.find((other) => other.emoji === one) ?? []);
    return [...new Set([...coded, ...findEmoji(emoji, name)])]
      .slice(0, SHOWN)
      .map((one) => ({ key: one.emoji, label: `${one.emoji} ${one.name}`, written: one.emoji }));
  },
});

/**
 * Puts an emoji in the place of its name, once that is whole; who takes it back has it back.
 * @param {HTMLTextAreaElement} text
 * @param {AbortSignal} signal
 */
export function takeWholeNames(text, signal) {
  text.addEventListener('input', (event) => {
    if (/** @type {InputEvent} */ (event).inputType?.startsWith('history')) return;
    const before = text.value.slice(0, text.selectionStart);
    const [, whole] = WHOLE.exec(before) ?? [];
    if (whole && !isInCode(before, before.length - whole.length)) put(text, before.length - whole.length, whole);
  }, { signal });
}

/** The list may still be on its way, while somebody writes on; emoji that come before are shorter than their names. */
async function put(text, written, whole) {
  const { emoji, codes } = await emojiList().catch(() => ({ emoji: [], codes: new Map() }));
  const name = whole.slice(1, -1).toLowerCase();
  const found = codes.get(name) ?? emoji.find((one) => one.name === name.replaceAll('_', ' '))?.emoji;
  const start = text.value.lastIndexOf(whole, written);
  if (!found || start < 0) return;
  const end = start + whole.length;
  const behind = Math.max(0, text.selectionStart - end);
  replace(text, start, end, found, [found.length + behind, found.length + behind]);
}

// What scripts write into a text that somebody is writing: as if it had been typed, so that Ctrl+Z takes it back.

/**
 * Puts something in the place of a part of the text.
 * @param {HTMLTextAreaElement} text
 * @param {number} start
 * @param {number} end
 * @param {string} added
 * @param {[number, number]} [selection] of what was added; without it, the caret is behind that
 */
export function replace(text, start, end, added, selection = [added.length, added.length]) {
  text.focus();
  text.setSelectionRange(start, end);
  // Deprecated, and the only way that leaves what browsers remember for undoing whole.
  const isTyped = added === '' ? document.execCommand('delete') : document.execCommand('insertText', false, added);
  if (!isTyped) {
    text.setRangeText(added, start, end, 'end');
    text.dispatchEvent(new Event('input', { bubbles: true }));
  }
  text.setSelectionRange(start + selection[0], start + selection[1]);
}

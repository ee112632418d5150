// "/" leads to the search box, wherever one is.
import { find } from './dom.js';

const MAX_FRAMES = 120;

export function connect(box) {
  const listening = new AbortController();
  document.addEventListener('keydown', (event) => onKey(event, box), { signal: listening.signal });
  return { disconnect: () => listening.abort() };
}

function onKey(event, box) {
  const isSlash = event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && !isWriting(event.target);
  // A dialog keeps the focus to itself.
  if (!isSlash || document.querySelector('dialog[open], [role=dialog]')) return;
  event.preventDefault();
  if (!isVisible(box)) find(`[aria-controls="${box.closest('aside').id}"]`)?.click();
  focusWhenVisible(box, MAX_FRAMES);
}

/** Where it is narrow, the side opens first, and the server has a say in that. */
function focusWhenVisible(box, frames) {
  if (isVisible(box)) box.select();
  else if (frames > 0) requestAnimationFrame(() => focusWhenVisible(box, frames - 1));
}

const isVisible = (box) => box.offsetParent !== null;

const isWriting = (target) => target.closest?.('input, textarea, select, [contenteditable]') !== null;

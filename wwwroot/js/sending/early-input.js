// The page is there before its circuit, which then draws everything anew, and before the composer's script. What people
// write in that time is kept as the draft that the composer begins with, with the focus; Enter sends as soon as it can.
import { Draft } from './drafts.js';

let entered = null;

/** Whether somebody has pressed Enter behind just this text. */
export function takeEarlyEnter(text) {
  const isEarly = entered !== null && entered === text && text.trim() !== '';
  entered = null;
  return isEarly;
}

export function listenEarly() {
  const first = textPlace();
  if (first?.value) draftOf(first).write(first.value);
  document.addEventListener('input', ({ target }) => isEarly(target) && draftOf(target).write(/** @type {HTMLTextAreaElement} */ (target).value));
  document.addEventListener('keydown', onKey);
  if (first) new MutationObserver((_, observer) => handOver(first, observer)).observe(document.body, { childList: true, subtree: true });
}

/** The composer's script enables its buttons when it takes over. */
const isEarly = (target) => target.matches?.('[data-text]') && target.form.querySelector('[data-send]').disabled;

const textPlace = () => /** @type {HTMLTextAreaElement | null} */ (document.querySelector('[data-text]'));

const draftOf = (text) => new Draft(text.form.dataset.userId, text.form.dataset.chatId);

function onKey(event) {
  if (!isEarly(event.target) || event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  entered = event.target.value;
}

/** The circuit has drawn the page anew: what was in the place for writing is in the new one. */
function handOver(first, observer) {
  const text = textPlace();
  if (text === first) return;
  observer.disconnect();
  if (!text) return;
  text.value ||= draftOf(text).read();
  const isFree = document.activeElement === document.body;
  if (isFree && matchMedia('(hover: hover)').matches) text.focus();
}

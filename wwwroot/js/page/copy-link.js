// <button data-copy-link="/path">: puts the whole address into the clipboard and says so.
import { element, targetOf } from './dom.js';

const SHOWN_MS = 2_500;

document.addEventListener('click', async (event) => {
  const button = targetOf(event)?.closest('[data-copy-link]');
  if (!(button instanceof HTMLElement)) return;
  await copyLink(button.dataset.copyLink ?? '', button);
});

/**
 * Puts the whole address of a path into the clipboard and says so.
 * @param {string} path
 * @param {HTMLElement} button What asked for it, and keeps the focus.
 */
export async function copyLink(path, button) {
  // What is outside an open dialog can neither be focused nor heard.
  const place = button.closest('dialog') ?? document.body;
  const address = new URL(path, location.origin).href;
  const isCopied = (await copy(address)) || copyTheOldWay(address, place);
  button.focus();
  say(isCopied ? 'Link copied' : `The link could not be copied: ${address}`, place);
}

/**
 * Puts a text that the server is asked for into the clipboard and says so.
 * @param {Promise<unknown>} asked
 * @param {HTMLElement} button What asked for it, and keeps the focus.
 */
export async function copyText(asked, button) {
  const place = button.closest('dialog') ?? document.body;
  const text = asked.then((known) => (typeof known === 'string' ? known : Promise.reject(new Error('It is gone'))));
  const isCopied = (await copy(text)) || (await text.then((known) => copyTheOldWay(known, place), () => false));
  button.focus();
  say(isCopied ? 'Text copied' : 'The text could not be copied', place);
}

/**
 * There is a clipboard on https and localhost only. It is asked at once: some browsers don't take what comes long after the click.
 * @param {string | Promise<string>} text
 */
async function copy(text) {
  try {
    if (typeof text === 'string') await navigator.clipboard.writeText(text);
    else await navigator.clipboard.write([new ClipboardItem({ 'text/plain': text.then((known) => new Blob([known], { type: 'text/plain' })) })]);
    return true;
  } catch {
    return false;
  }
}

function copyTheOldWay(text, place) {
  const box = element('textarea', { class: 'visually-hidden', readonly: '', 'aria-hidden': 'true', tabindex: -1 });
  box.value = text;
  place.append(box);
  box.select();
  const isCopied = document.execCommand('copy');
  box.remove();
  return isCopied;
}

/** Says something for a moment. @param {string} text @param {HTMLElement} place */
export function say(text, place) {
  for (const earlier of document.querySelectorAll('[data-toast]')) earlier.remove();
  const toast = element('div', { class: 'toast', role: 'status', 'data-toast': '' });
  place.append(toast);
  // A screen reader only hears what changes in a place that was there before.
  requestAnimationFrame(() => (toast.textContent = text));
  setTimeout(() => toast.remove(), SHOWN_MS);
}

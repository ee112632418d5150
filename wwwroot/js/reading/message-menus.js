// What can be done with a message or a file in the log: "More for …" on each, by click, long press and the context-menu key.
import { copyLink } from '../page/copy-link.js';
import { openMenu } from '../page/menu.js';

/**
 * @param {HTMLElement} log
 * @param {{ invokeMethodAsync: (method: string, ...args: unknown[]) => Promise<unknown> }} page What asks before anything is deleted, and where to forward to.
 * @param {AbortSignal} signal
 */
export function offerMenus(log, page, signal) {
  log.addEventListener('click', (event) => {
    const button = /** @type {Element} */ (event.target).closest('[data-menu]');
    if (button) open(/** @type {HTMLElement} */ (button), page);
  }, { signal });
  log.addEventListener('contextmenu', (event) => {
    // By mouse it is the browser's own menu that people look for, on links, pictures and selected text by any means.
    if (/** @type {PointerEvent} */ (event).pointerType === 'mouse') return;
    const target = /** @type {Element} */ (event.target);
    if (target.closest('a, img, video, audio, input, textarea') && !target.closest('[data-menu]')) return;
    const button = (target.closest('figure') ?? target.closest('article'))?.querySelector('[data-menu]');
    if (!button) return;
    event.preventDefault();
    open(/** @type {HTMLElement} */ (button), page);
  }, { signal });
}

function open(button, page) {
  const { menu, fileId } = button.dataset;
  const message = button.closest('[data-message-id]');
  const messageId = Number(message.dataset.messageId);
  const address = message.querySelector('[data-menu=message]').dataset.path;
  const path = menu === 'file' ? `${address}&file=${fileId}` : address;
  const ask = (method, ...args) => page.invokeMethodAsync(method, ...args).catch(() => {});
  const reply = { label: 'Reply', icon: 'reply', act: () => void document.dispatchEvent(new CustomEvent('reply', { detail: answered(message, messageId) })) };
  /** @type {import('../page/menu.js').MenuItem[]} */
  const items = [];
  // What people do most stands first: with a message, and with a file.
  if (menu === 'message') items.push(reply);
  if ('mayEdit' in button.dataset) items.push({ label: 'Edit', icon: 'edit', act: () => ask('BeginEditing', messageId) });
  items.push({ label: 'Copy link', icon: 'link', act: () => copyLink(path, button) });
  if ('mayForward' in button.dataset) items.push({ label: 'Forward', icon: 'forward', act: () => ask('AskToForwardFileAsync', messageId, fileId) });
  if (menu === 'file') items.push(reply);
  if (!('mine' in message.dataset)) items.push({ label: 'Report', icon: 'flag', act: () => ask('AskToReportAsync', messageId, fileId ?? null) });
  if ('mayDelete' in button.dataset) {
    items.push(
      menu === 'file'
        ? { label: 'Delete', icon: 'delete', isDanger: true, act: () => ask('AskToDeleteFileAsync', messageId, fileId) }
        : { label: 'Delete message', icon: 'delete', isDanger: true, act: () => ask('AskToDeleteMessageAsync', messageId) },
    );
  }
  openMenu(button, items);
}

/** What the composer needs to know of a message that somebody answers. */
const answered = (message, messageId) => ({ messageId, author: message.querySelector('.author').textContent });

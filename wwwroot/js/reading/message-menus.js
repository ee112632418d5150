// What can be done with a message or a file in the log: "More for …" on each, by click, long press and the context-menu key.
import { copyLink, copyText } from '../page/copy-link.js';
import { openMenu } from '../page/menu.js';
import { react } from './reactions.js';

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
    // By mouse it is the browser's own menu that people look for, on links, pictures and selected text by any means. A key is a mouse without a button.
    if (/** @type {PointerEvent} */ (event).pointerType === 'mouse' && event.button >= 0) return;
    const target = /** @type {Element} */ (event.target);
    if (target.closest('a, img, video, audio, input, textarea') && !target.closest('[data-menu]')) return;
    const button = target.closest('figure')?.querySelector('[data-menu]') ?? target.closest('article')?.querySelector('[data-menu=message]');
    if (!button) return;
    event.preventDefault();
    // By the key it is asked for where the focus is, which comes back there.
    open(/** @type {HTMLElement} */ (button), page, /** @type {HTMLElement} */ (target === document.activeElement ? target : button));
  }, { signal });
}

function open(button, page, back = button) {
  const { menu, fileId } = button.dataset;
  const message = button.closest('[data-message-id]');
  const messageId = Number(message.dataset.messageId);
  const address = message.querySelector('[data-menu=message]').dataset.path;
  const ask = (method, ...args) => page.invokeMethodAsync(method, ...args).catch(() => {});
  const reply = { label: 'Reply', icon: 'reply', act: () => void document.dispatchEvent(new CustomEvent('reply', { detail: answered(message, messageId) })) };
  const reaction = { label: 'React', icon: 'react', act: () => react(button, page) };
  const report = { label: 'Report', icon: 'flag', act: () => ask('AskToReportAsync', messageId, fileId ?? null) };
  const remove = (label, method, ...args) => ({ label, icon: 'delete', isDanger: true, act: () => ask(method, messageId, ...args) });
  const isMine = 'mine' in message.dataset;
  /** What people do most stands first: with a message, and with a file. @type {(import('../page/menu.js').MenuItem | false)[]} */
  const items =
    menu === 'file'
      ? [
          { label: 'Copy link', icon: 'link', act: () => copyLink(`${address}&file=${fileId}`, button) },
          'mayForward' in button.dataset && { label: 'Forward', icon: 'forward', act: () => ask('AskToForwardFileAsync', messageId, fileId) },
          'mayForward' in button.dataset && { label: 'Download', icon: 'download', act: () => button.closest('figure').querySelector('a[download]').click() },
          reply,
          reaction,
          !isMine && report,
          'mayDelete' in button.dataset && remove('Delete', 'AskToDeleteFileAsync', fileId),
        ]
      : [
          reply,
          reaction,
          'mayEdit' in button.dataset && { label: 'Edit', icon: 'edit', act: () => ask('BeginEditing', messageId) },
          { label: 'Forward', icon: 'forward', act: () => ask('AskToForwardMessageAsync', messageId) },
          { label: 'Copy link', icon: 'link', act: () => copyLink(address, button) },
          'hasText' in button.dataset && { label: 'Copy text', icon: 'copy', act: () => copyText(page.invokeMethodAsync('TextOfAsync', messageId), button) },
          !isMine && { label: 'Mark as unread', icon: 'unread', act: () => ask('MarkUnreadAsync', messageId) },
          !isMine && report,
          'mayDelete' in button.dataset && remove('Delete message', 'AskToDeleteMessageAsync'),
        ];
  openMenu(button, items.filter((item) => item !== false), back);
}

/** What the composer needs to know of a message that somebody answers. */
const answered = (message, messageId) => ({ messageId, author: message.querySelector('.author').textContent });

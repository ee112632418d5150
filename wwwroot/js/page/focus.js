// The focus never falls to the page: where what had it goes (a message that is deleted, a dialog that is closed), it goes on
// to what is nearest, so that the next key means something.
import { targetOf } from './dom.js';

/** So long whoever takes something away has time to give the focus on by themselves, as the kit's dialogs do. */
const PATIENCE_MS = 150;

/** For so long after a dialog is seen the kit may not hear its keys yet; so long it may take to close it by one. */
const DEAF_MS = 1_000;
const CLOSING_MS = 400;

/** @type {Element | null} */
let last = null;

/** The kit's dialogs that are open, each with what had the focus before it. */
let opened = /** @type {{ dialog: HTMLElement, opener: HTMLElement | null }[]} */ ([]);

export function keepFocus() {
  document.addEventListener('focusin', (event) => {
    last = targetOf(event);
  });
  new MutationObserver((records) => {
    for (const record of records) for (const node of record.addedNodes) enter(node);
    if (opened.some(({ dialog }) => !dialog.isConnected)) leave();
    if (!last || last.isConnected) return;
    last = null;
    setTimeout(focusNearby, PATIENCE_MS);
  }).observe(document.body, { childList: true, subtree: true });
}

/** As soon as a dialog is seen the next key is meant for it. The kit has no say in this (MainLayout.razor): it is a round trip late. */
function enter(node) {
  const dialog = node.querySelector?.('.mud-dialog');
  if (!dialog) return;
  opened.push({ dialog, opener: /** @type {HTMLElement | null} */ (document.activeElement) });
  dialog.querySelector('input, textarea, button')?.focus();
  const seenAt = performance.now();
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !event.isTrusted || performance.now() - seenAt > DEAF_MS) return;
    setTimeout(() => dialog.isConnected && event.target.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })), CLOSING_MS);
  });
}

function leave() {
  const openers = opened.filter(({ dialog }) => !dialog.isConnected).map(({ opener }) => opener);
  opened = opened.filter(({ dialog }) => dialog.isConnected);
  setTimeout(() => {
    if (!document.activeElement || document.activeElement === document.body) openers.find((opener) => opener?.isConnected)?.focus();
  });
}

function focusNearby() {
  if (document.activeElement && document.activeElement !== document.body) return;
  const dialog = [...document.querySelectorAll('dialog[open], [role=dialog]')].at(-1);
  (dialog?.querySelector('button') ?? document.querySelector('main [tabindex="0"]'))?.focus();
}

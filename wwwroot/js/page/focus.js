// The focus never falls to the page: where what had it goes (a message that is deleted, a dialog that is closed), it goes on
// to what is nearest, so that the next key means something. On a new page it is at its heading, where nothing else takes it.
import { find, targetOf } from './dom.js';

/** So long whoever takes something away has time to give the focus on by themselves, as the kit's dialogs do. */
const PATIENCE_MS = 150;

/** For so long after a dialog is seen the kit may not hear its keys yet; so long it may take to close it by one. */
const DEAF_MS = 1_000;
const CLOSING_MS = 400;

const FOCUSABLE = ':is(a[href], button:not(:disabled), input:not(:disabled, [type=hidden]), textarea:not(:disabled), select:not(:disabled), [tabindex="0"]):not([tabindex="-1"])';

/** Beyond these there is nothing that is near. */
const BOUNDS = 'main, aside, dialog, [role=dialog]';

/** What had the focus last, unless the mouse has left it for nothing in particular. @type {Element | null} */
let last = null;
let lastPath = location.pathname;

/** What had it and was taken away. @type {Element | null} */
let gone = null;

/** The kit's dialogs that are open, each with what had the focus before it. */
let opened = /** @type {{ dialog: HTMLElement, opener: Element | null }[]} */ ([]);

/** Where what had the focus was, once that is gone. @type {WeakMap<Node, { parent: Node, next: Node | null }>} */
const places = new WeakMap();

export function keepFocus() {
  document.addEventListener('pointerdown', () => (last = null), true);
  document.addEventListener('focusin', (event) => {
    [last, gone] = [targetOf(event), null];
    lastPath = location.pathname;
  });
  // It may have been hidden or disabled, which nobody tells: the next key is early enough. By Tab one leaves the page, too.
  document.addEventListener('keydown', ({ key }) => {
    if (last?.isConnected && isLost() && !(key === 'Tab' && isThere(last))) comeBackTo(last);
  }, true);
  new MutationObserver((records) => {
    for (const record of records) {
      for (const node of record.addedNodes) enter(node);
      if (record.removedNodes.length > 0) note(record);
    }
    if (opened.some(({ dialog }) => !dialog.isConnected)) leave();
    if (!last || last.isConnected) return;
    [last, gone] = [null, last];
    setTimeout(() => gone && isLost() && comeBackTo(gone), PATIENCE_MS);
  }).observe(document.body, { childList: true, subtree: true });
}

/** A page is ready that another one led to. Who is elsewhere already, or was led somewhere, stays there. */
export function arrive() {
  if (!isLost() && !document.activeElement?.matches('nav *, aside :not(input)')) return;
  const heading = find('main h1');
  if (!heading || document.querySelector('dialog[open], [role=dialog]')) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

const isVisible = (element) => element.checkVisibility({ visibilityProperty: true });

const isThere = (element) => element.isConnected && isVisible(element) && !element.matches(':disabled');

const isLost = () => !document.activeElement || document.activeElement === document.body;

/** As soon as a dialog is seen the next key is meant for it. The kit has no say in this (MainLayout.razor): it is a round trip late. */
function enter(node) {
  const dialog = node.querySelector?.('.mud-dialog');
  if (!dialog) return;
  opened.push({ dialog, opener: isLost() ? last : document.activeElement });
  dialog.querySelector('input, textarea, button')?.focus();
  const seenAt = performance.now();
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !event.isTrusted || performance.now() - seenAt > DEAF_MS) return;
    setTimeout(() => dialog.isConnected && event.target.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })), CLOSING_MS);
  });
}

/** Until the focus is back they count as open: what had it may go in that moment, and its place is noted (a file's question whose answer is told first). */
function leave() {
  const closed = opened.filter(({ dialog }) => !dialog.isConnected);
  setTimeout(() => {
    opened = opened.filter((one) => !closed.includes(one));
    const opener = closed[0]?.opener;
    if (opener && isLost()) comeBackTo(opener);
  });
}

/** Of what had the focus, or will have it again, and of what was around it. */
function note({ target, removedNodes, nextSibling }) {
  for (const had of [last, gone, ...opened.map(({ opener }) => opener)]) {
    const at = had && (places.get(had)?.parent ?? had);
    if (had && at && !at.isConnected && [...removedNodes].some((node) => node.contains(at))) places.set(had, { parent: target, next: nextSibling });
  }
}

/** @param {Element} had */
function comeBackTo(had) {
  const dialog = [...document.querySelectorAll('dialog[open], [role=dialog]')].at(-1);
  if (dialog && !dialog.contains(had)) return first(dialog)?.focus();
  // Its page is another one now, which says itself when it is ready.
  if (!had.isConnected && location.pathname !== lastPath) return arrive();
  const near = isThere(had) ? had : nearest(places.get(had) ?? { parent: had.parentNode ?? document.body, next: had.nextSibling });
  /** @type {HTMLElement | undefined} */ (near)?.focus();
}

/** What comes next where it was, or else was before it; the message, where it was in one. */
function nearest({ parent, next }) {
  const message = (parent instanceof Element ? parent : null)?.closest('article[tabindex]');
  if (message) return message;
  for (let box = parent; box instanceof Element && box !== document.body; [box, next] = [box.parentElement, box.nextSibling]) {
    const there = reachable(box);
    const after = next;
    if (there.length > 0) return there.find((one) => after && (after.contains(one) || after.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING)) ?? there.at(-1);
    if (box.matches(BOUNDS)) break;
  }
  return find('main [data-text]') ?? first(find('main') ?? document.body);
}

const reachable = (box) => /** @type {HTMLElement[]} */ ([...box.querySelectorAll(FOCUSABLE)].filter(isVisible));

const first = (box) => reachable(box)[0];

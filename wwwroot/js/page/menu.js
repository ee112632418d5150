// Menus. One is drawn anew for whatever asks for it and shown beside it: not one for each of hundreds of messages (200 of the
// kit's menus cost 17 times the memory of the messages themselves), and with keys that wait for no server.
import { element, icon } from './dom.js';

const GAP_PX = 4;
const EDGE_PX = 8;

/**
 * @typedef {{ label: string, icon: string, isDanger?: boolean, act: () => void }} MenuItem
 */

/**
 * Shows a menu beside the button that asked for it.
 * @param {HTMLElement} opener
 * @param {MenuItem[]} items
 * @param {HTMLElement} back What gets the focus back.
 */
export function openMenu(opener, items, back = opener) {
  const menu = element('div', { role: 'menu', class: 'menu', popover: 'auto', 'aria-label': opener.textContent?.trim() || opener.ariaLabel });
  for (const item of items) menu.append(entry(item, menu, back));
  // What is outside an open dialog can neither be focused nor heard.
  (opener.closest('dialog') ?? document.body).append(menu);
  const stop = driveByKeys(menu);
  menu.addEventListener('toggle', (event) => {
    if (/** @type {ToggleEvent} */ (event).newState === 'open') return;
    stop();
    opener.setAttribute('aria-expanded', 'false');
    // Chosen or left by a key: to where it was. A click elsewhere has taken the focus there.
    if (menu.contains(document.activeElement) || document.activeElement === document.body) back.focus();
    menu.remove();
  });
  menu.showPopover();
  opener.setAttribute('aria-expanded', 'true');
  place(menu, opener);
  itemsOf(menu)[0]?.focus();
}

/** @param {MenuItem} item @param {HTMLElement} menu @param {HTMLElement} back */
function entry({ label, icon: name, isDanger, act }, menu, back) {
  const chosen = () => {
    menu.hidePopover();
    back.focus();
    act();
  };
  return element('button', { type: 'button', role: 'menuitem', class: isDanger ? 'danger' : null, tabindex: -1, onclick: chosen }, icon(name), label);
}

/**
 * Below the button, or above where there is no room, and never over the edge of the window.
 * @param {HTMLElement} menu
 * @param {HTMLElement} opener
 * @param {boolean} isAtStart It begins where the button does; else it ends there.
 */
export function place(menu, opener, isAtStart = false) {
  const by = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = by.bottom + GAP_PX;
  const top = below + height > innerHeight - EDGE_PX ? by.top - GAP_PX - height : below;
  menu.style.top = `${Math.max(EDGE_PX, top)}px`;
  menu.style.left = `${Math.max(EDGE_PX, Math.min(isAtStart ? by.left : by.right - width, innerWidth - EDGE_PX - width))}px`;
}

const itemsOf = (menu) => [...menu.querySelectorAll('[role=menuitem]')];

/**
 * The keys of a menu, which a popover does not have by itself. Gives what stops it.
 * @param {HTMLElement} menu
 */
export function driveByKeys(menu) {
  const listening = new AbortController();
  const { signal } = listening;
  menu.addEventListener('toggle', (event) => {
    // It is told a moment after the menu is there; a key may have moved the focus on by then.
    const isOpen = /** @type {ToggleEvent} */ (event).newState === 'open';
    if (isOpen && !menu.contains(document.activeElement)) itemsOf(menu)[0]?.focus();
  }, { signal });
  menu.addEventListener('keydown', (event) => moveFocus(menu, event), { signal });
  return () => listening.abort();
}

function moveFocus(menu, event) {
  if (event.key === 'Tab') menu.hidePopover();
  const items = itemsOf(menu);
  const at = items.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key] ?? firstWith(items, at, event);
  if (next === undefined) return;
  event.preventDefault();
  items.at(next % items.length).focus();
}

/** The next entry that begins with the letter that was typed. */
function firstWith(items, at, event) {
  if (event.key.length !== 1 || event.key === ' ' || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const letter = event.key.toLocaleLowerCase();
  for (let step = 1; step <= items.length; step++) {
    const index = (at + step) % items.length;
    if (items[index].textContent.trim().toLocaleLowerCase().startsWith(letter)) return index;
  }
  return undefined;
}

// Choosing an emoji: the latest at hand, the others by groups or by their names. The focus stays in the text that is searched
// for; arrows mark one of those that are shown, Enter takes it, Escape leaves. One is drawn anew for whatever asks for it.
import { element } from '../page/dom.js';
import { emojiList, findEmoji } from '../page/emoji.js';
import { place } from '../page/menu.js';
import { latestEmoji, noteEmoji } from './latest-emoji.js';

const MOST_FOUND = 120;

/**
 * @param {HTMLElement} opener Beside which it is shown.
 * @param {(emoji: string) => void} choose
 * @param {() => void} leave Gives the focus back.
 */
export function openEmojiPicker(opener, choose, leave) {
  new EmojiPicker(opener, choose, leave);
}

class EmojiPicker {
  /** @type {HTMLElement} */
  #root;
  /** @type {HTMLInputElement} */
  #search;
  /** @type {HTMLElement} */
  #options;
  /** @type {HTMLElement} */
  #name;
  #choose;
  /** @type {import('../page/emoji.js').EmojiList | undefined} */
  #list;
  #count = 0;

  constructor(opener, choose, leave) {
    this.#choose = choose;
    this.#search = element('input', {
      type: 'text', class: 'textbox', role: 'combobox', 'aria-label': 'Search emoji', placeholder: 'Search emoji', autocomplete: 'off', spellcheck: 'false',
      'aria-autocomplete': 'list', 'aria-expanded': 'true', 'aria-controls': 'emoji-options',
    });
    this.#options = element('div', { role: 'listbox', id: 'emoji-options', 'aria-label': 'Emoji', tabindex: -1 });
    this.#name = element('p', { class: 'name', 'aria-hidden': 'true' });
    this.#root = element('div', { role: 'dialog', class: 'menu emoji-picker', popover: 'auto', 'aria-label': 'React', tabindex: -1 }, this.#search, this.#options, this.#name);
    this.#root.addEventListener('toggle', (event) => {
      if (/** @type {ToggleEvent} */ (event).newState === 'open') return;
      const isHere = this.#root.contains(document.activeElement) || document.activeElement === document.body;
      this.#root.remove();
      if (isHere) leave();
    });
    this.#root.addEventListener('keydown', (event) => this.#onKey(event));
    this.#root.addEventListener('mousedown', (event) => event.target !== this.#search && event.preventDefault());
    this.#options.addEventListener('click', (event) => this.#take(optionOf(event)));
    // A mouse that lies where the list appears chooses nothing.
    this.#options.addEventListener('pointermove', (event) => (event.movementX || event.movementY) && this.#mark(optionOf(event)));
    this.#search.addEventListener('input', () => this.#show());
    (opener.closest('dialog') ?? document.body).append(this.#root);
    this.#show();
    this.#root.showPopover();
    place(this.#root, opener, opener.getBoundingClientRect().left < innerWidth / 2);
    // A keyboard on the screen would take the room of what there is to choose.
    (matchMedia('(pointer: coarse)').matches ? this.#root : this.#search).focus();
    this.#load();
  }

  async #load() {
    try {
      this.#list = await emojiList();
    } catch {
      this.#name.textContent = 'The other emoji can’t be loaded now.';
      return;
    }
    if (this.#root.isConnected) this.#show();
  }

  /** What is searched for, or all of them behind the latest. */
  #show() {
    this.#count = 0;
    const { groups, emoji } = this.#list ?? { groups: [], emoji: [] };
    const text = this.#search.value.trim();
    if (text !== '') {
      const latest = new Set(latestEmoji());
      const found = findEmoji(emoji, text).sort((one, other) => Number(latest.has(other.emoji)) - Number(latest.has(one.emoji))).slice(0, MOST_FOUND);
      this.#options.replaceChildren(...(found.length > 0 ? [this.#group('Found', found)] : []));
    } else {
      const latest = latestEmoji().map((one) => emoji.find((known) => known.emoji === one) ?? { emoji: one, name: one });
      this.#options.replaceChildren(this.#group('Latest', latest), ...groups.map((name, group) => this.#group(name, emoji.filter((one) => one.group === group))));
    }
    this.#options.scrollTop = 0;
    this.#mark(this.#all[0] ?? null);
    if (text !== '' && this.#list && this.#count === 0) this.#name.textContent = `No emoji for “${text}”`;
  }

  #group(name, emoji) {
    const options = emoji.map((one) => element('div', { role: 'option', id: `emoji-${this.#count++}`, 'aria-label': one.name, 'aria-selected': 'false', 'data-emoji': one.emoji }, one.emoji));
    return element('div', { role: 'group', 'aria-label': name }, element('p', { 'aria-hidden': 'true' }, name), ...options);
  }

  /** @returns {HTMLElement[]} */
  get #all() {
    return [...this.#options.querySelectorAll('[role=option]')].map((option) => /** @type {HTMLElement} */ (option));
  }

  get #marked() {
    return /** @type {HTMLElement | null} */ (this.#options.querySelector('[aria-selected=true]'));
  }

  /** @param {HTMLElement | null} option */
  #mark(option) {
    if (!option && this.#count > 0) return;
    this.#marked?.setAttribute('aria-selected', 'false');
    option?.setAttribute('aria-selected', 'true');
    if (option) this.#search.setAttribute('aria-activedescendant', option.id);
    else this.#search.removeAttribute('aria-activedescendant');
    this.#name.textContent = option?.ariaLabel ?? '';
  }

  #onKey(event) {
    if (event.isComposing) return;
    if (event.key === 'Tab') {
      event.preventDefault();
      this.#root.hidePopover();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      this.#take(this.#marked);
    } else {
      this.#move(event);
    }
  }

  /** Up and down by what lies there, left and right by one. */
  #move(event) {
    const all = this.#all;
    const at = this.#marked ? all.indexOf(this.#marked) : -1;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: this.#beside(all, at, 1), ArrowUp: this.#beside(all, at, -1) }[event.key];
    if (to === undefined || all.length === 0) return;
    event.preventDefault();
    const option = all[Math.max(0, Math.min(to, all.length - 1))];
    this.#mark(option);
    option.scrollIntoView({ block: 'nearest' });
    // The heading of the first row belongs to it.
    if (option.offsetTop === all[0].offsetTop) this.#options.scrollTop = 0;
  }

  /** The one in the next row in a direction that lies nearest. */
  #beside(all, at, step) {
    if (at < 0) return 0;
    const { offsetTop, offsetLeft } = all[at];
    let index = at;
    while (all[index]?.offsetTop === offsetTop) index += step;
    if (!all[index]) return at;
    const row = all[index].offsetTop;
    let best = index;
    for (; all[index]?.offsetTop === row; index += step) if (Math.abs(all[index].offsetLeft - offsetLeft) < Math.abs(all[best].offsetLeft - offsetLeft)) best = index;
    return best;
  }

  /** @param {HTMLElement | null} option */
  #take(option) {
    const emoji = option?.dataset.emoji;
    if (!emoji) return;
    noteEmoji(emoji);
    this.#root.hidePopover();
    this.#choose(emoji);
  }
}

const optionOf = (event) => /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest('[role=option]'));

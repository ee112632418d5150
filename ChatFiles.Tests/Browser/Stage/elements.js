// Elements, for scripts that draw: as much of them as those ask for. Import page.js before this.

class Element extends EventTarget {
  attributes = new Map();
  dataset = {};
  style = { setProperty: (name, value) => void (this.style[name] = value) };
  hidden = false;
  title = '';
  parent = null;
  children = [];
  #text = '';

  constructor(tag) {
    super();
    this.tag = tag;
  }

  get classes() {
    return (this.attributes.get('class') ?? '').split(' ').filter(Boolean);
  }

  get classList() {
    return {
      contains: (name) => this.classes.includes(name),
      toggle: (name, isOn) => this.setAttribute('class', [...this.classes.filter((other) => other !== name), ...(isOn ? [name] : [])].join(' ')),
    };
  }

  get textContent() {
    return this.#text + this.children.map((child) => child.textContent).join('');
  }

  set textContent(text) {
    this.replaceChildren();
    this.#text = text ?? '';
  }

  get firstElementChild() {
    return this.children[0] ?? null;
  }

  get lastElementChild() {
    return this.children.at(-1) ?? null;
  }

  getAttribute(name) {
    return this.attributes.get(name) ?? null;
  }

  setAttribute(name, value) {
    this.attributes.set(name, String(value));
    if (name.startsWith('data-')) this.dataset[name.slice(5).replace(/-(.)/g, (_, letter) => letter.toUpperCase())] = String(value);
  }

  removeAttribute(name) {
    this.attributes.delete(name);
  }

  append(...added) {
    for (const child of added) this.insertBefore(child, null);
  }

  insertBefore(child, next) {
    if (typeof child === 'string') return void (this.#text += child);
    child.remove();
    child.parent = this;
    this.children.splice(next ? this.children.indexOf(next) : this.children.length, 0, child);
  }

  before(added) {
    this.parent.insertBefore(added, this);
  }

  after(added) {
    this.parent.insertBefore(added, this.parent.children[this.parent.children.indexOf(this) + 1] ?? null);
  }

  replaceWith(...others) {
    for (const other of others) this.parent.insertBefore(other, this);
    this.remove();
  }

  replaceChildren(...others) {
    for (const child of [...this.children]) child.remove();
    this.#text = '';
    this.append(...others);
  }

  remove() {
    if (this.parent) this.parent.children = this.parent.children.filter((child) => child !== this);
    this.parent = null;
  }

  contains(other) {
    return other === this || this.children.some((child) => child.contains(other));
  }

  cloneNode() {
    const clone = new Element(this.tag);
    for (const [name, value] of this.attributes) clone.setAttribute(name, value);
    clone.#text = this.#text;
    clone.append(...this.children.map((child) => child.cloneNode()));
    return clone;
  }

  /** By a class, a `data-` attribute, a role or a tag; or what is right in something: `template > *`. */
  querySelectorAll(selector) {
    const [, outer] = /^(.*) > \*$/.exec(selector) ?? [];
    if (outer) return this.querySelectorAll(outer).flatMap((found) => found.children);
    return this.children.flatMap((child) => [...(child.matches(selector) ? [child] : []), ...child.querySelectorAll(selector)]);
  }

  querySelector(selector) {
    return this.querySelectorAll(selector)[0] ?? null;
  }

  matches(selector) {
    if (selector.startsWith('.')) return this.classes.includes(selector.slice(1));
    const [, name, value] = /^\[([a-z-]+)(?:=(\w+))?\]$/.exec(selector) ?? [];
    return name ? this.attributes.has(name) && (value === undefined || this.attributes.get(name) === value) : this.tag === selector;
  }

  focus() {
    document.activeElement = this;
  }

  click() {
    this.dispatchEvent(new Event('click'));
  }
}

/** draw('p.text', { role: 'note' }, …) */
export function draw(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split('.');
  const drawn = new Element(tag);
  if (classes.length > 0) drawn.setAttribute('class', classes.join(' '));
  for (const [name, value] of Object.entries(attributes)) drawn.setAttribute(name, value);
  drawn.append(...children);
  return drawn;
}

/** A place to write in, with this in it; `|` is where the caret is, two of them are around what is selected. */
export function write(marked) {
  const text = draw('textarea');
  text.setSelectionRange = (start, end) => Object.assign(text, { selectionStart: start, selectionEnd: end });
  text.setRangeText = (added, start, end) => {
    text.value = text.value.slice(0, start) + added + text.value.slice(end);
    text.setSelectionRange(start + added.length, start + added.length);
  };
  text.value = marked.replaceAll('|', '');
  text.setSelectionRange(marked.indexOf('|'), marked.lastIndexOf('|') - (marked.split('|').length - 2));
  return text;
}

/** What is written, in the same way. */
export const written = ({ value, selectionStart: start, selectionEnd: end }) =>
  start === end ? `${value.slice(0, start)}|${value.slice(start)}` : `${value.slice(0, start)}|${value.slice(start, end)}|${value.slice(end)}`;

/** Keys are typed into it, one event each; what is no character is a key by its name: ['Hi', 'Enter']. */
export function type(text, ...keys) {
  const press = (key) => {
    const event = Object.assign(new Event('keydown', { cancelable: true }), { key, keyCode: 0 });
    return text.dispatchEvent(event);
  };
  const passed = [];
  for (const typed of keys) {
    if (/^[A-Z]\w{2,}$/.test(typed)) {
      if (press(typed)) passed.push(typed);
      continue;
    }
    for (const letter of typed) {
      if (!press(letter)) continue;
      text.setRangeText(letter, text.selectionStart, text.selectionEnd);
      text.dispatchEvent(new Event('input'));
    }
  }
  return passed;
}

Object.assign(document, {
  // A browser that can't: then the text is set, which is all that a test sees.
  execCommand: () => false,
  documentElement: draw('html', { 'data-icons': 'icons.svg' }),
  activeElement: null,
  createElement: (tag) => new Element(tag),
  createElementNS: (_, tag) => new Element(tag),
});
globalThis.location ??= { pathname: '/chats/1' };

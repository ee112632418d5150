// Elements made by scripts. Text is always set as text, never as markup.
import { partsOf } from '../files/files.js';

/** element('button', { class: 'button', onclick: … }, 'Send')
 * @param {string} tag
 * @param {Record<string, any>} attributes
 * @param {(Node | string)[]} children
 * @returns {any}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** An icon of icons.svg, under the address that the browser keeps: icons are needed when the server is away, too. */
export function icon(name) {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(namespace, 'use');
  use.setAttribute('href', `${document.documentElement.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

export function iconButton(name, label, onclick) {
  return element('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick }, icon(name));
}

/** A file's name as Leaves.razor draws it: where it has no room, it is cut in its middle. @param {string} name */
export function fileName(name) {
  const parts = partsOf(name);
  return parts ? [element('span', { class: 'beginning' }, parts[0]), element('span', { class: 'ending' }, parts[1])] : [name];
}

/** The element that an event is about. @param {Event} event */
export const targetOf = (event) => (event.target instanceof Element ? event.target : null);

/** The first element that a selector finds, which is one that people may focus. @param {string} selector @param {ParentNode} root */
export const find = (selector, root = document) => /** @type {HTMLElement | null} */ (root.querySelector(selector));

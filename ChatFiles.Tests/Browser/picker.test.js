import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import './Stage/page.js';
import { draw } from './Stage/elements.js';

let listsChanged;
globalThis.MutationObserver = class {
  constructor(changed) {
    listsChanged = changed;
  }

  observe() {}

  disconnect() {
    listsChanged = () => {};
  }
};
const { connect } = await import('../../wwwroot/js/page/picker.js');

let root, input, taken, submitted, connection;
beforeEach(() => {
  [root, input, taken, submitted] = [draw('div'), draw('input'), [], 0];
  Object.assign(input, { value: '', form: { requestSubmit: () => submitted++ } });
  root.querySelector = () => input;
  root.querySelectorAll = () => root.children;
  show('', 'General', 'Plans');
  connection = connect(root);
});

/** What the server draws once it has what was typed. */
function show(text, ...names) {
  const options = names.map((name) => Object.assign(draw('li'), { id: name, scrollIntoView: () => {} }));
  for (const option of options) option.addEventListener('click', () => taken.push(option.id));
  root.replaceChildren(...options);
  root.setAttribute('data-found-for', text);
  listsChanged?.();
}

function type(text) {
  input.value = text;
  input.dispatchEvent(new Event('input'));
}

const press = (...keys) => {
  for (const key of keys) input.dispatchEvent(Object.assign(new Event('keydown'), { key }));
};

test('Arrows mark what is found, and Enter takes it', () => {
  press('ArrowDown', 'ArrowDown', 'Enter');
  assert.deepEqual([taken, submitted], [['Plans'], 0]);
});

test('Keys that come before the list of what was typed wait for it, and take nothing of the one before', () => {
  type('Pl');
  press('ArrowDown', 'Enter');
  assert.deepEqual([taken, submitted], [[], 0]);
  show('P', 'Plans', 'Paul');
  assert.deepEqual(taken, []);
  show('Pl', 'Plans');
  assert.deepEqual([taken, submitted], [['Plans'], 0]);
});

test('Enter alone sends the form, once what was typed is looked up', () => {
  type('Plans');
  press('Enter');
  assert.equal(submitted, 0);
  show('Plans', 'Plans');
  assert.deepEqual([taken, submitted], [[], 1]);
});

test('Whoever types on means no key that was waiting, and nothing happens once the page is left', () => {
  type('Pl');
  press('Enter');
  type('Gen');
  show('Gen', 'General');
  assert.equal(submitted, 0);

  type('Genera');
  press('Enter');
  connection.disconnect();
  show('Genera', 'General');
  assert.equal(submitted, 0);
});

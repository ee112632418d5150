import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import './Stage/page.js';
import { draw } from './Stage/elements.js';

/** Those that watch, by what they call. */
const watching = new Set();
globalThis.MutationObserver = class {
  constructor(changed) {
    this.changed = changed;
  }

  observe() {
    watching.add(this.changed);
  }

  disconnect() {
    watching.delete(this.changed);
  }
};
globalThis.document = Object.assign(new EventTarget(), document, { body: draw('body') });
const { offerReactions } = await import('../../wwwroot/js/reading/reactions.js');

let article, log, reaction, leaving;
beforeEach(() => {
  watching.clear();
  [article, log, reaction, leaving] = [draw('article', {}, draw('button', { 'data-menu': 'message' })), draw('div'), draw('button'), new AbortController()];
  Object.assign(reaction, { isConnected: true, closest: () => article });
  // What is clicked is in the log; here the log stands for it.
  log.closest = (selector) => (selector === '[data-reaction]' ? reaction : null);
  offerReactions(log, { invokeMethodAsync: async () => {} }, leaving.signal);
});

test('who takes the last reaction of its kind back is led to what is left of the message', () => {
  log.click();
  Object.assign(reaction, { isConnected: false });
  document.activeElement = document.body;
  [...watching].forEach((changed) => changed());

  assert.equal(document.activeElement, article.querySelector('[data-menu=message]'));
  assert.equal(watching.size, 0);
});

test('however often somebody reacts, one message is watched, and none once they have moved on', () => {
  log.click();
  log.click();
  assert.equal(watching.size, 1);
  document.dispatchEvent(new Event('focusin'));
  assert.equal(watching.size, 0);

  log.click();
  leaving.abort();
  assert.equal(watching.size, 0);
});

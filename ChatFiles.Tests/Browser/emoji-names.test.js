import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { beforeEach } from 'node:test';
import { rest } from './Stage/page.js';
import { server } from './Stage/server.js';
import { draw, type, write, written } from './Stage/elements.js';

const { emojiByName, takeWholeNames } = await import('../../wwwroot/js/writing/emoji.js');
const { Suggestions } = await import('../../wwwroot/js/writing/suggestions.js');

const list = readFileSync(new URL('../../wwwroot/emoji.json', import.meta.url), 'utf8');

async function writing(typed) {
  const text = write('|');
  const place = draw('div');
  draw('form', {}, place, text);
  const { signal } = new AbortController();
  new Suggestions(text, place, [emojiByName()], signal);
  takeWholeNames(text, signal);
  const offered = place.parent.querySelector('ul');
  const page = { text, offered: () => (offered.hidden ? [] : offered.children.map((option) => option.textContent)), label: () => offered.getAttribute('aria-label') };
  page.type = async (...keys) => {
    const passed = type(text, ...keys);
    await rest();
    return passed;
  };
  await page.type(typed);
  return page;
}

beforeEach(() => {
  document.documentElement.dataset.emoji = '/emoji.json';
  server.reset(() => ({ status: 200, body: list }));
  globalThis.fetch = ((ask) => async (...asked) => {
    const answer = await ask(...asked);
    return { ...answer, ok: answer.status === 200, json: async () => JSON.parse(await answer.text()) };
  })(globalThis.fetch);
});

test('Behind a colon and two letters emoji are offered, and keys alone pick one', async () => {
  const page = await writing('Well done :t');
  assert.deepEqual(page.offered(), []);
  await page.type('ad');
  assert.equal(page.offered()[0], '🎉 party popper');
  assert.equal(page.label(), 'Emoji');
  assert.deepEqual(await page.type('Enter'), []);
  assert.equal(page.text.value, 'Well done 🎉 ');
  assert.deepEqual(page.offered(), []);
});

test('What people know a name by comes first', async () => {
  for (const [name, emoji] of [['+1', '👍'], ['heart', '❤️'], ['joy', '😂'], ['thinking', '🤔'], ['white_check', '✅'], ['rocket', '🚀']]) assert.equal((await writing(`:${name}`)).offered()[0]?.split(' ')[0], emoji, name);
});

test('A whole name becomes the emoji at once, also while somebody writes on', async () => {
  assert.equal(written((await writing('Yes :tada:')).text), 'Yes 🎉|');
  assert.equal(written((await writing(':party_popper: and :+1: and :100: more')).text), '🎉 and 👍 and 💯 more|');
});

test('Times, smilies, addresses, code and what is no name stay as they are', async () => {
  for (const text of ['at 12:30:45', ':-) :) :D', 'http://a.b', 'a::b:c:', ':nothing_like_it:', '`:tada:', '```\n:tada:']) {
    const page = await writing(text);
    assert.equal(page.text.value, text);
    assert.deepEqual(page.offered(), [], text);
  }
});

test('Who takes it back with Ctrl+Z has the name, and it stays', async () => {
  const page = await writing('');
  page.text.value = ':tada:';
  page.text.setSelectionRange(6, 6);
  page.text.dispatchEvent(Object.assign(new Event('input'), { inputType: 'historyUndo' }));
  await rest();
  assert.equal(page.text.value, ':tada:');
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';

import './Stage/page.js';
import { emojiList, findEmoji } from '../../wwwroot/js/page/emoji.js';
import { latestEmoji, noteEmoji } from '../../wwwroot/js/reading/latest-emoji.js';

const file = readFileSync(new URL('../../wwwroot/emoji.json', import.meta.url), 'utf8');

const kept = new Map();
globalThis.localStorage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
beforeEach(() => kept.clear());

test('the list is asked for again after it could not be had, and then no more', async () => {
  let asked = 0;
  globalThis.document = { documentElement: { dataset: { emoji: '/emoji.json' } } };
  globalThis.fetch = async () => new Response(++asked === 1 ? '' : file, { status: asked === 1 ? 503 : 200 });

  await assert.rejects(emojiList());
  const { groups, emoji } = await emojiList();
  await emojiList();

  assert.equal(asked, 2);
  assert.ok(emoji.length > 1_800);
  assert.ok(emoji.every(({ emoji: one, name, group }) => one && name && groups[group]));
  assert.ok(emoji.every(({ emoji: one }) => !/^\p{Emoji_Component}$/u.test(one)), 'parts of others are taken, and not offered');
});

test('emoji are found by the beginnings of all words, in names before keywords', async () => {
  const { emoji } = await emojiList();
  const first = (text) => findEmoji(emoji, text)[0]?.name;

  assert.equal(first('thumbs up'), 'thumbs up');
  assert.equal(first(' THUM'), 'thumbs up');
  assert.equal(first(':thumbs_down:'), 'thumbs down');
  assert.equal(first('+1'), 'thumbs up');
  assert.equal(first('tada'), 'party popper');
  assert.equal(first('heart red'), 'red heart');
  assert.equal(first('humbs'), undefined);
  assert.equal(first('thumbs nothing'), undefined);
  assert.deepEqual(findEmoji(emoji, ' : '), []);
});

test('the five latest are at hand, the newest first, and before that the usual ones', () => {
  assert.deepEqual(latestEmoji(), ['👍', '❤️', '😂', '🎉', '👀']);

  noteEmoji('🚀');
  noteEmoji('🎉');
  noteEmoji('🚀');
  assert.deepEqual(latestEmoji(), ['🚀', '🎉', '👍', '❤️', '😂']);

  localStorage.setItem('latest-emoji', '{"broken"');
  assert.deepEqual(latestEmoji(), ['👍', '❤️', '😂', '🎉', '👀']);
});

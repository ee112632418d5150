import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';
import './Stage/page.js';

const { handOver, takeDropped } = await import('../../wwwroot/js/sending/dropped.js');

const went = [];
globalThis.Blazor = { navigateTo: (address) => void went.push(address) };
beforeEach(() => (went.length = 0));

const file = (name) => new File(['x'], name);
const names = (files) => files.map((one) => one.name);

function open(chat) {
  const [got, closing] = [[], new AbortController()];
  takeDropped(chat, (files, folders) => got.push(...names(files), ...folders.map((folder) => folder.name)), closing.signal);
  return { got, close: () => closing.abort() };
}

test('What is dropped on a chat that is not open leads there, and waits for its composer alone', () => {
  handOver(11, [file('a.txt')], [{ name: 'photos' }]);
  handOver(11, [file('b.txt')], []);
  assert.deepEqual(went, ['/chats/11', '/chats/11']);

  const [other, composer] = [open(12), open(11)];
  assert.deepEqual(other.got, []);
  assert.deepEqual(composer.got, ['a.txt', 'b.txt', 'photos']);
  composer.close();
  assert.deepEqual(open(11).got, [], 'once');
});

test('What is dropped on the chat that is open is there at once', () => {
  const composer = open(13);
  handOver(13, [file('a.txt')], []);
  assert.deepEqual([composer.got, went], [['a.txt'], []]);
});

test('A composer that has gone takes nothing, and one that was gone before it began neither', () => {
  const composer = open(14);
  composer.close();
  handOver(14, [file('a.txt')], []);
  takeDropped(14, () => assert.fail('it has gone'), AbortSignal.abort());
  assert.deepEqual([composer.got, went], [[], ['/chats/14']]);
  assert.deepEqual(open(14).got, ['a.txt']);
});

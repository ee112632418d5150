import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';
import { storage } from './Stage/page.js';

let store;
let pages = 0;

/** The page is loaded again: what it knew is gone, what the browser keeps is there. */
const loadPage = async () => (store = await import(`../../wwwroot/js/sending/outbox-store.js?page=${++pages}`));

beforeEach(async () => {
  storage.clear();
  await loadPage();
});

const fileOf = (id, text = id) => ({ id, name: `${id}.txt`, size: text.length, file: new Blob([text]), thumbnail: null });
const entryOf = (key, fields) => ({ key, chatId: 1, text: '', files: [], writtenAt: Date.now(), ...fields });
const kept = async () => (await store.keptMessages()).map(({ key }) => key);

test('What is kept is there after a reload, with its bytes, in the order in which it was written', async () => {
  const now = Date.now();
  assert.equal(await store.write({ put: [entryOf('second', { writtenAt: now }), entryOf('first', { writtenAt: now - 1, text: 'Hello', files: [fileOf('a', 'bytes of a')] })] }), true);
  await loadPage();
  const [first, second] = await store.keptMessages();
  assert.deepEqual([first.key, second.key, first.text], ['first', 'second', 'Hello']);
  assert.equal(await first.files[0].file.text(), 'bytes of a');
});

test('What is removed is gone, and so are its bytes unless another message names them', async () => {
  await store.write({ put: [entryOf('one', { files: [fileOf('a'), fileOf('b')] })] });
  await store.write({ put: [entryOf('two', { files: [fileOf('b', 'never read')] })], remove: ['one'] });
  assert.deepEqual(await kept(), ['two']);
  const [{ files }] = await store.keptMessages();
  assert.equal(await files[0].file.text(), 'b');
  const copies = [fileOf('a', 'its own'), fileOf('b', 'its own')];
  await store.takeCopies(copies);
  assert.deepEqual(await Promise.all(copies.map(({ file }) => file.text())), ['its own', 'b']);
});

test('Another person in the same browser sees nothing of it', async () => {
  await store.write({ put: [entryOf('mine')] });
  const querySelector = document.querySelector;
  try {
    document.querySelector = () => ({ content: 'ben' });
    await loadPage();
    assert.deepEqual(await kept(), []);
  } finally {
    document.querySelector = querySelector;
  }
  await loadPage();
  assert.deepEqual(await kept(), ['mine']);
});

test('A browser that keeps nothing says so, and nothing breaks', async () => {
  storage.isForbidden = true;
  await loadPage();
  assert.equal(await store.write({ put: [entryOf('one')] }), false);
  assert.deepEqual(await store.keptMessages(), []);
  assert.deepEqual(await store.keptPicked(1), []);
  // It is not asked for something else than what it says: who can't tell sends.
  assert.equal(await store.isKept('one'), true);
});

test('Picked files wait for their chat and are no messages', async () => {
  await store.keepPicked(1, [fileOf('a')]);
  await loadPage();
  assert.deepEqual(await kept(), []);
  assert.deepEqual((await store.keptPicked(1)).map(({ id }) => id), ['a']);
  assert.deepEqual(await store.keptPicked(2), []);
  await store.keepPicked(1, []);
  assert.deepEqual(await store.keptPicked(1), []);
});

test('A picked file that becomes part of a message keeps its bytes', async () => {
  await store.keepPicked(1, [fileOf('a', 'picked')]);
  await store.write({ put: [entryOf('message', { files: [fileOf('a', 'not read again')] })] });
  await store.keepPicked(1, []);
  const [{ files }] = await store.keptMessages();
  assert.equal(await files[0].file.text(), 'picked');
});

test('What nobody came back for is forgotten after a month', async () => {
  await store.write({ put: [entryOf('old', { writtenAt: Date.now() - 31 * 24 * 60 * 60_000 }), entryOf('young')] });
  await store.forgetOld();
  assert.deepEqual(await kept(), ['young']);
});

test('Where a browser keeps no files, their bytes lie there in pieces, and come back whole', async () => {
  storage.refusesFiles = true;
  const text = 'x'.repeat(9 * 1024 * 1024);
  const file = { ...fileOf('a'), size: text.length, file: new Blob([text], { type: 'text/plain' }), thumbnail: new Blob(['small'], { type: 'image/webp' }) };
  assert.equal(await store.write({ put: [entryOf('one', { files: [file] })] }), true);
  assert.ok(storage.refused > 0);
  await loadPage();
  const [{ files }] = await store.keptMessages();
  assert.equal(files[0].file.size, text.length);
  assert.equal(await files[0].file.text(), text);
  assert.equal(await files[0].thumbnail.text(), 'small');
  await store.write({ remove: ['one'] });
  assert.deepEqual(await kept(), []);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { directoryOf, MAX_DIRECTORY } from '../../wwwroot/js/files/zip.js';

const text = (words) => new TextEncoder().encode(words);
const two = (number) => [number & 0xff, (number >> 8) & 0xff];
const four = (number) => [...two(number & 0xffff), ...two(number >>> 16)];
const eight = (number) => [...four(number % 2 ** 32), ...four(Math.floor(number / 2 ** 32))];

const UTF8 = 1 << 11;

/** An entry of the directory, as APPNOTE.TXT has it. */
const entry = (name, { size = 5, flags = 0, extra = /** @type {number[]} */ ([]) } = {}) => {
  const raw = typeof name === 'string' ? text(name) : Uint8Array.from(name);
  return [...four(0x02014b50), ...two(20), ...two(20), ...two(flags), ...Array(14).fill(0), ...four(size), ...two(raw.length), ...two(extra.length), ...Array(14).fill(0), ...raw, ...extra];
};

const end = (count, size, offset, comment = '') => [...four(0x06054b50), 0, 0, 0, 0, ...two(count), ...two(count), ...four(size), ...four(offset), ...two(comment.length), ...text(comment)];

/** What the files are made of stands in front of the directory. */
const archive = (entries, { data = 100, comment = '', count = entries.length } = {}) => {
  const directory = entries.flat();
  return Uint8Array.from([...Array(data).fill(0x50), ...directory, ...end(count, directory.length, data, comment)]);
};

let asked;

/** A file on the server, of which parts are read. */
const reading = (bytes) => {
  asked = [];
  return async (from, to = bytes.length) => {
    const part = from < 0 ? bytes.slice(from) : bytes.slice(from, to);
    asked.push(part.length);
    return { bytes: part, total: bytes.length };
  };
};

const names = (directory) => directory?.entries.map(({ name }) => name);
const open = (bytes, most = 1_000, maxBytes = MAX_DIRECTORY) => directoryOf(reading(bytes), most, maxBytes);

test('Names and sizes of what is in a ZIP, from its end alone', async () => {
  const directory = await open(archive([entry('docs/'), entry('docs/plan.txt', { size: 70_000 }), entry('a.png', { flags: 1 })], { data: 200_000 }));
  assert.deepEqual(directory, {
    entries: [
      { name: 'docs/', size: 5, isEncrypted: false },
      { name: 'docs/plan.txt', size: 70_000, isEncrypted: false },
      { name: 'a.png', size: 5, isEncrypted: true },
    ],
    count: 3,
    isWhole: true,
  });
  assert.deepEqual(asked, [65_577]);
});

test('An empty ZIP is empty, and what is none is none', async () => {
  assert.deepEqual(await open(Uint8Array.from(end(0, 0, 0))), { entries: [], count: 0, isWhole: true });
  assert.equal(await open(text('PK\u0003\u0004 and nothing of it')), null);
  assert.equal(await open(Uint8Array.from([0x50])), null);
});

test('It is found with a comment at its end, something in front and something behind it', async () => {
  const entries = [entry('a.txt')];
  assert.deepEqual(names(await open(archive(entries, { comment: 'PK\u0005\u0006 is how it begins' }))), ['a.txt']);
  assert.deepEqual(names(await open(Uint8Array.from([...text('#!/bin/sh\n'), ...archive(entries)]))), ['a.txt']);
  assert.deepEqual(names(await open(Uint8Array.from([...archive(entries), 0, 0, 0]))), ['a.txt']);
});

test('Only as many names as are asked for, and how many there are', async () => {
  const directory = await open(archive(Array.from({ length: 300 }, (_, i) => entry(`${i}.txt`))), 5);
  assert.deepEqual([names(directory), directory?.count, directory?.isWhole], [['0.txt', '1.txt', '2.txt', '3.txt', '4.txt'], 300, false]);
});

test('Of a directory that is larger than its tail so much is read as may be, and no more', async () => {
  const bytes = archive(Array.from({ length: 30_000 }, (_, i) => entry(`${String(i).padStart(60, 'x')}.txt`)));
  const few = await open(bytes, 5, 4_096);
  assert.deepEqual([asked, few?.entries.length, few?.count], [[65_577, 4_096], 5, 30_000]);
  const many = await open(bytes);
  assert.deepEqual([asked, many?.entries.length, many?.isWhole], [[65_577, MAX_DIRECTORY], 1_000, false]);
});

test('A glance reads the tail alone, and of a directory that is larger shows the last ones', async () => {
  const large = await open(archive(Array.from({ length: 3_000 }, (_, i) => entry(`${String(i).padStart(60, 'x')}.txt`))), 1_000, 0);
  assert.deepEqual([asked, large?.count, large?.isWhole], [[65_577], 3_000, false]);
  assert.equal(names(large)?.at(-1), `${'2999'.padStart(60, 'x')}.txt`);
  assert.deepEqual([names(await open(archive([entry('a.txt')], { data: 200_000 }), 5, 0)), asked], [['a.txt'], [65_577]]);
});

test('A ZIP64 says in eight bytes what does not fit into four', async () => {
  const extra = [...two(1), ...two(8), ...eight(5 * 2 ** 32)];
  const directory = entry('large.iso', { size: 0xffffffff, extra });
  const end64 = [...four(0x06064b50), ...eight(44), ...two(45), ...two(45), ...four(0), ...four(0), ...eight(1), ...eight(1), ...eight(directory.length), ...eight(0)];
  const locator = [...four(0x07064b50), ...four(0), ...eight(directory.length), ...four(1)];
  const opened = await open(Uint8Array.from([...directory, ...end64, ...locator, ...end(0xffff, 0xffffffff, 0xffffffff)]));
  assert.deepEqual(opened, { entries: [{ name: 'large.iso', size: 5 * 2 ** 32, isEncrypted: false }], count: 1, isWhole: true });
  assert.equal(asked.length, 1, 'its second end stands right before the first one, in what was read already');
});

test('Names are in UTF-8 where they say so or are it, and else in the code page of DOS', async () => {
  const told = [...two(0x7075), ...two(5 + 6), 1, 0, 0, 0, 0, ...text('Größ'.slice(0, 4))];
  const entries = [entry('größe.txt', { flags: UTF8 }), entry('größe.txt'), entry([0x67, 0x72, 0x94, 0xe1, 0x65]), entry([0x3f], { extra: told })];
  assert.deepEqual(names(await open(archive(entries))), ['größe.txt', 'größe.txt', 'größe', 'Größ']);
});

test('A name hides nothing', async () => {
  assert.deepEqual(names(await open(archive([entry('a\u0000b\nc\u202egnp.exe'), entry('<b>x</b>')]))), ['abcgnp.exe', '<b>x</b>']);
});

test('Whatever a directory says of itself, no more is read than there may be, and nothing fails', async () => {
  const whole = archive([entry('a.txt'), entry('b.txt', { extra: [...two(1), ...two(400)] })]);
  const wild = [0, 1, 0x7f, 0xff];
  for (let at = 100; at < whole.length; at++)
    for (const value of wild) {
      const bytes = whole.slice();
      bytes[at] = value;
      await open(bytes);
      assert.ok(asked.reduce((sum, length) => sum + length, 0) <= 65_577 + MAX_DIRECTORY);
    }
  for (const [count, size, offset] of [[9, 0xfffffff0, 0], [0xfffe, 10, 0xfffffff0], [3, 0, 0], [0xffff, 0xffffffff, 0xffffffff]])
    assert.equal(await open(Uint8Array.from([...text('data'), ...end(count, size, offset)])), null);
});

test('An end that points to nonsense far away is no directory', async () => {
  const locator = [...four(0x07064b50), ...four(0), ...eight(2 ** 53), ...four(1)];
  assert.equal(await open(Uint8Array.from([...locator, ...end(0xffff, 0xffffffff, 0xffffffff)])), null);
});

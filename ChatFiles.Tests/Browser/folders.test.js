import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import './Stage/page.js';

const { broughtBy, filesIn, filesPickedIn, nameOf } = await import('../../wwwroot/js/files/folders.js');
const { takeRules } = await import('../../wwwroot/js/server/rules.js');

takeRules(JSON.parse(readFileSync(new URL('../Examples/rules.json', import.meta.url), 'utf8')));

/** A folder as the browser hands it over: what is in it by name, a text being a file's, null a file that can't be read. */
function folderOf(name, content, path = `/${name}`) {
  const entries = Object.entries(content).map(([inner, what]) =>
    what !== null && typeof what === 'object' ? folderOf(inner, what, `${path}/${inner}`) : fileEntry(inner, what, `${path}/${inner}`),
  );
  return {
    name,
    fullPath: path,
    isDirectory: true,
    createReader() {
      const rest = [...entries];
      // Two at a time, and nothing at the end.
      return { readEntries: (resolve) => resolve(rest.splice(0, 2)) };
    },
  };
}

const fileEntry = (name, text, fullPath) => ({
  name,
  fullPath,
  isDirectory: false,
  file: (resolve, reject) => (text === null ? reject(new Error('Not yours')) : resolve(new File([text], name, { type: 'text/plain', lastModified: 5 }))),
});

const namesOf = (files) => files.map((file) => file.name);

test('The files of a folder and of those in it are named with their path, in an order that people count in', async () => {
  const { files, refusals } = await filesIn(folderOf('notes', { '10.txt': 'ten', '9.txt': 'nine', more: { 'a.txt': 'a', deep: { 'b.txt': 'b' } }, '.DS_Store': 'litter', 'Thumbs.db': 'litter' }));

  assert.deepEqual(namesOf(files), ['notes - 9.txt', 'notes - 10.txt', 'notes - more - a.txt', 'notes - more - deep - b.txt']);
  assert.deepEqual(refusals, []);
  assert.deepEqual([await files[0].text(), files[0].type, files[0].lastModified], ['nine', 'text/plain', 5]);
});

test('A folder with nothing in it, and what can not be read, is told', async () => {
  assert.deepEqual((await filesIn(folderOf('empty', { below: {}, '.DS_Store': '' }))).refusals, ['“empty” is a folder without files.']);

  const { files, refusals } = await filesIn(folderOf('notes', { 'a.txt': 'a', 'secret.txt': null }));
  assert.deepEqual(namesOf(files), ['notes - a.txt']);
  assert.match(refusals[0], /^“notes - secret\.txt” can't be read/);

  const broken = { ...folderOf('gone', {}), createReader: () => ({ readEntries: (_, reject) => reject(new Error('gone')) }) };
  assert.match((await filesIn(broken)).refusals[0], /^“gone” is a folder that can't be read/);
});

test('Of a folder with very many files the first are looked at, and the rest is told', async () => {
  const many = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`${i}.txt`, 'x']));

  const { files, refusals } = await filesIn(folderOf('disk', many));

  assert.equal(files.length, 500);
  assert.match(refusals[0], /^“disk” is a folder with more than 500 files/);
  const picked = Object.keys(many).map((name) => Object.assign(new File(['x'], name), { webkitRelativePath: `disk/${name}` }));
  assert.deepEqual(filesPickedIn(picked).refusals, refusals);
  assert.deepEqual(namesOf(filesPickedIn(picked).files), namesOf(files));
});

test('Of a path that is too long for a name the end is kept', () => {
  assert.equal(nameOf('a/b/c.txt'), 'a - b - c.txt');
  assert.equal(nameOf(`${'x'.repeat(200)}/${'y'.repeat(60)}/c.txt`), `${'y'.repeat(60)} - c.txt`);
  assert.equal(nameOf(`a/${'ä'.repeat(200)}`), 'ä'.repeat(200));
});

test('A folder that is dropped among files is not taken for one', () => {
  const [file, looksLikeOne] = [new File(['x'], 'a.txt'), new File(['x'], 'site.zip')];
  const folder = folderOf('site.zip', {});
  const items = [
    { kind: 'string' },
    { kind: 'file', webkitGetAsEntry: () => fileEntry('a.txt', 'x', '/a.txt') },
    { kind: 'file', webkitGetAsEntry: () => folder },
  ];

  assert.deepEqual(broughtBy({ items, files: [file, looksLikeOne] }), { files: [file], folders: [folder] });
  // A browser that can't tell, and what a script has put there.
  assert.deepEqual(broughtBy({ items: [{ kind: 'file', webkitGetAsEntry: () => null }, { kind: 'file' }], files: [file, looksLikeOne] }).files, [file, looksLikeOne]);
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { cleaned, extensionOf, hasPreview, iconOf, isPicture, isPlayed, partsOf, previewLines, readableSize, refusalOf, refusalOfName } from '../../wwwroot/js/files/files.js';
import { previewSize, shownAs } from '../../wwwroot/js/files/pictures.js';
import { acceptedTypes, takeRules, words } from '../../wwwroot/js/server/rules.js';

const read = (name) => JSON.parse(readFileSync(new URL(`../Examples/${name}.json`, import.meta.url), 'utf8'));
const rules = read('rules');
const examples = read('files');

takeRules({ ...rules, limits: { ...rules.limits, maxFileBytes: 2048 } });

test('Names are cleaned or refused as the server does it', () => {
  for (const { name, cleaned: stored, refused, icon } of examples.names) {
    const refusal = refusalOfName(name);
    if (refused) {
      const [before, after] = words(refused, { limit: 255 }).split('{name}');
      assert.ok(refusal?.startsWith(before) && refusal.endsWith(after), `${name}: ${refusal}`);
    } else {
      assert.equal(refusal, null, name);
      assert.equal(cleaned(name), stored);
      assert.equal(iconOf(name), icon, name);
    }
  }
});

test('Sizes are written as the server writes them', () => {
  for (const [bytes, text] of examples.sizes) assert.equal(readableSize(bytes), text);
});

test('Long names are cut where the server cuts them', () => {
  for (const [name, parts] of examples.shownNames) assert.deepEqual(partsOf(name), parts, name);
});

test('Pictures are shown in the size in which the server shows them', () => {
  for (const [[width, height], [shownWidth, shownHeight]] of examples.previews) assert.deepEqual(previewSize({ width, height }), { width: shownWidth, height: shownHeight });
});

test('A file on its way keeps as many lines free as when it is there', () => {
  for (const [name, , size, lines] of examples.previewLines) assert.equal(previewLines({ name, size }), lines, `${name}, ${size}`);
});

test('What is no picture to the server is none on its way', () => {
  const thumbnail = new Blob(['x']);
  const shown = (name, width = 0, small = /** @type {Blob | null} */ (null)) => shownAs({ name, pixels: width ? { width, height: 10_000 } : null, thumbnail: small });
  assert.equal(shown('a.png', 5_000), 'picture');
  assert.equal(shown('a.png'), 'card');
  assert.equal(shown('a.png', 0, thumbnail), 'card');
  assert.equal(shown('a.png', 5_001), 'card');
  assert.equal(shown('a.png', 5_001, thumbnail), 'picture');
  assert.deepEqual(['a.mp4', 'a.mkv', 'a.mp3', 'a.heic', 'a.unknown'].map((name) => shown(name)), ['video', 'card', 'audio', 'card', 'card']);
});

test('An extension is that of the name as it will be stored', () => {
  assert.equal(extensionOf('photo.PNG'), 'png');
  assert.equal(extensionOf('README'), '');
  // A mark that turns the direction of writing hides what a file is.
  assert.equal(extensionOf('invoice\u202Egnp.exe'), 'exe');
});

test('What browsers draw has a preview, what they play a frame, and what nobody knows has the icon of a file', () => {
  assert.deepEqual(['a.webp', 'a.JFIF', 'a.heic', 'a.mp4'].map(hasPreview), [true, true, false, false]);
  assert.deepEqual(['a.webp', 'a.JFIF', 'a.heic', 'a.mp4'].map(isPicture), [true, true, true, false]);
  assert.deepEqual(['a.webp', 'a.m4v', 'a.avi'].map(isPlayed), [false, true, false]);
  assert.equal(iconOf('a.unknown'), 'file');
});

test('What the server would refuse anyway is refused at once, with the reason', () => {
  const refusal = (name, size = 1) => refusalOf({ name, size });
  assert.equal(refusal('photo.png', 2048), null);
  assert.match(String(refusal('photo.png', 2049)), /larger than a file may be: 2 KiB/);
  assert.match(String(refusal('photo.png', 0)), /is empty/);
  assert.equal(refusal('run.exe'), '“run.exe” is of a type that can\'t be sent here.');
  assert.match(acceptedTypes(), /^Accepted: png, .*, rar\.$/);
});

test('Where unknown types may be sent, only what the server names is refused', () => {
  takeRules({ ...rules, refused: 'exe svg' });
  const isRefused = (name) => refusalOf({ name, size: 1 }) !== null;
  assert.deepEqual(['a.stl', 'README', 'a.png', 'a.exe', 'a.SVG'].map(isRefused), [false, false, false, true, true]);
  takeRules(rules);
  assert.deepEqual(['a.stl', 'README', 'a.png'].map(isRefused), [true, true, false]);
});

test('What stands in a name is no place for other words', () => {
  assert.equal(words('empty', { name: '{limit} $& {name}' }), '“{limit} $& {name}” is empty; there is nothing to send.');
});

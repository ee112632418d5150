import assert from 'node:assert/strict';
import test from 'node:test';
import { extensionOf, hasPreview, iconOf, readableSize, refusalOf } from '../../wwwroot/js/files/files.js';

const limits = { extensions: ['png', 'txt'], maxFileBytes: 2048, maxRequestBytes: 4096, maxFiles: 3 };
const refusal = (name, size = 1) => refusalOf({ name, size }, limits);

test('An extension is that of the name as it will be stored', () => {
  assert.equal(extensionOf('photo.PNG'), 'png');
  assert.equal(extensionOf('photo.txt . '), 'txt');
  assert.equal(extensionOf('archive.tar.gz'), 'gz');
  assert.equal(extensionOf('README'), '');
  // A mark that turns the direction of writing hides what a file is.
  assert.equal(extensionOf('invoice\u202Egnp.exe'), 'exe');
  assert.equal(extensionOf('photo.p\u200Bng'), 'png');
});

test('A picture has a picture’s icon and what nobody knows has a file’s', () => {
  assert.equal(iconOf('a.jpeg'), 'picture');
  assert.equal(iconOf('a.xlsx'), 'sheet');
  assert.equal(iconOf('a.unknown'), 'file');
  assert.equal(hasPreview('a.webp'), true);
  assert.equal(hasPreview('a.heic'), false);
});

test('A size is written as the server writes it', () => {
  assert.equal(readableSize(0), '0 bytes');
  assert.equal(readableSize(1536), '1.5 KiB');
  assert.equal(readableSize(10 * 1024 * 1024), '10 MiB');
});

test('What the server would refuse anyway is refused at once, with the reason', () => {
  assert.equal(refusal('photo.png', 2048), null);
  assert.match(refusal('photo.png', 2049), /larger than a file may be: 2 KiB/);
  assert.match(refusal('photo.png', 0), /empty, or a folder/);
  assert.match(refusal('run.exe'), /Accepted: png, txt/);
  assert.match(refusal('bell\u0007.txt'), /control characters/);
  assert.match(refusal('\u200B. .'), /no name/);
});

test('A name is as long as its bytes are, not its letters', () => {
  assert.equal(refusal(`${'a'.repeat(251)}.txt`), null);
  assert.match(refusal(`${'a'.repeat(252)}.txt`), /too long/);
  assert.match(refusal(`${'ä'.repeat(126)}.txt`), /too long/);
});

import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';
import { storage, until } from './Stage/page.js';
import { draw } from './Stage/elements.js';

const { takeRules } = await import('../../wwwroot/js/server/rules.js');
const { FilesToSend } = await import('../../wwwroot/js/sending/files-to-send.js');
const { outgoing, remember } = await import('../../wwwroot/js/sending/outgoing-file.js');
const { keepPicked, keptPicked } = await import('../../wwwroot/js/sending/outbox-store.js');

takeRules({
  types: [
    { icon: 'picture', kind: 'image', shown: 'picture', extensions: 'jpg' },
    { icon: 'audio', kind: 'audio', shown: 'audio', extensions: 'm4a' },
    { icon: 'video', kind: 'video', shown: 'video', extensions: 'webm' },
  ],
  refused: null,
  pictures: { maxWidth: 400, maxHeight: 320, maxPixels: 50_000_000 },
  names: { deceptive: '', maxBytes: 255 },
  limits: { maxFileBytes: 1000, maxRequestBytes: 1000, maxFiles: 2, maxText: 100 },
  words: { tooMany: '“{name}” is one too many.' },
});

const CHAT = 1;
const LOCATION = '<x exif:GPSLatitude="52,31N"></x>';
const photo = () => new File([LOCATION], 'tower.jpg', { type: 'image/jpeg' });
const textOf = async ({ file }) => (await file).text();

let list;
let files;
let writing;

/** The list as the composer has it: what is in it is kept. */
function open() {
  list = draw('ul');
  files = new FilesToSend(list, (all) => (writing = keepPicked(CHAT, all.map(outgoing))));
}

async function reload() {
  await writing;
  open();
  files.add((await keptPicked(CHAT)).map(remember));
}

const choice = () => list.querySelector('input');
const choose = (isOriginal) => {
  choice().checked = isOriginal;
  choice().dispatchEvent(new Event('change'));
};

beforeEach(() => {
  storage.clear();
  // In pieces a file keeps its name; node's own copies of files have none.
  storage.refusesFiles = true;
  open();
});

test('A photo says that its location is removed, and goes without it', async () => {
  files.add([photo()]);
  await until(choice);
  assert.match(list.textContent, /Location removed/);
  const [sent] = files.take();
  assert.doesNotMatch(await textOf(sent), /GPS/);
  assert.equal(list.children.length, 0);
});

test('Sent as the original, every byte of it is there', async () => {
  files.add([photo()]);
  await until(choice);
  choose(true);
  assert.match(list.textContent, /Location kept/);
  assert.equal(await textOf(files.take()[0]), LOCATION);
});

test('Whether the original is to be sent is still so after a reload, and can be changed then', async () => {
  files.add([photo()]);
  await until(choice);
  choose(true);
  await reload();
  await until(choice);
  assert.equal(choice().checked, true);
  assert.match(list.textContent, /Location kept/);
  choose(false);
  await reload();
  await until(choice);
  assert.equal(choice().checked, false);
  assert.doesNotMatch(await textOf(files.take()[0]), /GPS/);
});

test('A photo without a location, and what is no photo, are not changed and nothing is said', async () => {
  files.add([new File(['x'], 'indoors.jpg'), new File([LOCATION], 'film.webm')]);
  const sent = files.take();
  assert.deepEqual(await Promise.all(sent.map(textOf)), ['x', LOCATION]);
  assert.equal(choice(), null);
});

test('Another name than that on the disk is told beforehand', () => {
  files.add([new File(['x'], 'plan.jpg. ')]);
  assert.match(list.textContent, /Sent as “plan\.jpg”/);
  files.add([new File(['x'], 'plan.jpg')]);
  assert.doesNotMatch(list.children[1].textContent, /Sent as/);
});

test('What is heard can be heard before it is sent, also where its container is that of films', () => {
  files.add([new File(['x'], 'a.m4a'), new File(['x'], 'b.webm', { type: 'audio/webm' })]);
  assert.deepEqual(list.querySelectorAll('audio').map((player) => player.getAttribute('aria-label')), ['a.m4a', 'b.webm']);
  files.clear();
  files.add([new File(['x'], 'c.webm', { type: 'video/webm' })]);
  assert.equal(list.querySelector('audio'), null);
});

test('A sound that the browser does not know has no player', () => {
  files.add([new File(['x'], 'a.m4a')]);
  list.querySelector('audio').dispatchEvent(new Event('error'));
  assert.equal(list.querySelector('audio'), null);
});

test('A place is left for what is still being made', () => {
  files.reserved = 1;
  assert.deepEqual(files.add([new File(['x'], 'a.m4a'), new File(['x'], 'b.m4a')]), ['“b.m4a” is one too many.']);
  files.reserved = 0;
  assert.deepEqual(files.add([new File(['x'], 'b.m4a')]), []);
});

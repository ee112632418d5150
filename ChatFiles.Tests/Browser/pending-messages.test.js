import assert from 'node:assert/strict';
import { resolveObjectURL } from 'node:buffer';
import test, { beforeEach } from 'node:test';
import { closePage, storage, until } from './Stage/page.js';
import { draw } from './Stage/elements.js';
import { problem, server, stored } from './Stage/server.js';

const { takeRules } = await import('../../wwwroot/js/server/rules.js');
const { outbox } = await import('../../wwwroot/js/sending/outbox.js');
const { PendingMessages } = await import('../../wwwroot/js/sending/pending-messages.js');

takeRules({
  types: [
    { icon: 'document', kind: 'document', shown: 'text', extensions: 'txt' },
    { icon: 'picture', kind: 'image', shown: 'picture', extensions: 'png' },
    { icon: 'video', kind: 'video', shown: 'video', extensions: 'mp4' },
  ],
  refused: null,
  pictures: { maxWidth: 400, maxHeight: 320, maxPixels: 50_000_000, maxSoundBytes: 2 * 1024 * 1024 },
  names: { deceptive: '', maxBytes: 255 },
  limits: {},
  words: {},
});

/** What MessageItem.razor, AttachmentList.razor and AttachmentFigure.razor draw for it, without what nobody fills in. */
const template = () =>
  draw(
    'template',
    {},
    draw(
      'div.message.on-its-way',
      {},
      draw('div.gutter', {}, draw('span.avatar', { style: '--hue: 7' }, 'A')),
      draw(
        'div.body',
        {},
        draw('p.byline', {}, draw('span.author'), draw('span.sent')),
        draw('p.reply', {}, draw('svg'), draw('span.quote')),
        draw('div.text', {}, ' '),
        draw(
          'div.files',
          {},
          draw('div.pictures'),
          draw(
            'div.others',
            {},
            draw(
              'div.attachment.on-its-way',
              {},
              draw('div.picture', { 'data-as': 'picture' }, draw('img')),
              draw('video', { 'data-as': 'video' }),
              draw('div.caption', {}, draw('span.kind', {}, draw('svg')), draw('span.name'), draw('span.size'), draw('button', { 'data-retry': '' }), draw('button', { 'data-cancel': '' })),
              draw('div.preview'),
              draw('div', { 'data-as': 'audio' }),
              draw('div.progress', { role: 'progressbar' }, draw('span')),
            ),
          ),
        ),
      ),
    ),
  );

let chat = 100;
let place;
let log;
let drawn;

beforeEach(() => {
  // Whose upload is under way keeps others waiting.
  for (const message of outbox.of(chat)) outbox.discard(message);
  closePage();
  storage.clear();
  server.reset(() => server.silence);
  place = draw('div', { 'data-chat-id': ++chat, 'data-user-name': 'Ann' }, template());
  log = draw('div');
  drawn?.disconnect();
  drawn = new PendingMessages(place, log);
});

/** As FilesToSend prepares it. */
const pictureOf = (name, pixels, thumbnail = null) => {
  const file = new File([name], name);
  return { name, size: file.size, file, thumbnail, pixels };
};
const fileOf = (name, text = name) => new File([text], name, { type: 'text/plain' });
const bubbles = () => place.children.slice(1);
const part = (which, bubble = bubbles()[0]) => bubble.querySelector(which);
const state = () => outbox.of(chat)[0]?.state;
const isShown = (button) => button.style.visibility !== 'hidden';

test('A text on its way is a clone of the template, with the writer’s name and picture, and nothing for files', () => {
  outbox.send(chat, 'Hello <b>you</b>', []);
  assert.equal(part('.author').textContent, 'Ann');
  assert.equal(part('.avatar').getAttribute('style'), '--hue: 7');
  assert.equal(part('.text').textContent, 'Hello <b>you</b>');
  assert.equal(part('.text').children.length, 0);
  assert.equal(part('.files'), null);
  assert.equal(place.querySelector('template').querySelector('.text').textContent, ' ');
});

test('A text on its way shows names, not ids', () => {
  outbox.send(chat, 'Hi <@id-ben>', [], null, { people: [{ userId: 'id-ben', name: 'Ben' }] });
  assert.equal(part('.text').textContent, 'Hi @Ben');
  assert.deepEqual(outbox.of(chat)[0].record.people, [{ userId: 'id-ben', name: 'Ben' }], 'after a reload too');
});

test('What is an answer shows on its way what it answers, and nothing else does', () => {
  outbox.send(chat, 'Yes', [], { messageId: 7, author: 'Ben' });
  assert.equal(part('.quote').querySelector('strong').textContent, 'Ben');
  outbox.send(chat, 'By the way', []);
  assert.equal(part('.reply', bubbles()[1]), null);
});

test('Each file has a frame of its own, and a message without a text no line for one', () => {
  outbox.send(chat, '', [fileOf('notes.txt', 'some words'), fileOf('data.bin')]);
  assert.equal(part('.text'), null);
  const frames = part('.others').children;
  assert.deepEqual(
    frames.map((frame) => ['.name', '.size'].map((which) => part(which, frame).textContent)),
    [['notes.txt', '10 bytes'], ['data.bin', '8 bytes']],
  );
  assert.deepEqual(
    frames.map((frame) => part('use', part('.kind', frame)).getAttribute('href')),
    ['icons.svg#document', 'icons.svg#file'],
  );
  assert.deepEqual(
    frames.map((frame) => part('[role=progressbar]', frame).getAttribute('aria-label')),
    ['Uploading notes.txt', 'Uploading data.bin'],
  );
});

test('What a file will show of itself has its room on the way, and what shows nothing takes none', () => {
  outbox.send(chat, '', [fileOf('notes.txt', 'x'.repeat(60)), fileOf('data.bin'), fileOf('long.txt', 'x'.repeat(9_000))]);
  const previews = part('.others').children.map((frame) => part('.preview', frame));
  assert.deepEqual(
    previews.map(({ hidden, style }) => [hidden, style['--lines']]),
    [[false, '5'], [true, '0'], [false, '7']],
  );
});

test('A voice that the browser has recorded is a sound on its way, whatever its name', () => {
  const voice = (type) => new File(['x'.repeat(50)], 'voice.mp4', { type });
  outbox.send(chat, '', [voice('audio/mp4'), voice('video/mp4')]);
  const frames = part('.others').children;
  assert.deepEqual(
    frames.map((frame) => [part('[data-as=audio]', frame).hidden, part('[data-as=video]', frame).hidden, part('.preview', frame).hidden]),
    [[false, true, false], [true, false, true]],
  );
});

test('A picture on its way takes the room and shows what it will show when it is there', async () => {
  const thumbnail = new Blob(['small']);
  outbox.send(chat, '', [pictureOf('cat.png', { width: 640, height: 480 }, thumbnail)]);
  const [frame, image] = [part('.attachment'), part('img')];
  assert.ok(frame.classList.contains('media'));
  assert.equal(frame.style['--preview-width'], '400px');
  assert.deepEqual([image.width, image.height], [400, 300]);
  assert.deepEqual([part('.picture').hidden, part('video').hidden], [false, true]);
  await until(() => image.src);
  assert.equal(await resolveObjectURL(image.src)?.text(), 'small');
  outbox.discard(outbox.of(chat)[0]);
  assert.equal(resolveObjectURL(image.src), undefined, 'its address is given back');
});

test('A picture whose size is not known yet is a card until it is, and an unknown one stays a card', async () => {
  let tell;
  outbox.send(chat, '', [pictureOf('cat.png', new Promise((resolve) => (tell = resolve))), pictureOf('broken.png', null)]);
  const media = () => part('.files').querySelectorAll('.attachment').map((frame) => frame.classList.contains('media'));
  assert.deepEqual(media(), [false, false]);
  tell({ width: 640, height: 480 });
  await until(() => media()[0]);
  assert.deepEqual(media(), [true, false]);
});

test('Several pictures on their way are a grid before the other files, as they will be when they are there', () => {
  const names = (row) => part(row).querySelectorAll('.name').map((name) => name.textContent);
  const pictures = (count) => Array.from({ length: count }, (_, i) => pictureOf(`${i}.png`, { width: 640, height: 480 }));
  outbox.send(chat, '', [fileOf('notes.txt'), ...pictures(2), fileOf('clip.mp4')]);
  assert.deepEqual([names('.pictures'), names('.others')], [['0.png', '1.png'], ['notes.txt', 'clip.mp4']]);
  assert.ok(part('.attachment', part('.pictures')).classList.contains('tile'));
  for (const [count, wide] of [[2, 2], [3, 0], [4, 4], [5, 2], [7, 4], [10, 4]]) {
    outbox.discard(outbox.of(chat)[0]);
    outbox.send(chat, '', pictures(count));
    assert.deepEqual([part('.pictures').dataset, part('.others')], [{ count, wide }, null]);
  }
});

test('How far it is stands in the place of the time, and beside the file that is under way', async () => {
  const { key } = outbox.send(chat, '', [fileOf('notes.txt', 'x'.repeat(1000))]);
  const its = () => server.requests.find(({ headers }) => headers['idempotency-key'] === key);
  assert.equal(part('.sent').textContent, 'Waiting…');
  await until(its);
  const { progress } = its();
  progress(500, 1000);
  assert.match(part('.sent').textContent, /^(49|50) %$/);
  assert.match(part('.size').textContent, /^\d+(\.\d)? bytes of 1000 bytes/);
  progress(1000, 1000);
  assert.equal(part('.sent').textContent, 'Sending…');
  assert.equal(part('.size').textContent, '1000 bytes');
});

test('Only what has failed has a button to try it again, and the reason in words', async () => {
  outbox.send(chat, '', [fileOf('notes.txt')]);
  const [retry, cancel] = [part('[data-retry]'), part('[data-cancel]')];
  assert.deepEqual([isShown(retry), isShown(cancel)], [false, true]);
  assert.equal(cancel.getAttribute('aria-label'), 'Cancel notes.txt');
  server.reset(() => problem(415, 'file-type-not-allowed'));
  outbox.retry(outbox.of(chat)[0]);
  await until(() => state() === 'refused');
  assert.equal(part('[role=alert]').textContent, 'notes.txt: About file-type-not-allowed.');
  assert.deepEqual([isShown(retry), isShown(cancel)], [true, true]);
  assert.equal(part('.sent').textContent, '');
  server.reset(stored);
  retry.click();
  await until(() => state() === 'sent');
  assert.equal(part('[role=alert]'), null);
});

test('Where there is no room for a file, its reason leads to the files that take it, also after a reload', async () => {
  server.reset(() => problem(413, 'quota-exceeded'));
  outbox.send(chat, '', [fileOf('notes.txt')]);
  await until(() => state() === 'refused');
  assert.equal(part('a').getAttribute('href'), '/files');
  assert.equal(outbox.of(chat)[0].record.type, 'quota-exceeded');
  server.reset(() => problem(415, 'file-type-not-allowed'));
  outbox.retry(outbox.of(chat)[0]);
  await until(() => state() === 'refused' && part('[role=alert]').textContent.includes('type'));
  assert.equal(part('a'), null);
});

test('What is cancelled goes from the page', () => {
  outbox.send(chat, '', [fileOf('notes.txt')]);
  part('[data-cancel]').click();
  assert.deepEqual(bubbles(), []);
});

test('It continues what its writer has said a moment ago, as it will when it is there', () => {
  const last = draw('article', { 'data-mine': 'true' }, draw('time'));
  last.querySelector('time').dateTime = new Date(Date.now() - 60_000).toISOString();
  log.append(last);
  outbox.send(chat, 'And', []);
  assert.ok(bubbles()[0].classList.contains('continues'));
  last.querySelector('time').dateTime = new Date(Date.now() - 360_000).toISOString();
  outbox.discard(outbox.of(chat)[0]);
  outbox.send(chat, 'And', []);
  outbox.send(chat, 'more', []);
  assert.deepEqual(
    bubbles().map((bubble) => bubble.classList.contains('continues')),
    [false, true],
  );
});

test('A page that is left takes its bubbles away and leaves the template to who drew it', () => {
  outbox.send(chat, 'Hello', []);
  drawn.disconnect();
  assert.deepEqual(
    place.children.map(({ tag }) => tag),
    ['template'],
  );
});

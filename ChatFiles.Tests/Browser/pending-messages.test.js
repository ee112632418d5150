import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';
import { closePage, storage, until } from './Stage/page.js';
import { draw } from './Stage/elements.js';
import { problem, server, stored } from './Stage/server.js';

const { takeRules } = await import('../../wwwroot/js/server/rules.js');
const { outbox } = await import('../../wwwroot/js/sending/outbox.js');
const { PendingMessages } = await import('../../wwwroot/js/sending/pending-messages.js');

takeRules({ types: [{ icon: 'document', kind: 'document', shown: 'text', extensions: 'txt' }], refused: null, names: { deceptive: '', maxBytes: 255 }, limits: {}, words: {} });

/** What MessageItem.razor and AttachmentFigure.razor draw for it, without what nobody fills in. */
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
        draw('p.text', {}, ' '),
        draw(
          'div.files',
          {},
          draw(
            'div.attachment.on-its-way',
            {},
            draw('div.caption', {}, draw('span.kind', {}, draw('svg')), draw('span.name'), draw('span.size'), draw('button', { 'data-retry': '' }), draw('button', { 'data-cancel': '' })),
            draw('div.progress', { role: 'progressbar' }, draw('span')),
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
  closePage();
  storage.clear();
  server.reset(() => server.silence);
  place = draw('div', { 'data-chat-id': ++chat, 'data-user-name': 'Ann' }, template());
  log = draw('div');
  drawn?.disconnect();
  drawn = new PendingMessages(place, log);
});

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

test('Each file has a frame of its own, and a message without a text no line for one', () => {
  outbox.send(chat, '', [fileOf('notes.txt', 'some words'), fileOf('data.bin')]);
  assert.equal(part('.text'), null);
  const frames = part('.files').children;
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

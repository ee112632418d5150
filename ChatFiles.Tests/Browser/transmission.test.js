import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';
import { rest } from './Stage/page.js';
import { page, problem, server, stored } from './Stage/server.js';

const ID = '11111111-2222-3333-4444-555555555555';
const TUS = { 'Tus-Resumable': '1.0.0' };
const LARGE = 17 * 1024 * 1024;

let transmit;
let travelOrder;
let pages = 0;
let saved;

beforeEach(async () => {
  saved = 0;
  server.reset(stored);
  ({ transmit, travelOrder } = await import(`../../wwwroot/js/sending/transmission.js?page=${++pages}`));
});

const messageOf = (fields) => ({ chatId: 1, key: 'k1', text: '', files: [], brokenForms: 0, save: () => saved++, ...fields });
const fileOf = (name, size = 3) => ({ id: name, name, size, file: new Blob([new Uint8Array(size)]), thumbnail: null });
const send = (message, onProgress = () => {}) => transmit(message, onProgress).ended;
const paths = () => server.requests.map(({ method, path }) => `${method} ${path}`);

/** Takes uploads whole, whatever their size, and messages. */
const takesAll = (request) => {
  if (request.path.endsWith('/uploads')) return { status: 201, headers: { ...TUS, Location: `/chat/1/uploads/${ID}` } };
  if (request.method === 'PATCH') return { status: 204, headers: { ...TUS, 'Upload-Offset': Number(request.headers['upload-offset']) + request.body.size } };
  return stored(request);
};

test('A text goes as JSON under its key', async () => {
  assert.deepEqual(await send(messageOf({ text: 'Hello' })), { kind: 'sent' });
  assert.deepEqual(paths(), ['POST /chat/1/messages']);
  assert.deepEqual(JSON.parse(server.requests[0].body), { text: 'Hello', clientId: 'k1' });
  assert.equal(server.requests[0].headers.requestverificationtoken, 'token');
});

test('An answer names the message that it answers, as a text and with files', async () => {
  const replyTo = { messageId: 7, author: 'Ben' };
  assert.equal((await send(messageOf({ text: 'Yes', replyTo }))).kind, 'sent');
  assert.equal(JSON.parse(server.requests[0].body).replyTo, 7);
  assert.equal((await send(messageOf({ files: [fileOf('a.txt')], replyTo }))).kind, 'sent');
  assert.equal(server.requests[1].body.get('replyTo'), '7');
});

test('Files go as a form, each with its thumbnail, under the same key', async () => {
  const files = [{ ...fileOf('a.png'), thumbnail: new Blob(['t']) }, fileOf('b.txt')];
  assert.equal((await send(messageOf({ text: 'Two', files }))).kind, 'sent');
  const [{ path, headers, body }] = server.requests;
  assert.equal(path, '/chat/1/file');
  assert.equal(headers['idempotency-key'], 'k1');
  assert.deepEqual([...body.keys()], ['text', 'file', 'thumbnail', 'file']);
  assert.equal(body.get('file').name, 'a.png');
});

test('A large file goes ahead of its form, and what it has reached is kept', async () => {
  server.reset(takesAll);
  const files = [fileOf('small.txt'), fileOf('large.mp4', LARGE)];
  const reached = [];
  assert.equal((await send(messageOf({ files }), (progress) => reached.push(progress))).kind, 'sent');
  assert.equal(files[1].uploadId, ID);
  assert.ok(saved >= 2);
  const form = server.requests.at(-1).body;
  assert.equal(form.get('upload'), ID);
  assert.equal(form.getAll('file').length, 1);
  assert.ok(reached.every((progress, i) => progress >= 0 && progress <= 1 && (i === 0 || progress >= reached[i - 1])));
});

test('Files travel in the order in which they are counted', () => {
  const files = [fileOf('small.txt'), fileOf('large.mp4', LARGE)];
  assert.deepEqual(travelOrder(messageOf({ files })).map(({ name }) => name), ['large.mp4', 'small.txt']);
});

test('A complete upload is not sent again', async () => {
  server.reset(takesAll);
  const files = [{ ...fileOf('large.mp4', LARGE), uploadUrl: `/chat/1/uploads/${ID}`, uploadId: ID }];
  assert.equal((await send(messageOf({ files }))).kind, 'sent');
  assert.deepEqual(paths(), ['POST /chat/1/file']);
});

test('An upload that has expired when its message comes is sent anew the next time', async () => {
  server.reset(() => problem(404, 'file-not-found'));
  const files = [{ ...fileOf('large.mp4', LARGE), uploadUrl: `/chat/1/uploads/${ID}`, uploadId: ID }];
  assert.equal((await send(messageOf({ files }))).kind, 'lost');
  assert.deepEqual([files[0].uploadUrl, files[0].uploadId], [null, null]);
});

test('A refusal of one file says which one, also when it went ahead', async () => {
  const refusal = problem(415, 'file-type-not-allowed');
  server.reset((request) => (request.path.endsWith('/uploads') ? { ...refusal, headers: { ...refusal.headers, ...TUS } } : stored(request)));
  const outcome = await send(messageOf({ files: [fileOf('small.txt'), fileOf('large.exe', LARGE)] }));
  assert.equal(outcome.kind, 'refused');
  assert.equal(outcome.file, 1);
});

test('Where a form is too large for somebody on the way, its files go ahead in pieces', async () => {
  server.reset((request) => (request.path === '/chat/1/file' && request.body.has('file') ? page(413, 'too large') : takesAll(request)));
  assert.equal((await send(messageOf({ files: [fileOf('a.bin', 100)] }))).kind, 'sent');
  assert.equal(server.requests.at(-1).body.get('upload'), ID);
  // It is known from now on.
  server.requests.length = 0;
  assert.equal((await send(messageOf({ key: 'k2', files: [fileOf('b.bin', 100)] }))).kind, 'sent');
  assert.equal(server.requests.filter(({ path }) => path === '/chat/1/file').length, 1);
});

test('A form that never gets an answer goes in pieces at the third try', async () => {
  server.reset((request) => (request.path === '/chat/1/file' && request.body.has('file') ? null : takesAll(request)));
  const message = messageOf({ files: [fileOf('a.bin', 2 * 1024 * 1024)] });
  assert.equal((await send(message)).kind, 'lost');
  assert.equal((await send(message)).kind, 'lost');
  assert.equal((await send(message)).kind, 'sent');
});

test('A small form that gets no answer only had no network', async () => {
  server.reset(() => null);
  const message = messageOf({ files: [fileOf('a.bin', 100)] });
  await send(message);
  assert.equal(message.brokenForms, 0);
});

test('A sign-in page’s 200 is not taken for the message’s arrival', async () => {
  server.reset(() => page());
  assert.equal((await send(messageOf({ text: 'Hello' }))).kind, 'lost');
});

test('A redirected answer is nobody’s', async () => {
  server.reset((request) => ({ ...stored(request), url: '/sign-in' }));
  assert.equal((await send(messageOf({ text: 'Hello' }))).kind, 'lost');
});

test('What is taken back ends at once', async () => {
  server.reset(() => server.silence);
  const attempt = transmit(messageOf({ text: 'Hello' }), () => {});
  await rest();
  attempt.abort();
  assert.deepEqual(await attempt.ended, { kind: 'aborted' });
});

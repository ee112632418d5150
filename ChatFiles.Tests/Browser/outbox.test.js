import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';
import { clock, closePage, happens, otherTabs, passUntil, rest, storage, until } from './Stage/page.js';
import { page, problem, server, stored } from './Stage/server.js';

const { keptMessages } = await import('../../wwwroot/js/sending/outbox-store.js');

let outbox;
let messageOf;
let said;
let pages = 0;
let chats = 0;
let chat;

/** The page is opened, or loaded again: what an earlier one had in memory is gone. */
async function loadPage() {
  ({ outbox, messageOf } = await import(`../../wwwroot/js/sending/outbox.js?page=${++pages}`));
  said = [];
  for (const what of ['started', 'sent', 'held-up', 'refused', 'text-back']) outbox.addEventListener(what, (event) => said.push([what, messageOf(event)]));
}

beforeEach(async () => {
  closePage();
  storage.clear();
  server.reset(stored);
  navigator.onLine = true;
  chat = ++chats;
  await loadPage();
});

const fileOf = (name, text = name) => new File([text], name, { type: 'text/plain' });
const words = () => said.map(([what]) => what);
const states = () => outbox.of(chat).map(({ state }) => state);
const become = (...expected) => until(() => states().join() === expected.join(), `the messages are ${expected.join() || 'gone'}, not ${states().join()}`);
const textsOf = (requests) => requests.filter(({ path }) => path.endsWith('/messages')).map(({ body }) => JSON.parse(body).text);

test('A message is sent, and goes when it is on the page', async () => {
  const message = outbox.send(chat, 'Hello', []);
  await become('sent');
  assert.deepEqual(words(), ['started', 'sent']);
  outbox.arrived(chat, message.key, 5);
  assert.deepEqual(states(), []);
  assert.deepEqual(words(), ['started', 'sent']);
});

test('A message that is on the page before its answer comes is as well sent', async () => {
  server.reset(() => server.silence);
  const message = outbox.send(chat, 'Hello', []);
  await become('sending');
  outbox.arrived(chat, message.key, 5);
  assert.deepEqual(states(), []);
  assert.deepEqual(words(), ['started', 'sent']);
});

test('Without a network it waits, says so once, and goes as soon as there is one, under the same key', async () => {
  server.reset(() => null);
  outbox.send(chat, 'Hello', []);
  await become('waiting');
  assert.match(outbox.of(chat)[0].reason, /No connection/);
  for (let tries = 0; tries < 3; tries++) {
    clock.pass(40_000);
    await rest();
  }
  assert.deepEqual(words(), ['started', 'held-up']);
  server.answer = stored;
  happens('online');
  await become('sent');
  assert.equal(new Set(server.requests.map(({ body }) => JSON.parse(body).clientId)).size, 1);
  assert.deepEqual(words(), ['started', 'held-up', 'sent']);
});

test('Whom a text names is looked up before each try until the server has said who there is', async () => {
  const members = { status: 200, body: JSON.stringify({ members: [{ userId: 'id-ben', name: 'Ben', active: true }], nextAfter: null }) };
  server.reset(() => null);
  outbox.send(chat, 'Hi @Ben', [], null, { isUnnamed: true });
  await become('waiting');
  assert.equal(outbox.of(chat)[0].record.isUnnamed, true, 'after a reload too');
  server.reset((request) => (request.path.includes('/members?') ? members : stored(request)));
  clock.pass(2_500);
  await become('sent');
  assert.deepEqual(textsOf(server.requests), ['Hi <@id-ben>']);
  assert.deepEqual(outbox.of(chat)[0].people, [{ userId: 'id-ben', name: 'Ben' }]);
  assert.equal(outbox.of(chat)[0].isUnnamed, false);
});

test('A text is kept before anybody is looked up, and again with whom it mentions', async () => {
  const members = { status: 200, body: JSON.stringify({ members: [{ userId: 'id-ben', name: 'Ben', active: true }], nextAfter: null }) };
  let answer = /** @type {(value: unknown) => void} */ (() => {});
  server.reset((request) => (request.path.includes('/members?') ? new Promise((resolve) => (answer = resolve)) : null));
  const message = outbox.send(chat, 'Hi @Ben', [], null, { isUnnamed: true });
  assert.equal(await message.kept, true);
  assert.deepEqual((await keptMessages()).map(({ text, isUnnamed }) => [text, isUnnamed]), [['Hi @Ben', true]]);
  await rest();
  answer(members);
  await become('waiting');
  assert.deepEqual((await keptMessages()).map(({ text, isUnnamed }) => [text, isUnnamed]), [['Hi <@id-ben>', false]]);
});

test('A browser that knows it is offline does not try by itself', async () => {
  server.reset(() => null);
  outbox.send(chat, 'Hello', []);
  await become('waiting');
  navigator.onLine = false;
  const before = server.requests.length;
  clock.pass(60_000);
  await rest();
  assert.equal(server.requests.length, before);
});

test('What waits together goes in the order in which it was written', async () => {
  server.reset(() => null);
  for (const text of ['one', 'two', 'three']) {
    outbox.send(chat, text, []);
    await until(() => outbox.of(chat).at(-1).state === 'waiting');
  }
  server.reset(stored);
  clock.pass(2_500);
  await become('sent', 'sent', 'sent');
  assert.deepEqual(textsOf(server.requests), ['one', 'two', 'three']);
});

test('A large upload holds up what was written after it for a moment only', async () => {
  server.reset((request) => (request.path.endsWith('/file') ? server.silence : stored(request)));
  outbox.send(chat, '', [fileOf('large.txt')]);
  await become('sending');
  outbox.send(chat, 'A word', []);
  await become('sending', 'pending');
  await rest();
  assert.deepEqual(textsOf(server.requests), []);
  clock.pass(1_500);
  await become('sending', 'sent');
});

test('Not more than three messages with files are under way at once', async () => {
  server.reset(() => server.silence);
  for (let i = 0; i < 5; i++) outbox.send(chat, '', [fileOf(`${i}.txt`)]);
  await passUntil(() => states().filter((state) => state === 'sending').length >= 3);
  for (let i = 0; i < 5; i++) {
    clock.pass(1_500);
    await rest();
  }
  assert.deepEqual(states(), ['sending', 'sending', 'sending', 'pending', 'pending']);
  outbox.discard(outbox.of(chat)[0]);
  await become('sending', 'sending', 'sending', 'pending');
});

test('What a page had not sent when it was closed, the next one sends under the same key', async () => {
  server.reset(() => null);
  const { key } = outbox.send(chat, 'Hello', [fileOf('a.txt', 'bytes of a')]);
  await become('waiting');
  closePage();
  server.reset(stored);
  await loadPage();
  await become('sent');
  const [{ headers, body }] = server.requests;
  assert.equal(headers['idempotency-key'], key);
  assert.equal(await body.get('file').text(), 'bytes of a');
  closePage();
  await loadPage();
  await rest();
  assert.deepEqual(states(), []);
});

test('A refused message stays with its reason over a reload, and is not tried again by itself', async () => {
  server.reset(() => problem(403, 'not-allowed'));
  outbox.send(chat, 'Hello', []);
  await become('refused');
  assert.deepEqual(words(), ['started', 'refused']);
  await until(() => outbox.of(chat)[0].isKept);
  await rest();
  closePage();
  server.reset(stored);
  await loadPage();
  await become('refused');
  assert.match(outbox.of(chat)[0].reason, /may not send this/);
  assert.equal(server.requests.length, 0);
  outbox.retry(outbox.of(chat)[0]);
  await become('sent');
});

test('A sign-in page’s 200 leaves the message where it is', async () => {
  server.reset(() => page());
  outbox.send(chat, 'Hello', []);
  await become('waiting');
  assert.match(outbox.of(chat)[0].reason, /captive portal/);
});

test('Who is signed out is told where to sign in, and it goes on afterwards', async () => {
  server.reset(() => problem(401, 'not-signed-in'));
  outbox.send(chat, 'Hello', []);
  await become('waiting');
  assert.equal(outbox.of(chat)[0].isSignedOut, true);
});

test('One file that is refused stays behind with its reason; the others go on with the text', async () => {
  server.reset((request) => (request.body.getAll('file').some((file) => file.name === 'bad.txt') ? problem(415, 'file-type-not-allowed', { body: { file: 1 } }) : stored(request)));
  outbox.send(chat, 'Three', ['a.txt', 'bad.txt', 'c.txt'].map((name) => fileOf(name)));
  await become('sent', 'refused');
  const [sent, refused] = outbox.of(chat);
  assert.deepEqual([sent.text, ...sent.files.map(({ name }) => name)], ['Three', 'a.txt', 'c.txt']);
  assert.deepEqual([refused.text, ...refused.files.map(({ name }) => name)], ['', 'bad.txt']);
  assert.notEqual(server.requests[0].headers['idempotency-key'], server.requests[1].headers['idempotency-key']);
});

test('A file that has gone from the disk stays behind; the others go on', async () => {
  storage.isForbidden = true;
  const gone = fileOf('gone.txt');
  gone.slice = () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) });
  server.reset((request) => (request.body.getAll('file').length > 1 ? null : stored(request)));
  outbox.send(chat, '', [gone, fileOf('here.txt')]);
  await become('sent', 'refused');
  assert.match(outbox.of(chat)[1].reason, /“gone.txt” can no longer be read/);
});

test('Taking back one file sends the others as a new message', async () => {
  server.reset(() => server.silence);
  const message = outbox.send(chat, 'Two', [fileOf('a.txt'), fileOf('b.txt')]);
  await become('sending');
  server.answer = stored;
  outbox.cancel(message, message.files[0]);
  await become('sent');
  assert.notEqual(outbox.of(chat)[0].key, message.key);
  assert.deepEqual(server.requests.at(-1).body.getAll('file').map(({ name }) => name), ['b.txt']);
});

test('Taking back the only file gives the text back to its writer', async () => {
  server.reset(() => server.silence);
  const message = outbox.send(chat, 'Look', [fileOf('a.txt')]);
  await become('sending');
  outbox.cancel(message, message.files[0]);
  assert.deepEqual(states(), []);
  assert.deepEqual(said.at(-1), ['text-back', message]);
});

test('What was taken back too late is deleted as soon as it arrives, until the server has said so', async () => {
  server.reset(() => server.silence);
  const message = outbox.send(chat, 'Oops', []);
  await become('sending');
  outbox.discard(message);
  let tries = 0;
  server.reset(() => (++tries === 1 ? page() : { status: 204 }));
  outbox.arrived(chat, message.key, 9);
  await until(() => tries === 1);
  await rest();
  clock.pass(3_000);
  await until(() => tries === 2);
  assert.deepEqual(server.requests.map(({ method, path }) => [method, path]), Array(2).fill(['DELETE', `/chat/${chat}/messages/9`]));
});

test('Another tab that sends it is left to it; when that goes away, this one goes on', async () => {
  server.reset(() => null);
  const { key } = outbox.send(chat, 'Hello', []);
  await become('waiting');
  closePage();
  server.reset(stored);
  const letGo = otherTabs.hold(`message ${key}`);
  await loadPage();
  await become('pending');
  await rest();
  clock.pass(300);
  await become('elsewhere');
  assert.equal(server.requests.length, 0);
  letGo();
  await become('sent');
});

test('What another tab has brought to its end goes here, too', async () => {
  server.reset(() => null);
  const { key } = outbox.send(chat, 'Hello', []);
  await become('waiting');
  closePage();
  otherTabs.hold(`message ${key}`);
  await loadPage();
  await become('pending');
  await rest();
  clock.pass(300);
  await become('elsewhere');
  const { write } = await import('../../wwwroot/js/sending/outbox-store.js');
  await write({ remove: [key] });
  otherTabs.say();
  clock.pass(1_000);
  await become();
});

test('A reload waits until all is kept or through, and leaving is asked about only then', async () => {
  storage.isForbidden = true;
  server.reset(() => null);
  const message = outbox.send(chat, 'Hello', []);
  await become('waiting');
  assert.equal(message.cantBeKept, true);
  assert.deepEqual([outbox.underWay, outbox.unkept], [1, 1]);
  assert.equal(happens('beforeunload'), false);
  let isSafe = false;
  outbox.whenSafe().then(() => (isSafe = true));
  await rest();
  assert.equal(isSafe, false);
  server.answer = stored;
  outbox.retryWaiting();
  await until(() => isSafe);
  assert.deepEqual([outbox.underWay, outbox.unkept], [0, 0]);
  assert.equal(happens('beforeunload'), true);
});

test('A message is the composer’s no longer as soon as the browser has kept it', async () => {
  server.reset(() => server.silence);
  assert.equal(await outbox.send(chat, 'Hello', []).kept, true);
  storage.isForbidden = true;
  assert.equal(await outbox.send(chat, 'Hello', []).kept, false);
});

test('Once a chat is loaded afresh, what was sent before is in it', async () => {
  outbox.send(chat, 'Hello', []);
  await become('sent');
  outbox.forgetSent(chat);
  assert.deepEqual(states(), []);
});

import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';
import { clock, rest } from './Stage/page.js';
import { page, problem, server } from './Stage/server.js';

const ID = '11111111-2222-3333-4444-555555555555';
const URL_OF_UPLOAD = `/chat/1/uploads/${ID}`;
const TUS = { 'Tus-Resumable': '1.0.0' };
const HEAD_BYTES = 4 * 1024;

/** A server of the protocol that holds one upload: what has arrived, and who stands on the way. */
class Uploads {
  received = [];
  isGone = false;
  onTheWay = () => undefined;

  answer = async (request) => {
    const inBetween = this.onTheWay(request);
    if (inBetween !== undefined) return inBetween;
    const method = request.headers['x-http-method-override'] ?? request.method;
    if (this.isGone && method !== 'POST') return { status: 404, headers: TUS };
    if (method === 'POST') return { status: 201, headers: { ...TUS, Location: URL_OF_UPLOAD } };
    if (method === 'HEAD') return { status: 200, headers: { ...TUS, 'Upload-Offset': this.offset } };
    if (method === 'DELETE') return { status: 204, headers: TUS };
    if (Number(request.headers['upload-offset']) !== this.offset) return { status: 409, headers: TUS };
    this.received.push(...new Uint8Array(await request.body.arrayBuffer()));
    return { status: 204, headers: { ...TUS, 'Upload-Offset': this.offset } };
  };

  get offset() {
    return this.received.length;
  }
}

const bytes = (length) => Uint8Array.from({ length }, (_, i) => i % 251);
const entryOf = (length) => ({ name: 'Füße.bin', file: new Blob([bytes(length)]) });
const methods = () => server.requests.map(({ method }) => method);

let uploads;
let uploadResumably;
let endUpload;
let pages = 0;

beforeEach(async () => {
  uploads = new Uploads();
  server.reset(uploads.answer);
  // A page opened anew has learned nothing yet about who stands on the way.
  ({ uploadResumably, endUpload } = await import(`../../wwwroot/js/sending/resumable.js?page=${++pages}`));
});

test('A file arrives whole: its head first and alone, then the rest', async () => {
  const outcome = await uploadResumably(1, entryOf(10_000));
  assert.deepEqual(outcome, { kind: 'sent', uploadId: ID });
  assert.deepEqual(uploads.received, [...bytes(10_000)]);
  assert.deepEqual(server.requests.slice(1).map(({ body }) => body.size), [HEAD_BYTES, 10_000 - HEAD_BYTES]);
  assert.equal(server.requests[0].headers['upload-length'], '10000');
  assert.equal(Buffer.from(server.requests[0].headers['upload-metadata'].split(' ')[1], 'base64').toString(), 'Füße.bin');
});

test('What has arrived is not sent again', async () => {
  uploads.received = [...bytes(7_000)];
  await uploadResumably(1, entryOf(10_000), { url: URL_OF_UPLOAD });
  assert.deepEqual(methods(), ['HEAD', 'PATCH']);
  assert.equal(server.requests[1].body.size, 3_000);
  assert.deepEqual(uploads.received, [...bytes(10_000)]);
});

test('An upload that the server no longer has begins anew, and says where', async () => {
  uploads.isGone = true;
  const created = [];
  server.reset((request) => {
    if (request.method === 'POST') uploads.isGone = false;
    return uploads.answer(request);
  });
  const outcome = await uploadResumably(1, entryOf(10), { url: '/chat/1/uploads/old', onCreated: (url) => created.push(url) });
  assert.equal(outcome.kind, 'sent');
  assert.deepEqual(created, [URL_OF_UPLOAD]);
});

test('It goes on where the server says that it is', async () => {
  let isFirst = true;
  uploads.onTheWay = ({ method }) => {
    if (method !== 'PATCH' || !isFirst) return undefined;
    isFirst = false;
    // An earlier connection still brought this.
    uploads.received = [...bytes(100)];
    return undefined;
  };
  assert.equal((await uploadResumably(1, entryOf(9_000))).kind, 'sent');
  assert.deepEqual(uploads.received, [...bytes(9_000)]);
});

test('A file that the server refuses is refused, and its rest never leaves', async () => {
  uploads.onTheWay = ({ method }) => (method === 'PATCH' ? { ...problem(415, 'file-type-not-allowed'), headers: { ...TUS, 'Content-Type': 'application/problem+json' } } : undefined);
  const outcome = await uploadResumably(1, entryOf(10_000));
  assert.equal(outcome.kind, 'refused');
  assert.equal(outcome.type, 'file-type-not-allowed');
  assert.deepEqual(methods(), ['POST', 'PATCH']);
});

test('Somebody’s page instead of an answer is no arrival and no refusal', async () => {
  for (const method of ['POST', 'PATCH']) {
    uploads.onTheWay = (request) => (request.method === method ? page() : undefined);
    const outcome = await uploadResumably(1, entryOf(10));
    assert.equal(outcome.kind, 'lost', method);
    assert.deepEqual(uploads.received, []);
  }
});

test('Where PATCH does not pass, a POST that says what is meant does, and is remembered', async () => {
  uploads.onTheWay = ({ method }) => (method === 'PATCH' || method === 'DELETE' ? page(405) : undefined);
  assert.equal((await uploadResumably(1, entryOf(10_000))).kind, 'sent');
  assert.deepEqual(uploads.received, [...bytes(10_000)]);
  assert.deepEqual(methods(), ['POST', 'PATCH', 'POST', 'POST']);
  endUpload(URL_OF_UPLOAD);
  await rest();
  assert.equal(server.requests.at(-1).headers['x-http-method-override'], 'DELETE');
});

test('Where only so much passes at once, pieces become small enough', async () => {
  const most = 100_000;
  uploads.onTheWay = ({ method, body }) => (method === 'PATCH' && body.size > most ? page(413) : undefined);
  assert.equal((await uploadResumably(1, entryOf(500_000))).kind, 'sent');
  assert.equal(uploads.received.length, 500_000);
});

test('Somebody who hangs up at a large piece instead of saying so gets smaller ones, too', async () => {
  uploads.onTheWay = ({ method, body }) => (method === 'PATCH' && body.size > 100_000 ? null : undefined);
  assert.equal((await uploadResumably(1, entryOf(300_000))).kind, 'sent');
  assert.equal(uploads.received.length, 300_000);
});

test('No network is no answer: it ends, to be tried again', async () => {
  uploads.onTheWay = () => null;
  assert.equal((await uploadResumably(1, entryOf(10))).kind, 'lost');
});

test('A connection on which nothing moves is given up', async () => {
  uploads.onTheWay = () => server.silence;
  const ended = uploadResumably(1, entryOf(10));
  await rest();
  clock.pass(30_000);
  assert.equal((await ended).kind, 'lost');
});

test('An upload that is taken back ends at once', async () => {
  uploads.onTheWay = ({ method }) => (method === 'PATCH' ? server.silence : undefined);
  const aborting = new AbortController();
  const ended = uploadResumably(1, entryOf(10), { signal: aborting.signal });
  await rest();
  aborting.abort();
  assert.equal((await ended).kind, 'aborted');
});

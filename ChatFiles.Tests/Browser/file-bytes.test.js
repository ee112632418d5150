import './Stage/page.js';
import assert from 'node:assert/strict';
import test from 'node:test';
import { page, problem, server } from './Stage/server.js';

const { Away, readBytes, Refused } = await import('../../wwwroot/js/reading/file-bytes.js');

const POLICY = { 'Content-Security-Policy': "sandbox; default-src 'none'" };
const asked = () => server.requests.at(-1)?.headers.range;
const text = async (...part) => new TextDecoder().decode((await readBytes('/chat/1/file/x?preview', ...part)).bytes);

test('A part of a file is asked for by its range, from the beginning, the middle or the end', async () => {
  server.reset(() => ({ status: 206, headers: { ...POLICY, 'Content-Range': 'bytes 0-4/4000' }, body: 'hello' }));
  assert.equal(await text(0, 8192), 'hello');
  assert.equal(asked(), 'bytes=0-8191');
  await text(100, 200);
  assert.equal(asked(), 'bytes=100-199');
  await text(0);
  assert.equal(asked(), 'bytes=0-');
  assert.equal((await readBytes('/x', -50)).total, 4000);
  assert.equal(asked(), 'bytes=-50');
});

test('Of a file that comes whole, as much as came is all of it', async () => {
  server.reset(() => ({ status: 200, headers: POLICY, body: 'hello' }));
  assert.equal((await readBytes('/x', 0, 10)).total, 5);
});

test('What ChatFiles says about a file that is not to be had is said', async () => {
  server.reset(() => problem(410, 'file-deleted'));
  await assert.rejects(readBytes('/x', 0), (failure) => failure instanceof Refused && failure.message === 'About file-deleted.');
});

test('Where the store is away, nobody answers or somebody else does, it is away', async () => {
  for (const answer of [() => problem(503, 'storage-unavailable'), () => null, () => page(), () => page(404)]) {
    server.reset(answer);
    await assert.rejects(readBytes('/x', 0), Away);
  }
});

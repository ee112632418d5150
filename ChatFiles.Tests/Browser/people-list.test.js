import assert from 'node:assert/strict';
import test from 'node:test';
import './Stage/page.js';
import { page as foreign, problem, server } from './Stage/server.js';

const { connect } = await import('../../wwwroot/js/operator/people-list.js');

/** Picks a file, and gives what the page is told. */
async function pick(answer) {
  server.reset(answer);
  const input = Object.assign(new EventTarget(), { files: ['the file'], value: 'people.csv' });
  const told = new Promise((resolve) => connect(input, { invokeMethodAsync: async (...call) => resolve(call) }));
  input.dispatchEvent(new Event('change'));
  return { told: await told, input };
}

test('A picked file goes to the server with the page’s token, and the page is told which list it is', async () => {
  const { told, input } = await pick(() => ({ status: 201, headers: { 'Content-Type': 'application/json' }, body: '{"id": "7", "lines": []}' }));
  assert.deepEqual(told, ['ShowAsync', '7']);
  const [{ method, path, headers, body }] = server.requests;
  assert.deepEqual([method, path, body], ['POST', '/operator/people/lists', 'the file']);
  assert.ok('requestverificationtoken' in headers);
  assert.equal(input.value, '', 'the same file can be picked again');
});

test('What is wrong with it is said in the server’s words, or that it was not the server who answered', async () => {
  assert.deepEqual((await pick(() => problem(400, 'invalid-form'))).told, ['Refuse', 'About invalid-form.']);
  assert.match((await pick(() => foreign())).told[1], /^Something between this page and ChatFiles answered instead/);
  assert.deepEqual((await pick(() => null)).told, ['Refuse', 'No connection.']);
});

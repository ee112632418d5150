import assert from 'node:assert/strict';
import test from 'node:test';
import './Stage/page.js';
import { page, problem, stored } from './Stage/server.js';

const { bodyOf, headOf, isDone, isFile, isSent, isTus, judge, offsetOf, problemOf, uploadOf } = await import('../../wwwroot/js/server/answers.js');

const UPLOAD = '/chat/7/uploads/11111111-2222-3333-4444-555555555555';

const answer = ({ status, headers = {}, body = '' }, wasRedirected = false) => ({
  status,
  wasRedirected,
  text: body,
  header: (name) => Object.entries(headers).find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1] ?? null,
});
const message = { chatId: 7, key: 'k', hasFiles: false };
const storedText = (chatId, key) => answer(stored({ path: `/chat/${chatId}/messages`, headers: {}, body: JSON.stringify({ clientId: key }) }));
const storedFile = (chatId, key) => answer(stored({ path: `/chat/${chatId}/file`, headers: { 'idempotency-key': key }, body: null }));

test('The contract’s 201 for just this message says that it is sent', () => {
  assert.equal(isSent(storedText(7, 'k'), message), true);
  assert.equal(isSent(storedFile(7, 'k'), { ...message, hasFiles: true }), true);
});

test('A 201 about another message, another chat or without its file says nothing', () => {
  assert.equal(isSent(storedText(7, 'other'), message), false);
  assert.equal(isSent(storedText(8, 'k'), message), false);
  assert.equal(isSent(storedText(7, 'k'), { ...message, hasFiles: true }), false);
  assert.equal(isSent({ ...storedText(7, 'k'), wasRedirected: true }, message), false);
  assert.equal(isSent({ ...storedText(7, 'k'), status: 200 }, message), false);
});

test('A sign-in page that somebody on the way serves is never taken for the server’s word', () => {
  for (const status of [200, 201, 204, 400, 403, 404, 413, 500, 502]) {
    const foreign = answer(page(status));
    assert.equal(isSent(foreign, message), false);
    assert.equal(problemOf(foreign), null);
    assert.equal(bodyOf(foreign, status), null);
    assert.equal(judge(foreign).kind, 'lost');
    assert.equal(judge(foreign).isForeign, true);
  }
});

test('A problem counts with a slug of ours and the status it bears, not redirected', () => {
  assert.equal(problemOf(answer(problem(403, 'not-allowed'))).type, 'not-allowed');
  assert.equal(problemOf(answer(problem(403, 'some-gateways-own'))), null);
  assert.equal(problemOf(answer({ ...problem(403, 'not-allowed'), status: 502 })), null);
  assert.equal(problemOf(answer(problem(403, 'not-allowed'), true)), null);
  assert.equal(problemOf(answer({ ...problem(403, 'not-allowed'), body: '{' })), null);
});

test('All types that can be sent are for who calls the API', () => {
  const refused = problem(415, 'file-type-not-allowed', { body: { detail: 'The content of “a.pdf” is not what its name says it is. Accepted: png, jpg.' } });
  assert.equal(judge(answer(refused)).reason, 'The content of “a.pdf” is not what its name says it is.');
});

test('Only what trying again would not change is a refusal', () => {
  assert.equal(judge(answer(problem(415, 'file-type-not-allowed', { body: { file: 1 } }))).kind, 'refused');
  assert.equal(judge(answer(problem(415, 'file-type-not-allowed', { body: { file: 1 } }))).file, 1);
  assert.equal(judge(answer(problem(401, 'not-signed-in'))).kind, 'lost');
  assert.equal(judge(answer(problem(400, 'antiforgery'))).kind, 'lost');
  assert.equal(judge(answer(problem(429, 'too-many-requests'))).kind, 'lost');
  assert.equal(judge(answer(problem(503, 'storage-unavailable'))).kind, 'lost');
});

test('What the virus scanner found is said in the server’s words, and a scanner that is away is waited for', () => {
  const detail = 'The virus scanner found “Finding” in “a.txt”, so it is not accepted.';
  const infected = judge(answer(problem(422, 'file-infected', { body: { detail, file: 0 } })));
  assert.deepEqual([infected.kind, infected.reason, infected.file], ['refused', detail, 0]);
  const away = judge(answer(problem(503, 'scanner-unavailable', { body: { detail: 'The virus scanner does not answer.' }, headers: { 'Retry-After': '5' } })));
  assert.deepEqual([away.kind, away.reason, away.pause], ['lost', 'Temporarily unavailable. The virus scanner does not answer. It is tried again by itself.', 5000]);
  const never = judge(answer(problem(503, 'scanner-unavailable', { body: { detail: '“a.iso” is more than the virus scanner takes.', file: 1 } })));
  assert.deepEqual([never.kind, never.file], ['refused', 1]);
});

test('How long to wait is what the server says', () => {
  assert.equal(judge(answer(problem(429, 'too-many-requests', { headers: { 'Retry-After': '7' } }))).pause, 7_000);
  assert.equal(judge(answer(problem(429, 'too-many-requests'))).pause, undefined);
});

test('An upload is where the contract puts it, and nowhere else', () => {
  const created = (path, more = {}) => answer({ status: 201, headers: { Location: path, 'Tus-Resumable': '1.0.0', ...more } });
  assert.equal(uploadOf(created(UPLOAD), 7), UPLOAD);
  assert.equal(uploadOf(created(UPLOAD), 8), null);
  assert.equal(uploadOf(created(`http://elsewhere.test${UPLOAD}`), 7), null);
  assert.equal(uploadOf(created(UPLOAD, { 'Tus-Resumable': '' }), 7), null);
});

test('An offset counts between what was there before and the end', () => {
  const at = (offset, status = 204) => answer({ status, headers: { 'Tus-Resumable': '1.0.0', 'Upload-Offset': offset } });
  assert.equal(offsetOf(at('5'), 204, { from: 1, to: 10 }), 5);
  for (const wrong of ['0', '11', '-1', '5.5', '', 'x']) assert.equal(offsetOf(at(wrong), 204, { from: 1, to: 10 }), null, wrong);
  assert.equal(offsetOf(at('5', 200), 204, { to: 10 }), null);
  assert.equal(isTus(at('5')), true);
});

test('A file is what has the policy that every file has, and nothing is 204 only', () => {
  assert.equal(isFile(answer({ status: 206, headers: { 'Content-Security-Policy': "default-src 'none'; sandbox" } })), true);
  assert.equal(isFile(answer(page())), false);
  assert.equal(isDone(answer({ status: 204 })), true);
  assert.equal(isDone(answer(page())), false);
  assert.equal(isDone(null), false);
  assert.equal(headOf({ status: 0, redirected: false, type: 'opaqueredirect', headers: new Map() }).wasRedirected, true);
});

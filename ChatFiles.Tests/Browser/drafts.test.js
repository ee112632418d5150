import assert from 'node:assert/strict';
import test from 'node:test';

const stored = new Map();
Object.assign(globalThis, {
  localStorage: { getItem: (key) => stored.get(key) ?? null, setItem: (key, value) => stored.set(key, value), removeItem: (key) => stored.delete(key) },
});
const { Draft } = await import('../../wwwroot/js/sending/drafts.js');

const BEN = { userId: 'id-ben', name: 'Ben' };

test('A draft has whom it mentions, as long as it does, and leaves nothing behind', () => {
  const draft = new Draft('ann', 1);
  draft.write('Hi @Ben', [BEN]);
  assert.deepEqual(new Draft('ann', 1).readPeople(), [BEN]);
  draft.write('Hi');
  assert.deepEqual(draft.readPeople(), []);
  draft.write('Hi @Ben', [BEN]);
  draft.forget('something else');
  assert.deepEqual(draft.readPeople(), [BEN]);
  draft.forget('Hi @Ben');
  assert.equal(stored.size, 0);
});

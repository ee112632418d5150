import assert from 'node:assert/strict';
import test from 'node:test';
import './Stage/page.js';

const { forgetShared, readShared } = await import('../../wwwroot/js/device/shared.js');

test('Where the browser forbids keeping things nothing was shared, and nothing breaks', async () => {
  const { open } = indexedDB;
  indexedDB.open = () => {
    throw new DOMException('No.', 'SecurityError');
  };
  assert.equal(await readShared(), null);
  await forgetShared();
  indexedDB.open = open;
  assert.equal(await readShared(), null);
});

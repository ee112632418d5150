import assert from 'node:assert/strict';
import test, { beforeEach, mock } from 'node:test';
import './Stage/page.js';

const shown = [];
const closed = [];
const kept = { 'notices-of': 'ann' };
Object.defineProperty(globalThis, 'navigator', {
  configurable: true,
  value: {
    serviceWorker: {
      getRegistration: async () => ({
        showNotification: async (title, { body, tag }) => shown.push(`${title}: ${body} ${tag}`),
        getNotifications: async () => [{ data: { url: '/chats/7?message=1' }, close: () => closed.push(7) }, { data: { url: '/chats/77?message=2' }, close: () => closed.push(77) }],
      }),
    },
  },
});
Object.assign(globalThis, { PushManager: class {}, Notification: { permission: 'granted' }, localStorage: { getItem: (key) => kept[key] ?? null } });
document.querySelector = (selector) => (selector === 'meta[name=user-id]' ? { content: 'ann' } : null);
const { connect } = await import('../../wwwroot/js/device/page-notices.js');
const settled = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  shown.length = closed.length = 0;
  document.visibilityState = 'hidden';
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
});

test('A page that nobody looks at tells of a message a moment later', async () => {
  connect().tell(7, 'ann in Room', 'hello', '/chats/7?message=3');
  mock.timers.tick(1_999);
  await settled();
  assert.deepEqual(shown, []);
  mock.timers.tick(1);
  await settled();
  assert.deepEqual(shown, ['ann in Room: hello /chats/7?message=3']);
});

test('What is read within that moment, here or elsewhere, is not told, and what was told goes away', async () => {
  const notices = connect();
  notices.tell(7, 'ann in Room', 'hello', '/chats/7?message=3');
  notices.tell(77, 'bob', 'hello', '/chats/77?message=4');
  await notices.read(7);
  mock.timers.tick(5_000);
  await settled();
  assert.deepEqual(shown, ['bob: hello /chats/77?message=4']);
  assert.deepEqual(closed, [7]);
});

test('A page that is looked at says nothing, nor does one whose reader did not ask for it', async () => {
  document.visibilityState = 'visible';
  connect().tell(7, 'ann in Room', 'hello', '/chats/7?message=3');
  document.visibilityState = 'hidden';
  kept['notices-of'] = 'bob';
  connect().tell(7, 'ann in Room', 'hello', '/chats/7?message=3');
  kept['notices-of'] = 'ann';
  mock.timers.tick(5_000);
  await settled();
  assert.deepEqual(shown, []);
});

// The page that picks a chat for what a device's "Share" has handed over. It waits in that chat's composer then, as if it
// had been picked and written there: nothing is sent before its sender has seen it.
import { Draft } from '../sending/drafts.js';
import { handOver } from '../sending/dropped.js';
import { readableSize } from '../files/files.js';
import { element } from '../page/dom.js';
import { forgetShared, readShared } from './shared.js';

export function connect(root, page) {
  let shared = /** @type {import('./shared.js').Shared | null} */ (null);
  const list = root.querySelector('[data-shared]');

  async function show() {
    shared = await readShared();
    list.replaceChildren(
      ...(shared?.files ?? []).map(({ name, size }) => element('li', {}, `${name}, ${readableSize(size)}`)),
      ...(shared?.text ? [element('li', { class: 'text' }, shared.text)] : []),
    );
    await page.invokeMethodAsync('ShowAsync', shared !== null);
  }

  show();
  return {
    disconnect() {},
    async put(chatId, userId) {
      // Whoever presses twice shares once.
      const mine = shared;
      shared = null;
      if (!mine) return;
      const draft = new Draft(userId, chatId);
      if (mine.text) draft.write([draft.read(), mine.text].filter(Boolean).join('\n'));
      handOver(chatId, mine.files, []);
      await forgetShared();
    },
  };
}

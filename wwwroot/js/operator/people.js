// What an operator can do with a person: "More for …" in each row, and the next page by scrolling.
import { connect as loadByScrolling } from '../page/file-list.js';
import { openMenu } from '../page/menu.js';

/**
 * @param {HTMLElement} scroller
 * @param {{ invokeMethodAsync: (method: string, ...args: unknown[]) => Promise<unknown> }} page
 */
export function connect(scroller, page) {
  const listening = new AbortController();
  const loading = loadByScrolling(scroller);
  scroller.addEventListener('click', (event) => {
    const button = /** @type {Element} */ (event.target).closest('[data-person]');
    if (button) open(/** @type {HTMLElement} */ (button), page);
  }, { signal: listening.signal });
  return {
    disconnect() {
      listening.abort();
      loading.disconnect();
    },
  };
}

function open(button, page) {
  const { person, active, operator, forget } = button.dataset;
  const item = (label, icon, what, isDanger = false) => ({ label, icon, isDanger, act: () => page.invokeMethodAsync('ChooseAsync', person, what).catch(() => {}) });
  openMenu(button, [
    item('Reset password', 'link', 'reset'),
    ...(forget === 'true' ? [item('Forget password', 'delete', 'forget')] : []),
    item('Sign out everywhere', 'sign-out', 'sign-out'),
    item('Set quota', 'document', 'quota'),
    item('Export', 'download', 'export'),
    operator === 'true' ? item('Dismiss as operator', 'person', 'dismiss') : item('Make operator', 'person', 'appoint'),
    active === 'true' ? item('Deactivate', 'close', 'deactivate', true) : item('Activate', 'retry', 'activate'),
  ]);
}

// The popover opens and closes by itself; a menu's keys are ours to add, and that what was chosen closes it: the page stays.
import { driveByKeys } from './menu.js';

export function connect(root) {
  const menu = root.querySelector('[role=menu]');
  const listening = new AbortController();
  menu.addEventListener('click', (event) => event.target.closest('[role=menuitem]') && menu.hidePopover(), { signal: listening.signal });
  const stop = driveByKeys(menu);
  return {
    disconnect() {
      listening.abort();
      stop();
    },
  };
}

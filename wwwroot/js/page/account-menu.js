// The popover opens and closes by itself; a menu's keys are ours to add.
import { driveByKeys } from './menu.js';

export function connect(root) {
  return { disconnect: driveByKeys(root.querySelector('[role=menu]')) };
}

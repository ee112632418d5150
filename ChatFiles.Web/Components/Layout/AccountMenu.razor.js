// The popover opens and closes by itself; a menu's keys are ours to add.
export function connect(root) {
  const menu = root.querySelector('[role=menu]');
  menu.addEventListener('toggle', focusFirst);
  menu.addEventListener('keydown', moveFocus);
  return {
    disconnect() {
      menu.removeEventListener('toggle', focusFirst);
      menu.removeEventListener('keydown', moveFocus);
    },
  };
}

const itemsOf = (menu) => [...menu.querySelectorAll('[role=menuitem]')];

function focusFirst(event) {
  if (event.newState === 'open') itemsOf(event.currentTarget)[0].focus();
}

function moveFocus(event) {
  const menu = event.currentTarget;
  const items = itemsOf(menu);
  const at = items.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (event.key === 'Tab') menu.hidePopover();
  if (next === undefined) return;
  event.preventDefault();
  items.at(next % items.length).focus();
}

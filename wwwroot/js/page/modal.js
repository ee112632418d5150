// The browser's own dialog: it traps the focus, closes by Escape and makes the rest of the page inert.
export function connect(dialog) {
  const opener = document.activeElement;
  dialog.addEventListener('click', closeFromOutside);
  dialog.showModal();
  return {
    disconnect() {
      whenGone(dialog, () => giveFocusBack(opener));
    },
  };
}

function closeFromOutside(event) {
  const dialog = event.currentTarget;
  if (event.target === dialog || event.target.closest('[data-close]')) dialog.close();
}

// The dialog leaves the document instead of being closed, so the browser does not do this itself.
function giveFocusBack(opener) {
  const isFree = !document.activeElement || document.activeElement === document.body;
  if (!isFree) return;
  if (!opener?.isConnected) return focusNearby();
  opener.focus();
  keepFocusAfter(opener);
}

// What opened it may go in a moment, like the button of a file that is being deleted.
function keepFocusAfter(opener) {
  const stop = whenGone(opener, () => document.activeElement === document.body && focusNearby());
  document.addEventListener('focusin', stop, { once: true });
}

/** The page hears that a component goes before or after its elements do. Gives what stops the waiting. */
function whenGone(element, act) {
  const watch = new MutationObserver(look);
  watch.observe(document.body, { childList: true, subtree: true });
  look();
  return () => watch.disconnect();

  function look() {
    if (element.isConnected) return;
    watch.disconnect();
    act();
  }
}

function focusNearby() {
  const under = [...document.querySelectorAll('dialog[open]')].at(-1);
  (under?.querySelector('button') ?? document.querySelector('main [tabindex="0"]'))?.focus();
}

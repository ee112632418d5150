// The browser's own dialog: it traps the focus, closes by Escape and makes the rest of the page inert.
export function connect(dialog) {
  const opener = document.activeElement;
  dialog.addEventListener('click', closeFromOutside);
  dialog.showModal();
  return { disconnect: () => giveFocusBack(opener) };
}

function closeFromOutside(event) {
  const dialog = event.currentTarget;
  if (event.target === dialog || event.target.closest('[data-close]')) dialog.close();
}

// The dialog leaves the document instead of being closed, so the browser does not do this itself.
function giveFocusBack(opener) {
  const isFree = !document.activeElement || document.activeElement === document.body;
  // What opened it may be gone, like the button of a deleted file.
  if (isFree) (opener?.isConnected ? opener : document.querySelector('main [tabindex="0"]'))?.focus();
}

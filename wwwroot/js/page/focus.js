// The focus never falls to the page: where what had it goes (a message that is deleted, a dialog that is closed), it goes on
// to what is nearest, so that the next key means something.

/** So long whoever takes something away has time to give the focus on by themselves, as the kit's dialogs do. */
const PATIENCE_MS = 150;

let last = null;

export function keepFocus() {
  document.addEventListener('focusin', (event) => (last = event.target));
  new MutationObserver(() => {
    if (!last || last.isConnected) return;
    last = null;
    setTimeout(focusNearby, PATIENCE_MS);
  }).observe(document.body, { childList: true, subtree: true });
}

function focusNearby() {
  if (document.activeElement && document.activeElement !== document.body) return;
  const dialog = [...document.querySelectorAll('dialog[open], [role=dialog]')].at(-1);
  (dialog?.querySelector('button') ?? document.querySelector('main [tabindex="0"]'))?.focus();
}

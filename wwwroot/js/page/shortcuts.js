// Keys that mean the same on every page: Ctrl+K jumps to a chat or person, "?" shows all keys. (For "/" see search-box.js.)

/** So long a dialog may take to come. */
const PATIENCE_MS = 3_000;

/** @param {{ invokeMethodAsync: (method: string) => Promise<unknown> }} page */
export function connect(page) {
  const listening = new AbortController();
  const { signal } = listening;
  const ask = (method) => page.invokeMethodAsync(method).catch(() => {});
  document.addEventListener('keydown', (event) => {
    const isJump = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k';
    const isHelp = event.key === '?' && !event.ctrlKey && !event.metaKey && !event.altKey && !isWriting(event.target);
    if (!isJump && !isHelp) return;
    event.preventDefault();
    // A dialog keeps the focus to itself.
    if (document.querySelector('dialog[open], [role=dialog]')) return;
    if (isJump) takeTyped();
    ask(isJump ? 'JumpAsync' : 'ShowKeysAsync');
  }, { signal });
  document.addEventListener('click', (event) => event.target instanceof Element && event.target.closest('[data-show-keys]') && ask('ShowKeysAsync'), { signal });
  return { disconnect: () => listening.abort() };
}

const isWriting = (target) => target.closest?.('input, textarea, select, [contenteditable]') !== null;

/** What is typed before the dialog is there is meant for it, and not for where the focus still is. */
function takeTyped() {
  let [typed, isEntered] = ['', false];
  const waiting = new AbortController();
  const end = () => {
    clearTimeout(patience);
    coming.disconnect();
    waiting.abort();
  };
  const patience = setTimeout(end, PATIENCE_MS);
  const coming = new MutationObserver(() => {
    const input = /** @type {HTMLInputElement | null} */ (document.querySelector('.jump input'));
    if (!input) return;
    end();
    if (typed !== '') {
      input.value = typed;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    }
    if (isEntered) input.form?.requestSubmit();
  });
  coming.observe(document.body, { childList: true, subtree: true });
  document.addEventListener('keydown', (event) => {
    const { key } = event;
    const isLetter = key.length === 1;
    if ((!isLetter && key !== 'Enter' && key !== 'Backspace') || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (isLetter) typed += key;
    else if (key === 'Enter') isEntered = true;
    else typed = typed.slice(0, -1);
  }, { signal: waiting.signal, capture: true });
}

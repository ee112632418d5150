// Shown until it is dismissed, once in each browser; it goes by itself with the first message.
export function connect(root) {
  const key = `chatfiles-welcomed:${root.dataset.userId}`;
  const room = root.closest('[data-drop-area]');
  const listening = new AbortController();
  const { signal } = listening;

  function dismiss() {
    keep(key);
    root.hidden = true;
    room.querySelector('[data-text]').focus();
  }

  root.querySelector('[data-dismiss]').addEventListener('click', dismiss, { signal });
  root.querySelector('[data-choose]').addEventListener('click', () => room.querySelector('[data-attach]').click(), { signal });
  root.hidden = isKept(key);
  return { disconnect: () => listening.abort() };
}

// A browser may forbid storage; then the welcome comes again.
function keep(key) {
  try {
    localStorage.setItem(key, '1');
  } catch {
    // As above.
  }
}

function isKept(key) {
  try {
    return localStorage.getItem(key) !== null;
  } catch {
    return false;
  }
}

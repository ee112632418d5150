// A list of files: the next page comes by scrolling, and what was chosen stands in the address.
const AHEAD_PX = 600;

export function connect(scroller) {
  const listening = new AbortController();
  // The button is for those who don't scroll, and does the work.
  scroller.addEventListener('scroll', () => loadMore(scroller), { signal: listening.signal, passive: true });
  return { disconnect: () => listening.abort(), note };
}

/**
 * Told by the server a moment after somebody chose: they may be elsewhere by now, or have opened a file.
 * @param {string} address
 */
function note(address) {
  const isHere = new URL(address, location.href).pathname === location.pathname && !new URLSearchParams(location.search).has('file');
  if (isHere) history.replaceState(history.state, '', address);
}

function loadMore(scroller) {
  const more = scroller.querySelector('[data-more]:not(:disabled)');
  const isNear = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop < AHEAD_PX;
  if (more && isNear) more.click();
}

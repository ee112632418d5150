// The next page comes by scrolling; the button is for those who don't, and does the work.
const AHEAD_PX = 600;

export function connect(scroller) {
  const listening = new AbortController();
  scroller.addEventListener('scroll', () => loadMore(scroller), { signal: listening.signal, passive: true });
  return { disconnect: () => listening.abort() };
}

function loadMore(scroller) {
  const more = scroller.querySelector('[data-more]:not(:disabled)');
  const isNear = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop < AHEAD_PX;
  if (more && isNear) more.click();
}

// What requests of a page have in common, whatever they are for.

// After so long without a byte the network is taken for dead, though nobody has said so. The server's own work after the
// last byte may take longer.
const SILENCE_MS = 30_000;
const ANSWER_MS = 180_000;

/** What the server says to scripts in the page's head. @param {string} name */
export const metaOf = (name) => /** @type {HTMLMetaElement | null} */ (document.querySelector(`meta[name=${name}]`))?.content ?? '';

export const antiforgeryToken = () => metaOf('antiforgery-token');

/** Ends a request on which nothing moves any more; the function it gives says whether it has. @param {XMLHttpRequest} request */
export function watch(request) {
  let hasEnded = false;
  let timer;
  const expect = (milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      hasEnded = true;
      request.abort();
    }, milliseconds);
  };
  expect(SILENCE_MS);
  request.upload.addEventListener('progress', () => expect(SILENCE_MS));
  request.upload.addEventListener('load', () => expect(ANSWER_MS));
  request.addEventListener('loadend', () => clearTimeout(timer));
  return () => hasEnded;
}

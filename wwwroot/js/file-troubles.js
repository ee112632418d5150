// What a person can do where a file's bytes don't come: try again when storage is away for a moment, put a missing one back.
import { element } from './dom.js';
import { antiforgeryToken } from './transmission.js';

/** The status of an answer that may be another in a moment. */
export const UNAVAILABLE = 503;

/** Watches the files in a timeline or viewer until the signal ends it. */
export function watchFiles(timeline, signal) {
  // Errors of pictures and players don't bubble; they only pass by here on their way down.
  timeline.addEventListener('error', (event) => onMediaError(event.target), { signal, capture: true });
  timeline.addEventListener('click', onClick, { signal });
  // The page was there before its scripts: what had failed by then has told nobody.
  for (const media of timeline.querySelectorAll('img, video, audio')) if (hasFailed(media)) onMediaError(media);
}

function hasFailed(media) {
  return media.error || (media instanceof HTMLImageElement && media.complete && media.naturalWidth === 0);
}

function onClick(event) {
  const putBackButton = event.target.closest('[data-put-back]');
  if (putBackButton) return pickAndPutBack(putBackButton);
  const link = event.target.closest('a[download]');
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!link || !isPlain || link.dataset.checked !== undefined) return;
  event.preventDefault();
  download(link);
}

/** Asked first, because a browser saves an error as if it were the file, or says nothing. */
async function download(link) {
  if (!(await isAvailable(link.href))) return showUnavailable(link.closest('figure'), () => download(link));
  link.dataset.checked = '';
  link.click();
  delete link.dataset.checked;
}

/** A picture or recording that does not load is shown as a plain file, and is not asked for again by itself. */
async function onMediaError(media) {
  const figure = media.closest?.('figure');
  if (!figure) return;
  figure.setAttribute('data-failed', '');
  if (await isAvailable(media.src)) return showOriginal(figure, media);
  showUnavailable(figure, async () => {
    if (!(await isAvailable(media.src))) return showUnavailable(figure, () => onMediaError(media));
    figure.removeAttribute('data-failed');
    media.src = media.getAttribute('src');
  });
}

/** A thumbnail may be gone, or be nothing that can be drawn, while the picture itself is whole. */
function showOriginal(figure, media) {
  const { original } = media.dataset;
  if (!original || media.src.endsWith(original)) return;
  figure.removeAttribute('data-failed');
  media.src = original;
}

/** Whether the store answers. That a file is missing is an answer too, and its event says so to everybody. */
export async function isAvailable(path) {
  try {
    return (await fetch(path, { method: 'HEAD', cache: 'no-store' })).status !== UNAVAILABLE;
  } catch {
    return false;
  }
}

export function showUnavailable(figure, tryAgain) {
  figure.querySelector(':scope > [data-trouble]')?.remove();
  const trouble = element(
    'div',
    { class: 'trouble', 'data-trouble': '' },
    element('span', { role: 'status' }, 'Temporarily unavailable'),
    element('button', { type: 'button', class: 'button quiet small', onclick: () => (trouble.remove(), tryAgain()) }, 'Try again'),
  );
  figure.append(trouble);
}

function pickAndPutBack(button) {
  const picker = element('input', { type: 'file' });
  picker.addEventListener('change', () => putBack(button, picker.files[0]));
  picker.click();
}

/** When it is there again, its event shows it to everybody; here only what went wrong needs to be said. */
async function putBack(button, file) {
  const figure = button.closest('figure');
  figure.querySelector(':scope > [data-trouble]')?.remove();
  button.disabled = true;
  const reason = await sendAgain(button.dataset.putBack, file);
  button.disabled = false;
  if (reason) figure.append(element('div', { class: 'trouble', 'data-trouble': '', role: 'alert' }, reason));
}

/** Null when it worked, else why not. */
async function sendAgain(path, file) {
  const form = new FormData();
  form.append('file', file, file.name);
  try {
    const answer = await fetch(path, { method: 'PUT', body: form, headers: { RequestVerificationToken: antiforgeryToken() } });
    if (answer.ok) return null;
    return (await answer.json()).detail;
  } catch {
    return 'No connection. Try again in a moment.';
  }
}

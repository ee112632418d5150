// What a person can do where a file's bytes don't come: try again when storage is away for a moment, put a missing one back.
import { ask, foreignReason, headOf, isDone, isFile, isRefusedFile, problemOf } from '../server/answers.js';
import { element } from '../page/dom.js';
import { withoutLocation } from '../files/exif.js';
import { isPicture } from '../files/files.js';
import { antiforgeryToken } from '../server/requests.js';

// Read once the element knows what it plays: a picture in a format that the browser does not know is no error to it.
const METADATA = 1;

/** Watches the files in a timeline or viewer until the signal ends it. */
export function watchFiles(timeline, signal) {
  // Errors of pictures and players don't bubble; they only pass by here on their way down.
  timeline.addEventListener('error', (event) => onMediaError(event.target), { signal, capture: true });
  timeline.addEventListener('loadedmetadata', (event) => onMetadata(event.target), { signal, capture: true });
  timeline.addEventListener('click', onClick, { signal });
  // The page was there before its scripts: what had failed by then has told nobody.
  for (const media of timeline.querySelectorAll('img, video, audio')) {
    if (hasFailed(media)) onMediaError(media);
    else if (media.readyState >= METADATA) onMetadata(media);
  }
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
  const state = await stateOf(media.src);
  if (state !== AWAY) return media instanceof HTMLImageElement ? showOriginal(figure, media) : state === THERE && explain(figure, UNPLAYABLE);
  showUnavailable(figure, async () => {
    if (!(await isAvailable(media.src))) return showUnavailable(figure, () => onMediaError(media));
    figure.removeAttribute('data-failed');
    media.src = media.getAttribute('src');
  });
}

const UNPLAYABLE = 'This browser can’t play it: it is in a format that it does not know. Download it to play it elsewhere.';
const PICTURELESS = 'This browser shows no picture of it: there is none in it, or one in a format that it does not know. Download it to watch it elsewhere.';

/** A black box that only sounds tells nobody why. */
function onMetadata(media) {
  if (media instanceof HTMLVideoElement && media.videoWidth === 0) explain(media.closest('figure'), PICTURELESS);
}

function explain(figure, words) {
  if (figure && !figure.querySelector(':scope > [data-why]')) figure.append(element('p', { class: 'explanation', 'data-why': '', role: 'note' }, words));
}

/** A thumbnail may be gone, or be nothing that can be drawn, while the picture itself is whole. */
function showOriginal(figure, media) {
  const { original } = media.dataset;
  if (!original || media.src.endsWith(original)) return;
  figure.removeAttribute('data-failed');
  media.src = original;
}

/** What ChatFiles says of a file: here it is; no, for good; or, as when nobody or somebody else answers: not now. */
const [THERE, GONE, AWAY] = ['there', 'gone', 'away'];

async function stateOf(path) {
  try {
    const answer = headOf(await fetch(path, { method: 'HEAD', cache: 'no-store', redirect: 'manual' }));
    return isFile(answer) ? THERE : isRefusedFile(answer) ? GONE : AWAY;
  } catch {
    return AWAY;
  }
}

/** Whether the store answers. That a file is missing is an answer too, and its event says so to everybody. */
export const isAvailable = async (path) => (await stateOf(path)) !== AWAY;

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

/** Null when it worked, else why not. What was sent may be the file as it is, or without the place where it was taken. */
async function sendAgain(path, file) {
  const stripped = isPicture(file.name) ? await withoutLocation(file).catch(() => null) : null;
  for (const sent of stripped ? [stripped, file] : [file]) {
    const answer = await put(path, sent);
    if (isDone(answer)) return null;
    if (answer === null) return 'No connection. Try again in a moment.';
    const problem = problemOf(answer);
    if (problem?.type !== 'content-differs' || sent === file) return problem?.detail ?? foreignReason(answer).replace('Trying again…', 'Try again in a moment.');
  }
}

function put(path, file) {
  const body = new FormData();
  body.append('file', file, file.name);
  return ask(path, { method: 'PUT', body, headers: { RequestVerificationToken: antiforgeryToken() } });
}

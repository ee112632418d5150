// One file to the server by the tus protocol (https://tus.io/protocols/resumable-upload): what has arrived there is
// not sent again, neither after a cut network nor after a restart of the server.
import { answerOf, isTus, judge, NO_CONNECTION, offsetOf as offsetIn, uploadOf } from '../server/answers.js';
import { antiforgeryToken, watch } from '../server/requests.js';

/**
 * @typedef {import('../server/answers.js').Outcome} Outcome
 * @typedef {import('../server/answers.js').Answer} Answer
 */

// The first bytes decide whether the file may be sent at all. Sent alone, they are judged before the rest leaves.
const HEAD_BYTES = 4 * 1024;
const MAX_CONFLICTS = 5;
const MIN_PIECE_BYTES = 64 * 1024;
// How somebody on the way who does not know a method refuses it.
const METHOD_REFUSED = [400, 403, 404, 405, 501];

/** What somebody on the way does not let through, as far as this page has learned. */
const way = { hasMethods: true, pieceBytes: Infinity };

/**
 * Uploads a file's bytes, or goes on with the upload at `url` that an earlier try has remembered from `onCreated`. Gives
 * { kind: 'sent', uploadId } | { kind: 'refused' | 'lost' | 'aborted', reason } with the meaning that `transmit` gives them.
 * @param {number} chatId
 * @param {{ name: string, file: Blob }} entry
 * @param {{ url?: string | null, onCreated?: (url: string) => void, onProgress?: (loaded: number) => void, signal?: AbortSignal }} [options]
 * @returns {Promise<Outcome>}
 */
export async function uploadResumably(chatId, { name, file }, { url, onCreated, onProgress, signal } = {}) {
  try {
    let offset = url ? await offsetOf(url, file, signal) : null;
    if (!url || offset === null) {
      url = await create(chatId, name, file, signal);
      onCreated?.(url);
      offset = 0;
    }
    await append(url, file, offset, onProgress, signal);
    return { kind: 'sent', uploadId: url.slice(url.lastIndexOf('/') + 1) };
  } catch (failure) {
    if (failure instanceof Ended) return failure.outcome;
    throw failure;
  }
}

/** Tells the server to forget an upload that is not wanted any more; if it does not hear, the upload expires. @param {string} url */
export function endUpload(url) {
  ask('DELETE', url).catch(() => {});
}

async function create(chatId, name, file, signal) {
  const headers = { 'Upload-Length': file.size, 'Upload-Metadata': `filename ${base64(name)}` };
  const answer = await ask('POST', `/chat/${chatId}/uploads`, { headers, signal });
  return uploadOf(answer, chatId) ?? throwEnded(answer);
}

/** Where it goes on; null when the server does not have it any more. */
async function offsetOf(url, file, signal) {
  const answer = await ask('HEAD', url, { signal });
  if (isTus(answer) && (answer.status === 404 || answer.status === 410)) return null;
  return offsetIn(answer, 200, { to: file.size }) ?? throwEnded(answer);
}

async function append(url, file, offset, onProgress, signal) {
  let conflicts = 0;
  while (offset < file.size) {
    const start = offset;
    onProgress?.(start);
    const piece = file.slice(start, start === 0 ? HEAD_BYTES : Math.min(file.size, start + way.pieceBytes));
    const answer = await ask('PATCH', url, {
      headers: { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': start },
      body: piece,
      onProgress: (loaded) => onProgress?.(start + loaded),
      signal,
    }).catch(noAnswer);
    if (answer === null) {
      // Somebody who finds a request too large may hang up instead of saying so. Nothing of it has arrived then.
      offset = (await offsetOf(url, file, signal)) ?? throwGone();
      if (offset <= start && !shrinkPieces(piece.size)) throw new Ended(NO_CONNECTION);
      continue;
    }
    const reached = offsetIn(answer, 204, { from: start + 1, to: file.size });
    if (reached !== null) offset = reached;
    // It goes on elsewhere than expected: what an earlier connection still brought has arrived, say.
    else if (isTus(answer) && answer.status === 409 && conflicts++ < MAX_CONFLICTS) offset = (await offsetOf(url, file, signal)) ?? throwGone();
    else if (isTus(answer) && answer.status === 404) throwGone();
    else if (isTus(answer) || answer.status !== 413 || !shrinkPieces(piece.size)) throwEnded(answer);
  }
}

/** Null, unless the upload was taken back. */
function noAnswer(failure) {
  if (failure.outcome !== NO_CONNECTION) throw failure;
  return null;
}

/** Whether there is a smaller piece that might pass where one of so many bytes did not. */
function shrinkPieces(bytes) {
  if (bytes <= MIN_PIECE_BYTES) return false;
  way.pieceBytes = Math.max(MIN_PIECE_BYTES, Math.ceil(bytes / 2));
  return true;
}

/** Why an upload did not get to its end. */
class Ended extends Error {
  /** @param {Outcome} outcome */
  constructor(outcome) {
    super(outcome.reason);
    this.outcome = outcome;
  }
}

/** It expired, perhaps; the next try begins anew. @returns {never} */
function throwGone() {
  throw lost('The server has forgotten the upload. It begins anew.');
}

const lost = (reason) => new Ended({ kind: 'lost', reason });

/** @param {Answer} answer @returns {never} */
function throwEnded(answer) {
  const outcome = judge(answer);
  throw new Ended(isTus(answer) && answer.status === 409 ? { ...outcome, kind: 'lost' } : outcome);
}

/** With PATCH and DELETE as they are, or, where somebody on the way refuses those, as a POST that says which is meant. */
async function ask(method, url, options = {}) {
  const isBare = way.hasMethods || (method !== 'PATCH' && method !== 'DELETE');
  if (!isBare) return send('POST', url, { ...options, headers: { ...options.headers, 'X-HTTP-Method-Override': method } });
  const answer = await send(method, url, options);
  if ((method !== 'PATCH' && method !== 'DELETE') || isTus(answer) || !METHOD_REFUSED.includes(answer.status)) return answer;
  const headers = { ...options.headers, 'X-HTTP-Method-Override': method };
  const second = await send('POST', url, { ...options, headers });
  if (isTus(second)) way.hasMethods = false;
  return second;
}

/**
 * @param {string} method
 * @param {string} url
 * @param {{ headers?: Record<string, any>, body?: Blob | null, onProgress?: (loaded: number) => void, signal?: AbortSignal }} [options]
 * @returns {Promise<Answer>}
 */
function send(method, url, { headers = {}, body = null, onProgress, signal } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.onload = () => resolve(answerOf(request, url));
    const isSilent = watch(request);
    const noConnection = () => reject(new Ended(NO_CONNECTION));
    request.onerror = noConnection;
    request.onabort = () => (isSilent() ? noConnection() : reject(new Ended({ kind: 'aborted' })));
    if (onProgress) request.upload.addEventListener('progress', (event) => onProgress(event.loaded));
    request.open(method, url);
    const all = { 'Tus-Resumable': '1.0.0', RequestVerificationToken: antiforgeryToken(), ...headers };
    for (const [name, value] of Object.entries(all)) request.setRequestHeader(name, value);
    if (signal?.aborted) return reject(new Ended({ kind: 'aborted' }));
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(body);
  });
}

function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

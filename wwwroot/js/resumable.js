// One file to the server by the tus protocol (https://tus.io/protocols/resumable-upload): what has arrived there is
// not sent again, neither after a cut network nor after a restart of the server.
import { antiforgeryToken, judge, watch } from './transmission.js';

// The first bytes decide whether the file may be sent at all. Sent alone, they are judged before the rest leaves.
const HEAD_BYTES = 4 * 1024;
const MAX_CONFLICTS = 5;

/**
 * Uploads one file, or goes on with the upload at `url` that an earlier try has remembered from `onCreated`. Gives
 * { kind: 'sent', uploadId } | { kind: 'refused' | 'lost' | 'aborted', reason } with the meaning that `transmit` gives them.
 */
export async function uploadResumably(chatId, file, { url, onCreated, onProgress, signal } = {}) {
  try {
    let offset = url ? await offsetOf(url, signal) : null;
    if (offset === null) {
      url = await create(chatId, file, signal);
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

/** Tells the server to forget an upload that is not wanted any more; if it does not hear, the upload expires. */
export function endUpload(url) {
  ask('DELETE', url).catch(() => {});
}

async function create(chatId, file, signal) {
  const headers = { 'Upload-Length': file.size, 'Upload-Metadata': `filename ${base64(file.name)}` };
  const answer = await ask('POST', `/chat/${chatId}/uploads`, { headers, signal });
  if (answer.status !== 201) throw ended(answer);
  return answer.getResponseHeader('Location');
}

/** Where it goes on; null when the server does not have it any more. */
async function offsetOf(url, signal) {
  const answer = await ask('HEAD', url, { signal });
  if (answer.status === 404 || answer.status === 410) return null;
  if (answer.status !== 200) throw ended(answer);
  return Number(answer.getResponseHeader('Upload-Offset'));
}

async function append(url, file, offset, onProgress, signal) {
  let conflicts = 0;
  while (offset < file.size) {
    const start = offset;
    onProgress?.(start);
    const answer = await ask('PATCH', url, {
      headers: { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': start },
      body: file.slice(start, start === 0 ? HEAD_BYTES : file.size),
      onProgress: (loaded) => onProgress?.(start + loaded),
      signal,
    });
    if (answer.status === 204) offset = Number(answer.getResponseHeader('Upload-Offset'));
    // It goes on elsewhere than expected: what an earlier connection still brought has arrived, say.
    else if (answer.status === 409 && conflicts++ < MAX_CONFLICTS) offset = (await offsetOf(url, signal)) ?? throwGone();
    else if (answer.status === 404) throwGone();
    else throw ended(answer);
  }
}

/** Why an upload did not get to its end. */
class Ended extends Error {
  constructor(outcome) {
    super(outcome.reason);
    this.outcome = outcome;
  }
}

/** It expired, perhaps; the next try begins anew. */
function throwGone() {
  throw lost('The server has forgotten the upload. It begins anew.');
}

const lost = (reason) => new Ended({ kind: 'lost', reason });

function ended(answer) {
  const outcome = judge(answer);
  return new Ended(answer.status === 409 ? { ...outcome, kind: 'lost' } : outcome);
}

function ask(method, url, { headers = {}, body = null, onProgress, signal } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.onload = () => resolve(request);
    const isSilent = watch(request);
    const noConnection = () => reject(lost('No connection. It is sent as soon as there is one.'));
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

// One try to hand a message to the server, by plain HTTP.
import { uploadResumably } from './resumable.js';

// Larger files go ahead of the form, each as an upload that a cut network only interrupts.
const RESUMABLE_BYTES = 16 * 1024 * 1024;

/** A key that no other message has. crypto.randomUUID only exists on https and localhost. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function antiforgeryToken() {
  return document.querySelector('meta[name=antiforgery-token]')?.content ?? '';
}

/**
 * Starts to send. `ended` is { kind: 'sent' | 'refused' | 'lost' | 'aborted', reason }: refused is an answer that
 * trying again would not change, lost is none, or a server that is away for the moment.
 */
export function transmit(message, onProgress) {
  const large = message.files.filter((entry) => entry.file.size > RESUMABLE_BYTES);
  if (large.length === 0) return post(message, onProgress);
  const aborting = new AbortController();
  return { ended: uploadThenPost(message, large, onProgress, aborting.signal), abort: () => aborting.abort() };
}

/** What has arrived is remembered with its file, so that the next try only sends the rest. */
async function uploadThenPost(message, large, onProgress, signal) {
  const bytes = message.files.reduce((sum, entry) => sum + entry.file.size, 0);
  let done = 0;
  for (const entry of large) {
    // A complete one is not asked for again: perhaps the message was sent with it, and only the answer was lost.
    const { kind, reason, uploadId } = entry.uploadId
      ? { kind: 'sent', uploadId: entry.uploadId }
      : await uploadResumably(message.chatId, entry.file, {
          url: entry.uploadUrl,
          onCreated: (url) => (entry.uploadUrl = url),
          onProgress: (loaded) => onProgress((done + loaded) / bytes),
          signal,
        });
    if (kind !== 'sent') return { kind, reason };
    entry.uploadId = uploadId;
    done += entry.file.size;
  }
  const posting = post(message, (progress) => onProgress((done + progress * (bytes - done)) / bytes));
  if (signal.aborted) posting.abort();
  signal.addEventListener('abort', posting.abort);
  const outcome = await posting.ended;
  if (outcome.type !== 'file-not-found') return outcome;
  for (const entry of large) entry.uploadId = entry.uploadUrl = null; // expired meanwhile
  return { kind: 'lost', reason: outcome.reason };
}

function post(message, onProgress) {
  const request = new XMLHttpRequest();
  const ended = new Promise((resolve) => {
    request.onload = () => resolve(judge(request));
    request.onerror = () => resolve({ kind: 'lost', reason: 'No connection. It is sent as soon as there is one.' });
    request.onabort = () => resolve({ kind: 'aborted' });
  });
  request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
  const isText = message.files.length === 0;
  request.open('POST', `/chat/${message.chatId}/${isText ? 'messages' : 'file'}`);
  request.setRequestHeader('RequestVerificationToken', antiforgeryToken());
  if (isText) request.setRequestHeader('Content-Type', 'application/json');
  else request.setRequestHeader('Idempotency-Key', message.key);
  request.send(isText ? JSON.stringify({ text: message.text, clientId: message.key }) : formOf(message));
  return { ended, abort: () => request.abort() };
}

function formOf(message) {
  const form = new FormData();
  if (message.text) form.append('text', message.text);
  for (const { file, uploadId } of message.files) {
    if (uploadId) form.append('upload', uploadId);
    else form.append('file', file, file.name);
  }
  return form;
}

function judge(request) {
  if (request.status >= 200 && request.status < 300) return { kind: 'sent' };
  const { type, detail } = problemOf(request);
  const reason = detail ?? `The server answered ${request.status}.`;
  const isPassing = [502, 503, 504].includes(request.status);
  return { kind: isPassing ? 'lost' : 'refused', reason, type };
}

function problemOf(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return {};
  }
}

// One try to hand a message to the server, by plain HTTP.
import { uploadResumably } from './resumable.js';

// Larger files go ahead of the form, each as an upload that a cut network only interrupts.
const RESUMABLE_BYTES = 16 * 1024 * 1024;

// After so long without a byte the network is taken for dead, though nobody has said so. The server's own work after the
// last byte may take longer.
const SILENCE_MS = 30_000;
const ANSWER_MS = 180_000;

/** A key that no other message has. crypto.randomUUID only exists on https and localhost. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function antiforgeryToken() {
  return document.querySelector('meta[name=antiforgery-token]')?.content ?? '';
}

const isLarge = (entry) => entry.size > RESUMABLE_BYTES;

/** The files in the order in which they go over the wire. */
export const travelOrder = (files) => [...files.filter(isLarge), ...files.filter((entry) => !isLarge(entry))];

/**
 * Starts to send. `ended` is { kind: 'sent' | 'refused' | 'lost' | 'aborted', reason, type, file, pause }: refused is an
 * answer that trying again would not change, `type` its slug, and `file` the index of the one file it is about; lost is
 * no answer, or a server that is away for the moment, and `pause` how many milliseconds it asks to wait.
 */
export function transmit(message, onProgress) {
  const large = message.files.filter(isLarge);
  if (large.length === 0) return post(message, onProgress);
  const aborting = new AbortController();
  return { ended: uploadThenPost(message, large, onProgress, aborting.signal), abort: () => aborting.abort() };
}

/** What has arrived is remembered with its file, so that the next try only sends the rest. */
async function uploadThenPost(message, large, onProgress, signal) {
  const bytes = message.files.reduce((sum, entry) => sum + entry.size, 0);
  let done = 0;
  for (const entry of large) {
    // A complete one is not asked for again: perhaps the message was sent with it, and only the answer was lost.
    const outcome = entry.uploadId
      ? { kind: 'sent', uploadId: entry.uploadId }
      : await uploadResumably(message.chatId, entry.file, {
          url: entry.uploadUrl,
          onCreated: (url) => {
            entry.uploadUrl = url;
            message.save();
          },
          onProgress: (loaded) => onProgress((done + loaded) / bytes),
          signal,
        });
    if (outcome.kind !== 'sent') return { ...outcome, file: ABOUT_ONE_FILE.includes(outcome.type) ? message.files.indexOf(entry) : undefined };
    entry.uploadId = outcome.uploadId;
    message.save();
    done += entry.size;
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
    const isSilent = watch(request);
    request.onload = () => resolve(judge(request));
    request.onerror = () => resolve(NO_CONNECTION);
    request.onabort = () => resolve(isSilent() ? NO_CONNECTION : { kind: 'aborted' });
  });
  request.upload.addEventListener('progress', (event) => event.lengthComputable && onProgress(event.loaded / event.total));
  const isText = message.files.length === 0;
  request.open('POST', `/chat/${message.chatId}/${isText ? 'messages' : 'file'}`);
  request.setRequestHeader('RequestVerificationToken', antiforgeryToken());
  if (isText) request.setRequestHeader('Content-Type', 'application/json');
  else request.setRequestHeader('Idempotency-Key', message.key);
  request.send(isText ? JSON.stringify({ text: message.text, clientId: message.key }) : formOf(message));
  return { ended, abort: () => request.abort() };
}

/** Ends a request on which nothing moves any more; the function it gives says whether it has. */
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

function formOf(message) {
  const form = new FormData();
  if (message.text) form.append('text', message.text);
  for (const { file, name, thumbnail, uploadId } of message.files) {
    if (uploadId) form.append('upload', uploadId);
    else form.append('file', file, name);
    if (thumbnail) form.append('thumbnail', thumbnail, 'thumbnail');
  }
  return form;
}

const NO_CONNECTION = { kind: 'lost', reason: 'No connection. It is sent as soon as there is one.' };
const PASSING = [408, 429, 502, 503, 504, 507];
const ABOUT_ONE_FILE = ['file-type-not-allowed', 'empty-file', 'file-too-large', 'invalid-file-name'];

/** What an answer to a request means for what was to be sent. */
export function judge(request) {
  const { status } = request;
  if (status >= 200 && status < 300) return { kind: 'sent' };
  const { type, detail, file } = problemOf(request);
  const reason = REASONS[type] ?? detail ?? `The server answered ${status}.`;
  // Whoever signs in again finds it here, and it goes on.
  if (status === 401) return { kind: 'lost', type, reason: 'You are signed out. Sign in again, and it is sent.' };
  if (type === 'antiforgery') return { kind: 'lost', type, reason: 'This page is out of date. Load it again, and it is sent.' };
  if (!PASSING.includes(status)) return { kind: 'refused', reason, type, file };
  const pause = Number(request.getResponseHeader('Retry-After')) * 1000 || undefined;
  return { kind: 'lost', reason: `Temporarily unavailable. ${reason} It is tried again by itself.`, type, pause };
}

/** Where the writer needs other words than the caller of an API. */
const REASONS = {
  'chat-not-found': "You are no longer a member of this chat, so it can't be sent. You can still copy the text.",
  'not-allowed': 'You may not send this to this chat.',
};

function problemOf(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return {};
  }
}

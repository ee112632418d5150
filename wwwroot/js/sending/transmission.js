// One try to hand a message to the server, by plain HTTP.
import { answerOf, isSent, judge, NO_CONNECTION } from '../server/answers.js';
import { antiforgeryToken, watch } from '../server/requests.js';
import { uploadResumably } from './resumable.js';

/**
 * @typedef {import('./outgoing-file.js').OutgoingFile} OutgoingFile
 * @typedef {{ chatId: number, key: string, text: string, files: OutgoingFile[], replyTo?: { messageId: number } | null, brokenForms: number, save: () => unknown }} Message
 * A message as far as sending it is concerned (PendingMessage is one); `save` keeps what its files remember.
 * @typedef {import('../server/answers.js').Outcome} Outcome
 */

// Larger files go ahead of the form, each as an upload that a cut network only interrupts.
const RESUMABLE_BYTES = 16 * 1024 * 1024;
// What proxies let through as they come; a larger form that never gets an answer may be too large for one.
const HARMLESS_BYTES = 1024 * 1024;
const BROKEN_OFTEN = 2;

/** What somebody on the way lets through of a form, as far as this page has learned. */
const formMayHold = { files: true, thumbnails: true };

/** A key that no other message has. crypto.randomUUID only exists on https and localhost. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const goesAhead = (message, entry) =>
  entry.size > RESUMABLE_BYTES || entry.uploadUrl || !formMayHold.files || message.brokenForms >= BROKEN_OFTEN;

/** A message's files in the order in which they go over the wire. @param {Message} message @returns {OutgoingFile[]} */
export const travelOrder = (message) => {
  const [ahead, inForm] = /** @type {OutgoingFile[][]} */ ([[], []]);
  for (const entry of message.files) (goesAhead(message, entry) ? ahead : inForm).push(entry);
  return [...ahead, ...inForm];
};

/**
 * Starts to send. `ended` is { kind: 'sent' | 'refused' | 'lost' | 'aborted', reason, type, file, pause }: refused is an
 * answer that trying again would not change, `type` its slug, and `file` the index of the one file it is about; lost is
 * no answer, or a server that is away for the moment, and `pause` how many milliseconds it asks to wait.
 * @param {Message} message
 * @param {(progress: number) => void} onProgress 0 to 1
 * @returns {import('./pending-message.js').Attempt}
 */
export function transmit(message, onProgress) {
  const aborting = new AbortController();
  return { ended: send(message, onProgress, aborting.signal), abort: () => aborting.abort() };
}

/** @returns {Promise<Outcome>} */
async function send(message, onProgress, signal) {
  for (;;) {
    const ahead = message.files.filter((entry) => goesAhead(message, entry));
    const outcome = ahead.length > 0 ? await uploadThenPost(message, ahead, onProgress, signal) : await post(message, onProgress, signal);
    if (!outcome.isForeign || outcome.status !== 413 || outcome.isUpload || !canShrinkForm(message)) return outcome;
  }
}

/** Somebody on the way finds the form too large: files go ahead of it from now on, in pieces; then thumbnails stay behind. */
function canShrinkForm(message) {
  if (message.files.some((entry) => !entry.uploadId)) formMayHold.files = false;
  else if (formMayHold.thumbnails && message.files.some((entry) => entry.thumbnail)) formMayHold.thumbnails = false;
  else return false;
  return true;
}

/** What has arrived is remembered with its file, so that the next try only sends the rest. @returns {Promise<Outcome>} */
async function uploadThenPost(message, ahead, onProgress, signal) {
  const bytes = message.files.reduce((sum, entry) => sum + entry.size, 0);
  let done = 0;
  for (const entry of ahead) {
    // A complete one is not asked for again: perhaps the message was sent with it, and only the answer was lost.
    /** @type {Outcome} */
    const outcome = entry.uploadId
      ? { kind: 'sent', uploadId: entry.uploadId }
      : await uploadResumably(message.chatId, entry, {
          url: entry.uploadUrl,
          onCreated: (url) => {
            entry.uploadUrl = url;
            message.save();
          },
          onProgress: (loaded) => onProgress((done + loaded) / bytes),
          signal,
        });
    if (outcome.kind !== 'sent')
      return { ...outcome, isUpload: true, file: ABOUT_ONE_FILE.includes(outcome.type ?? '') ? message.files.indexOf(entry) : undefined };
    entry.uploadId = outcome.uploadId;
    message.save();
    done += entry.size;
  }
  const outcome = await post(message, (progress) => onProgress((done + progress * (bytes - done)) / bytes), signal);
  if (outcome.type !== 'file-not-found') return outcome;
  for (const entry of ahead) entry.uploadId = entry.uploadUrl = null; // expired meanwhile
  return { kind: 'lost', reason: outcome.reason };
}

/** @returns {Promise<Outcome>} */
async function post(message, onProgress, signal) {
  if (signal.aborted) return { kind: 'aborted' };
  const request = new XMLHttpRequest();
  const isText = message.files.length === 0;
  const path = `/chat/${message.chatId}/${isText ? 'messages' : 'file'}`;
  const ended = new Promise((resolve) => {
    const isSilent = watch(request);
    request.onload = () => resolve(outcomeOf(answerOf(request, path), message));
    request.onerror = () => resolve(noAnswer(message));
    request.onabort = () => resolve(isSilent() ? noAnswer(message) : { kind: 'aborted' });
  });
  request.upload.addEventListener('progress', (event) => event.lengthComputable && onProgress(event.loaded / event.total));
  request.open('POST', path);
  request.setRequestHeader('RequestVerificationToken', antiforgeryToken());
  if (isText) request.setRequestHeader('Content-Type', 'application/json');
  else request.setRequestHeader('Idempotency-Key', message.key);
  signal.addEventListener('abort', () => request.abort(), { once: true });
  request.send(isText ? JSON.stringify({ text: message.text, clientId: message.key, replyTo: message.replyTo?.messageId }) : formOf(message));
  return ended;
}

function outcomeOf(answer, message) {
  return isSent(answer, { chatId: message.chatId, key: message.key, hasFiles: message.files.length > 0 }) ? { kind: 'sent' } : judge(answer);
}

/** Somebody who finds a form too large may hang up instead of saying so. In pieces the files also get further every time. */
function noAnswer(message) {
  const inForm = message.files.filter((entry) => !entry.uploadId).reduce((sum, entry) => sum + entry.size, 0);
  if (inForm > HARMLESS_BYTES) message.brokenForms++;
  return NO_CONNECTION;
}

function formOf(message) {
  const form = new FormData();
  if (message.text) form.append('text', message.text);
  if (message.replyTo) form.append('replyTo', String(message.replyTo.messageId));
  for (const { file, name, thumbnail, uploadId } of message.files) {
    if (uploadId) form.append('upload', uploadId);
    else form.append('file', file, name);
    if (thumbnail && formMayHold.thumbnails) form.append('thumbnail', thumbnail, 'thumbnail');
  }
  return form;
}

const ABOUT_ONE_FILE = ['file-type-not-allowed', 'empty-file', 'file-too-large', 'invalid-file-name'];

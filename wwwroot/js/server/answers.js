// What an answer to a request of this page means. Between a page and ChatFiles there may stand somebody who answers in its
// place: the sign-in page of a proxy, a captive portal, a gateway whose server is away. Such an answer says nothing about
// what was asked for; whoever took its 200 for ours would throw away what was never sent. So an answer counts only when it
// is one that ChatFiles gives there: the contract's status with the contract's body, or problem+json with one of our slugs.

/** Every `type` of a problem that ChatFiles gives; who adds one on the server adds it here. */
const SLUGS = new Set(
  (
    'antiforgery chat-not-found content-differs empty-file file-deleted file-infected file-missing file-not-found file-not-missing ' +
    'file-too-large file-type-not-allowed internal-error invalid-credentials invalid-days invalid-emoji invalid-endpoint ' +
    'invalid-file-name invalid-form invalid-idempotency-key invalid-json invalid-keep-days invalid-keys invalid-level invalid-name ' +
    'invalid-open invalid-query invalid-registration invalid-role invalid-seq invalid-text last-operator local-sign-in-off mail-not-set message-deleted message-not-found ' +
    'method-not-allowed name-taken no-file no-picture no-thumbnail not-allowed not-found not-signed-in offset-conflict ' +
    'precondition-failed quota-exceeded range-not-satisfiable registration-closed scanner-unavailable search-too-slow ' +
    'storage-full storage-unavailable token-not-found too-many-files too-many-reactions too-many-requests too-many-tokens ' +
    'upload-too-slow user-not-found'
  ).split(' '),
);

/**
 * @typedef {{ status: number, wasRedirected: boolean, header: (name: string) => string | null, text: string }} Answer
 * An answer, whichever way it was asked for. ChatFiles redirects none of these requests.
 * @typedef {{ type: string, status: number, detail: string, file?: number }} Problem What ChatFiles says is wrong.
 * @typedef {{
 *   kind: 'sent' | 'refused' | 'lost' | 'aborted', reason?: string, type?: string, file?: number, pause?: number,
 *   isForeign?: boolean, status?: number, isUpload?: boolean, uploadId?: string,
 * }} Outcome
 * What became of one try to send something (`transmit` says what each means).
 */

const TUS = '1.0.0';
const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const GATEWAY = [500, 502, 503, 504];

/** @type {Outcome} */
export const NO_CONNECTION = { kind: 'lost', reason: 'No connection. It is sent as soon as there is one.' };

/**
 * Of a request that has ended.
 * @param {XMLHttpRequest} request
 * @param {string} path
 * @returns {Answer}
 */
export const answerOf = (request, path) => ({
  status: request.status,
  wasRedirected: request.responseURL !== '' && request.responseURL !== new URL(path, document.baseURI).href,
  header: (name) => request.getResponseHeader(name),
  text: request.responseText,
});

/**
 * Asks by fetch and gives the answer with its text; null when there is none.
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<Answer | null>}
 */
export async function ask(path, options = {}) {
  try {
    const answer = await fetch(path, { redirect: 'manual', ...options });
    return { ...headOf(answer), text: await answer.text() };
  } catch {
    return null;
  }
}

/** The same of a fetch whose body is read elsewhere, or has none. @param {Response} answer @returns {Answer} */
export const headOf = (answer) => ({
  status: answer.status,
  wasRedirected: answer.redirected || answer.type === 'opaqueredirect',
  header: (name) => answer.headers.get(name),
  text: '',
});

/** What ChatFiles says is wrong; null when the answer is no refusal of ours. @param {Answer} answer @returns {Problem | null} */
export function problemOf(answer) {
  if (answer.wasRedirected || answer.status < 400 || !isOfType(answer, 'application/problem+json')) return null;
  const problem = jsonOf(answer);
  return problem && SLUGS.has(problem.type) && problem.status === answer.status ? problem : null;
}

/**
 * Whether it says of a message that it is stored: one of that chat, which goes by that key.
 * @param {Answer} answer
 * @param {{ chatId: number, key: string, hasFiles: boolean }} message
 */
export function isSent(answer, { chatId, key, hasFiles }) {
  const body = bodyOf(answer, 201);
  const message = hasFiles ? body?.message : body;
  if (hasFiles && !isPathIn(chatId, 'file', body?.path)) return false;
  return isId(message?.id) && message.chatId === chatId && message.clientId === key && Array.isArray(message.attachments);
}

/** The JSON of an answer with just this status; null when it is none. @param {Answer} answer @param {number} status */
export function bodyOf(answer, status) {
  return !answer.wasRedirected && answer.status === status && isOfType(answer, 'application/json') ? jsonOf(answer) : null;
}

/** Whether an answer without a body is ours: 204, and nobody else's page before it. @param {Answer | null} answer */
export const isDone = (answer) => answer !== null && answer.status === 204 && !answer.wasRedirected;

/** Every answer about a resumable upload bears the protocol's version. @param {Answer} answer */
export const isTus = (answer) => !answer.wasRedirected && answer.header('Tus-Resumable') === TUS;

/** Where a new resumable upload is to be found; null when the answer does not say it as ChatFiles does. @param {Answer} answer @param {number} chatId */
export function uploadOf(answer, chatId) {
  const path = answer.header('Location');
  return isTus(answer) && answer.status === 201 && isPathIn(chatId, 'uploads', path) ? path : null;
}

/**
 * How much of an upload is there; null when the answer, which is to have that status, does not say it.
 * @param {Answer} answer
 * @param {number} status
 * @param {{ from?: number, to: number }} bounds
 */
export function offsetOf(answer, status, { from = 0, to }) {
  const text = answer.header('Upload-Offset') ?? '';
  const offset = /^\d+$/.test(text) ? Number(text) : NaN;
  return isTus(answer) && answer.status === status && offset >= from && offset <= to ? offset : null;
}

/** Whether it is a file's bytes, or their head. ChatFiles gives every file a policy that allows it nothing; no page has one. */
export const isFile = (answer) =>
  !answer.wasRedirected && (answer.status === 200 || answer.status === 206) && (answer.header('Content-Security-Policy') ?? '').includes("default-src 'none'");

/** Whether ChatFiles itself says by this answer, which has no body, that it does not give the file. */
export const isRefusedFile = (answer) =>
  !answer.wasRedirected && answer.status >= 400 && answer.status < 500 && isOfType(answer, 'application/problem+json');

/**
 * What an answer means for what was to be sent, where it does not say "sent": { kind: 'refused' | 'lost', reason, type,
 * file, pause }. Refused is what trying again would not change, and only ChatFiles can say that; everything else is not
 * there yet, and is tried again.
 * @param {Answer} answer
 * @returns {Outcome}
 */
export function judge(answer) {
  const problem = problemOf(answer);
  if (!problem) return { kind: 'lost', reason: foreignReason(answer), isForeign: true, status: answer.status };
  const { type, detail, file, status } = problem;
  const reason = REASONS[type] ?? detail?.replace(ALL_TYPES, '') ?? `The server answered ${status}.`;
  // Whoever signs in again finds it here, and it goes on.
  if (status === 401) return { kind: 'lost', type, reason: 'You are signed out. Sign in again, and it is sent.' };
  if (type === 'antiforgery') return { kind: 'lost', type, reason: 'This page is out of date. Load it again, and it is sent.' };
  // Also where a scanner does not take one of the files: it will not take it the next time either.
  const isLasting = file !== undefined || (status < 500 && status !== 408 && status !== 429);
  if (isLasting) return { kind: 'refused', reason, type, file };
  const pause = Number(answer.header('Retry-After')) * 1000 || undefined;
  return { kind: 'lost', reason: `Temporarily unavailable. ${reason} It is tried again by itself.`, type, pause };
}

/** Why an answer that is not ours is none, in words for who waits for one. @param {{ status: number }} answer */
export function foreignReason({ status }) {
  if (status === 413) return 'Something between this page and ChatFiles lets through less at once than this. Trying again…';
  if (GATEWAY.includes(status) || status >= 520) return `Temporarily unavailable: something in front of ChatFiles answered instead (${status}). Trying again…`;
  return 'Something between this page and ChatFiles answered instead (captive portal, sign-in page of a proxy?). Trying again…';
}

/** At the end of a refusal (UploadWords.Accepted): a page says it where it is asked for. */
const ALL_TYPES = / Accepted: [^:]*\.$/;

/** Where the writer needs other words than the caller of an API. @type {Record<string, string>} */
const REASONS = {
  'chat-not-found': "You are no longer a member of this chat, so it can't be sent. You can still copy the text.",
  'not-allowed': 'You may not send this to this chat.',
};

const isId = (value) => Number.isInteger(value) && value > 0;
const isPathIn = (chatId, what, path) => new RegExp(`^/chat/${chatId}/${what}/${UUID}$`).test(path ?? '');

function isOfType(answer, type) {
  return (answer.header('Content-Type') ?? '').split(';')[0].trim().toLowerCase() === type;
}

function jsonOf(answer) {
  try {
    const value = JSON.parse(answer.text);
    return value !== null && typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

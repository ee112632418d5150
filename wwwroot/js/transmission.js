// One try to hand a message to the server, by plain HTTP.

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
  for (const { file, thumbnail, name } of message.files) {
    form.append('file', file, name);
    if (thumbnail) form.append('thumbnail', thumbnail, 'thumbnail');
  }
  return form;
}

function judge(request) {
  if (request.status >= 200 && request.status < 300) return { kind: 'sent' };
  const reason = detailOf(request) ?? `The server answered ${request.status}.`;
  const isPassing = [502, 503, 504].includes(request.status);
  return { kind: isPassing ? 'lost' : 'refused', reason };
}

function detailOf(request) {
  try {
    return JSON.parse(request.responseText).detail;
  } catch {
    return undefined;
  }
}

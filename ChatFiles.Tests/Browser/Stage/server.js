// The server as a page's requests see it: a test says what it answers, to XMLHttpRequest and fetch alike.

/**
 * Every request that has come, and what answers the next ones: a function of { method, path, headers, body, progress } that
 * gives { status, headers, body }, null for a connection that breaks, or `silence`, which answers nothing ever.
 */
export const server = {
  requests: [],
  answer: () => null,
  silence: Symbol('silence'),
  reset(answer = () => null) {
    this.requests.length = 0;
    this.answer = answer;
  },
};

const JSON_TYPE = 'application/json';

export const problem = (status, type, more = {}) => ({
  status,
  headers: { 'Content-Type': 'application/problem+json', ...more.headers },
  body: JSON.stringify({ type, status, detail: `About ${type}.`, ...more.body }),
});

export const page = (status = 200, text = '<html>Sign in to the network</html>') => ({ status, headers: { 'Content-Type': 'text/html' }, body: text });

let lastId = 0;

/** The message that the contract gives for one that was stored. */
export const messageOf = ({ chatId = 1, key, id = ++lastId }) => ({ id, chatId, clientId: key, text: '', attachments: [] });

/** 201 for whatever was sent, as text or as a form. */
export function stored({ path, headers, body }) {
  const [, chatId, what] = /^\/chat\/(\d+)\/(messages|file)$/.exec(path);
  const isText = what === 'messages';
  const message = messageOf({ chatId: Number(chatId), key: isText ? JSON.parse(body).clientId : headers['idempotency-key'] });
  const answer = isText ? message : { path: `/chat/${chatId}/file/11111111-2222-3333-4444-555555555555`, message };
  return { status: 201, headers: { 'Content-Type': JSON_TYPE }, body: JSON.stringify(answer) };
}

async function ask(method, path, headers, body, progress) {
  const request = { method, path, headers, body, progress };
  server.requests.push(request);
  return server.answer(request);
}

const lower = (headers) => Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]));

globalThis.fetch = async (path, { method = 'GET', headers, body } = {}) => {
  const answer = await ask(method, path, lower(headers), body);
  if (!answer) throw new TypeError('no connection');
  const found = lower(answer.headers);
  return { status: answer.status, redirected: false, type: 'basic', headers: { get: (name) => found[name.toLowerCase()] ?? null }, text: async () => answer.body ?? '', arrayBuffer: async () => new TextEncoder().encode(answer.body ?? '').buffer };
};

globalThis.XMLHttpRequest = class extends EventTarget {
  upload = new EventTarget();
  status = 0;
  responseURL = '';
  responseText = '';
  #asked = {};
  #headers = {};
  #found = {};
  #hasEnded = false;

  open(method, path) {
    this.#asked = { method, path };
  }

  setRequestHeader(name, value) {
    this.#headers[name] = value;
  }

  getResponseHeader(name) {
    return this.#found[name.toLowerCase()] ?? null;
  }

  async send(body) {
    const { method, path } = this.#asked;
    const progress = (loaded, total) => this.upload.dispatchEvent(Object.assign(new Event('progress'), { loaded, total, lengthComputable: true }));
    const answer = await ask(method, path, lower(this.#headers), body, progress);
    if (answer === server.silence || this.#hasEnded) return;
    if (!answer) return this.#end('onerror');
    this.status = answer.status;
    this.responseURL = new URL(answer.url ?? path, document.baseURI).href;
    this.responseText = answer.body ?? '';
    this.#found = lower(answer.headers);
    this.#end('onload');
  }

  abort() {
    if (!this.#hasEnded) this.#end('onabort');
  }

  #end(how) {
    this.#hasEnded = true;
    this[how]?.(new Event(how.slice(2)));
    this.dispatchEvent(new Event('loadend'));
  }
};

// A browser without a window: a person's cookies, and live pages by Blazor's own protocol ("blazorpack", MessagePack over
// a WebSocket). Nothing is drawn; every batch is acknowledged as a browser does. Node has all it takes.
import { randomBytes } from 'node:crypto';
import http from 'node:http';

const KEEP_ALIVE_MS = 4_000;

/** One person's cookies. */
export class Session {
  #jar = {};

  constructor(base) {
    this.base = base;
  }

  get cookie() {
    return Object.entries(this.#jar).map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async request(path, options = {}) {
    const answer = await fetch(this.base + path, { redirect: 'manual', ...options, headers: { Accept: 'text/html', Cookie: this.cookie, ...options.headers } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      this.#jar[name] = value;
    }
    return answer;
  }

  /** Fills in the form of the page that has a password, by its own field names. */
  async signIn(email, password) {
    const page = await (await this.request('/sign-in')).text();
    const form = [...page.matchAll(/<form\b[^>]*>.*?<\/form>/gs)].map(([html]) => html).find((html) => html.includes('type="password"')) ?? '';
    const fields = new URLSearchParams();
    for (const [input] of form.matchAll(/<input\b[^>]*>/g)) {
      const of = (attribute) => new RegExp(`\\b${attribute}="([^"]*)"`).exec(input)?.[1] ?? '';
      if (!of('name') || of('type') === 'checkbox') continue;
      const isAddress = /email/i.test(`${of('type')} ${of('name')}`);
      fields.set(of('name'), of('type') === 'password' ? password : isAddress ? email : of('value').replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
    }
    const answer = await this.request('/sign-in', { method: 'POST', body: fields.toString(), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
    if (answer.status !== 302) throw new Error(`sign-in: ${answer.status}`);
    return this;
  }
}

/** One live page. */
export class Circuit {
  /** Called with the bytes of every render batch. */
  onBatch = () => {};
  #agreed = false;
  #socket;
  #pings;
  #nextObject = 1;
  #started;
  #url;

  constructor(session) {
    this.session = session;
  }

  async open(path) {
    const { base } = this.session;
    this.#url = base + path;
    const page = await (await this.session.request(path)).text();
    const markers = [...page.matchAll(/<!--Blazor:(\{"type".*?\})-->/gs)].map(([, json]) => JSON.parse(json.replaceAll('\\u002B', '+')));
    const state = /<!--Blazor-Server-Component-State:(.*?)-->/s.exec(page)?.[1] ?? '';
    if (markers.length === 0) throw new Error(`${path} has no live part`);
    this.#socket = await connect(`${base}/_blazor`, { Cookie: this.session.cookie, Origin: base });
    const started = new Promise((resolve, reject) => (this.#started = { resolve, reject }));
    read(this.#socket, (bytes) => this.#hear(bytes));
    this.#socket.on('error', this.#started.reject);
    write(this.#socket, Buffer.from('{"protocol":"blazorpack","version":1}\x1e'), 1);
    await started;
    this.#invoke('UpdateRootComponents', [JSON.stringify({ batchId: 1, operations: markers.map((marker, i) => ({ type: 'add', ssrComponentId: i + 1, marker })) }), state]);
    this.#pings = setInterval(() => this.#send([6]), KEEP_ALIVE_MS);
    return this;
  }

  close() {
    clearInterval(this.#pings);
    this.#socket.destroy();
  }

  /** One message of the WebSocket holds one or more of the hub's, each behind its length; the first is the handshake's answer. */
  #hear(bytes) {
    if (!this.#agreed) {
      this.#agreed = true;
      this.#invoke('StartCircuit', [`${this.session.base}/`, this.#url, '[]', ''], '0');
      return;
    }

    for (let at = 0; at < bytes.length; ) {
      let [length, shift, byte] = [0, 0, 0];
      do {
        byte = bytes[at++];
        length |= (byte & 0x7f) << shift;
        shift += 7;
      } while (byte & 0x80);
      this.#take(decode(bytes.subarray(at, at + length)));
      at += length;
    }
  }

  #take([type, , id, target, args]) {
    if (type === 3 && id === '0') (target === 3 ? this.#started.resolve : this.#started.reject)(args);
    else if (type === 7) clearInterval(this.#pings);
    else if (type === 1 && target === 'JS.RenderBatch') {
      this.onBatch(args[1]);
      this.#invoke('OnRenderCompleted', [args[0], null]);
    } else if (type === 1 && target === 'JS.BeginInvokeJS') this.#answer(args[0]);
  }

  /** A call into the browser is answered as if it had worked; who asks for an object gets one. */
  #answer(call) {
    const { asyncHandle, resultType } = JSON.parse(call);
    if (!asyncHandle) return;
    const result = resultType === 1 ? { __jsObjectId: this.#nextObject++ } : null;
    this.#invoke('EndInvokeJSFromDotNet', [asyncHandle, true, JSON.stringify([asyncHandle, true, result])]);
  }

  #invoke(target, args, id = null) {
    this.#send([1, {}, id, target, args, []]);
  }

  #send(message) {
    const body = encode(message);
    const prefix = [];
    for (let rest = body.length; prefix.length === 0 || rest > 0; rest >>>= 7) prefix.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    write(this.#socket, Buffer.concat([Buffer.from(prefix), body]), 2);
  }
}

/** The socket of a WebSocket (RFC 6455) that was agreed on. */
function connect(url, headers) {
  return new Promise((resolve, reject) => {
    const asked = http.request(url, {
      agent: false,
      headers: { ...headers, Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': 13, 'Sec-WebSocket-Key': randomBytes(16).toString('base64') },
    });
    asked.on('upgrade', (_, socket) => resolve(socket.setNoDelay(true)));
    asked.on('response', (answer) => reject(new Error(`${url}: ${answer.statusCode}`)));
    asked.on('error', reject).end();
  });
}

/** Writes one message as one frame; the mask is nought, which is one too. */
function write(socket, payload, opcode) {
  const length = payload.length;
  const head = Buffer.alloc(length < 126 ? 6 : length < 65_536 ? 8 : 14);
  head[0] = 0x80 | opcode;
  if (length < 126) head[1] = 0x80 | length;
  else if (length < 65_536) head.writeUInt16BE(length, ((head[1] = 0x80 | 126), 2));
  else head.writeBigUInt64BE(BigInt(length), ((head[1] = 0x80 | 127), 2));
  socket.write(Buffer.concat([head, payload]));
}

/** Hands on each whole message, whatever pieces it comes in. */
function read(socket, onMessage) {
  let [pending, parts] = [Buffer.alloc(0), []];
  socket.on('data', (data) => {
    pending = pending.length > 0 ? Buffer.concat([pending, data]) : data;
    while (pending.length >= 2) {
      const short = pending[1] & 0x7f;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (pending.length < head) return;
      const length = short < 126 ? short : short === 126 ? pending.readUInt16BE(2) : Number(pending.readBigUInt64BE(2));
      if (pending.length < head + length) return;
      const [opcode, isLast, payload] = [pending[0] & 0x0f, pending[0] & 0x80, pending.subarray(head, head + length)];
      pending = pending.subarray(head + length);
      if (opcode === 9) write(socket, payload, 10);
      if (opcode > 2) continue;
      parts.push(payload);
      if (isLast) onMessage(Buffer.concat(parts.splice(0)));
    }
  });
}

/** As much of MessagePack as the hub is told. */
function encode(value) {
  if (value === null) return Buffer.from([0xc0]);
  if (typeof value === 'boolean') return Buffer.from([value ? 0xc3 : 0xc2]);
  if (typeof value === 'number') {
    const whole = Buffer.alloc(9);
    whole[0] = 0xd3;
    whole.writeBigInt64BE(BigInt(value), 1);
    return value >= 0 && value < 128 ? Buffer.from([value]) : whole;
  }
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    const head = Buffer.alloc(5);
    head[0] = 0xdb;
    head.writeUInt32BE(text.length, 1);
    return Buffer.concat([head, text]);
  }
  if (Array.isArray(value)) return Buffer.concat([Buffer.from([0x90 | value.length]), ...value.map(encode)]);
  return Buffer.from([0x80]);
}

/** MessagePack, as far as the hub speaks it. */
function decode(bytes) {
  let at = 0;
  const number = (size) => {
    at += size;
    return size === 8 ? Number(bytes.readBigInt64BE(at - 8)) : bytes.readUIntBE(at - size, size);
  };
  const take = (length) => bytes.subarray(at, (at += length));
  const list = (length) => Array.from({ length }, next);
  const map = (length) => Object.fromEntries(Array.from({ length }, () => [next(), next()]));
  const next = () => {
    const type = bytes[at++];
    if (type < 0x80) return type;
    if (type >= 0xe0) return type - 256;
    if (type < 0x90) return map(type & 0x0f);
    if (type < 0xa0) return list(type & 0x0f);
    if (type < 0xc0) return take(type & 0x1f).toString();
    switch (type) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xc4: case 0xc5: case 0xc6: return take(number(1 << (type - 0xc4)));
      case 0xcc: case 0xcd: case 0xce: case 0xcf: return number(1 << (type - 0xcc));
      case 0xd0: case 0xd1: case 0xd2: case 0xd3: return number(1 << (type - 0xd0));
      case 0xd9: case 0xda: case 0xdb: return take(number(1 << (type - 0xd9))).toString();
      case 0xdc: case 0xdd: return list(number(2 << (type - 0xdc)));
      case 0xde: case 0xdf: return map(number(2 << (type - 0xde)));
      default: throw new Error(`MessagePack ${type.toString(16)}`);
    }
  };
  return next();
}

// What the program costs, in its own processor time: one short round of everything that is done often.
//   node bench.js PROGRAM.dll FIGURES.md [--record] [PART …]      (build/bench.sh does)
// Processor time of the server alone (/proc, so Linux only): load of others on the machine and the cost of asking do not
// count. See docs/performance.md, which also holds the figures that it compares with.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Circuit, Session } from './circuit.js';

const [program, figuresFile, ...rest] = process.argv.slice(2);
const isRecording = rest.includes('--record');
const chosen = rest.filter((word) => !word.startsWith('--'));
const PASSWORD = 'Correct-horse-1';
const [PEOPLE, RECEIVERS, STREAMS, PAGES] = [10, 100, 1_000, 100];
const SIZE = 65_536;

const port = await freePort();
const base = `http://127.0.0.1:${port}`;
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'chatfiles-bench-'));
const begun = performance.now();
const server = spawn('dotnet', [path.resolve(program)], {
  cwd: data,
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    ...process.env,
    ASPNETCORE_URLS: base, ASPNETCORE_ENVIRONMENT: 'Production', Data__Directory: path.join(data, 'data'), Logging__LogLevel__Default: 'Warning',
    Metrics__Address: '127.0.0.1:0',
    RateLimits__UploadsPerMinute: '0', RateLimits__SignInsPerMinute: '0', RateLimits__MessagesPerMinute: '0', RateLimits__SearchesPerMinute: '0',
    Limits__StreamsPerPerson: '0', Limits__CircuitsPerPerson: '0', Limits__UploadsUnderWayPerPerson: '0', Quotas__BytesPerUser: '0',
  },
});
process.on('exit', () => {
  server.kill('SIGKILL');
  fs.rmSync(data, { recursive: true, force: true });
});
server.on('exit', () => give('the program ended'));

const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
const oneLine = new http.Agent({ keepAlive: true, maxSockets: 1 });
const tokens = [];
const sessions = [];
const figures = new Map();

const PARTS = {
  async uploads() {
    await times(1_500, 16, () => upload(agent));
    await cost('upload of 64 KiB, 16 connections', 1_500, 16, () => upload(agent));
    await cost('upload of 64 KiB, one connection', 400, 1, () => upload(oneLine));
  },
  async downloads() {
    const { path: file } = await upload(agent);
    await times(1_000, 16, () => get(file));
    await cost('download of 64 KiB, 16 connections', 2_000, 16, () => get(file));
    const { etag } = (await get(file)).headers;
    await times(300, 16, () => get(file, { 'If-None-Match': etag }, 304));
    await cost('the same file asked for once more (304)', 1_000, 16, () => get(file, { 'If-None-Match': etag }, 304));
  },
  async history() {
    for (let i = 0; i < 50; i++) await upload(agent);
    await times(400, 4, () => get('/chat/1/messages'));
    await cost('page of 50 messages by the API', 600, 4, () => get('/chat/1/messages'));
  },
  async fanOut() {
    const streams = await follow(RECEIVERS);
    await times(150, 1, () => streams.send());
    await cost(`text to ${RECEIVERS} streams`, 100, 1, () => streams.send());
    streams.end();
  },
  async idle() {
    await quiet();
    await idle('idle, nobody there', 15);
    const before = residentKiB();
    const streams = await follow(STREAMS);
    await quiet();
    note(`idle stream of ${STREAMS}, KiB`, (residentKiB() - before) / STREAMS);
    await idle(`idle, ${STREAMS} streams`, 10);
    streams.end();
    await quiet();
  },
  async pages() {
    const pages = await openPages(10);
    for (let i = 0; i < 30; i++) await pages.send();
    await quiet();
    const [memory, time] = [residentKiB(), cpu()];
    await pages.open(PAGES);
    await quiet();
    note('opening a page, ms', (cpu() - time) / PAGES);
    note('open page, KiB', (residentKiB() - memory) / PAGES);
    for (let i = 0; i < 5; i++) await pages.send();
    const from = cpu();
    for (let i = 0; i < 15; i++) {
      await pages.send();
      await quiet(300);
    }
    note(`text to ${PAGES} pages, ms`, (cpu() - from) / 15);
    await idle(`idle, ${PAGES} pages`, 10);
  },
};

await start();
if (chosen.some((name) => !(name in PARTS))) give(`The parts are ${Object.keys(PARTS).join(', ')}.`);
for (const [name, part] of Object.entries(PARTS)) if (chosen.length === 0 || chosen.includes(name)) await part();
report();
process.exit();

async function start() {
  for (;;) {
    const page = await fetch(`${base}/sign-in`).catch(() => null);
    if (page?.ok) break;
    if (performance.now() - begun > 60_000) give('the program did not start');
    await sleep(20);
  }
  note('start to the first page, ms', performance.now() - begun);
  note('processor time until then, ms', cpu());
  for (let i = 0; i < PEOPLE; i++) {
    const account = { email: `u${i}@example.org`, password: PASSWORD };
    await json('/account/register', account);
    tokens.push((await json('/account/login', account)).accessToken);
    sessions.push(await new Session(base).signIn(account.email, PASSWORD));
  }
  await quiet();
  note('idle program, MiB', residentKiB() / 1024);
}

/** User and system time of the program, ms. */
function cpu() {
  const fields = fs.readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function residentKiB() {
  return Number(/RssAnon:\s+(\d+)/.exec(fs.readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]);
}

/** Until the program has done next to nothing for so long. */
async function quiet(ms = 1_500) {
  let [last, since] = [cpu(), Date.now()];
  for (const end = Date.now() + 20_000; Date.now() < end && Date.now() - since < ms; ) {
    await sleep(100);
    const now = cpu();
    if (now - last > 10) since = Date.now();
    last = now;
  }
}

async function times(count, atOnce, what) {
  let left = count;
  await Promise.all(Array.from({ length: atOnce }, async () => { while (left-- > 0) await what(); }));
}

async function cost(name, count, atOnce, what) {
  const from = cpu();
  await times(count, atOnce, what);
  note(`${name}, ms`, (cpu() - from) / count);
}

async function idle(name, seconds) {
  const from = cpu();
  await sleep(seconds * 1_000);
  note(`${name}, % of a core`, (cpu() - from) / seconds / 10);
}

function request(method, route, { headers = {}, body, by = agent } = {}, expected = 200) {
  return new Promise((resolve, reject) => {
    const sent = http.request(base + route, { method, agent: by, headers: { Authorization: `Bearer ${tokens[0]}`, ...headers } }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(chunks);
        if (answer.statusCode === expected) resolve({ headers: answer.headers, body: text });
        else reject(new Error(`${method} ${route}: ${answer.statusCode} ${text.toString().slice(0, 300)}`));
      });
    });
    sent.on('error', reject).end(body);
  });
}

function get(route, headers, expected) {
  return request('GET', route, { headers }, expected);
}

async function json(route, value, expected = 200) {
  const answer = await request('POST', route, { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) }, expected);
  return answer.body.length > 0 ? JSON.parse(answer.body) : null;
}

/** A file that was never sent before; a ZIP by its first bytes. */
async function upload(by) {
  const content = Buffer.alloc(SIZE, `${Math.random()} ${performance.now()} `);
  content.write('PK\x03\x04', 'latin1');
  const body = Buffer.concat([Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="backup.zip"\r\n\r\n'), content, Buffer.from('\r\n--b--\r\n')]);
  const answer = await request('POST', '/chat/1/file', { headers: { 'Content-Type': 'multipart/form-data; boundary=b', 'Content-Length': body.length }, body, by }, 201);
  return JSON.parse(answer.body);
}

/** Sends a text and waits until everybody has it. */
function sender() {
  const waiting = { mark: null, left: 0, done: () => {} };
  return {
    heard(receiver, bytes) {
      if (!waiting.mark || receiver.last === waiting.mark || !bytes.includes(waiting.mark)) return;
      receiver.last = waiting.mark;
      if (--waiting.left === 0) waiting.done();
    },
    async send(count) {
      const text = `mark${Math.random().toString(36).slice(2)}`;
      const arrived = new Promise((done) => Object.assign(waiting, { mark: Buffer.from(text), left: count, done }));
      await json('/chat/1/messages', { text }, 201);
      const timer = setTimeout(() => give(`${waiting.left} of ${count} did not get a text`), 30_000);
      await arrived;
      clearTimeout(timer);
    },
  };
}

async function follow(count) {
  const [open, news] = [[], sender()];
  const each = new http.Agent({ maxSockets: Infinity });
  for (let i = 0; i < count; i += 50) {
    await Promise.all(
      Array.from({ length: Math.min(50, count - i) }, (_, k) => new Promise((resolve, reject) => {
        const receiver = {};
        const asked = http.get(`${base}/chat/1/events`, { agent: each, headers: { Authorization: `Bearer ${tokens[(i + k) % PEOPLE]}` } }, (answer) => {
          if (answer.statusCode !== 200) reject(new Error(`stream: ${answer.statusCode}`));
          answer.on('data', (bytes) => {
            resolve();
            news.heard(receiver, bytes);
          });
          answer.on('error', () => {});
        });
        asked.on('error', reject);
        open.push(asked);
      })),
    );
  }
  return { send: () => news.send(count), end: () => open.forEach((asked) => asked.destroy()) };
}

async function openPages(first) {
  const [pages, news] = [[], sender()];
  const open = async (count) => {
    for (const circuit of pages.splice(0)) circuit.close();
    await times(count, 4, async () => {
      const circuit = new Circuit(sessions[pages.length % PEOPLE]);
      circuit.onBatch = (bytes) => news.heard(circuit, bytes);
      pages.push(circuit);
      await circuit.open('/chats/1');
    });
    await quiet(700);
  };
  await open(first);
  return { open, send: () => news.send(pages.length) };
}

function note(name, value) {
  figures.set(name, value);
  process.stderr.write(`${name}: ${show(value)}\n`);
}

function show(value) {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

/** The table of the document has a row a figure: | name | value |. */
function report() {
  const text = fs.readFileSync(figuresFile, 'utf8');
  const row = (name) => new RegExp(`^\\| ${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')} \\| ([\\d.]+) \\|$`, 'm');
  if (isRecording) fs.writeFileSync(figuresFile, [...figures].reduce((all, [name, value]) => all.replace(row(name), `| ${name} | ${show(value)} |`), text));
  console.log(`${''.padEnd(46)}${'now'.padStart(9)}${'recorded'.padStart(10)}`);
  for (const [name, value] of figures) {
    const recorded = row(name).exec(text)?.[1];
    const ratio = recorded > 0 ? `${(value / recorded).toFixed(2).padStart(8)} times` : '';
    console.log(`${name.padEnd(46)}${show(value).padStart(9)}${(recorded ?? '-').padStart(10)}${ratio}`);
  }
}

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address();
      probe.close(() => resolve(free));
    });
  });
}

function give(reason) {
  console.error(reason);
  process.exit(1);
}

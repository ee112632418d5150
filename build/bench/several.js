// What several processes on one PostgreSQL do, beside one on SQLite: commits a second, how long a message takes from one
// process to a reader at the other, and what open event streams cost. Linux, node, PostgreSQL's programs, Azurite.
//   node several.js PROGRAM.dll AZURITE [commits] [news] [streams]     ten minutes; figures in docs/several-machines.md
import { spawn, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const [program, azurite, ...chosen] = process.argv.slice(2);
const PASSWORD = 'Correct-horse-1';
const [CONNECTIONS, SECONDS, ROUNDS, STREAMS] = [64, 8, 2, Number(process.env.STREAMS ?? 5_000)];

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chatfiles-several-'));
fs.chmodSync(folder, 0o755);
const started = [];
let databases = 0;
process.on('exit', () => {
  for (const one of started) one.kill('SIGKILL');
});
const blobs = await freePort();
const database = startPostgreSql();
run(path.resolve(azurite), ['--location', path.join(folder, 'blobs'), '--silent', '--skipApiVersionCheck', '--blobPort', blobs]);

const PARTS = { commits, news, streams };
for (const name of chosen.length > 0 ? chosen : Object.keys(PARTS)) await PARTS[name]();
process.exit();

async function commits() {
  const sites = { 'SQLite': [await node()], 'PostgreSQL, one': [await node(await newDatabase())] };
  const shared = await newDatabase();
  sites['PostgreSQL, two'] = [await node(shared), await node(shared)];
  for (const nodes of Object.values(sites)) {
    nodes.people = await register(nodes[0], 16);
    nodes.chats = [];
    for (let i = 0; i < 64; i++) nodes.chats.push({ id: (await post(nodes[0], nodes.people[i % 16], '/chat', { name: `${i}` })).id, owner: nodes.people[i % 16] });
    await load(nodes, 64, 4);
  }
  for (let round = 1; round <= ROUNDS; round++) {
    for (const chats of [1, 16, 64]) {
      for (const [name, nodes] of Object.entries(sites)) {
        const { count, late } = await load(nodes, chats, SECONDS);
        say(`round ${round}, ${chats} chats, ${name}: ${(count / SECONDS).toFixed(0)} a second, p50 ${at(late, 0.5)} p99 ${at(late, 0.99)} ms`);
      }
    }
  }
  Object.values(sites).flat().forEach((one) => one.process.kill('SIGKILL'));
}

async function load(nodes, chats, seconds) {
  const late = [];
  const end = performance.now() + seconds * 1_000;
  await Promise.all(Array.from({ length: CONNECTIONS }, async (_, i) => {
    const chat = nodes.chats[i % chats];
    // So that each chat is written to at each of them.
    const to = nodes[Math.floor(i / chats + (i % chats)) % nodes.length];
    for (let from = performance.now(); from < end; from = performance.now()) {
      await post(to, chat.owner, `/chat/${chat.id}/messages`, { text: `message ${from} of ${i}` });
      late.push(performance.now() - from);
    }
  }));
  return { count: late.length, late };
}

async function news() {
  const shared = await newDatabase();
  const nodes = [await node(shared), await node(shared)];
  const [ann] = await register(nodes[0], 1);
  const chat = (await post(nodes[0], ann, '/chat', { name: 'news' })).id;
  const others = [];
  for (let i = 0; i < 16; i++) others.push((await post(nodes[0], ann, '/chat', { name: `${i}` })).id);
  const reader = await follow(nodes[1], ann, chat);
  await deliver(200);
  say(`POST at one, heard at the other, idle: ${await deliver(1_000)}`);
  let [loading, sent] = [true, 0];
  const began = performance.now();
  const loads = (async () => {
    for (; loading; sent++) {
      post(nodes[sent % 2], ann, `/chat/${others[sent % 16]}/messages`, { text: `load ${sent}` });
      await sleep(Math.max(0, began + (sent + 1) * 20 - performance.now()));
    }
  })();
  const figures = await deliver(1_000);
  say(`the same while ${(sent / (performance.now() - began) * 1_000).toFixed(0)} a second are sent to 16 other chats: ${figures}`);
  loading = false;
  await loads;
  nodes.forEach((one) => one.process.kill('SIGKILL'));

  async function deliver(count) {
    const late = [];
    for (let i = 0; i < count; i++) {
      const text = `mark ${Math.random()}`;
      const from = performance.now();
      const heard = reader.hears(text);
      await Promise.all([post(nodes[0], ann, `/chat/${chat}/messages`, { text }), heard]);
      late.push((await heard) - from);
      await sleep(Math.random() * 20);
    }
    return `p50 ${at(late, 0.5)} p99 ${at(late, 0.99)} max ${at(late, 1)} ms`;
  }
}

async function streams() {
  for (const count of [100, STREAMS / 2]) {
    const shared = await newDatabase();
    const nodes = [await node(shared), await node(shared)];
    const [ann] = await register(nodes[0], 1);
    const chats = [];
    await times(count, 16, async () => chats.push((await post(nodes[0], ann, '/chat', { name: 'c' })).id));
    for (const chat of chats) await post(nodes[0], ann, `/chat/${chat}/messages`, { text: 'first' });
    await quiet(nodes[1]);
    const [before, began, spent] = [resident(nodes[1]), performance.now(), cpu(nodes[1])];
    const open = [];
    await times(STREAMS, 50, async () => { const i = open.push(null) - 1; open[i] = await follow(nodes[1], ann, chats[i % count]); });
    const opening = performance.now() - began;
    const reader = open.find((one) => one.chat === chats[0]);
    const first = [];
    for (let i = 0; i < 5; i++) first.push(await deliver(`at once ${i}`));
    say(`${STREAMS} streams of ${count} chats opened in ${(opening / 1_000).toFixed(1)} s, ${((cpu(nodes[1]) - spent) / STREAMS).toFixed(2)} ms each; messages right after it were heard after ${first.map((ms) => ms.toFixed(0))} ms`);
    await quiet(nodes[1]);
    say(`  ${((resident(nodes[1]) - before) / STREAMS).toFixed(1)} KiB each; the process has ${(resident(nodes[1]) / 1024).toFixed(0)} MiB`);
    let [node1, server] = [cpu(nodes[1]), await databaseCpu()];
    await sleep(20_000);
    say(`  idle: ${((cpu(nodes[1]) - node1) / 200).toFixed(1)} % of a core, PostgreSQL ${(((await databaseCpu()) - server) / 200).toFixed(1)} %`);
    [node1, server] = [cpu(nodes[1]), await databaseCpu()];
    const from = performance.now();
    for (let i = 0; i < 200; i++) {
      post(nodes[0], ann, `/chat/${chats[i % count]}/messages`, { text: `message ${i}` });
      await sleep(Math.max(0, from + (i + 1) * 100 - performance.now()));
    }
    await quiet(nodes[1]);
    say(`  10 messages a second at the other process, each to ${STREAMS / count}: ${((cpu(nodes[1]) - node1) / 200).toFixed(1)} % of a core, PostgreSQL ${(((await databaseCpu()) - server) / 200).toFixed(1)} %`);
    open.forEach((one) => one.end());
    nodes.forEach((one) => one.process.kill('SIGKILL'));

    async function deliver(text) {
      const sent = performance.now();
      const heard = reader.hears(text);
      await post(nodes[0], ann, `/chat/${chats[0]}/messages`, { text });
      return (await heard) - sent;
    }
  }
}

/** A stream that says when it hears a text. */
function follow(to, token, chat) {
  return new Promise((resolve, reject) => {
    const waiting = new Map();
    const asked = http.get(`${to.base}/chat/${chat}/events`, { agent: false, headers: { Authorization: `Bearer ${token}` } }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`stream: ${answer.statusCode}`));
      answer.on('data', (bytes) => {
        resolve({ chat, hears: (text) => new Promise((done) => { waiting.set(text, done); }), end: () => asked.destroy() });
        for (const [text, done] of waiting) {
          if (!bytes.includes(text)) continue;
          waiting.delete(text);
          done(performance.now());
        }
      });
      answer.on('error', () => {});
    });
    asked.on('error', reject);
  });
}

async function node(shared) {
  const port = await freePort();
  const data = fs.mkdtempSync(path.join(folder, 'data-'));
  const one = { base: `http://127.0.0.1:${port}`, agent: new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS }) };
  one.process = run('dotnet', [path.resolve(program)], {
    ASPNETCORE_URLS: one.base, ASPNETCORE_ENVIRONMENT: 'Production', Data__Directory: data, Logging__LogLevel__Default: 'Warning', Metrics__Address: '',
    RateLimits__UploadsPerMinute: '0', RateLimits__SignInsPerMinute: '0', RateLimits__MessagesPerMinute: '0', RateLimits__SearchesPerMinute: '0',
    Limits__StreamsPerPerson: '0', Quotas__BytesPerUser: '0',
    ...shared && {
      Database__Provider: 'PostgreSql', Database__ConnectionString: `Host=${folder};Username=chatfiles;Database=${shared}`,
      Storage__Provider: 'Azure', Storage__Azure__Container: shared.replace('_', '-'),
      Storage__Azure__ConnectionString: 'DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;'
        + 'AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;'
        + `BlobEndpoint=http://127.0.0.1:${blobs}/devstoreaccount1;`,
    },
  });
  for (const end = Date.now() + 60_000; ; await sleep(50)) {
    if ((await fetch(`${one.base}/health/ready`).catch(() => null))?.ok) return one;
    if (Date.now() > end) throw new Error('the program did not start');
  }
}

function startPostgreSql() {
  const programs = fs.readdirSync('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin`).at(-1);
  const owner = process.getuid() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
  if (owner.length > 0) execFileSync('chown', ['postgres:', folder]);
  const as = (name, ...args) => [...owner, `${programs}/${name}`, ...args];
  const [first, ...rest] = as('initdb', '-D', `${folder}/database`, '-U', 'chatfiles', '--auth=trust', '-E', 'UTF8', '--locale=C.UTF-8');
  execFileSync(first, rest, { stdio: 'ignore', cwd: '/' });
  const [server, ...args] = as('postgres', '-D', `${folder}/database`, '-k', folder, '-c', 'listen_addresses=', '-c', 'max_connections=400');
  return run(server, args);
}

async function newDatabase() {
  const name = `bench_${++databases}`;
  for (const end = Date.now() + 30_000; ; await sleep(100)) {
    try {
      execFileSync('psql', ['-h', folder, '-U', 'chatfiles', '-d', 'postgres', '-qc', `CREATE DATABASE ${name}`], { stdio: 'ignore' });
      return name;
    } catch (failure) {
      if (Date.now() > end) throw failure;
    }
  }
}

function run(command, args, env) {
  const one = spawn(command, args, { cwd: folder, stdio: ['ignore', 'ignore', command === 'dotnet' ? 'inherit' : 'ignore'], env: { ...process.env, ...env } });
  started.push(one);
  return one;
}

async function register(to, count) {
  const tokens = [];
  for (let i = 0; i < count; i++) {
    const account = { email: `u${i}@example.org`, password: PASSWORD };
    await post(to, null, '/account/register', account);
    tokens.push((await post(to, null, '/account/login', account)).accessToken);
  }
  return tokens;
}

function post(to, token, route, value) {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', ...token && { Authorization: `Bearer ${token}` } };
    const sent = http.request(to.base + route, { method: 'POST', agent: to.agent, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => {
        if (answer.statusCode < 300) resolve(text && JSON.parse(text));
        else reject(new Error(`${route}: ${answer.statusCode} ${text.slice(0, 300)}`));
      });
    });
    sent.on('error', reject).end(JSON.stringify(value));
  });
}

async function times(count, atOnce, what) {
  let left = count;
  await Promise.all(Array.from({ length: atOnce }, async () => { while (left-- > 0) await what(); }));
}

/** User and system time, ms. */
function cpuOf(pid) {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function cpu(one) {
  return cpuOf(one.process.pid);
}

/** Of all its processes that are there. */
async function databaseCpu() {
  const pids = fs.readFileSync(`/proc/${database.pid}/task/${database.pid}/children`, 'utf8').trim().split(' ');
  return pids.reduce((sum, pid) => sum + (fs.existsSync(`/proc/${pid}`) ? cpuOf(pid) : 0), cpuOf(database.pid));
}

function resident(one) {
  return Number(/RssAnon:\s+(\d+)/.exec(fs.readFileSync(`/proc/${one.process.pid}/status`, 'utf8'))[1]);
}

async function quiet(one, ms = 1_500) {
  let [last, since] = [cpu(one), Date.now()];
  for (const end = Date.now() + 30_000; Date.now() < end && Date.now() - since < ms; ) {
    await sleep(100);
    const now = cpu(one);
    if (now - last > 10) since = Date.now();
    last = now;
  }
}

function at(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))].toFixed(1);
}

function say(line) {
  console.log(`${line}   (load ${os.loadavg()[0].toFixed(1)})`);
}

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

// What a page's scripts find in a browser and node does not have, as small as they need it. Import this before any of them.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../../build/npm/package.json', import.meta.url));
const { IDBFactory, IDBKeyRange } = require('fake-indexeddb');

const nextTurn = ((later) => () => new Promise((resolve) => later(resolve)))(setImmediate);
const now = Date.now;
const GIVE_UP_MS = 5_000;

/** The page's own events: `online`, `beforeunload`. */
let events = new EventTarget();

/** Gives whether nobody minds. */
export const happens = (type) => events.dispatchEvent(new Event(type, { cancelable: true }));

/** The page that was open hears and does nothing more; what the browser keeps for it stays. */
export function closePage() {
  events = new EventTarget();
  clock.timers.clear();
  otherTabs.listeners.clear();
  otherTabs.held.clear();
}

/** Waits until something holds; never longer than it takes. */
export async function until(holds, what = String(holds)) {
  for (const begun = now(); !holds(); await nextTurn()) if (now() - begun > GIVE_UP_MS) throw new Error(`It never held: ${what}`);
}

/** Lets time pass until something holds. */
export async function passUntil(holds) {
  for (const begun = now(); !holds(); clock.pass(500), await rest()) if (now() - begun > GIVE_UP_MS) throw new Error(`It never held: ${holds}`);
}

/** Lets everything that goes on by itself come to rest. */
export async function rest() {
  for (let turn = 0; turn < 50; turn++) await nextTurn();
}

/** Time that passes when a test says so. */
export const clock = {
  now: 0,
  timers: new Map(),
  last: 0,
  pass(milliseconds) {
    this.now += milliseconds;
    for (const [id, { at, act }] of [...this.timers].sort(([, a], [, b]) => a.at - b.at)) if (at <= this.now && this.timers.delete(id)) act();
  },
};

/** The other tabs of this browser. */
export const otherTabs = {
  listeners: new Set(),
  held: new Map(),
  say() {
    for (const listener of this.listeners) listener(new Event('message'));
  },
  /** Another tab holds a lock until what this gives is called. */
  hold(name) {
    let letGo;
    this.held.set(name, new Promise((resolve) => (letGo = resolve)));
    return letGo;
  },
};

const locks = {
  async request(name, use) {
    for (;;) {
      const holder = otherTabs.held.get(name);
      if (!holder) break;
      await holder;
      if (otherTabs.held.get(name) === holder) otherTabs.held.delete(name);
    }
    const using = Promise.resolve(use());
    otherTabs.held.set(name, using);
    return using;
  },
};

/** What this browser keeps; where it is forbidden, or refuses files (WebKit in its private sessions), that is nothing, or less. */
export const storage = {
  isForbidden: false,
  refusesFiles: false,
  refused: 0,
  factory: new IDBFactory(),
  opened: new Set(),

  /** Somebody clears what the site has stored. */
  clear() {
    Object.assign(this, { isForbidden: false, refusesFiles: false, refused: 0, factory: new IDBFactory() });
    for (const database of this.opened) database.onclose?.(new Event('close'));
    this.opened.clear();
  },

  open(...asked) {
    const request = this.factory.open(...asked);
    request.addEventListener('success', () => this.watch(request.result));
    return request;
  },

  watch(database) {
    const { transaction } = database;
    this.opened.add(database);
    database.transaction = (...names) => {
      if (this.isForbidden) throw new DOMException('forbidden', 'SecurityError');
      return this.watchTransaction(transaction.apply(database, names));
    };
  },

  watchTransaction(transaction) {
    const { objectStore } = transaction;
    transaction.objectStore = (name) => {
      const found = objectStore.call(transaction, name);
      const { put } = found;
      found.put = (value) => {
        if (!this.refusesFiles || !holdsFile(value)) return put.call(found, value);
        this.refused++;
        throw new DOMException('no files here', 'DataCloneError');
      };
      return found;
    };
    return transaction;
  },
};

const holdsFile = (value) => value instanceof Blob || (value !== null && typeof value === 'object' && Object.values(value).some(holdsFile));

const metas = { 'user-id': 'ann', 'antiforgery-token': 'token' };

Object.defineProperty(globalThis, 'navigator', { value: { onLine: true, locks }, configurable: true });
Object.assign(globalThis, {
  IDBKeyRange,
  indexedDB: { open: (...asked) => storage.open(...asked) },
  document: { baseURI: 'http://chat.test/', querySelector: (selector) => ({ content: metas[/^meta\[name=(.*)\]$/.exec(selector)?.[1]] }) },
  addEventListener: (...listening) => events.addEventListener(...listening),
  BroadcastChannel: class {
    addEventListener(_, listener) {
      otherTabs.listeners.add(listener);
    }
    postMessage() {}
  },
  setTimeout(act, milliseconds = 0, ...given) {
    clock.timers.set(++clock.last, { at: clock.now + milliseconds, act: () => act(...given) });
    return clock.last;
  },
  clearTimeout: (id) => clock.timers.delete(id),
});
globalThis.File ??= (await import('node:buffer')).File;
globalThis.CustomEvent ??= class extends Event {
  constructor(type, { detail }) {
    super(type);
    this.detail = detail;
  }
};

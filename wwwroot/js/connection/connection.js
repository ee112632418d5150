// Keeps the circuit. While it is down the page says "Reconnecting…"; when the server has forgotten the circuit
// (it was restarted), the page loads itself again. Where something on the way refuses WebSockets, the page says so and
// lives by long polling.
import { ask, bodyOf, problemOf } from '../server/answers.js';
import { element } from '../page/dom.js';
import { outbox } from '../sending/outbox.js';
import { whenRecorded } from '../sending/recorder.js';
import { pauseAfter } from '../server/pauses.js';
import { disconnectAll } from '../scripts.js';
import { LONG_POLLING, mayBeBlocked, rememberBlocked, socketPasses, sockets } from './sockets.js';

const SERVER_SILENT_MS = 12_000; // three of the server's keep-alives
const KEEP_ALIVE_MS = 4_000;
const PAUSES_MS = [0, 300, 600, 1_000, 2_000, 3_000];
const REFUSED_OFTEN = 3;
const BLOCKED = 'The connection for live updates is blocked by something between this page and ChatFiles (a proxy, perhaps). The page works without it, if a little slower.';

export class Connection {
  #place;
  #isDown = false;
  #isPolling = false;
  #hasOpened = false;
  #wake = /** @type {(_?: unknown) => void} */ (() => {});

  constructor(place) {
    this.#place = place;
  }

  async start() {
    addEventListener('unhandledrejection', forgetWhatBlazorStumblesOver);
    addEventListener('offline', () => this.#show(true));
    addEventListener('online', () => this.#lookAgain());
    document.addEventListener('visibilitychange', () => this.#wake());
    if (mayBeBlocked()) this.#isPolling = !(await this.#socketsPass());
    Blazor.start({
      circuit: {
        configureSignalR: (builder) =>
          builder.withUrl('_blazor', this.#transport).withServerTimeout(SERVER_SILENT_MS).withKeepAliveInterval(KEEP_ALIVE_MS),
        reconnectionHandler: {
          onConnectionDown: () => this.#reconnect(),
          onConnectionUp: () => {},
        },
      },
    }).catch(() => this.#pause(PAUSES_MS.length).then(() => this.#loadAgain()));
    if (this.#isPolling) this.#say(BLOCKED);
  }

  /** Without a negotiation first, where that can be had: it is a request more, and binds the socket to one of several servers. */
  get #transport() {
    if (this.#isPolling) return { transport: LONG_POLLING };
    return sockets({ onOpen: () => (this.#hasOpened = true), onRefused: () => this.#hasOpened || this.#onRefused() });
  }

  /** Blazor can't begin a second time on one page; the next one looks first. */
  async #onRefused() {
    this.#show(true);
    rememberBlocked(!(await this.#socketsPass()));
    await this.#loadAgain();
  }

  /** Asked when the server is there and lets this person in, so that nothing else is taken for a blocked socket. */
  async #socketsPass() {
    for (let tries = 0; ; tries++) {
      const answer = await ask('/_blazor/negotiate?negotiateVersion=1', { method: 'POST' });
      if (answer && bodyOf(answer, 200)) return socketPasses();
      const problem = answer && problemOf(answer);
      if (problem?.status === 401) return true; // The page leads to the sign-in when it is loaded.
      if (problem) this.#say(problem.detail);
      await this.#pause(tries);
    }
  }

  #lookAgain() {
    this.#wake();
    this.#show(this.#isDown);
  }

  async #reconnect() {
    if (this.#isDown) return;
    this.#isDown = true;
    this.#show(true);
    let refusals = 0;
    for (let tries = 0; ; tries++) {
      await this.#pause(tries);
      // Asked first, because Blazor takes a server that can't be reached for a broken page.
      if (!(await isServerThere())) continue;
      const isBack = await Blazor.reconnect().catch(() => undefined);
      if (isBack) break;
      // False: the server has let go of this circuit.
      if (isBack === false && (await this.#resume())) break;
      // It does not know of it at all any more. Or a server that is there and never lets us in: we may be signed out.
      if (isBack === false || ++refusals === REFUSED_OFTEN) return this.#loadAgain();
    }
    this.#isDown = false;
    this.#show(false);
    outbox.retryWaiting();
  }

  /** As after a laptop's sleep: the server still knows what the page was. It is drawn anew, with what was written, where it was. */
  #resume() {
    document.documentElement.dataset.interactive = 'false';
    disconnectAll();
    globalThis.mudPopover?.dispose();
    return Blazor.resumeCircuit().catch(() => false);
  }

  /** The circuit is lost for good. What is being sent goes on behind the reload, if the browser can keep it; else it goes first. Nobody is cut off while they speak. */
  async #loadAgain() {
    this.#show(true);
    for (let tries = 1; !(await isServerThere()); tries++) await this.#pause(tries);
    outbox.retryWaiting();
    await whenRecorded();
    await outbox.whenSafe();
    location.reload();
  }

  #pause(tries) {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, pauseAfter(tries, PAUSES_MS));
    });
  }

  #show(isDown) {
    document.documentElement.toggleAttribute('data-disconnected', isDown);
    const shown = this.#place.querySelector('[data-reconnecting]');
    if (!isDown) shown?.remove();
    else if (!shown) this.#place.append(element('div', { role: 'status', 'aria-label': 'Reconnecting…', 'data-reconnecting': '' }, 'Reconnecting…'));
  }

  /** Stays until it is dismissed; once for the same words. */
  #say(words) {
    const said = this.#place.querySelector('[data-said]');
    if (said?.firstChild.textContent === words) return;
    const box = element(
      'div',
      { 'data-said': '' },
      element('span', { role: 'status' }, words),
      element('button', { type: 'button', class: 'button quiet small', onclick: () => box.remove() }, 'Dismiss'),
    );
    said?.remove();
    this.#place.append(box);
  }
}

/** Of the socket, which is just closing, and of SignalR, which knows already. */
const NOTHING_IS_SENT = ['WebSocket is not in the OPEN state', "Cannot send data if the connection is not in the 'Connected' State."];

/**
 * Blazor disconnects a circuit whose connection could not be begun, and stumbles over its not being there. Nor does it catch
 * that a connection which has just ended takes nothing more, as the answer to what the server had asked before; that it has
 * ended is what we hear next, and see to.
 */
function forgetWhatBlazorStumblesOver(event) {
  const words = event.reason?.message ?? event.reason;
  if (words === 'Circuit host not initialized.' || NOTHING_IS_SENT.includes(words)) event.preventDefault();
}

const isServerThere = async () => {
  const answer = await ask('/health/live', { cache: 'no-store', signal: AbortSignal.timeout(5_000) });
  return answer !== null && bodyOf(answer, 200) !== null;
};

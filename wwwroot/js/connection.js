// Keeps the circuit. While it is down the page says "Reconnecting…"; when the server has forgotten the circuit
// (it was restarted), the page loads itself again.
import { outbox } from './outbox.js';

const SERVER_SILENT_MS = 12_000; // three of the server's keep-alives
const KEEP_ALIVE_MS = 4_000;
const PAUSES_MS = [0, 300, 600, 1_000, 2_000, 3_000];
const REFUSED_OFTEN = 3;
const WEB_SOCKETS = 1;

export class Connection {
  #place;
  #isDown = false;
  #wake = () => {};

  constructor(place) {
    this.#place = place;
  }

  start() {
    addEventListener('offline', () => this.#show(true));
    addEventListener('online', () => this.#lookAgain());
    document.addEventListener('visibilitychange', () => this.#wake());
    Blazor.start({
      circuit: {
        configureSignalR: (builder) =>
          builder
            .withUrl('_blazor', { skipNegotiation: true, transport: WEB_SOCKETS })
            .withServerTimeout(SERVER_SILENT_MS)
            .withKeepAliveInterval(KEEP_ALIVE_MS),
        reconnectionHandler: {
          onConnectionDown: () => this.#reconnect(),
          onConnectionUp: () => {},
        },
      },
    }).catch(() => this.#pause(PAUSES_MS.length).then(() => this.#loadAgain()));
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
      // False: the server has forgotten this circuit. A server that is there and never lets us in: we may be signed out.
      if (isBack === false || ++refusals === REFUSED_OFTEN) return this.#loadAgain();
    }
    this.#isDown = false;
    this.#show(false);
    outbox.retryWaiting();
  }

  /** The circuit is lost for good. What is being sent goes on behind the reload, if the browser can keep it; else it goes first. */
  async #loadAgain() {
    this.#show(true);
    for (let tries = 1; !(await isServerThere()); tries++) await this.#pause(tries);
    outbox.retryWaiting();
    await outbox.whenSafe();
    location.reload();
  }

  #pause(tries) {
    // Not all at the same moment: everybody's page is waiting for the same server.
    const length = PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)] * (0.8 + 0.4 * Math.random());
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, length);
    });
  }

  #show(isDown) {
    document.documentElement.toggleAttribute('data-disconnected', isDown);
    if (!isDown) return this.#place.replaceChildren();
    if (this.#place.firstChild) return;
    const status = document.createElement('div');
    status.setAttribute('role', 'status');
    status.setAttribute('aria-label', 'Reconnecting…');
    status.textContent = 'Reconnecting…';
    this.#place.append(status);
  }
}

async function isServerThere() {
  try {
    const answer = await fetch('/health/live', { cache: 'no-store', signal: AbortSignal.timeout(5_000) });
    return answer.ok;
  } catch {
    return false;
  }
}

// Whether WebSockets pass between this page and the server: some proxies refuse them.

const WEB_SOCKETS = 1;
export const LONG_POLLING = 4;
const PATIENCE_MS = 10_000;
// For as long as this tab is open: with the next one the browser may be in another network.
const MEMORY = 'websockets-blocked';

/** Whether they did not pass when a page of this tab last tried. */
export function mayBeBlocked() {
  try {
    return sessionStorage.getItem(MEMORY) !== null;
  } catch {
    return false;
  }
}

export function rememberBlocked(isBlocked) {
  try {
    if (isBlocked) sessionStorage.setItem(MEMORY, '');
    else sessionStorage.removeItem(MEMORY);
  } catch {
    // A browser that keeps nothing looks again at every page.
  }
}

/** How SignalR is to connect; tells of a socket that opens, or does not come to that. */
export function sockets({ onOpen, onRefused }) {
  return { skipNegotiation: true, transport: WEB_SOCKETS, WebSocket: class extends WebSocket {
    /** @param {ConstructorParameters<typeof WebSocket>} address */
    constructor(...address) {
      super(...address);
      watch(this, onOpen, onRefused);
    }
  } };
}

/** Opens one and closes it again. */
export async function socketPasses() {
  const address = new URL('_blazor', document.baseURI);
  address.protocol = address.protocol.replace('http', 'ws');
  const socket = new WebSocket(address);
  const passes = await new Promise((resolve) => watch(socket, () => resolve(true), () => resolve(false)));
  socket.close();
  return passes;
}

/** Somebody on the way may also say nothing at all. */
function watch(socket, onOpen, onRefused) {
  const timer = setTimeout(() => socket.close(), PATIENCE_MS);
  let hasOpened = false;
  socket.addEventListener('open', () => {
    hasOpened = true;
    clearTimeout(timer);
    onOpen();
  });
  socket.addEventListener('close', () => {
    clearTimeout(timer);
    if (!hasOpened) onRefused();
  });
}

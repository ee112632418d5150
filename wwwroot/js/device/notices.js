// Whether this browser is told of new messages while no page is open, on /profile: asked for by a button, never by itself.
import { antiforgeryToken, metaOf } from '../server/requests.js';
import { ask, bodyOf, isDone, problemOf } from '../server/answers.js';
import { find } from '../page/dom.js';

const PATH = '/account/push';
/** Whose notices this browser gets: another person who signs in here gets none by themself. */
const KEPT = 'notices-of';

const canBeTold = () => 'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis;

/** Whether this person has turned them on in this browser, and it still allows them. */
export const areOn = () => canBeTold() && Notification.permission === 'granted' && attempt(() => localStorage.getItem(KEPT)) === metaOf('user-id');

/** A new session has no subscription of its own: whoever wanted notices here before goes on getting them. */
export async function renewNotices() {
  if (!canBeTold() || attempt(() => localStorage.getItem(KEPT)) !== metaOf('user-id') || attempt(() => sessionStorage.getItem(KEPT))) return;
  const subscription = await (await navigator.serviceWorker.ready).pushManager.getSubscription().catch(() => null);
  if (subscription && isDone(await send('PUT', subscription.toJSON()))) attempt(() => sessionStorage.setItem(KEPT, '1'));
}

/** Its place on the page; this file also comes with those of pages that have none. */
const place = find('[data-notices]');
if (place) begin(place);

/** @param {HTMLElement} root */
async function begin(root) {
  const part = (name) => /** @type {any} */ (root.querySelector(`[data-${name}]`));
  const [button, status, alert] = ['turn', 'status', 'alert'].map(part);
  const registered = canBeTold() ? await navigator.serviceWorker.register('/service-worker.js', { updateViaCache: 'none' }).catch(() => null) : null;
  // A browser may have service workers, and not allow them here.
  if (!registered?.pushManager) {
    part('lacking').hidden = false;
    return;
  }
  const { pushManager } = registered;
  let subscription = await pushManager.getSubscription();
  let isOn = subscription !== null && attempt(() => localStorage.getItem(KEPT)) === metaOf('user-id');
  show();
  button.hidden = false;
  button.addEventListener('click', async () => {
    button.disabled = true;
    alert.hidden = true;
    const wrong = await (isOn ? turnOff() : turnOn());
    button.disabled = false;
    alert.hidden = !wrong;
    alert.textContent = wrong ?? '';
    show();
    button.focus();
  });

  function show() {
    button.textContent = isOn ? 'Turn off notifications' : 'Turn on notifications';
    status.textContent = isOn ? 'This browser tells you of new messages while you look elsewhere.' : '';
  }

  /** @returns {Promise<string | undefined>} what went wrong */
  async function turnOn() {
    if ((await Notification.requestPermission()) !== 'granted') return 'The browser does not allow it. Allow notifications for this site in its settings, and try again.';
    const key = bodyOf((await ask(PATH)) ?? noAnswer, 200)?.publicKey;
    if (!key) return 'ChatFiles does not answer. Try again in a moment.';
    try {
      subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    } catch {
      return 'The browser’s push service can’t be reached. Try again later, or in another browser.';
    }
    const answer = await send('PUT', subscription.toJSON());
    if (!isDone(answer)) {
      await subscription.unsubscribe();
      subscription = null;
      return (answer && problemOf(answer)?.detail) ?? 'ChatFiles does not answer. Try again in a moment.';
    }
    isOn = true;
    attempt(() => localStorage.setItem(KEPT, metaOf('user-id')));
    attempt(() => sessionStorage.setItem(KEPT, '1'));
  }

  async function turnOff() {
    attempt(() => localStorage.removeItem(KEPT));
    if (subscription) {
      await send('DELETE', { endpoint: subscription.endpoint });
      await subscription.unsubscribe();
    }
    subscription = null;
    isOn = false;
  }
}

/** @type {import('../server/answers.js').Answer} */
const noAnswer = { status: 0, wasRedirected: false, header: () => null, text: '' };

const send = (method, body) =>
  ask(PATH, { method, headers: { 'Content-Type': 'application/json', RequestVerificationToken: antiforgeryToken() }, body: JSON.stringify(body) });

/** The browser may forbid storing; then it is asked again another time. */
function attempt(work) {
  try {
    return work();
  } catch {
    return null;
  }
}

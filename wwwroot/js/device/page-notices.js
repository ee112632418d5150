// Notices of new messages while this page is open and nobody looks at it: where somebody has turned them on
// (notices.js), and only of what is still unread a moment later, so that what is on screen on another device makes no noise.
import { areOn } from './notices.js';

const MOMENT_MS = 2_000;

export function connect() {
  /** By chat: what is about to be shown. @type {Map<number, Set<ReturnType<typeof setTimeout>>>} */
  const waiting = new Map();

  function forget(chatId) {
    for (const timer of waiting.get(chatId) ?? []) clearTimeout(timer);
    waiting.delete(chatId);
  }

  return {
    disconnect() {
      for (const chatId of [...waiting.keys()]) forget(chatId);
    },
    /** Somebody has written something that is for this person. */
    tell(chatId, title, body, url) {
      if (document.visibilityState === 'visible' || !areOn()) return;
      const timers = waiting.get(chatId) ?? new Set();
      waiting.set(chatId, timers);
      const timer = setTimeout(() => {
        timers.delete(timer);
        show(title, body, url);
      }, MOMENT_MS);
      timers.add(timer);
    },
    /** The chat has been read, here or elsewhere. */
    async read(chatId) {
      forget(chatId);
      const worker = await navigator.serviceWorker?.getRegistration();
      for (const notice of (await worker?.getNotifications()) ?? [])
        if (notice.data?.url?.split('?')[0] === `/chats/${chatId}`) notice.close();
    },
  };
}

/** Of several pages in one browser only one is seen: the address is the tag. */
async function show(title, body, url) {
  const worker = await navigator.serviceWorker?.getRegistration();
  await worker?.showNotification(title, { body, tag: url, icon: '/icons/192.png', data: { url } });
}

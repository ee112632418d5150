// What the browser runs for ChatFiles beside its pages. It keeps nothing of the program and nothing of a chat: pages come
// from the server, always. What a device's "Share" hands over waits here for the page that picks a chat for it.
const worker = /** @type {any} */ (self);

worker.addEventListener('install', () => worker.skipWaiting());
worker.addEventListener('activate', (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener('fetch', (/** @type {any} */ event) => {
  const { method, url } = event.request;
  // Everything else goes its way as if nobody had listened.
  if (method === 'POST' && new URL(url).pathname === '/share') event.respondWith(takeShared(event.request));
});

/** @param {Request} request */
async function takeShared(request) {
  try {
    const form = await request.formData();
    const text = ['title', 'text', 'url'].map((name) => form.get(name)).filter((value) => typeof value === 'string' && value !== '');
    const files = form.getAll('files').filter((value) => value instanceof File);
    await keep({ text: [...new Set(text)].join('\n'), files, at: Date.now() });
  } catch {
    // It is no form, or there is no room: the page says that nothing was shared.
  }
  return Response.redirect('/share', 303);
}

/** The one place where it waits; js/device/shared.js takes it from there. */
function keep(shared) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('shared', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('shared');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const writing = opening.result.transaction('shared', 'readwrite');
      writing.objectStore('shared').put(shared, 'latest');
      writing.oncomplete = () => (opening.result.close(), resolve(undefined));
      writing.onabort = () => (opening.result.close(), reject(writing.error));
    };
  });
}

// What happened while no page was open (ChatFiles.Core/Push); a browser that is told has to show it.
worker.addEventListener('push', (/** @type {any} */ event) => {
  const { title, body, url } = event.data?.json() ?? {};
  event.waitUntil(worker.registration.showNotification(title ?? 'ChatFiles', { body, tag: url, icon: '/icons/192.png', data: { url } }));
});

worker.addEventListener('notificationclick', (/** @type {any} */ event) => {
  event.notification.close();
  event.waitUntil(goTo(new URL(event.notification.data?.url ?? '/', worker.location.origin)));
});

/** In a page that is there, else in a new one. @param {URL} url */
async function goTo(url) {
  if (url.origin !== worker.location.origin) return;
  const [page] = await worker.clients.matchAll({ type: 'window' });
  if (!page) return void (await worker.clients.openWindow(url.href));
  await page.focus();
  await page.navigate(url.href);
}

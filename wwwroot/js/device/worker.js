// The service worker makes ChatFiles one of the device's own programs, where the browser and the address (https, or the
// machine itself) allow it.

export function registerWorker() {
  if (!('serviceWorker' in navigator)) return;
  // That it can't be had now, behind a proxy or in a private window, is no business of the page.
  navigator.serviceWorker.register('/service-worker.js', { updateViaCache: 'none' }).catch(() => {});
}

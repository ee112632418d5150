import { renewNotices } from './notices.js';
import { forgetOldShared, forgetShared } from './shared.js';

// The service worker makes ChatFiles one of the device's own programs, where the browser and the address (https, or the
// machine itself) allow it.

export function registerWorker() {
  if (!('serviceWorker' in navigator)) return;
  forgetOldShared();
  // That it can't be had now, behind a proxy or in a private window, is no business of the page.
  navigator.serviceWorker.register('/service-worker.js', { updateViaCache: 'none' }).then(renewNotices, () => {});
}

/** What somebody shared and was told of is not for the next person at this device. */
export function leaveNothing() {
  document.addEventListener('submit', (event) => {
    if (/** @type {HTMLFormElement} */ (event.target).getAttribute('action') !== '/sign-out') return;
    forgetShared();
    /** @type {any} */ (navigator).clearAppBadge?.().catch(() => {});
  });
}

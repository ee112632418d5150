// What every live page begins with.
import { announce } from './sending/announcer.js';
import { Connection } from './connection/connection.js';
import { showBadge } from './device/badge.js';
import { leaveNothing, registerWorker } from './device/worker.js';
import './page/copy-link.js';
import { listenForDrops } from './sending/dropped.js';
import { listenEarly } from './sending/early-input.js';
import { find, targetOf } from './page/dom.js';
import { keepFocus } from './page/focus.js';
import './page/local-time.js';
import './page/open-file.js';
import './scripts.js';
import { askBeforeSigningOut } from './sending/sign-out.js';

announce(document.getElementById('announcements'));
askBeforeSigningOut();
keepFocus();
listenEarly();
listenForDrops();
registerWorker();
leaveNothing();
showBadge();

// The skip button of Layout/MainLayout.razor: to where people write, else to the page's main part.
document.addEventListener('click', (event) => {
  if (!targetOf(event)?.closest('[data-skip]')) return;
  (find('main [data-text]') ?? find('main :is(a, button)'))?.focus();
});

new Connection(document.getElementById('connection')).start();

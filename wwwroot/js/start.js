// What every live page begins with.
import { announce } from './announcer.js';
import { Connection } from './connection.js';
import './copy-link.js';
import { listenEarly } from './early-input.js';
import { keepFocus } from './focus.js';
import './local-time.js';
import './scripts.js';
import { askBeforeSigningOut } from './sign-out.js';

announce(document.getElementById('announcements'));
askBeforeSigningOut();
keepFocus();
listenEarly();

// The skip button of Layout/MainLayout.razor: to where people write, else to the page's main part.
document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-skip]')) return;
  (document.querySelector('main [data-text]') ?? document.querySelector('main :is(a, button)'))?.focus();
});

new Connection(document.getElementById('connection')).start();

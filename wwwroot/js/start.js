// What every live page begins with.
import { Connection } from './connection.js';
import './copy-link.js';
import './local-time.js';

// The skip button of Layout/MainLayout.razor: to where people write, else to the page's main part.
document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-skip]')) return;
  (document.querySelector('main [data-text]') ?? document.querySelector('main :is(a, button)'))?.focus();
});

new Connection(document.getElementById('connection')).start();

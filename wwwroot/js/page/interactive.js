import { arrive } from './focus.js';

// Several pages may overlap for a moment while one replaces another; the last one out does not speak for the next.
let ready = 0;

/** Where a browser begins with a page that it loads, it knows best; after that, pages replace each other in it. */
let isFirst = true;

export function connect() {
  mark(++ready);
  if (!isFirst) arrive();
  isFirst = false;
  return { disconnect: () => mark(--ready) };
}

function mark(count) {
  document.documentElement.dataset.interactive = String(count > 0);
}

// <a data-opens-file>: opens a file in the viewer above the page, as a step of the history that Back undoes.
import { targetOf } from './dom.js';

/** In the history's entry of an open file: the one before it is the page that it was opened on (FileLooks.cs knows it too). */
export const OPENED_HERE = 'opened here';

// Before Blazor's own listener, which would not note where it was opened.
document.addEventListener(
  'click',
  (event) => {
    const link = targetOf(event)?.closest('a[data-opens-file]');
    if (!link || !isPlain(event)) return;
    event.preventDefault();
    Blazor.navigateTo(link.getAttribute('href') ?? '', { historyEntryState: OPENED_HERE });
  },
  { capture: true },
);

/** A click that follows a link here, and not in a tab or window of its own. @param {MouseEvent} event */
export const isPlain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

// What the viewer does without the circuit: zooming, turning, keys, and PDFs.
import { isPlain, OPENED_HERE } from '../page/open-file.js';
import './file-contents.js';
import { isAvailable, showUnavailable, watchFiles } from './file-troubles.js';
import { Zoom } from './zoom.js';

/** What ChatRoom.razor.cs finds in the history's entry of a message that somebody wants to see in its chat. */
const SHOW_IN_CHAT = 'show in chat';

export function connect(dialog) {
  return new Viewer(dialog);
}

class Viewer {
  #dialog;
  #content;
  #stage;
  #slide = null;
  #picture = null;
  #zoom;
  /** Who asked for the dialog that is open above this one. */
  #asker = /** @type {HTMLElement | null} */ (null);
  #hasLeft = false;
  #opener = /** @type {HTMLElement | null} */ (document.activeElement);
  #changes = new MutationObserver(() => this.#onChange());
  #listening = new AbortController();

  constructor(dialog) {
    this.#dialog = dialog;
    this.#content = dialog.querySelector('[data-content]');
    this.#stage = dialog.querySelector('[data-stage]');
    this.#zoom = new Zoom(this.#stage, (sight) => this.#showScale(sight), (key) => this.#go(key));
    const { signal } = this.#listening;
    // The one in the message would go on behind the dialog.
    for (const player of /** @type {NodeListOf<HTMLMediaElement>} */ (document.querySelectorAll('main :is(video, audio)'))) player.pause();
    watchFiles(this.#content, signal);
    dialog.addEventListener('click', (event) => this.#onClick(event), { signal });
    dialog.addEventListener('cancel', (event) => (event.preventDefault(), this.#leave()), { signal });
    // A browser may close it without asking, for who presses Escape and nothing else.
    dialog.addEventListener('close', () => this.#leave(), { signal });
    // Back is one of the ways to close it, and waits for no server.
    addEventListener('popstate', () => isAtFile() || this.#close(), { signal });
    // On the document, because a click on the picture takes the focus from all buttons.
    document.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    this.#zoom.listen(signal);
    this.#changes.observe(dialog, { childList: true, subtree: true, attributeFilter: ['hidden'] });
    dialog.showModal();
    this.#onChange();
  }

  disconnect() {
    this.#listening.abort();
    this.#changes.disconnect();
    this.#leave();
    this.#close();
    // It may have left the document before, and then the browser does not do this.
    if (!document.activeElement || document.activeElement === document.body) this.#opener?.focus();
  }

  /**
   * To the chat's own address: back, where opening the file came from there, so that no entry is left that leads nowhere.
   * Such a step takes its time, and would take a file with it that is opened meanwhile: so what closes the dialog is that the
   * step is done. Once: whoever asks again sees it closed at least.
   */
  #leave() {
    if (this.#hasLeft || !isAtFile()) return this.#close();
    this.#hasLeft = true;
    if (history.state?.userState === OPENED_HERE) return history.back();
    const address = new URL(location.href);
    for (const name of ['file', 'in']) address.searchParams.delete(name);
    Blazor.navigateTo(address.pathname + address.search, { replaceHistoryEntry: true });
    this.#close();
  }

  /** What is open afterwards is another viewer's. */
  #close() {
    this.#hasLeft = true;
    this.#dialog.close();
  }

  #onChange() {
    const slide = this.#stage.querySelector('[data-slide]:not([hidden])');
    const picture = slide?.querySelector('[data-zoomable]') ?? null;
    if (slide !== this.#slide) this.#begin(slide);
    if (picture !== this.#picture) {
      this.#picture = picture;
      this.#zoom.begin();
    }
    this.#ask();
    for (const frame of this.#stage.querySelectorAll('[data-pdf]:not([data-opened])')) openPdf(frame);
  }

  #begin(slide) {
    this.#slide = slide;
    // What was said of the one before.
    this.#content.querySelector(':scope > [data-trouble]')?.remove();
    if (!this.#hasLeft && isAtFile()) history.replaceState(history.state, '', slide.dataset.address);
  }

  /** A question stands above the viewer, which waits for the answer, as the page waits below it. */
  #ask() {
    const question = this.#dialog.querySelector('dialog');
    if (!question) {
      // Taken away while it was open: then the browser does not do this.
      if (document.activeElement === document.body) this.#asker?.focus();
      this.#asker = null;
    } else if (!('asked' in question.dataset)) {
      question.dataset.asked = '';
      this.#asker = /** @type {HTMLElement | null} */ (document.activeElement);
      // Escape closes it at once, and the server hears of it.
      question.addEventListener('close', () => question.querySelector('[data-cancel]').click());
      question.showModal();
    }
  }

  #onClick(event) {
    if (event.target === this.#dialog || event.target.closest('[data-close]')) this.#leave();
    this.#press(event.target.closest('[data-zoom]')?.dataset.zoom);
    const inChat = event.target.closest('[data-in-chat]');
    if (inChat && isPlain(event)) {
      event.preventDefault();
      this.#showInChat(inChat.getAttribute('href'));
    }
  }

  /** In the place of the file: Back leads to where it was opened, and not once more to it. */
  #showInChat(address) {
    this.#close();
    Blazor.navigateTo(address, { replaceHistoryEntry: true, historyEntryState: SHOW_IN_CHAT });
  }

  /** @param {string | undefined} what */
  #press(what) {
    const acts = { in: () => this.#zoom.closer(), out: () => this.#zoom.further(), fit: () => this.#zoom.fit(), real: () => this.#zoom.real(), turn: () => this.#zoom.turn() };
    if (what) acts[what]();
    return what !== undefined;
  }

  #onKey(event) {
    // A player has keys of its own, and so has whatever is edited or asked.
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('video, audio, input, select, textarea')) return;
    if (this.#dialog.querySelector('dialog[open]')) return;
    const isDone = this.#press(KEYS[event.key]) || (event.key.startsWith('Arrow') && (event.shiftKey ? this.#look(event.key) : this.#go(event.key)));
    if (isDone) event.preventDefault();
  }

  #look(key) {
    this.#zoom.look(key);
    return true;
  }

  #go(key) {
    const button = this.#content.querySelector(`[data-go="${key}"]`);
    button?.click();
    return Boolean(button);
  }

  /** @param {import('./sight.js').Sight | null} sight */
  #showScale(sight) {
    const level = this.#content.querySelector('[data-zoom="fit"]');
    if (!level || !sight) return;
    const text = `${sight.percent} %`;
    if (level.textContent !== text) {
      level.textContent = text;
      level.setAttribute('aria-label', `${text}, reset zoom`);
    }
    for (const [way, isAtEnd] of [['out', sight.scale <= sight.min], ['in', sight.scale >= sight.max]])
      this.#content.querySelector(`[data-zoom="${way}"]`)?.setAttribute('aria-disabled', isAtEnd);
  }
}

/** @type {Record<string, string>} */
const KEYS = { '+': 'in', '=': 'in', '-': 'out', 0: 'fit', 1: 'real', r: 'turn', R: 'turn' };

const isAtFile = () => new URLSearchParams(location.search).has('file');

/** In the browser's own viewer, which has no way of telling that the file did not come; so that is asked first. */
async function openPdf(frame) {
  const { pdf } = frame.dataset;
  // Its first address is its only one: each further one would be a step of the history, and Back would go there.
  frame.dataset.opened = '';
  if (!navigator.pdfViewerEnabled) {
    frame.hidden = true;
    frame.parentElement.querySelector('[data-no-pdf]').hidden = false;
  } else if (await isAvailable(pdf)) frame.setAttribute('src', pdf);
  else showUnavailable(frame.closest('figure'), () => openPdf(frame));
}

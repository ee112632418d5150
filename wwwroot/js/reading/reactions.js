// Reacting to messages: "React" beside the message that the mouse is on, in its menu, and behind the reactions that are there.
import { say } from '../page/copy-link.js';
import { element, icon } from '../page/dom.js';
import { openEmojiPicker } from './emoji-picker.js';

/**
 * @param {HTMLElement} log
 * @param {{ invokeMethodAsync: (method: string, ...args: unknown[]) => Promise<unknown> }} page
 * @param {AbortSignal} signal
 */
export function offerReactions(log, page, signal) {
  // One for the log: a button on each message would cost every page, and the keyboard a stop each.
  const hovering = element('button', { type: 'button', class: 'icon-button react', 'data-react': '', 'aria-haspopup': 'dialog', 'aria-label': 'Add reaction', title: 'Add reaction', tabindex: -1 }, icon('react'));
  log.addEventListener('pointerover', (event) => {
    if (event.pointerType !== 'mouse') return;
    const article = articleOf(event);
    if (article?.querySelector('[data-menu=message]') && hovering.parentElement !== article) article.append(hovering);
  }, { signal });
  log.addEventListener('pointerleave', () => hovering.remove(), { signal });
  signal.addEventListener('abort', () => hovering.remove());
  let endKeeping = () => {};
  signal.addEventListener('abort', () => endKeeping());
  log.addEventListener('click', (event) => {
    const target = /** @type {Element} */ (event.target);
    const button = /** @type {HTMLElement | null} */ (target.closest('[data-react]'));
    if (button) react(button, page);
    const reaction = /** @type {HTMLElement | null} */ (target.closest('[data-reaction]'));
    if (!reaction) return;
    endKeeping();
    endKeeping = keepFocus(reaction);
  }, { signal });
  // Where nothing hovers, who has reacted is told to who holds the button down.
  log.addEventListener('contextmenu', (event) => {
    const reaction = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest('[data-reaction]'));
    if (!reaction || /** @type {PointerEvent} */ (event).pointerType === 'mouse') return;
    event.preventDefault();
    event.stopImmediatePropagation();
    say(reaction.title, document.body);
  }, { signal });
}

/**
 * Asks for an emoji, and reacts by it.
 * @param {HTMLElement} button Of the message, what asks.
 */
export function react(button, page) {
  const article = /** @type {HTMLElement} */ (button.closest('article'));
  const leave = () => (button.isConnected ? button : menuOf(article))?.focus();
  openEmojiPicker(button, (emoji) => page.invokeMethodAsync('ReactAsync', Number(article.dataset.messageId), emoji).catch(() => {}), leave);
}

/** Who takes the last reaction of its kind back loses the button, and not the place. Gives what ends the watching for that; so does moving on. */
function keepFocus(reaction) {
  const article = reaction.closest('article');
  const end = () => {
    watching.disconnect();
    document.removeEventListener('focusin', end);
  };
  const watching = new MutationObserver(() => {
    if (reaction.isConnected) return;
    end();
    if (document.activeElement === document.body) (article.querySelector('[data-reaction]') ?? menuOf(article))?.focus();
  });
  watching.observe(article, { childList: true, subtree: true });
  document.addEventListener('focusin', end);
  return end;
}

const articleOf = (event) => /** @type {Element} */ (event.target).closest('article');
const menuOf = (article) => article.querySelector('[data-menu=message]');

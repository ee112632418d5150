// What others have written is kept nowhere in the browser; where it is quoted, it is what stands on the page.

/**
 * The beginning of a message on the page, or the name of its first file; nothing of one that is not there.
 * @param {ParentNode | null} log
 * @param {number} messageId
 */
export function quoteOf(log, messageId) {
  const message = log?.querySelector(`[data-message-id="${messageId}"]`);
  return (textOf(message?.querySelector('.text')) || message?.querySelector('figure')?.getAttribute('aria-label')) ?? '';
}

/** As it is read: lines of lists stay apart. @param {HTMLElement | null | undefined} text */
const textOf = (text) => text?.innerText ?? text?.textContent;

// Tells the page that somebody is writing, now and then. Only that: the text itself goes nowhere before it is sent.
const AT_MOST_EVERY_MS = 3_000;

export class TypingReport {
  #page;
  #reportedAt = -Infinity;

  constructor(page) {
    this.#page = page;
  }

  report(isTyping) {
    const isKnown = performance.now() - this.#reportedAt < AT_MOST_EVERY_MS;
    const wasReported = this.#reportedAt !== -Infinity;
    if (isTyping ? isKnown : !wasReported) return;
    this.#reportedAt = isTyping ? performance.now() : -Infinity;
    // Nobody would see it, and Blazor itself would complain.
    if (document.documentElement.hasAttribute('data-disconnected')) return;
    // Fails while the circuit is about to be down.
    this.#page.invokeMethodAsync('Typing', isTyping).catch(() => {});
  }
}

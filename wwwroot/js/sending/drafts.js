// Texts that are not sent yet, by person and chat: several people may use one browser.
export class Draft {
  #key;
  #replyKey;
  #peopleKey;

  constructor(userId, chatId) {
    this.#key = `draft ${userId} ${chatId}`;
    this.#replyKey = `reply ${userId} ${chatId}`;
    this.#peopleKey = `people ${userId} ${chatId}`;
  }

  /** Whom the draft mentions: it has their names. @returns {import('../writing/people.js').Named[]} */
  readPeople() {
    return attempt(() => JSON.parse(localStorage.getItem(this.#peopleKey) ?? '[]')) ?? [];
  }

  /** What the draft answers. @returns {import('./pending-message.js').Answered | null} */
  readReply() {
    return attempt(() => JSON.parse(localStorage.getItem(this.#replyKey) ?? 'null'));
  }

  /** @param {import('./pending-message.js').Answered | null} reply */
  writeReply(reply) {
    attempt(() => (reply ? localStorage.setItem(this.#replyKey, JSON.stringify(reply)) : localStorage.removeItem(this.#replyKey)));
  }

  read() {
    return attempt(() => localStorage.getItem(this.#key)) ?? '';
  }

  /** @param {string} text @param {import('../writing/people.js').Named[]} people whom it mentions, of those who were picked */
  write(text, people = []) {
    attempt(() => (text ? localStorage.setItem(this.#key, text) : localStorage.removeItem(this.#key)));
    attempt(() => (people.length > 0 ? localStorage.setItem(this.#peopleKey, JSON.stringify(people)) : localStorage.removeItem(this.#peopleKey)));
  }

  /** What was written is no longer a draft, unless it has become another one meanwhile. */
  forget(text) {
    if (this.read() === text) this.write('');
  }
}

/** The browser may forbid storing, or be full; a draft is not worth an error. */
function attempt(work) {
  try {
    return work();
  } catch {
    return null;
  }
}

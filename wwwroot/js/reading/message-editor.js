// A message's text, being edited in its place. Enter saves and Escape leaves; what is neither stays with the browser's tab,
// and is there again when somebody edits the message the next time.
import { rules } from '../server/rules.js';
import { emojiByName, takeWholeNames } from '../writing/emoji.js';
import { isInCodeBlock, takeMarkKey, takePastedCode } from '../writing/marks.js';
import { mentioning } from '../writing/mentions.js';
import { People } from '../writing/people.js';
import { Suggestions } from '../writing/suggestions.js';

const PATIENCE_MS = 8_000;
const NO_ANSWER = 'The server does not answer now, so this is not saved yet. Try again in a moment.';

export function connect(root, page) {
  return new MessageEditor(root, page);
}

class MessageEditor {
  #page;
  #article;
  #text;
  #trouble;
  #back;
  #people;
  #isSaving = false;
  #isDone = false;
  #listening = new AbortController();

  constructor(root, page) {
    this.#page = page;
    this.#article = root.closest('article');
    this.#text = root.querySelector('[data-edited]');
    this.#trouble = root.querySelector('[data-trouble]');
    const { signal } = this.#listening;
    // The composer offers everybody but its writer, who stands there.
    const me = /** @type {HTMLElement | null} */ (document.querySelector('form[data-user-id]'))?.dataset.userId;
    this.#people = new People(Number(root.dataset.chatId), me, JSON.parse(root.dataset.people ?? '[]'), root.dataset.original);
    new Suggestions(this.#text, this.#trouble, [mentioning(this.#people), emojiByName()], signal);
    takeWholeNames(this.#text, signal);
    this.#text.addEventListener('paste', (event) => takePastedCode(event, this.#text), { signal });
    this.#text.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    root.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#save();
    }, { signal });
    root.querySelector('[data-leave]').addEventListener('click', () => this.#leave(), { signal });
    this.#text.value = kept(this.#key) ?? this.#text.value;
    const at = /** @type {HTMLTextAreaElement | null} */ (document.activeElement);
    const isWriting = at?.matches('[data-text]') ?? false;
    this.#back = isWriting ? at : null;
    // Who has begun to write something else meanwhile goes on with that.
    if (isWriting && at?.value) return;
    this.#text.focus();
    this.#text.setSelectionRange(this.#text.value.length, this.#text.value.length);
  }

  disconnect() {
    this.#listening.abort();
    keep(this.#key, this.#isDone || this.#text.value === this.#text.defaultValue ? null : this.#text.value);
  }

  get #key() {
    return `edit ${this.#article?.dataset.messageId}`;
  }

  #onKey(event) {
    // While an input method is open, both keys are its own.
    if (event.isComposing || event.keyCode === 229) return;
    if (takeMarkKey(event, this.#text)) return;
    const goesOnInCode = !event.ctrlKey && !event.metaKey && isInCodeBlock(this.#text.value, this.#text.selectionStart);
    if (event.key === 'Enter' && !event.shiftKey && !goesOnInCode) {
      event.preventDefault();
      this.#save();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      this.#leave();
    }
  }

  /** What could not be saved stays, with the reason. Without a connection the call never comes back by itself. */
  async #save() {
    if (this.#isSaving) return;
    if (this.#text.value === this.#text.defaultValue) return this.#leave();
    this.#isSaving = true;
    this.#trouble.textContent = '';
    const silence = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, NO_ANSWER));
    const saving = this.#saveText().catch(() => NO_ANSWER);
    const trouble = await Promise.race([saving, silence]);
    this.#isSaving = false;
    if (trouble) this.#trouble.textContent = trouble;
    else this.#end();
  }

  /** @returns {Promise<string | null>} why it can't be saved */
  async #saveText() {
    const written = this.#text.value;
    await this.#people.lookUp(written);
    const text = this.#people.withIds(written);
    const { maxText } = rules().limits;
    return text.length > maxText ? `The text is longer than ${maxText} characters.` : this.#page.invokeMethodAsync('SaveAsync', text);
  }

  #leave() {
    this.#end();
    this.#page.invokeMethodAsync('LeaveAsync').catch(() => {});
  }

  /** The focus goes where it came from, never to the page. */
  #end() {
    this.#isDone = true;
    keep(this.#key, null);
    (this.#back?.isConnected ? this.#back : this.#article?.querySelector('[data-menu=message]'))?.focus();
  }
}

/** The browser may forbid storing; then it is lost with the page. */
function kept(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key, text) {
  try {
    if (text === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, text);
  } catch {
    // As above.
  }
}

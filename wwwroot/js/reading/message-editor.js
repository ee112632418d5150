// A message's text, being edited in its place. Enter saves and Escape leaves, as in the composer's own terms.
export function connect(root, page) {
  return new MessageEditor(root, page);
}

class MessageEditor {
  #root;
  #page;
  #text;
  #trouble;
  #isSaving = false;
  #listening = new AbortController();

  constructor(root, page) {
    this.#root = root;
    this.#page = page;
    this.#text = root.querySelector('[data-edited]');
    this.#trouble = root.querySelector('[data-trouble]');
    const { signal } = this.#listening;
    this.#text.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    root.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#save();
    }, { signal });
    root.querySelector('[data-leave]').addEventListener('click', () => this.#leave(), { signal });
    this.#text.focus();
    this.#text.setSelectionRange(this.#text.value.length, this.#text.value.length);
  }

  disconnect() {
    this.#listening.abort();
  }

  #onKey(event) {
    // While an input method is open, both keys are its own.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      this.#save();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      this.#leave();
    }
  }

  /** What could not be saved stays, with the reason. */
  async #save() {
    if (this.#isSaving) return;
    this.#isSaving = true;
    this.#trouble.textContent = '';
    const trouble = await this.#page.invokeMethodAsync('SaveAsync', this.#text.value).catch(() => 'There is no connection to the server now. Try again in a moment.');
    this.#isSaving = false;
    if (trouble) this.#trouble.textContent = trouble;
    else this.#giveFocusBack();
  }

  #leave() {
    this.#giveFocusBack();
    this.#page.invokeMethodAsync('LeaveAsync').catch(() => {});
  }

  /** To the message, never to the page. */
  #giveFocusBack() {
    this.#root.closest('article')?.querySelector('[data-menu=message]')?.focus();
  }
}

// Writing a message and picking its files. What is sent goes to the outbox and is no longer the composer's business.
import { Draft } from './drafts.js';
import { takeDropped } from './dropped.js';
import { takeEarlyEnter } from './early-input.js';
import { FilesToSend } from './files-to-send.js';
import { element, find } from '../page/dom.js';
import { isOfOtherType } from '../files/files.js';
import { broughtBy, filesIn, filesPickedIn } from '../files/folders.js';
import { messageOf, outbox } from './outbox.js';
import { keepPicked, keptPicked } from './outbox-store.js';
import { outgoing, prepare, remember } from './outgoing-file.js';
import { Recorder, whenRecorded } from './recorder.js';
import { maySendVoices } from './recording.js';
import { Refusals } from './refusals.js';
import { TypingReport } from './typing-report.js';
import { quoteOf } from '../page/quotes.js';
import { acceptedTypes, rules } from '../server/rules.js';
import { emojiByName, takeWholeNames } from '../writing/emoji.js';
import { isInCodeBlock, takeMarkKey, takePastedCode } from '../writing/marks.js';
import { mentioning } from '../writing/mentions.js';
import { People, withNames } from '../writing/people.js';
import { Suggestions } from '../writing/suggestions.js';

export function connect(root, page) {
  return new Composer(root, page);
}

class Composer {
  #root;
  #chatId;
  #text;
  #picker;
  #recorder;
  #refusals;
  #unkept;
  #files;
  #draft;
  #people;
  #typing;
  #replyTo = /** @type {import('./pending-message.js').Answered | null} */ (null);
  #maxText;
  #keeping = /** @type {Promise<unknown>} */ (Promise.resolve());
  /** What of the picked files the browser has. @type {WeakSet<import('./outgoing-file.js').OutgoingFile>} */
  #kept = new WeakSet();
  #listening = new AbortController();

  constructor(root, page) {
    this.#root = root;
    this.#chatId = Number(root.dataset.chatId);
    this.#maxText = rules().limits.maxText;
    this.#text = root.querySelector('[data-text]');
    this.#picker = root.querySelector('[data-picker]');
    this.#refusals = new Refusals(root.querySelector('[data-alerts]'));
    this.#unkept = root.querySelector('[data-unkept]');
    this.#files = new FilesToSend(root.querySelector('[data-files]'), (files) => this.#keep(files));
    this.#recorder = new Recorder(root.querySelector('[data-recorder]'), root.querySelector('[data-said]'));
    this.#draft = new Draft(root.dataset.userId, this.#chatId);
    this.#people = new People(this.#chatId, root.dataset.userId, this.#draft.readPeople());
    this.#typing = new TypingReport(page);
    // Before the composer hears of a key: in an open list it means something else.
    const offering = [mentioning(this.#people), emojiByName()];
    new Suggestions(this.#text, root.querySelector('[data-files]'), offering, this.#listening.signal);
    takeWholeNames(this.#text, this.#listening.signal);
    this.#listen();
    this.#text.value ||= this.#draft.read();
    this.#answer(this.#draft.readReply());
    this.#fit();
    const isBack = this.#bringBackFiles();
    isBack.then(() => takeDropped(this.#chatId, (files, folders) => this.#take(files, folders), this.#listening.signal));
    root.querySelector('[data-record]').hidden = !maySendVoices();
    for (const button of root.querySelectorAll('.box button')) button.disabled = false;
    this.#takeFocus();
    // Enter was pressed before anybody listened.
    if (takeEarlyEnter(this.#text.value)) isBack.then(() => this.#root.requestSubmit());
  }

  disconnect() {
    this.#listening.abort();
    this.#recorder.stop();
    this.#files.clear();
    this.#unkept.textContent = '';
  }

  #listen() {
    const { signal } = this.#listening;
    const area = this.#root.closest('[data-drop-area]') ?? this.#root;
    this.#root.addEventListener('submit', (event) => this.#submit(event), { signal });
    this.#root.querySelector('[data-attach]').addEventListener('click', () => this.#picker.click(), { signal });
    this.#root.querySelector('[data-attach-folder]').addEventListener('click', () => this.#pickFolder(), { signal });
    this.#root.querySelector('[data-photo]').addEventListener('click', () => this.#takePhoto(), { signal });
    this.#root.querySelector('[data-record]').addEventListener('click', () => this.#record(), { signal });
    this.#picker.addEventListener('change', () => this.#pickedByButton(), { signal });
    this.#text.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    this.#text.addEventListener('input', () => this.#onInput(), { signal });
    area.addEventListener('paste', (event) => this.#onPaste(event), { signal });
    area.addEventListener('dragover', (event) => this.#onDragOver(event, area), { signal });
    area.addEventListener('dragleave', (event) => area.contains(event.relatedTarget) || delete area.dataset.dropping, { signal });
    area.addEventListener('drop', (event) => this.#onDrop(event, area), { signal });
    addEventListener('beforeunload', (event) => this.#isAtRisk && event.preventDefault(), { signal });
    this.#root.querySelector('[data-cancel-reply]').addEventListener('click', () => this.#stopAnswering(), { signal });
    document.addEventListener('reply', (event) => {
      this.#answer(/** @type {CustomEvent} */ (event).detail);
      this.#draft.writeReply(this.#replyTo);
      this.#text.focus();
    }, { signal });
    outbox.addEventListener('text-back', (event) => this.#takeTextBack(messageOf(event)), { signal });
  }

  /** What was picked before a reload; and what was being recorded when somebody left this chat a moment ago. */
  async #bringBackFiles() {
    await whenRecorded();
    const kept = await keptPicked(this.#chatId);
    if (kept.length === 0 || this.#listening.signal.aborted) return;
    for (const entry of kept) this.#kept.add(entry);
    this.#files.add(kept.map(remember));
  }

  /** What is written from now on answers that message, or none. */
  #answer(reply) {
    this.#replyTo = reply;
    const bar = this.#root.querySelector('[data-reply]');
    bar.hidden = reply === null;
    bar.querySelector('[data-reply-to]').textContent = reply ? `Replying to ${reply.author}` : '';
    bar.querySelector('[data-reply-text]').textContent = reply ? quoteOf(document, reply.messageId) : '';
  }

  #stopAnswering() {
    this.#answer(null);
    this.#draft.writeReply(null);
    this.#text.focus();
  }

  /** A file that is picked would be lost with the page: the browser is still keeping it, or can't. So would a voice. */
  get #isAtRisk() {
    return this.#recorder.isRecording || this.#files.all.some((file) => !this.#kept.has(outgoing(file)));
  }

  /** Keeps what is picked; a picture may still be being prepared. */
  #keep(files) {
    const entries = files.map(outgoing);
    this.#keeping = Promise.allSettled([this.#keeping, ...entries.map(prepare)])
      .then(() =>
        keepPicked(
          this.#chatId,
          entries.filter((entry) => entry.file instanceof Blob),
        ),
      )
      .then((isKept) => this.#noteKept(entries, isKept));
  }

  #noteKept(entries, isKept) {
    if (isKept) for (const entry of entries) this.#kept.add(entry);
    const isLost = !isKept && !this.#files.isEmpty && !this.#listening.signal.aborted;
    this.#unkept.textContent = isLost ? 'This browser can’t keep these files: they are lost if you leave the page before you send them.' : '';
  }

  #submit(event) {
    event.preventDefault();
    // Nobody sends what they have not heard: it waits for the next time.
    if (this.#recorder.isRecording) return this.#recorder.stop();
    const text = this.#text.value.trim();
    if (!text && this.#files.isEmpty) return this.#text.focus();
    if (this.#people.withIds(text).length > this.#maxText)
      return this.#refusals.show([`The text is longer than ${this.#maxText} characters. Shorten it, or send it as a file.`]);
    const tooMuch = this.#files.refusalOfAll();
    if (tooMuch) return this.#refusals.show([tooMuch]);
    this.#send(text);
    this.#refusals.show([]);
    this.#text.focus();
  }

  /** Text and files stay the draft until the outbox has kept them: a page that is closed in between loses nothing. */
  #send(text) {
    const written = this.#text.value;
    let goOn = /** @type {(_?: unknown) => void} */ (() => {});
    this.#keeping = Promise.allSettled([this.#keeping, new Promise((resolve) => (goOn = resolve))]);
    const replyTo = this.#replyTo;
    const sent = this.#people.withIds(text);
    const mentions = { people: this.#people.in(sent), isUnnamed: this.#people.hasUnknown(text) };
    outbox.send(this.#chatId, sent, this.#files.take(), replyTo, mentions).kept.then(() => {
      this.#draft.forget(written);
      if (replyTo && this.#replyTo === null) this.#draft.writeReply(null);
      goOn();
    });
    this.#answer(null);
    this.#people.forgetPicked();
    this.#text.value = '';
    this.#typing.report(false);
    this.#fit();
  }

  #onKey(event) {
    // While an input method is open, Enter picks a word.
    if (event.isComposing || event.keyCode === 229) return;
    if (takeMarkKey(event, this.#text)) return;
    if (event.key === 'Escape' && this.#replyTo) this.#stopAnswering();
    else if (event.key === 'ArrowUp' && this.#text.value === '' && this.#files.isEmpty) document.dispatchEvent(new Event('edit-latest'));
    else if (event.key === 'Enter' && !event.shiftKey && !this.#goesOnInCode(event)) this.#root.requestSubmit();
    else return;
    event.preventDefault();
  }

  /** In a code block Enter makes a line, and Ctrl+Enter sends. */
  #goesOnInCode(event) {
    return !event.ctrlKey && !event.metaKey && isInCodeBlock(this.#text.value, this.#text.selectionStart);
  }

  #onInput() {
    this.#draft.write(this.#text.value, this.#people.pickedIn(this.#text.value));
    this.#typing.report(this.#text.value !== '');
    this.#fit();
  }

  #pickedByButton() {
    this.#pick(this.#picker.files);
    // So that the same file can be picked again after it was removed.
    this.#picker.value = '';
  }

  #pickFolder() {
    // Made anew each time: the page's one picker is for files.
    const picker = element('input', { type: 'file', webkitdirectory: '' });
    picker.addEventListener('change', () => {
      const { files, refusals } = filesPickedIn(picker.files);
      this.#pick(files, refusals);
    });
    picker.click();
  }

  #takePhoto() {
    const camera = element('input', { type: 'file', accept: 'image/*', capture: 'environment' });
    camera.addEventListener('change', () => this.#pick(camera.files));
    camera.click();
  }

  #record() {
    const full = this.#files.refusalOfOneMore('A voice message');
    this.#refusals.show(full ? [full] : []);
    if (full) return;
    this.#files.reserved = 1;
    this.#recorder.begin((recorded) => this.#takeRecording(recorded));
  }

  async #takeRecording({ file, reason, hadFocus }) {
    this.#files.reserved = 0;
    if (this.#listening.signal.aborted) return file && this.#keepForNextTime(file);
    const refusals = file ? this.#files.add([file]) : [];
    this.#refusals.show([...(reason ? [reason] : []), ...refusals]);
    const player = file && find('li:last-child audio', this.#root.querySelector('[data-files]'));
    if (hadFocus) (player ?? find('[data-record]', this.#root))?.focus();
    await this.#keeping;
  }

  /** Somebody went elsewhere while they were speaking: in this chat it waits for them. */
  async #keepForNextTime(file) {
    await this.#keeping;
    await keepPicked(this.#chatId, [...(await keptPicked(this.#chatId)), outgoing(file)]);
  }

  #onPaste(event) {
    const { types } = event.clipboardData;
    const { files, folders } = broughtBy(event.clipboardData);
    // Office programs add a picture of the text that was copied; the text is what is meant. A picture that was copied there
    // comes with a text that says nothing.
    const isFormattedText = types.includes('text/html') && event.clipboardData.getData('text/plain').trim() !== '';
    if (event.target === this.#text && (isFormattedText || files.length + folders.length === 0) && takePastedCode(event, this.#text)) return;
    if (files.length + folders.length === 0 || isFormattedText || event.target.closest('dialog')) return;
    event.preventDefault();
    this.#take(files, folders);
  }

  #onDragOver(event, area) {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    area.dataset.dropping = '';
  }

  #onDrop(event, area) {
    delete area.dataset.dropping;
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    const { files, folders } = broughtBy(event.dataTransfer);
    this.#take(files, folders);
  }

  async #take(files, folders) {
    const found = await Promise.all(folders.map(filesIn));
    if (this.#listening.signal.aborted) return;
    this.#pick([...files, ...found.flatMap((folder) => folder.files)], found.flatMap((folder) => folder.refusals));
  }

  #pick(picked, refusals = []) {
    const files = [...picked];
    this.#refusals.show([...refusals, ...this.#files.add(files)], files.some(isOfOtherType) ? acceptedTypes() : null);
    this.#text.focus();
  }

  #takeTextBack(message) {
    if (message.chatId !== this.#chatId || this.#text.value) return;
    for (const person of message.people) this.#people.pick(person);
    this.#text.value = withNames(message.text, message.people);
    if (message.replyTo) this.#answer(message.replyTo);
    this.#draft.writeReply(this.#replyTo);
    this.#onInput();
  }

  /** Browsers without field-sizing need to be told how high the text is. */
  #fit() {
    if (CSS.supports('field-sizing', 'content')) return;
    this.#text.style.height = 'auto';
    this.#text.style.height = `${this.#text.scrollHeight}px`;
  }

  /** Not on touch screens, where it would open the keyboard, and not away from where somebody is. */
  #takeFocus() {
    const isFree = document.activeElement === document.body || document.activeElement?.matches('nav *, aside :not(input), h1');
    if (isFree && matchMedia('(hover: hover)').matches) this.#text.focus();
  }
}

// The list "Files to send": what is picked and waits for the button. Meanwhile it is made ready: photos lose their location,
// pictures and videos get a thumbnail, sounds a player. What changes on the way is said beside the file.
import { element, fileName, icon, iconButton } from '../page/dom.js';
import { withoutLocation } from '../files/exif.js';
import { cleaned, iconOf, isPicture, isSound, readableSize, refusalOf } from '../files/files.js';
import { outgoing } from './outgoing-file.js';
import { rules, words } from '../server/rules.js';
import { isDrawable, pixelsOf, thumbnailOf, within } from '../files/pictures.js';

// Counted from the moment somebody sends; a message goes without a thumbnail that takes longer.
const PATIENCE_MS = 3_000;
// A larger picture without a thumbnail is one that is better not drawn here.
const SMALL_BYTES = 1024 * 1024;

export class FilesToSend {
  #list;
  #chips = new Map();
  #onChange;

  /** How many places are to be left for what is still being made. */
  reserved = 0;

  /** @param onChange is told the files whenever they are others than before, or are to be sent in another way */
  constructor(list, onChange) {
    this.#list = list;
    this.#onChange = onChange;
  }

  get isEmpty() {
    return this.#chips.size === 0;
  }

  /** As they were picked. */
  get all() {
    return [...this.#chips.keys()];
  }

  /** Takes what may be sent; gives back why the others may not. */
  add(files) {
    const refusals = [];
    for (const file of files) {
      const refusal = refusalOf(file) ?? this.refusalOfOneMore(file.name);
      if (refusal) refusals.push(refusal);
      else this.#addChip(file);
    }
    this.#changed();
    return refusals;
  }

  /** @param {string} name */
  refusalOfOneMore(name) {
    const { maxFiles } = rules().limits;
    return this.#chips.size + this.reserved >= maxFiles ? words('tooMany', { name, limit: maxFiles }) : null;
  }

  refusalOfAll() {
    const bytes = this.all.reduce((sum, file) => sum + file.size, 0);
    const { maxRequestBytes } = rules().limits;
    return bytes > maxRequestBytes ? words('tooLargeTogether', { limit: readableSize(maxRequestBytes) }) : null;
  }

  /** Each as { name, size, file, thumbnail, pixels }, as promises what is not known yet; and an empty list. */
  take() {
    const prepared = [...this.#chips.values()].map((chip) => chip.prepared());
    this.clear();
    this.#changed();
    return prepared;
  }

  /** Takes the chips away without a word: the files wait for the next time. */
  clear() {
    for (const file of this.all) this.#remove(file);
  }

  #changed() {
    this.#onChange(this.all);
  }

  #addChip(file) {
    const chip = new Chip(file, { onRemove: () => (this.#remove(file), this.#changed()), onChoice: () => this.#changed() });
    this.#chips.set(file, chip);
    this.#list.append(chip.root);
  }

  #remove(file) {
    this.#chips.get(file).remove();
    this.#chips.delete(file);
  }
}

class Chip {
  #file;
  /** What the outbox knows it as; a choice stays with it over a reload. */
  #entry;
  #stripped;
  #thumbnail;
  #pixels;
  #preview = /** @type {string | null} */ (null);
  #kind;
  #what;
  #onChoice;

  /** @param {File} file @param {{ onRemove: () => void, onChoice: () => void }} events */
  constructor(file, { onRemove, onChoice }) {
    this.#file = file;
    this.#entry = outgoing(file);
    this.#onChoice = onChoice;
    this.#kind = element('span', { class: 'kind' }, icon(iconOf(file.name)));
    this.#what = element(
      'span',
      { class: 'what' },
      element('span', { class: 'name', title: file.name }, ...fileName(file.name)),
      element('span', { class: 'size' }, readableSize(file.size)),
    );
    this.root = element('li', { class: 'chip' }, this.#kind, this.#what, iconButton('close', `Remove ${file.name}`, onRemove));
    this.#stripped = isPicture(file.name) ? withoutLocation(file).catch(() => null) : Promise.resolve(null);
    this.#thumbnail = thumbnailOf(file);
    this.#pixels = pixelsOf(file);
    this.#pixels.then((pixels) => (this.#pixels = pixels));
    this.#stripped.then((stripped) => stripped && this.#offerOriginal());
    this.#thumbnail.then((thumbnail) => this.#show(thumbnail));
    const stored = cleaned(file.name);
    if (stored !== file.name) this.#what.append(element('span', { class: 'change' }, `Sent as “${stored}”`));
    if (isSound(file)) this.#play();
  }

  /** A thumbnail shows nothing of the location, so it is the same either way. */
  prepared() {
    const { name, size } = this.#file;
    const file = this.#entry.isOriginal ? Promise.resolve(this.#file) : this.#stripped.then((stripped) => stripped ?? this.#file);
    return { name, size, file, thumbnail: within(PATIENCE_MS, this.#thumbnail), pixels: this.#pixels };
  }

  remove() {
    this.root.remove();
    if (this.#preview) URL.revokeObjectURL(this.#preview);
  }

  /** The picture itself only where it needed no smaller one, or moves: drawing a huge one would hold the page up. */
  async #show(thumbnail) {
    const picture = thumbnail ?? (this.#file.size < SMALL_BYTES && (await isDrawable(this.#file)) ? this.#file : null);
    if (!picture || !this.root.isConnected) return;
    this.#preview = URL.createObjectURL(picture);
    const image = element('img', { src: this.#preview, alt: '', onerror: () => image.replaceWith(this.#kind) });
    this.#kind.replaceWith(image);
  }

  /** Goes where the browser can't play it. */
  #play() {
    this.#preview = URL.createObjectURL(this.#file);
    const player = element('audio', { controls: '', preload: 'metadata', src: this.#preview, 'aria-label': this.#file.name, onerror: () => player.remove() });
    this.root.append(player);
  }

  #offerOriginal() {
    const state = element('span', { role: 'status' });
    const say = () => (state.textContent = this.#entry.isOriginal ? 'Location kept' : 'Location removed');
    const meaning = 'The file goes as it is, with the place where it was taken';
    const choice = element('input', {
      type: 'checkbox',
      'aria-label': `Send original ${this.#file.name}`,
      title: meaning,
      onchange: () => {
        this.#entry.isOriginal = choice.checked;
        say();
        this.#onChoice();
      },
    });
    choice.checked = this.#entry.isOriginal === true;
    say();
    this.#what.append(element('span', { class: 'change' }, state, element('label', { title: meaning }, choice, 'Send original')));
  }
}

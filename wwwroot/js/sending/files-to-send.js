// The list "Files to send": what is picked and waits for the button. Meanwhile it is made ready: photos lose their location,
// pictures and videos get a thumbnail.
import { element, icon, iconButton } from '../page/dom.js';
import { withoutLocation } from '../files/exif.js';
import { iconOf, isPicture, readableSize, refusalOf } from '../files/files.js';
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

  /** @param onChange is told the files whenever they are others than before */
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
      const refusal = refusalOf(file) ?? this.#refusalOfNumber(file);
      if (refusal) refusals.push(refusal);
      else this.#addChip(file);
    }
    this.#changed();
    return refusals;
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

  #refusalOfNumber(file) {
    const { maxFiles } = rules().limits;
    return this.#chips.size >= maxFiles ? words('tooMany', { name: file.name, limit: maxFiles }) : null;
  }

  #addChip(file) {
    const chip = new Chip(file, () => (this.#remove(file), this.#changed()));
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
  #stripped;
  #thumbnail;
  #pixels;
  #keepsLocation = false;
  #preview = /** @type {string | null} */ (null);
  #kind;
  #what;

  constructor(file, onRemove) {
    this.#file = file;
    this.#kind = element('span', { class: 'kind' }, icon(iconOf(file.name)));
    this.#what = element(
      'span',
      { class: 'what' },
      element('span', { class: 'name', title: file.name }, file.name),
      element('span', { class: 'size' }, readableSize(file.size)),
    );
    this.root = element('li', { class: 'chip' }, this.#kind, this.#what, iconButton('close', `Remove ${file.name}`, onRemove));
    this.#stripped = isPicture(file.name) ? withoutLocation(file).catch(() => null) : Promise.resolve(null);
    this.#thumbnail = thumbnailOf(file);
    this.#pixels = pixelsOf(file);
    this.#pixels.then((pixels) => (this.#pixels = pixels));
    this.#stripped.then((stripped) => stripped && this.#offerLocation());
    this.#thumbnail.then((thumbnail) => this.#show(thumbnail));
  }

  /** A thumbnail shows nothing of the location, so it is the same either way. */
  prepared() {
    const { name, size } = this.#file;
    const file = this.#keepsLocation ? Promise.resolve(this.#file) : this.#stripped.then((stripped) => stripped ?? this.#file);
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

  #offerLocation() {
    const state = element('span', { role: 'status' }, 'Location removed');
    const choice = element('input', {
      type: 'checkbox',
      'aria-label': `Keep location of ${this.#file.name}`,
      onchange: () => {
        this.#keepsLocation = choice.checked;
        state.textContent = choice.checked ? 'Location kept' : 'Location removed';
      },
    });
    this.#what.append(element('span', { class: 'location' }, state, element('label', {}, choice, 'Keep location')));
  }
}

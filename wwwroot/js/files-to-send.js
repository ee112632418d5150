// The list "Files to send": what is picked and waits for the button.
import { element, icon, iconButton } from './dom.js';
import { hasPreview, iconOf, readableSize, refusalOf } from './files.js';

export class FilesToSend {
  #list;
  #limits;
  #chips = new Map();
  #onChange;

  /** @param onChange is told the files whenever they are others than before */
  constructor(list, limits, onChange) {
    this.#list = list;
    this.#limits = limits;
    this.#onChange = onChange;
  }

  get isEmpty() {
    return this.#chips.size === 0;
  }

  /** Takes what may be sent; gives back why the others may not. */
  add(files) {
    const refusals = [];
    for (const file of files) {
      const refusal = refusalOf(file, this.#limits) ?? this.#refusalOfNumber(file);
      if (refusal) refusals.push(refusal);
      else this.#addChip(file);
    }
    this.#changed();
    return refusals;
  }

  refusalOfAll() {
    const bytes = [...this.#chips.keys()].reduce((sum, file) => sum + file.size, 0);
    return bytes > this.#limits.maxRequestBytes
      ? `The files together are larger than one message may be: ${readableSize(this.#limits.maxRequestBytes)}.`
      : null;
  }

  /** The files, and an empty list. */
  take() {
    const files = [...this.#chips.keys()];
    this.clear();
    this.#changed();
    return files;
  }

  /** Takes the chips away without a word: the files wait for the next time. */
  clear() {
    for (const file of [...this.#chips.keys()]) this.#remove(file);
  }

  #changed() {
    this.#onChange([...this.#chips.keys()]);
  }

  #refusalOfNumber(file) {
    return this.#chips.size >= this.#limits.maxFiles
      ? `“${file.name}” is one too many: a message takes ${this.#limits.maxFiles} files. Send these first.`
      : null;
  }

  #addChip(file) {
    const preview = hasPreview(file.name) ? URL.createObjectURL(file) : null;
    const kind = element('span', { class: 'kind' }, icon(iconOf(file.name)));
    const chip = element(
      'li',
      { class: 'chip' },
      preview ? element('img', { src: preview, alt: '', onerror: (event) => event.target.replaceWith(kind) }) : kind,
      element(
        'span',
        { class: 'what' },
        element('span', { class: 'name', title: file.name }, file.name),
        element('span', { class: 'size' }, readableSize(file.size)),
      ),
      iconButton('close', `Remove ${file.name}`, () => (this.#remove(file), this.#changed())),
    );
    this.#chips.set(file, { chip, preview });
    this.#list.append(chip);
  }

  #remove(file) {
    const { chip, preview } = this.#chips.get(file);
    if (preview) URL.revokeObjectURL(preview);
    chip.remove();
    this.#chips.delete(file);
  }
}

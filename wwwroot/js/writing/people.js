// Who is mentioned. People read and write names; what is sent has ids: <@userId>. A name that is written out by hand is
// looked up when the text is sent.
import { ask } from '../server/answers.js';

/**
 * @typedef {{ userId: string, name: string }} Named
 * @typedef {{ people: Named[], isAll: boolean }} Found
 */

const SHOWN = 8;
// In a chat of so many nobody has to be asked for again.
const SMALL = 50;
const MOST = 200;
const MOST_ASKED = 3;
const PATIENCE_MS = 1_500;
const MOST_WORDS = 3;
const NAME_LENGTH = 100;
const CODE = /(```[\s\S]*?(?:```|$)|`[^`\n]*`)/;
// Not within an address.
const AT = /(?<![\p{L}\p{N}_@.+-])@(?=[\p{L}\p{N}])/gu;

/** Without case and accents. @param {string} text */
const fold = (text) => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();

/** Of one chat, as far as a page has heard of them. */
export class People {
  #chatId;
  #me;
  /** By their names. @type {Map<string, Named>} */
  #picked = new Map();
  /** Null: several have that name. @type {Map<string, Named | null>} */
  #seen = new Map();
  #everybody = /** @type {Named[] | null} */ (null);
  /** What was asked for, until the list closes. @type {Map<string, Promise<Found | null>>} */
  #asked = new Map();

  /** @param {number} chatId @param {string | undefined} me who writes, and is not offered @param {Named[]} picked before */
  constructor(chatId, me, picked = []) {
    this.#chatId = chatId;
    this.#me = me;
    for (const person of picked) this.pick(person);
  }

  /** A name in the text that is this person's. @param {Named} person */
  pick({ userId, name }) {
    this.#picked.set(name.toLowerCase(), { userId, name });
  }

  get picked() {
    return [...this.#picked.values()];
  }

  /** Who is offered for what was written of a name; who comes first is likeliest. @param {string} query */
  async find(query) {
    const asked = fold(query);
    const found = this.#everybody ?? (await this.#narrow(query))?.people ?? [];
    const rank = ({ name }) => {
      const folded = fold(name);
      if (folded.startsWith(asked)) return folded.length === asked.length ? 0 : 1;
      return folded.includes(` ${asked}`) ? 2 : folded.includes(asked) ? 3 : 4;
    };
    return found
      .filter((person) => person.userId !== this.#me && rank(person) < 4)
      .sort((a, b) => rank(a) - rank(b))
      .slice(0, SHOWN);
  }

  /** The list has closed: the next time there may be others. */
  forget() {
    this.#everybody = null;
    this.#asked.clear();
  }

  /** The text as it is sent, as far as its names are known. @param {string} text */
  withIds(text) {
    return this.#translate(text).text;
  }

  /** Whether it has names of which nobody has heard yet. @param {string} text */
  hasUnknown(text) {
    return this.#translate(text).unknown.length > 0;
  }

  /**
   * Looks up who is named, and nobody has heard of. Gives whether the server has said who there is; when it does not answer
   * soon, nobody waits for it.
   * @param {string} text
   * @returns {Promise<boolean>}
   */
  async lookUp(text) {
    const unknown = this.#translate(text).unknown.slice(0, MOST_ASKED);
    if (unknown.length === 0) return true;
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, [false]));
    const answers = await Promise.race([Promise.all(unknown.map((written) => this.#askFor(written))), patience]);
    return answers.every(Boolean);
  }

  /** Of a text that is sent, those who are mentioned in it. @param {string} text */
  in(text) {
    return [...this.#picked.values(), ...this.#seen.values()].filter((person, at, all) => {
      return person && text.includes(markOf(person)) && all.findIndex((other) => other?.userId === person.userId) === at;
    });
  }

  /** @param {string} text @returns {{ text: string, unknown: string[] }} */
  #translate(text) {
    const names = [...new Set([...this.#picked.keys(), ...this.#seen.keys()])].sort((a, b) => b.length - a.length);
    const unknown = /** @type {string[]} */ ([]);
    const parts = text.split(CODE).map((part, at) => {
      if (at % 2 === 1) return part;
      let translated = '';
      let done = 0;
      for (const { index } of part.matchAll(AT)) {
        const rest = part.slice(index + 1, index + 1 + NAME_LENGTH);
        const name = names.find((known) => rest.toLowerCase().startsWith(known) && !/^[\p{L}\p{N}]/u.test(rest.slice(known.length)));
        const person = name !== undefined && (this.#picked.get(name) ?? this.#seen.get(name));
        if (name === undefined) unknown.push(rest);
        if (!person || index < done) continue;
        translated += part.slice(done, index) + markOf(person);
        done = index + 1 + name.length;
      }
      return translated + part.slice(done);
    });
    return { text: parts.join(''), unknown };
  }

  /** Who was not there for the beginning is not there for more of it. @param {string} query */
  async #narrow(query) {
    for (const [begun, asking] of this.#asked) {
      const found = query.startsWith(begun) ? await asking : null;
      if (found?.isAll) return found;
    }
    return this.#ask(query);
  }

  /**
   * Whose name may begin so; a name has several words, and only where too many have the first, the next ones matter.
   * @param {string} written
   * @returns {Promise<boolean>} whether there was an answer
   */
  async #askFor(written) {
    const words = [...written.matchAll(/[\p{L}\p{N}][^\s]*/gu)].slice(0, MOST_WORDS);
    for (const { index, 0: word } of words) {
      const found = await this.#ask(written.slice(0, index) + /^[\p{L}\p{N}]+/u.exec(word)?.[0]);
      if (!found || found.isAll) return found !== null;
    }
    return true;
  }

  /** @param {string} query */
  #ask(query) {
    const known = this.#asked.get(query);
    if (known) return known;
    const asking = this.#askServer(query);
    this.#asked.set(query, asking);
    return asking;
  }

  /** @param {string} query @returns {Promise<Found | null>} */
  async #askServer(query) {
    const limit = query ? MOST : SMALL;
    const answer = await ask(`/chat/${this.#chatId}/members?${new URLSearchParams({ q: query, limit: String(limit) })}`, { signal: AbortSignal.timeout(10_000) });
    const page = answer?.status === 200 ? pageIn(answer.text) : null;
    if (!page) {
      this.#asked.delete(query);
      return null;
    }
    const people = page.members.filter((member) => member.active).map(({ userId, name }) => ({ userId, name }));
    for (const person of people) this.#see(person);
    const isAll = page.nextAfter === null;
    if (!query && isAll) this.#everybody = people;
    return { people, isAll };
  }

  /** @param {Named} person */
  #see(person) {
    const name = person.name.toLowerCase();
    const other = this.#seen.get(name);
    this.#seen.set(name, other === undefined || other?.userId === person.userId ? person : null);
  }
}

/** @param {Named} person */
const markOf = ({ userId }) => `<@${userId}>`;

/** A text as people read it. @param {string} text @param {Named[]} people */
export const withNames = (text, people) => people.reduce((read, person) => read.replaceAll(markOf(person), `@${person.name}`), text);

/** @returns {{ members: (Named & { active: boolean })[], nextAfter: string | null } | null} */
function pageIn(text) {
  try {
    const page = JSON.parse(text);
    return Array.isArray(page.members) ? page : null;
  } catch {
    return null;
  }
}

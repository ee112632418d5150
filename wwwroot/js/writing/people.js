// Who is mentioned. People read and write names; what is sent has ids: <@userId>. A name that is written out by hand is
// looked up when the text is sent.
import { ask } from '../server/answers.js';

/**
 * @typedef {{ userId: string, name: string }} Named
 * @typedef {{ people: Named[], isAll: boolean }} Found
 * @typedef {{ shown: string, mentions: { start: number, end: number, mark: string }[] }} Original a text that is edited, and where it has names in the place of ids
 */

const SHOWN = 8;
// In a chat of so many nobody has to be asked for again.
const SMALL = 50;
const MOST = 200;
const MOST_ASKED = 3;
const PATIENCE_MS = 1_500;
const MOST_WORDS = 3;
const NAME_LENGTH = 100;
// What is no words of anybody's: escaped backticks, blocks and lines of code as the server sees them (Components/Markup), and
// addresses.
const NO_WORDS =
  /\\`|^[ \t>]*(`{3,})[\w+#.-]{0,30}[ \t]*$[\s\S]*?^[ \t>]*\1`*[ \t]*$|(?<!`)(`+)(?!`)(?:(?!\n[ \t]*\n)[\s\S])*?[^`]\2(?!`)|(?<![\p{L}\p{N}.@-])(?:https?:\/\/|(?:[a-z\d-]+\.)+[a-z]{2,}\/)[^\s<>"“”„«»‹›。，、！？；：（）「」『』【】《》〈〉]+/gimu;
// Scripts that are written without spaces, or go on behind a name.
const JOINED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`;
// Not within a mail address.
const BEFORE = String.raw`(?<!(?:(?![${JOINED}])[\p{L}\p{N}]|[@.+-])_*)`;
const AT = new RegExp(`${BEFORE}@$`, 'u');
const NAME = /^[\p{L}\p{N}\p{So}]/u;
const WORD = /^[\p{L}\p{N}]/u;
const JOINED_WORD = new RegExp(`^[${JOINED}]`, 'u');
const BEGUN = new RegExp(`${BEFORE}@([^\\n@]{0,${NAME_LENGTH}})$`, 'u');

/** Where somebody begins to write a name before the caret, and what there is of it. @param {string} before */
export function begunIn(before) {
  const query = BEGUN.exec(before)?.[1];
  if (query === undefined || query.startsWith(' ')) return null;
  const start = before.length - query.length - 1;
  return wordsOf(before)(start) ? { start, query } : null;
}

/** Whether a place of the text is in words. @param {string} text @returns {(at: number) => boolean} */
function wordsOf(text) {
  const others = [...text.matchAll(NO_WORDS)].map(({ index, 0: found }) => [index, index + found.length]);
  return (at) => !others.some(([start = 0, end = 0]) => start <= at && at < end);
}

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
  #original = /** @type {Original | null} */ (null);

  /**
   * @param {number} chatId
   * @param {string | undefined} me who writes, and is not offered
   * @param {Named[]} picked before
   * @param {string} [original] the text that is edited: what stays of it mentions whom it did, and nobody else
   */
  constructor(chatId, me, picked = [], original = undefined) {
    this.#chatId = chatId;
    this.#me = me;
    for (const person of picked) this.pick(person);
    if (original !== undefined) this.#original = originalOf(original.replaceAll('\r\n', '\n'), picked);
  }

  /** A name in the text that is this person's. @param {Named} person */
  pick({ userId, name }) {
    this.#picked.set(name.toLowerCase(), { userId, name });
  }

  /** Of those who were picked the ones whose name the text still has. @param {string} text */
  pickedIn(text) {
    return [...this.#picked.values()].filter(({ name }) => text.toLowerCase().includes(`@${name.toLowerCase()}`));
  }

  /** What was written has gone: in the next text a name may be another person's. */
  forgetPicked() {
    this.#picked.clear();
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
    const isInWords = wordsOf(text);
    const old = this.#original && oldIn(text, this.#original);
    const unknown = /** @type {string[]} */ ([]);
    let translated = '';
    let done = 0;
    // Where the last name ended: two may stand side by side.
    let ended = -1;
    const put = (start, end, mark) => {
      translated += text.slice(done, start) + mark;
      ended = done = end;
    };
    for (const { index } of text.matchAll(/@/g)) {
      const kept = old?.mentions.get(index);
      if (kept) put(index, kept.end, kept.mark);
      const isBegun = index === ended || AT.test(text.slice(Math.max(0, index - NAME_LENGTH), index + 1));
      if (index < done || !isBegun || !isInWords(index)) continue;
      const rest = text.slice(index + 1, index + 1 + NAME_LENGTH);
      const name = names.find((known) => this.#isWritten(known, rest));
      const end = index + 1 + (name?.length ?? /^[^\s\p{P}]*/u.exec(rest)?.[0].length ?? 0);
      if (old?.isUnchanged(index, end) || (old?.isOldLine(index) && !this.#picked.has(name ?? ''))) continue;
      if (name === undefined && NAME.test(rest)) unknown.push(rest);
      const person = name !== undefined && (this.#picked.get(name) ?? this.#seen.get(name));
      if (person) put(index, end, markOf(person));
    }
    return { text: translated + text.slice(done), unknown };
  }

  /** A name ends where its last word does; one that was picked may have more of a script behind it that has no spaces. */
  #isWritten(name, rest) {
    if (!rest.toLowerCase().startsWith(name)) return false;
    const behind = rest.slice(name.length);
    return !WORD.test(behind) || (this.#picked.has(name) && JOINED_WORD.test(behind));
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

/** @param {string} text @param {Named[]} people @returns {Original} */
function originalOf(text, people) {
  const mentions = /** @type {Original['mentions']} */ ([]);
  let shown = '';
  for (const [at, part] of text.split(/(<@[^<>]+>)/).entries()) {
    const person = at % 2 === 1 && people.find((other) => markOf(other) === part);
    if (person) mentions.push({ start: shown.length, end: shown.length + person.name.length + 1, mark: part });
    shown += person ? `@${person.name}` : part;
  }
  return { shown, mentions };
}

/**
 * What of an edited text is as it was: before and behind what has changed, and lines between that. Names there are no new
 * ones, nor are those in a quotation.
 * @param {string} text
 * @param {Original} original
 */
function oldIn(text, { shown, mentions }) {
  const shorter = Math.min(text.length, shown.length);
  let before = 0;
  while (before < shorter && text[before] === shown[before]) before++;
  let behind = 0;
  while (behind < shorter - before && text.at(-1 - behind) === shown.at(-1 - behind)) behind++;
  const moved = text.length - shown.length;
  const lines = new Set(shown.split('\n'));
  // Where letters were written behind a name, it is another name.
  const isBefore = (end) => end < before || (end === before && !WORD.test(text.slice(end)));
  const kept = mentions.flatMap(({ start, end, mark }) =>
    isBefore(end) ? [{ start, end, mark }] : start >= shown.length - behind ? [{ start: start + moved, end: end + moved, mark }] : [],
  );
  return {
    mentions: new Map(kept.map((mention) => [mention.start, mention])),
    isUnchanged: (start, end) => isBefore(end) || start >= text.length - behind,
    isOldLine(at) {
      const line = text.slice(text.lastIndexOf('\n', at) + 1).split('\n', 1)[0] ?? '';
      return line.startsWith('>') || lines.has(line);
    },
  };
}

/** @returns {{ members: (Named & { active: boolean })[], nextAfter: string | null } | null} */
function pageIn(text) {
  try {
    const page = JSON.parse(text);
    return Array.isArray(page.members) ? page : null;
  } catch {
    return null;
  }
}

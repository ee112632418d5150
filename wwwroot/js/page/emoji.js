// The emoji that there are: wwwroot/emoji.json, fetched when somebody wants to choose one. The server reads the same file.

/** @typedef {{ emoji: string, name: string, keywords: string, group: number }} Emoji */
/** @typedef {{ groups: string[], emoji: Emoji[], codes: Map<string, string> }} EmojiList codes: what is written between colons, where that is not the name */

/** @type {Promise<EmojiList> | undefined} */
let asked;

/** The list, which is fetched once; when that fails, anew the next time that somebody asks. */
export function emojiList() {
  asked ??= fetchList();
  asked.catch(() => (asked = undefined));
  return asked;
}

/** @returns {Promise<EmojiList>} */
async function fetchList() {
  const answer = await fetch(document.documentElement.dataset.emoji ?? '');
  if (!answer.ok) throw new Error(`The list of emoji is not there: ${answer.status}`);
  const { groups, emoji, codes } = await answer.json();
  // Those without a group are parts of others, or so new that many a font has no drawing of them.
  return { groups, codes: new Map(codes), emoji: emoji.filter(([, , , group]) => group >= 0).map(([character, name, keywords, group]) => ({ emoji: character, name, keywords, group })) };
}

/**
 * Those whose name or keywords have a word for each word of the text that begins with it, the likeliest first.
 * @param {Emoji[]} emoji
 * @param {string} text
 */
export function findEmoji(emoji, text) {
  const words = text.toLocaleLowerCase().split(/[\s:_]+/).filter((word) => word !== '');
  if (words.length === 0) return [];
  const found = emoji.filter((one) => words.every((word) => begins(`${one.name} ${one.keywords}`, word)));
  const rank = ({ name }) => (name === words.join(' ') ? 0 : name.startsWith(words.join(' ')) ? 1 : words.every((word) => begins(name, word)) ? 2 : 3);
  return found.map((one) => ({ one, at: rank(one) })).sort((a, b) => a.at - b.at).map(({ one }) => one);
}

const begins = (text, word) => text.startsWith(word) || text.includes(` ${word}`) || text.includes(`-${word}`);

// The five emoji that this browser's people have used last, or, before that, those that most people use.
const KEY = 'latest-emoji';
const COUNT = 5;
const USUAL = ['👍', '❤️', '😂', '🎉', '👀'];

/** @returns {string[]} */
export const latestEmoji = () => [...new Set([...kept(), ...USUAL])].slice(0, COUNT);

/** @param {string} emoji */
export function noteEmoji(emoji) {
  try {
    localStorage.setItem(KEY, JSON.stringify([emoji, ...latestEmoji().filter((one) => one !== emoji)].slice(0, COUNT)));
  } catch {
    // The browser keeps nothing: then the usual ones stay at hand.
  }
}

/** @returns {string[]} */
function kept() {
  try {
    const read = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(read) ? read.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

// What a message is called where it is read out as a whole: by whom and when, what it says, and its files.

/** Who wants more of a text has it read from within. */
const MAX_TEXT = 300;
const MAX_FILES = 3;

/** @param {Element} article */
export function nameOf(article) {
  const author = textOf(article.querySelector('.author'));
  const parts = [`Message from ${author}, ${timeIn(article)}`, ...said(article)];
  return parts.filter(Boolean).map((part) => part.replace(/\s+/g, ' ').trim()).join('. ');
}

function said(article) {
  if ('deleted' in article.dataset) return ['Message deleted'];
  return [article.querySelector('a.reply')?.getAttribute('aria-label'), textIn(article), filesIn(article), textOf(article.querySelector('.edited span'))];
}

/** Elements of a time draw into their shadow (js/page/local-time.js). */
function timeIn(article) {
  const time = article.querySelector('.sent local-time');
  return textOf(time?.shadowRoot ?? time);
}

function textIn(article) {
  const text = textOf(article.querySelector('.body > .text'));
  return text.length > MAX_TEXT ? `${[...text.slice(0, MAX_TEXT)].slice(0, -1).join('')}…` : text;
}

function filesIn(article) {
  const files = [...article.querySelectorAll('.files figure, .files .gone')].map((file) => file.getAttribute('aria-label') ?? textOf(file));
  const more = files.length - MAX_FILES;
  return [...files.slice(0, MAX_FILES), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

const textOf = (node) => node?.textContent ?? '';

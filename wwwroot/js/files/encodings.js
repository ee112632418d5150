// In what a text is written. Only marks and UTF-8 say so themselves; for the rest it is told by what makes words of it.

/** By the names that TextDecoder knows them by: what a reader may choose. */
export const ENCODINGS = /** @type {const} */ ([
  ['utf-8', 'UTF-8'],
  ['utf-16le', 'UTF-16 LE'],
  ['utf-16be', 'UTF-16 BE'],
  ['windows-1252', 'Western European (Windows-1252)'],
  ['windows-1250', 'Central European (Windows-1250)'],
  ['windows-1251', 'Cyrillic (Windows-1251)'],
  ['shift_jis', 'Japanese (Shift-JIS)'],
  ['gbk', 'Chinese (GBK)'],
]);

const MARKS = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** Enough of a text to tell by. */
const HEAD = 64 * 1024;

/** The letters beside a to z that a language is written with. */
const letters = (lower) => new Set(lower + lower.toUpperCase());

/** An encoding, and the languages that are written in it: each text is in one of them. The first of equals is taken. */
const SINGLE_BYTE = /** @type {[string, Set<string>[]][]} */ ([
  [
    'windows-1252',
    [
      'äöüß', // German
      'éèêëàâçîïôùûüœ', // French
      'áéíóúñüçàèòï', // Spanish, Catalan
      'ãõáâàéêíóôúç', // Portuguese
      'åäöæøéü', // Nordic
      'àèéìòùî', // Italian
      'áéíóúýþæðö', // Icelandic
      'áéíóúüëïèö', // Dutch
    ].map(letters),
  ],
  [
    'windows-1250',
    [
      'ąćęłńóśźż', // Polish
      'áčďéěíňóřšťúůýž', // Czech
      'áäčďéíĺľňóôŕšťúýž', // Slovak
      'áéíóöőúüű', // Hungarian
      'ăâîşţ', // Romanian
      'čćđšž', // Croatian, Slovene
    ].map(letters),
  ],
  ['windows-1251', [letters('абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўјљњћђџ')]],
]);

/** What stands between the letters of one word: apostrophes and hyphens. */
const WITHIN_WORDS = /[’‘\u00ad–]/;
const LETTER = /\p{L}/u;
const ASCII_LETTER = /[A-Za-z]/;

/**
 * The encoding that fits best, of a text or of its beginning.
 * @param {Uint8Array} bytes
 * @returns {string} one of ENCODINGS
 */
export function guessEncoding(bytes) {
  const mark = MARKS.find(([, begins]) => /** @type {number[]} */ (begins).every((byte, i) => bytes[i] === byte));
  if (mark) return /** @type {string} */ (mark[0]);
  const head = bytes.subarray(0, HEAD);
  if (head.every((byte) => byte < 0x80)) return 'utf-8';
  const fits = [
    ['utf-8', fitOfUtf8(head)],
    ...SINGLE_BYTE.map(([encoding, languages]) => [encoding, fitOfWords(decodeText(head, encoding), languages)]),
    ['shift_jis', fitOfPairs(head, 'shift_jis', isUsualJapanese)],
    ['gbk', fitOfPairs(head, 'gbk', isUsualChinese)],
  ];
  let [best, most] = ['windows-1252', 0];
  for (const [encoding, fit] of /** @type {[string, number][]} */ (fits)) if (fit > most + 0.01) [best, most] = [encoding, fit];
  return best;
}

/**
 * Without its mark. What does not decode shows as such, and a letter that is cut in two at the end is left out.
 * @param {Uint8Array} bytes
 * @param {string} encoding
 */
export const decodeText = (bytes, encoding) => new TextDecoder(encoding).decode(bytes, { stream: true });

/** Of what is no ASCII, the share that is right: a log has a line of another encoding now and then. */
function fitOfUtf8(bytes) {
  let [right, wrong] = [0, 0];
  for (const letter of decodeText(bytes, 'utf-8')) {
    if (letter === '\ufffd') wrong++;
    else if (letter >= '\u0080') right++;
  }
  // Whoever writes another encoding does not hit upon a sequence of UTF-8 by chance more than now and then.
  return wrong === 0 ? 2 : right > 4 * wrong ? 1.5 : 0;
}

/** Of what is no ASCII, the share that makes words of one language. */
function fitOfWords(text, languages) {
  const counts = languages.map(() => 0);
  let all = 0;
  const found = [...text];
  found.forEach((letter, i) => {
    if (letter < '\u0080') return;
    const [before, after] = [found[i - 1] ?? ' ', found[i + 1] ?? ' '];
    if (!LETTER.test(letter)) {
      const isWithinWord = LETTER.test(before) && LETTER.test(after) && !WITHIN_WORDS.test(letter);
      if (isWithinWord || letter < '\u00a0' || letter === '\ufffd') all++;
      return;
    }
    all++;
    const isCapitalWithin = letter !== letter.toLowerCase() && LETTER.test(before) && before !== before.toUpperCase();
    languages.forEach((language, which) => {
      if (language.has(letter) && !isCapitalWithin && isOfOneScript(letter, before, after)) counts[which]++;
    });
  });
  // Nothing but signs, of which any may be meant.
  return all === 0 ? 1 : Math.max(...counts) / all;
}

/** Cyrillic letters do not stand beside Latin ones; and of those that ASCII lacks, few words have three in a row. */
function isOfOneScript(letter, before, after) {
  if (letter >= '\u0400') return !ASCII_LETTER.test(before) && !ASCII_LETTER.test(after);
  return !(isForeign(before) && isForeign(after));
}

const isForeign = (letter) => letter >= '\u00c0' && LETTER.test(letter);

/** Of the letters of two bytes, the share that is in use every day; 0 where it does not decode at all. */
function fitOfPairs(bytes, encoding, fit) {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return 0;
  }
  let [all, usual] = [0, 0];
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] < 0x80) continue;
    const { length, share } = fit(bytes[i], bytes[i + 1] ?? 0x41);
    all++;
    usual += share;
    i += length - 1;
  }
  return usual / all;
}

/** Kana, punctuation and the first level of JIS; half-width kana only where there is nothing better. */
function isUsualJapanese(lead, trail) {
  if (lead >= 0xa1 && lead <= 0xdf) return { length: 1, share: 0.5 };
  const isKana = (lead === 0x82 && trail >= 0x4f) || lead === 0x83;
  return { length: 2, share: isKana || lead === 0x81 || (lead >= 0x88 && lead <= 0x97) ? 1 : 0 };
}

/** Punctuation and the first level of GB 2312: 3,755 characters that are nearly all of a text. */
const isUsualChinese = (lead, trail) => ({
  length: 2,
  share: trail >= 0xa1 && ((lead >= 0xa1 && lead <= 0xa3) || (lead >= 0xb0 && lead <= 0xd7)) ? 1 : 0,
});

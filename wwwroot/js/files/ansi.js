// What programs write for a terminal, as text with colours: of all that a terminal understands only its looks (SGR), nothing
// of what moves or erases. What comes out is text and names of classes, whatever went in.

/** @typedef {{ text: string, classes: string[] }} Run A stretch of text that looks the same. */

/** Eight hues; the bright ones are the same, as both themes have their own. */
const HUES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** What begins with Escape, and goes no further than its line: a sequence, a string to the terminal, or a single letter. */
// eslint-disable-next-line no-control-regex
const SEQUENCE = /\x1b(?:\[([0-9:;<=>?]*)[ -/]*([@-~])?|[\]PX^_][^\x07\x1b\r\n]*(?:\x07|\x1b\\)?|[ -/]*[0-~]?)/g;

/**
 * The text in runs, with line feeds between lines and nothing that can't be seen: form feeds begin a line, and a DOS end mark ends it all.
 * @param {string} text
 * @returns {Run[]}
 */
export function runsOf(text) {
  /** @type {Run[]} */
  const runs = [];
  let look = plain();
  let at = 0;
  const add = (/** @type {string} */ part) => {
    const seen = visible(part);
    if (seen) runs.push({ text: seen, classes: classesOf(look) });
  };
  for (const sequence of text.matchAll(SEQUENCE)) {
    add(text.slice(at, sequence.index));
    at = sequence.index + sequence[0].length;
    if (sequence[2] === 'm' && /^[0-9:;]*$/.test(sequence[1])) look = changed(look, sequence[1]);
  }
  add(text.slice(at));
  return runs;
}

/** Line ends of all systems are line feeds; other controls are nothing to see. @param {string} text */
function visible(text) {
  // eslint-disable-next-line no-control-regex
  return text.replace(/\r\n?|[\f\v]/g, '\n').replace(/[\0-\x08\x0e-\x1f\x7f]/g, '');
}

const plain = () => ({ ink: -1, ground: -1, isBold: false, isFaint: false, isItalic: false, isUnderlined: false, isStruck: false, isInverse: false });

/** @param {ReturnType<typeof plain>} before @param {string} parameters */
function changed(before, parameters) {
  const look = { ...before };
  const codes = parameters.split(/[;:]/).map(Number);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code === 0) Object.assign(look, plain());
    else if (code === 1) look.isBold = true;
    else if (code === 2) look.isFaint = true;
    else if (code === 3) look.isItalic = true;
    else if (code === 4) look.isUnderlined = true;
    else if (code === 7) look.isInverse = true;
    else if (code === 9) look.isStruck = true;
    else if (code === 22) look.isBold = look.isFaint = false;
    else if (code === 23) look.isItalic = false;
    else if (code === 24) look.isUnderlined = false;
    else if (code === 27) look.isInverse = false;
    else if (code === 29) look.isStruck = false;
    else if (code === 39) look.ink = -1;
    else if (code === 49) look.ground = -1;
    else if (code === 38 || code === 48) {
      const { hue, length } = finer(codes.slice(i + 1));
      if (code === 38) look.ink = hue;
      else look.ground = hue;
      i += length;
    } else if (isWithin(code, 30, 37) || isWithin(code, 90, 97)) look.ink = code % 10;
    else if (isWithin(code, 40, 47) || isWithin(code, 100, 107)) look.ground = code % 10;
  }
  return look;
}

const isWithin = (code, from, to) => code >= from && code <= to;

/** One of 256 colours, or red, green and blue: of these, the nearest hue. @param {number[]} codes */
function finer([kind, ...values]) {
  if (kind === 2) return { hue: nearest(values[0], values[1], values[2]), length: 4 };
  if (kind !== 5) return { hue: -1, length: 0 };
  const [which] = values;
  if (!(which >= 0 && which < 256)) return { hue: -1, length: 2 };
  if (which < 16) return { hue: which % 8, length: 2 };
  if (which >= 232) return { hue: which < 244 ? 0 : 7, length: 2 };
  // A cube of six steps each way.
  const cube = which - 16;
  return { hue: nearest(...[cube / 36, (cube / 6) % 6, cube % 6].map((step) => Math.floor(step) * 51)), length: 2 };
}

/** By which of the three there is more than half of the most. */
function nearest(red = 0, green = 0, blue = 0) {
  const half = Math.max(red, green, blue) / 2;
  return half < 40 ? 0 : Number(red > half) + 2 * Number(green > half) + 4 * Number(blue > half);
}

/** @param {ReturnType<typeof plain>} look */
function classesOf(look) {
  const [ink, ground] = look.isInverse ? [look.ground, look.ink] : [look.ink, look.ground];
  return [
    ink >= 0 ? `ansi-${HUES[ink]}` : '',
    ground >= 0 ? `ansi-on-${HUES[ground]}` : look.isInverse ? 'ansi-inverse' : '',
    look.isBold ? 'ansi-bold' : '',
    look.isFaint ? 'ansi-faint' : '',
    look.isItalic ? 'ansi-italic' : '',
    look.isUnderlined ? 'ansi-underlined' : '',
    look.isStruck ? 'ansi-struck' : '',
  ].filter(Boolean);
}

// What browser and server must agree on: types, pictures, names, limits and words, as the server tells them with every page
// (Components/Files/SharedRules.cs).

/**
 * @typedef {{ icon: string, kind: string, shown: string }} Type What a file is by its extension.
 *
 * @typedef {{
 *   types: (Type & { extensions: string })[],
 *   refused: string | null,
 *   pictures: { maxWidth: number, maxHeight: number, maxPixels: number, maxSoundBytes: number },
 *   names: { deceptive: string, maxBytes: number },
 *   limits: { maxFileBytes: number, maxRequestBytes: number, maxFiles: number, maxText: number },
 *   words: Record<string, string>,
 * }} Rules
 */

/** @type {Rules | undefined} */
let known;
/** @type {Map<string, Type> | undefined} */
let types;

/** @returns {Rules} */
export function rules() {
  known ??= /** @type {Rules} */ (JSON.parse(document.getElementById('rules')?.textContent ?? '{}'));
  return known;
}

/** For a page that tells none, as in tests. */
export function takeRules(/** @type {Rules} */ told) {
  known = told;
  types = undefined;
}

/** What an extension stands for; undefined when no table has it. @param {string} extension */
export function typeOf(extension) {
  types ??= new Map(rules().types.flatMap(({ extensions, ...type }) => extensions.split(' ').map((one) => /** @type {const} */ ([one, type]))));
  return types.get(extension);
}

/** What may be sent, in words. */
export const acceptedTypes = () => words('accepted', { accepted: rules().types.map((type) => type.extensions.replaceAll(' ', ', ')).join(', ') });

/** Whether files of it may be sent. @param {string} extension */
export function isAllowed(extension) {
  // Null: only what is in the table; else anything but these.
  const { refused } = rules();
  return typeOf(extension) !== undefined || (refused !== null && !refused.split(' ').includes(extension));
}

/** The words of a refusal, with what they leave open filled in. */
export function words(/** @type {string} */ which, /** @type {Record<string, string | number>} */ filledIn) {
  return rules().words[which].replace(/\{(\w+)\}/g, (place, name) => String(filledIn[name] ?? place));
}

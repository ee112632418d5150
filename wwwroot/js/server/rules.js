// What browser and server must agree on: types, names, limits and words, as the server tells them with every page
// (Components/Files/SharedRules.cs).

/**
 * @typedef {{
 *   types: Record<string, { icon: string, drawn: boolean }>,
 *   names: { deceptive: string, maxBytes: number },
 *   limits: { maxFileBytes: number, maxRequestBytes: number, maxFiles: number, maxText: number },
 *   words: Record<string, string>,
 * }} Rules
 */

/** @type {Rules | undefined} */
let known;

/** @returns {Rules} */
export function rules() {
  known ??= /** @type {Rules} */ (JSON.parse(document.getElementById('rules')?.textContent ?? '{}'));
  return known;
}

/** For a page that tells none, as in tests. */
export function takeRules(/** @type {Rules} */ told) {
  known = told;
}

/** The words of a refusal, with what they leave open filled in. */
export function words(/** @type {string} */ which, /** @type {Record<string, string | number>} */ filledIn) {
  return rules().words[which].replace(/\{(\w+)\}/g, (place, name) => String(filledIn[name] ?? place));
}

// Behind an @, people are offered by their names.
import { isInCode } from './marks.js';

const BEGUN = /(?:^|[^\p{L}\p{N}_@.+-])@([^\n@]{0,100})$/u;

/**
 * @param {import('./people.js').People} people
 * @param {() => void} onPick
 * @returns {import('./suggestions.js').Source}
 */
export const mentioning = (people, onPick = () => {}) => ({
  label: 'People',
  at(before) {
    const query = BEGUN.exec(before)?.[1];
    if (query === undefined || query.startsWith(' ')) return null;
    const start = before.length - query.length - 1;
    return isInCode(before, start) ? null : { start, query };
  },
  find: async (query) =>
    (await people.find(query)).map((person) => ({
      key: person.userId,
      label: person.name,
      written: `@${person.name}`,
      act: () => {
        people.pick(person);
        onPick();
      },
    })),
  isDone: (query, options) => options.length === 1 && options[0]?.label.toLowerCase() === query.toLowerCase(),
  closed: () => people.forget(),
});

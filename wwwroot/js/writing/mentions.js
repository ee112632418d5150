// Behind an @, people are offered by their names.
import { isInCode } from './marks.js';
import { begunIn } from './people.js';

/**
 * @param {import('./people.js').People} people
 * @returns {import('./suggestions.js').Source}
 */
export const mentioning = (people) => ({
  label: 'People',
  at(before) {
    const begun = begunIn(before);
    return begun && isInCode(before, begun.start) ? null : begun;
  },
  find: async (query) =>
    (await people.find(query)).map((person) => ({
      key: person.userId,
      label: person.name,
      written: `@${person.name}`,
      act: () => people.pick(person),
    })),
  isDone: (query, options) => options.length === 1 && options[0]?.label.toLowerCase() === query.toLowerCase(),
  closed: () => people.forget(),
});

// What can't be sent and why, above the composer. Nothing takes it back but the next pick, and who has read it.
import { element, iconButton } from '../page/dom.js';

/** More are one line, until somebody wants to see them all. */
const FEW = 3;

export class Refusals {
  #place;

  constructor(place) {
    this.#place = place;
  }

  /**
   * @param {string[]} reasons
   * @param {string | null} [accepted] what could have been sent, where that is the question
   */
  show(reasons, accepted = null) {
    this.#place.replaceChildren();
    if (reasons.length === 0) return;
    const said = reasons.length > FEW ? [`${reasons[0]} ${reasons.length - 1} more can't be sent.`] : reasons;
    const all = element('ul', { class: 'all', id: 'all-refusals', tabindex: '0', 'aria-label': 'All that can’t be sent' }, ...reasons.map(itemOf));
    all.hidden = true;
    this.#place.append(
      element(
        'div',
        { class: 'refusals' },
        element('div', { role: 'alert' }, ...said.map((reason) => element('p', {}, reason))),
        reasons.length > FEW ? switchOf(all) : '',
        iconButton('close', 'Dismiss', () => this.show([])),
        all,
        accepted ? element('details', {}, element('summary', {}, 'What can be sent'), accepted) : '',
      ),
    );
  }
}

const itemOf = (reason) => element('li', {}, reason);

function switchOf(list) {
  const button = element('button', { type: 'button', class: 'button quiet small', 'aria-expanded': 'false', 'aria-controls': list.id }, 'Show all');
  button.addEventListener('click', () => {
    list.hidden = !list.hidden;
    button.setAttribute('aria-expanded', String(!list.hidden));
    button.textContent = list.hidden ? 'Show all' : 'Show less';
  });
  return button;
}

// Signing out ends the page, and with it what it is sending. It stays in this browser for when its writer comes back, if
// the browser can keep it; whoever wants it to arrive first can wait.
import { element } from '../page/dom.js';
import { outbox } from './outbox.js';

const KEPT = 'Signed out, this browser keeps what is not sent and goes on with it when you sign in here again.';
const LOST = 'This browser can’t keep what is not sent: signed out, it is lost. Stay until it has arrived.';

export function askBeforeSigningOut() {
  document.addEventListener('submit', (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.getAttribute('action') !== '/sign-out' || outbox.underWay === 0) return;
    event.preventDefault();
    ask(form, outbox.underWay, outbox.unkept);
  });
}

function ask(form, count, unkept) {
  const dialog = element(
    'dialog',
    { class: 'question', 'aria-labelledby': 'sign-out-question', onclose: () => dialog.remove() },
    element('h2', { id: 'sign-out-question' }, count === 1 ? 'A message is not sent yet' : `${count} messages are not sent yet`),
    element('p', {}, unkept === 0 ? KEPT : unkept === count ? LOST : `${KEPT} Not all of it: ${unkept} of them can't be kept here and would be lost.`),
    element(
      'div',
      { class: 'actions' },
      element('button', { type: 'button', class: 'button quiet', autofocus: '', onclick: () => dialog.close() }, 'Stay'),
      // Not requestSubmit: that would ask again.
      element('button', { type: 'button', class: 'button', onclick: () => form.submit() }, 'Sign out'),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
}

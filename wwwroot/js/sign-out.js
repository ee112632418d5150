// Signing out ends the page, and with it what it is sending. It stays in this browser for when its writer comes back;
// whoever wants it to arrive first can wait.
import { element } from './dom.js';
import { outbox } from './outbox.js';

export function askBeforeSigningOut() {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    const count = outbox.underWay;
    if (form.getAttribute('action') !== '/sign-out' || count === 0) return;
    event.preventDefault();
    ask(form, count);
  });
}

function ask(form, count) {
  const dialog = element(
    'dialog',
    { class: 'question', 'aria-labelledby': 'sign-out-question', onclose: () => dialog.remove() },
    element('h2', { id: 'sign-out-question' }, count === 1 ? 'A message is not sent yet' : `${count} messages are not sent yet`),
    element('p', {}, 'Signed out, this browser keeps what is not sent and goes on with it when you sign in here again.'),
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

// Says to a screen reader what becomes of what is sent: once when files start, once when they are there, and what is
// held up. It knows of every chat. A failure that is on the page is an alert there; elsewhere it is said here.
import { messageOf, outbox } from './outbox.js';

const SAID_MS = 3_000;

export function announce(place) {
  let timer;
  const say = (text) => {
    clearTimeout(timer);
    place.textContent = text;
    // It is said, and nobody who reads the page line by line should come upon it.
    timer = setTimeout(() => place.replaceChildren(), SAID_MS);
  };
  const ofFiles = (words) => (event) => messageOf(event).files.length > 0 && say(words(namesOf(messageOf(event))));
  outbox.addEventListener('started', ofFiles((names) => `Sending ${names}`));
  outbox.addEventListener('sent', ofFiles((names) => `${names} sent`));
  outbox.addEventListener('held-up', (event) => say(`${namesOf(messageOf(event))}: ${messageOf(event).reason}`));
  outbox.addEventListener('refused', (event) => {
    const message = messageOf(event);
    if (!isOnPage(message)) say(`${namesOf(message)} not sent: ${message.reason}`);
  });
}

const namesOf = ({ files }) => files.map((file) => file.name).join(', ') || 'Message';
const isOnPage = ({ key }) => document.querySelector(`[data-client-id="${key}"]`) !== null;

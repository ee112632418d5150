// A file with people to add: it goes to the server, which says what would become of each line; the page shows that.
import { ask, bodyOf, foreignReason, NO_CONNECTION, problemOf } from '../server/answers.js';
import { antiforgeryToken } from '../server/requests.js';

/**
 * @param {HTMLInputElement} input
 * @param {{ invokeMethodAsync: (method: string, ...args: unknown[]) => Promise<unknown> }} page
 */
export function connect(input, page) {
  const listening = new AbortController();
  input.addEventListener('change', () => send(input, page), { signal: listening.signal });
  return { disconnect: () => listening.abort() };
}

async function send(input, page) {
  const file = input.files?.[0];
  if (!file) return;
  // The same file can be picked again, once it is mended.
  input.value = '';
  const answer = await ask('/operator/people/lists', { method: 'POST', headers: { 'Content-Type': 'text/csv', RequestVerificationToken: antiforgeryToken() }, body: file });
  const list = answer && bodyOf(answer, 201);
  const [method, argument] = list ? ['ShowAsync', list.id] : ['Refuse', reasonOf(answer)];
  page.invokeMethodAsync(method, argument).catch(() => {});
}

const reasonOf = (answer) => (answer ? (problemOf(answer)?.detail ?? foreignReason(answer).replace(' Trying again…', '')) : NO_CONNECTION.reason?.split('.')[0] + '.');

// Arrows mark one of what is found (people, chats), Enter takes it; the focus stays in the text, or comes back to it when
// what was chosen is put beside it or taken away.
export function connect(root) {
  const input = root.querySelector('input');
  const listening = new AbortController();
  const { signal } = listening;
  input.addEventListener('keydown', (event) => onKey(event, root, input), { signal });
  input.addEventListener('input', () => mark(root, input, null), { signal });
  root.addEventListener('mousedown', keepFocus, { signal });
  root.addEventListener('click', (event) => event.target.closest('[data-another], .chips button') && input.focus(), { signal });
  return { disconnect: () => listening.abort() };
}

function onKey(event, root, input) {
  if (event.isComposing) return;
  const options = [...root.querySelectorAll('[role=option]:not([aria-disabled])')];
  const at = options.findIndex((option) => option.id === input.getAttribute('aria-activedescendant'));
  if (event.key === 'Enter' && at >= 0) {
    event.preventDefault();
    mark(root, input, null);
    options[at].click();
  }
  const next = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1 }[event.key];
  if (next === undefined || options.length === 0) return;
  event.preventDefault();
  mark(root, input, options.at(next % options.length));
}

function mark(root, input, marked) {
  for (const option of root.querySelectorAll('[role=option]')) option.setAttribute('aria-selected', String(option === marked));
  if (marked) input.setAttribute('aria-activedescendant', marked.id);
  else input.removeAttribute('aria-activedescendant');
  marked?.scrollIntoView({ block: 'nearest' });
}

function keepFocus(event) {
  if (event.target.closest('[role=option]')) event.preventDefault();
}

// Arrows mark one of what is found (people, chats), Enter takes it; the focus stays in the text, or comes back to it when
// what was chosen is put beside it or taken away. Keys that come before the list of what was typed wait for it: on a slow
// line the list of what stood there before would give somebody else the file.
export function connect(root) {
  const input = root.querySelector('input');
  const listening = new AbortController();
  const { signal } = listening;
  const early = [];
  const isThere = () => root.dataset.foundFor === input.value;
  const catchUp = () => {
    while (early.length > 0 && isThere()) act(early.shift(), root, input);
  };
  input.addEventListener(
    'keydown',
    (event) => {
      if (event.isComposing || !['ArrowDown', 'ArrowUp', 'Enter'].includes(event.key)) return;
      event.preventDefault();
      early.push(event.key);
      catchUp();
    },
    { signal },
  );
  const onInput = () => {
    early.length = 0;
    mark(root, input, null);
  };
  input.addEventListener('input', onInput, { signal });
  root.addEventListener('mousedown', keepFocus, { signal });
  root.addEventListener('click', (event) => event.target.closest('[data-another], .chips button') && input.focus(), { signal });
  const lists = new MutationObserver(catchUp);
  lists.observe(root, { attributes: true, attributeFilter: ['data-found-for'] });
  return {
    disconnect: () => {
      listening.abort();
      lists.disconnect();
    },
  };
}

function act(key, root, input) {
  const options = [...root.querySelectorAll('[role=option]:not([aria-disabled])')];
  const at = options.findIndex((option) => option.id === input.getAttribute('aria-activedescendant'));
  if (key === 'Enter') {
    mark(root, input, null);
    if (at >= 0) options[at].click();
    else input.form.requestSubmit();
    return;
  }
  if (options.length === 0) return;
  // Where Enter takes the first one, that is where the arrows begin.
  const from = at < 0 && 'takesFirst' in root.dataset ? 0 : at;
  const next = key === 'ArrowDown' ? from + 1 : from < 0 ? -1 : from - 1;
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

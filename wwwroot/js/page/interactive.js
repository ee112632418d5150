// Several pages may overlap for a moment while one replaces another; the last one out does not speak for the next.
let ready = 0;

export function connect() {
  mark(++ready);
  return { disconnect: () => mark(--ready) };
}

function mark(count) {
  document.documentElement.dataset.interactive = String(count > 0);
}

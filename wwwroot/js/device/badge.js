// The count in the title is on the program's icon, too, where it is one of the device's own.

export function showBadge() {
  const device = /** @type {any} */ (navigator);
  if (!device.setAppBadge) return;
  // What an earlier run has left on the icon is not known.
  let shown = /** @type {string | null} */ (null);
  const show = () => {
    const [, count, other] = /^(?:\((\d+)\)|(•)) /.exec(document.title) ?? [];
    const wanted = count ?? other ?? '';
    if (wanted === shown) return;
    shown = wanted;
    // Forbidden, or no icon: nobody misses it.
    const done = count ? device.setAppBadge(Number(count)) : other ? device.setAppBadge() : device.clearAppBadge();
    done.catch(() => {});
  };
  new MutationObserver(show).observe(document.head, { childList: true, subtree: true, characterData: true });
  show();
}

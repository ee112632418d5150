// Times in the reader's own time zone. The elements draw into their shadow, so what the server rendered inside stays the
// server's.
const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayAndTime = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short' });
const dayOfYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dayAndYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const everything = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });
const wholeDay = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const KINDS = 'local-time, local-day';

class LocalElement extends HTMLElement {
  connectedCallback() {
    this.draw();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.draw();
  }

  draw() {}

  show(text) {
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    shadow.textContent = text;
  }
}

/** <local-time datetime="…Z">: a moment. With `brief`, of what is not today the day alone. */
class LocalTime extends LocalElement {
  static observedAttributes = ['datetime'];

  draw() {
    const moment = momentOf(this.getAttribute('datetime'));
    if (!moment) return;
    this.title = everything.format(moment);
    const isToday = isSameDay(moment, new Date());
    this.show((isToday ? timeOfDay : this.hasAttribute('brief') ? briefest(moment) : dayAndTime).format(moment));
  }
}

/**
 * <local-day datetime="…Z" after="…Z">: the line between two messages, if the later one is the first of its day. Where
 * nothing is before it, it always is.
 */
class LocalDay extends LocalElement {
  static observedAttributes = ['datetime', 'after'];

  draw() {
    const day = momentOf(this.getAttribute('datetime'));
    const before = momentOf(this.getAttribute('after'));
    const isFirst = day && !(before && isSameDay(day, before));
    const name = isFirst ? nameOf(day) : '';
    this.show(name);
    this.toggleAttribute('data-first', Boolean(isFirst));
    if (isFirst) {
      this.setAttribute('role', 'separator');
      this.setAttribute('aria-label', name);
    } else {
      this.removeAttribute('role');
      this.removeAttribute('aria-label');
    }
  }
}

/** A weekday says which day it was for as long as that is the last one of its name. */
function briefest(moment) {
  const now = new Date();
  const weekAgo = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 6);
  if (moment >= weekAgo && moment <= now) return weekday;
  return moment.getFullYear() === now.getFullYear() ? dayOfYear : dayAndYear;
}

function momentOf(text) {
  const moment = new Date(text ?? '');
  return Number.isNaN(moment.getTime()) ? null : moment;
}

function isSameDay(one, other) {
  return one.toDateString() === other.toDateString();
}

function nameOf(day) {
  const yesterday = new Date();
  if (isSameDay(day, yesterday)) return 'Today';
  yesterday.setDate(yesterday.getDate() - 1);
  if (isSameDay(day, yesterday)) return 'Yesterday';
  const part = Object.fromEntries(wholeDay.formatToParts(day).map(({ type, value }) => [type, value]));
  return `${part.weekday}, ${part.day} ${part.month} ${part.year}`;
}

/** At midnight yesterday's "Today" is wrong. A computer that slept through it makes up for it. */
function redrawAtMidnight() {
  const drawn = new Date();
  const midnight = new Date(drawn.getFullYear(), drawn.getMonth(), drawn.getDate() + 1);
  const look = () => {
    if (isSameDay(drawn, new Date())) return;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', look);
    for (const element of document.querySelectorAll(KINDS)) /** @type {LocalElement} */ (element).draw();
    redrawAtMidnight();
  };
  const timer = setTimeout(look, midnight.getTime() - drawn.getTime() + 1_000);
  document.addEventListener('visibilitychange', look);
}

customElements.define('local-time', LocalTime);
customElements.define('local-day', LocalDay);
redrawAtMidnight();

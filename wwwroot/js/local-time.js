// <local-time datetime="…Z">: a moment in the reader's own time zone and language. It draws into its shadow, so what the
// server rendered inside stays the server's.
const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayAndTime = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const everything = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });

class LocalTime extends HTMLElement {
  static observedAttributes = ['datetime'];

  connectedCallback() {
    this.#draw();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#draw();
  }

  #draw() {
    const moment = new Date(this.getAttribute('datetime'));
    if (Number.isNaN(moment.getTime())) return;
    const isToday = moment.toDateString() === new Date().toDateString();
    this.title = everything.format(moment);
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    shadow.textContent = (isToday ? timeOfDay : dayAndTime).format(moment);
  }
}

customElements.define('local-time', LocalTime);

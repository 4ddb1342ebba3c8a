// <live-progress src="…" data-state="…">: hears how far a job is and shows it; loads the page anew once the job does something else.
{
  const AGAIN = 3000;
  class LiveProgress extends HTMLElement {
    connectedCallback() {
      this.listen();
      document.addEventListener('visibilitychange', this);
    }
    disconnectedCallback() {
      this.events?.close();
      document.removeEventListener('visibilitychange', this);
    }
    // a browser has six connections to one place: a page that nobody sees leaves its own to others
    handleEvent() {
      if (document.hidden) this.events?.close();
      else if (this.events?.readyState === EventSource.CLOSED) this.listen();
    }
    listen() {
      this.events = new EventSource(this.getAttribute('src'));
      this.events.onmessage = ({ data }) => this.show(JSON.parse(data));
      this.events.onerror = () => {
        // the session has ended, the job is gone, or the program is away: the page says which
        if (this.events.readyState === EventSource.CLOSED && !document.hidden) setTimeout(() => location.reload(), AGAIN);
      };
    }
    show({ state, words, finished, work }) {
      if (state !== this.dataset.state) return location.reload();
      const bar = this.querySelector('progress');
      const label = this.querySelector('label');
      if (label.textContent !== words) label.textContent = words;
      if (bar.hasAttribute('max') && work > 0) {
        bar.max = work;
        bar.value = finished;
      }
    }
  }
  customElements.define('live-progress', LiveProgress);
}

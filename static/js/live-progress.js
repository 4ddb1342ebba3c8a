// <live-progress src="…" data-state="…">: asks how far a job is and shows it; loads the page anew once the job does something else.
{
  const PAUSE = 1500;
  class LiveProgress extends HTMLElement {
    connectedCallback() {
      this.timer = setInterval(() => this.ask(), PAUSE);
      document.addEventListener('visibilitychange', this);
    }
    disconnectedCallback() {
      clearInterval(this.timer);
      document.removeEventListener('visibilitychange', this);
    }
    handleEvent() {
      if (!document.hidden) this.ask();
    }
    async ask() {
      if (document.hidden || this.asking) return;
      this.asking = true;
      try {
        const answer = await fetch(this.getAttribute('src'), { headers: { accept: 'application/json' } });
        if (answer.redirected || answer.status === 404) return location.reload();
        if (!answer.ok) return;
        this.show(await answer.json());
      } catch {
        // the network is away: the next time may do
      } finally {
        this.asking = false;
      }
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

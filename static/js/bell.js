// a[data-bell="…"]: the number of unread notifications moves. Of all tabs one that is seen listens, and tells the others.
{
  const bell = document.querySelector('a[data-bell]');
  if (bell && navigator.locks && globalThis.BroadcastChannel) {
    const src = bell.dataset.bell;
    const name = `bell ${src}`;
    const channel = new BroadcastChannel(name);
    const show = ({ shown, words }) => {
      const number = bell.querySelector('.waits-n');
      if (number.textContent === shown) return;
      number.textContent = shown;
      number.hidden = shown === '';
      bell.setAttribute('aria-label', words);
    };
    channel.onmessage = ({ data }) => show(data);
    let leave = null;
    // until this tab is hidden, or until the program wants to hear no more of it
    const listen = (left) => new Promise((done) => {
      const events = new EventSource(src);
      const end = () => {
        events.close();
        done();
      };
      left.addEventListener('abort', end);
      events.onmessage = ({ data }) => {
        const told = JSON.parse(data);
        show(told);
        channel.postMessage(told);
      };
      events.onerror = () => {
        if (events.readyState === EventSource.CLOSED) end();
      };
    });
    const seen = () => {
      if (document.hidden) {
        leave?.abort();
        leave = null;
      } else if (!leave) {
        leave = new AbortController();
        const { signal } = leave;
        navigator.locks.request(name, { signal }, () => listen(signal)).catch(() => {});
      }
    };
    document.addEventListener('visibilitychange', seen);
    // a page that is left lets the next one listen; one that comes back from the history hears again
    addEventListener('pagehide', () => leave?.abort());
    addEventListener('pageshow', () => {
      leave = null;
      seen();
    });
  }
}

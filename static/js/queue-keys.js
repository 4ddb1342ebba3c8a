// Single keys of queues: [data-key] names what is followed or pressed, `i` goes to the reason.
// <html data-shortcuts="off"> switches single-key shortcuts off.
{
  // Who types fast must not decide about the page that is being left.
  let leaving = false;
  window.addEventListener('pageshow', () => { leaving = false; });
  document.addEventListener('keydown', (event) => {
    if (leaving || document.documentElement.dataset.shortcuts === 'off') return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    const at = document.activeElement;
    if (at?.matches('input, textarea, select') || at?.isContentEditable) return;
    const target = document.querySelector(
      event.key === 'i' ? '.decide textarea' : `[data-key="${CSS.escape(event.key)}"]`,
    );
    if (!target) return;
    event.preventDefault();
    if (event.key === 'i') {
      target.focus();
      return;
    }
    leaving = true;
    target.click();
  });
}

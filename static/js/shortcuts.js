// '/' focuses the page's search field. <html data-shortcuts="off"> switches single-key shortcuts off.
{
  document.addEventListener('keydown', (event) => {
    if (document.documentElement.dataset.shortcuts === 'off') return;
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = document.activeElement;
    if (at?.matches('input, textarea, select') || at?.isContentEditable) return;
    const field = document.querySelector('[data-shortcut="/"]');
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}

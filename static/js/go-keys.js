// g, then a letter, goes to a screen of the menu; c opens the page that creates something of the kind a list shows. Listed under ? and in
// Help; <html data-shortcuts="off"> switches them off.
{
  const SCREENS = { c: 'contracts', o: 'fulfillment', p: 'products', u: 'usage-files' };
  const WAIT = 1500;
  // when g was pressed: never yet
  let since = -Infinity;

  const links = () => [...document.querySelectorAll('.rail a')];
  const home = () => document.querySelector('[data-find]')?.href.replace(/\/search$/, '');
  const screen = (key) => links().find((link) => SCREENS[key] && new URL(link.href).pathname.endsWith(`/${SCREENS[key]}`))?.href;
  const create = () => document.querySelector('.main:has(.toolbar, .empty) .heading-actions a.primary[href$="/new"]');

  // before the single keys of queues, since the second letter is none of them
  document.addEventListener('keydown', (event) => {
    if (document.documentElement.dataset.shortcuts === 'off' || document.querySelector('dialog[open]')) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.isComposing || event.repeat) return;
    const at = document.activeElement;
    if (at?.matches('input:not([type="checkbox"], [type="radio"]), textarea, select') || at?.isContentEditable) return;
    if (performance.now() - since < WAIT) {
      since = -Infinity;
      const href = event.key === 'h' ? home() : screen(event.key);
      event.stopImmediatePropagation();
      if (!href) return;
      event.preventDefault();
      location.assign(href);
    } else if (event.key === 'g' && home()) {
      since = performance.now();
      event.stopImmediatePropagation();
    } else if (event.key === 'c' && !document.querySelector('[data-key="c"]') && create()) {
      event.preventDefault();
      event.stopImmediatePropagation();
      create().click();
    }
  }, true);
}

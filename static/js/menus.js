// details.menu: only one open, closed by Escape (focus goes back to its button), by a click or by tabbing elsewhere.
{
  const open = () => document.querySelectorAll('details.menu[open]');
  const closeAll = (except) => {
    for (const menu of open()) if (menu !== except && !menu.contains(except)) menu.open = false;
  };
  document.addEventListener('toggle', (event) => {
    if (event.target.matches?.('details.menu') && event.target.open) closeAll(event.target);
  }, true);
  document.addEventListener('click', (event) => closeAll(event.target));
  document.addEventListener('focusin', (event) => closeAll(event.target));
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    for (const menu of open()) {
      const inside = menu.contains(document.activeElement);
      menu.open = false;
      if (inside) menu.querySelector('summary').focus();
    }
  });
  // A page kept by the browser's history comes back with its menus closed.
  addEventListener('pageshow', () => closeAll(null));
}

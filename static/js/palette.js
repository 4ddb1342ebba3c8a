// Control K, Command K or the header's link opens the search over everything in a panel: objects, screens, what one may begin, what was
// opened last. Without it, or when it fails, the same is the page that [data-find] leads to.
{
  const link = document.querySelector('[data-find]');
  const make = (name, its, ...inside) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(its)) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };
  let dialog, field, list, said, shut, asking, later;

  const options = () => [...list.querySelectorAll('[role="option"]')];
  const chosen = () => list.querySelector('[aria-selected="true"]');
  const choose = (option) => {
    chosen()?.setAttribute('aria-selected', 'false');
    option?.setAttribute('aria-selected', 'true');
    option?.scrollIntoView({ block: 'nearest' });
    if (option) field.setAttribute('aria-activedescendant', option.id);
    else field.removeAttribute('aria-activedescendant');
  };

  const show = (found) => {
    let n = 0;
    const row = (one) => make('a', { role: 'option', id: `palette-${n += 1}`, href: one.href, tabindex: '-1', 'aria-selected': 'false' },
      make('span', {}, one.name), ...(one.id ? [make('span', { class: 'id' }, one.id)] : []));
    const group = (of, at) => make('div', { role: 'group', 'aria-labelledby': `palette-of-${at}` },
      make('p', { class: 'palette-heading', role: 'presentation', id: `palette-of-${at}` }, of.heading), ...of.items.map(row));
    list.replaceChildren(...found.groups.map(group));
    list.hidden = n === 0;
    field.setAttribute('aria-expanded', String(n > 0));
    field.setAttribute('aria-label', found.label);
    field.placeholder = found.label;
    shut.textContent = found.close;
    shut.hidden = false;
    said.textContent = found.said;
    said.classList.toggle('vh', n > 0);
    choose(field.value.trim() ? options()[0] : null);
  };

  const ask = async () => {
    asking?.abort();
    const mine = asking = new AbortController();
    const address = new URL(link.href);
    address.search = new URLSearchParams({ panel: 'yes', q: field.value }).toString();
    try {
      const answer = await fetch(address, { signal: mine.signal });
      if (!answer.ok) throw new Error(answer.statusText);
      show(await answer.json());
      asking = null;
    } catch (error) {
      if (error.name !== 'AbortError') location.assign(link.href);
    }
  };

  const build = () => {
    list = make('div', { role: 'listbox', id: 'palette-list', class: 'palette-list', 'aria-label': link.textContent.trim(), hidden: '' });
    said = make('p', { class: 'palette-said vh', role: 'status' });
    field = make('input', { class: 'input', name: 'q', type: 'text', maxlength: '100', role: 'combobox', autocomplete: 'off', spellcheck: 'false',
      'aria-label': link.textContent.trim(), 'aria-autocomplete': 'list', 'aria-controls': 'palette-list', 'aria-expanded': 'false' });
    shut = make('button', { class: 'button quiet', type: 'button', hidden: '' });
    shut.addEventListener('click', () => dialog.close());
    dialog = make('dialog', { class: 'palette', 'aria-label': link.textContent.trim() },
      make('form', { method: 'get', action: link.href, role: 'search' }, field, shut), list, said);
    field.addEventListener('input', () => {
      clearTimeout(later);
      asking?.abort();
      later = setTimeout(() => { later = null; ask(); }, 100);
    });
    field.addEventListener('keydown', (event) => {
      if (event.isComposing) return;
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        const all = options();
        const at = all.indexOf(chosen()) + (event.key === 'ArrowDown' ? 1 : -1);
        choose(all.length ? all[at < -1 ? all.length - 1 : (at + all.length) % all.length] : null);
      } else if (event.key === 'Enter' && chosen() && !later && !asking) {
        event.preventDefault();
        chosen().click();
      }
    });
    dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
    document.body.append(dialog);
  };

  const open = () => {
    if (!dialog) build();
    field.value = '';
    list.hidden = true;
    dialog.showModal();
    field.focus();
    ask();
  };

  document.addEventListener('keydown', (event) => {
    if (!link || event.key !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (dialog?.open) dialog.close();
    else open();
  });

  // a tab of its own is for the page
  link?.addEventListener('click', (event) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open();
  });
}

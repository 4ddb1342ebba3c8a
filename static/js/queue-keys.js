// Single keys. [data-key] names what is followed or pressed; [data-needs] names the field that comes first while it is empty. In a list j and
// k go from row to row and x ticks one. ? shows all of them, which Help knows. <html data-shortcuts="off"> switches them off.
{
  // Who types fast must not decide about the page that is being left.
  let leaving = false;
  window.addEventListener('pageshow', () => { leaving = false; });

  const needed = (button) => {
    const named = button.dataset.needs && document.getElementById(button.dataset.needs);
    if (named) return named.value.trim() ? null : named;
    const inputs = [...(button.form?.elements ?? [])].filter((one) => one.matches('.input:not([type="date"])'));
    return inputs.find((one) => !one.value.trim() && !one.closest('.field')?.querySelector('.optional'));
  };

  const step = (by) => {
    const links = [...document.querySelectorAll('.list .cell-link')];
    const at = links.findIndex((link) => link.closest('tr').contains(document.activeElement));
    links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
    return links.length > 0;
  };

  const inList = (key) => {
    if (key === 'j' || key === 'k') return step(key === 'j' ? 1 : -1);
    const tick = key === 'x' && document.activeElement?.closest('tr')?.querySelector('.tick');
    tick?.click?.();
    return Boolean(tick);
  };

  // A page as a document. The browser parses it, since our policy lets no script do that.
  const documentAt = (url) => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('GET', url);
    request.responseType = 'document';
    request.addEventListener('load', () => (request.status === 200 && request.response ? resolve(request.response) : reject(new Error(url))));
    request.addEventListener('error', () => reject(new Error(url)));
    request.send();
  });

  let keys;
  const showKeys = async () => {
    try {
      if (!keys) {
        const help = await documentAt('/help');
        keys = document.createElement('dialog');
        keys.className = 'shortcuts';
        keys.setAttribute('aria-labelledby', 'keys-title');
        keys.append(document.importNode(help.getElementById('keys').content, true));
        document.body.append(keys);
      }
      if (!document.querySelector('dialog[open]')) keys.showModal();
    } catch {
      location.assign('/help#keyboard');
    }
  };

  document.addEventListener('keydown', (event) => {
    if (leaving || document.documentElement.dataset.shortcuts === 'off' || document.querySelector('dialog[open]')) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    const at = document.activeElement;
    if (at?.matches('input:not([type="checkbox"], [type="radio"]), textarea, select') || at?.isContentEditable) return;
    if (event.key === '?') {
      event.preventDefault();
      showKeys();
      return;
    }
    const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!target) {
      if (inList(event.key)) event.preventDefault();
      return;
    }
    event.preventDefault();
    const first = target.matches('button') && needed(target);
    if (first) {
      first.focus();
      return;
    }
    leaving = true;
    target.click();
  });
}

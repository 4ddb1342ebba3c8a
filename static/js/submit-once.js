// A second click on the same submit button does nothing while the first is on its way.
// Downloads and searches (GET forms) and form[data-again] are left alone.
{
  const busy = new Set();
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === 'get' || 'again' in form.dataset) return;
    if (busy.has(form)) {
      event.preventDefault();
      return;
    }
    busy.add(form);
    event.submitter?.setAttribute('aria-disabled', 'true');
    form.setAttribute('aria-busy', 'true');
  });
  // Coming back through history must find a form that works.
  addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form[aria-busy]')) {
      form.removeAttribute('aria-busy');
      form.querySelector('[aria-disabled]')?.removeAttribute('aria-disabled');
    }
    busy.clear();
  });
}

// Branding: the page shows a colour while it is typed. Without this, Preview does.
{
  const field = document.querySelector('form[data-brand] [name="colour"]');
  if (field) {
    const first = document.querySelector('link[rel="stylesheet"][href^="/brand/"]');
    const sheet = first ?? document.head.appendChild(document.createElement('link'));
    const saved = first?.getAttribute('href');
    sheet.rel = 'stylesheet';
    let timer;
    const show = () => {
      const digits = field.value.trim().replace(/^#/, '').toLowerCase();
      if (/^[0-9a-f]{6}$/.test(digits)) sheet.setAttribute('href', `/brand/${digits}.css`);
      else if (saved) sheet.setAttribute('href', saved);
      else sheet.removeAttribute('href');
    };
    field.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(show, 200);
    });
  }
}

// Branding: the page shows a colour while it is typed. Without this, Preview does.
document.querySelector('form[data-brand] [name="colour"]')?.addEventListener('input', ({ target }) => {
  const digits = target.value.trim().replace(/^#/, '');
  if (!/^[0-9a-f]{6}$/i.test(digits)) return;
  const sheet = document.createElement('link');
  sheet.rel = 'stylesheet';
  sheet.href = `/brand/${digits}.css`;
  document.head.append(sheet);
});

// Branding: the page shows name and colour while they are typed. Without this, Preview does.
{
  const fields = document.querySelector('form[data-brand]')?.elements;
  let shown;
  fields?.colour?.addEventListener('input', ({ target }) => {
    const digits = target.value.trim().replace(/^#/, '');
    if (!/^[0-9a-f]{6}$/i.test(digits)) return;
    const [sheet, before] = [document.createElement('link'), shown];
    sheet.rel = 'stylesheet';
    sheet.href = `/brand/${digits}.css`;
    // the one before stays until its successor is there, so nothing flickers
    sheet.addEventListener('load', () => before?.remove(), { once: true });
    document.head.append(sheet);
    shown = sheet;
  });
  fields?.portal_name?.addEventListener('input', ({ target }) => {
    for (const name of document.querySelectorAll('.preview-name')) name.textContent = target.value.trim() || name.dataset.none;
  });
}

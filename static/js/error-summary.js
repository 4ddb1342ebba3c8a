// Moves focus to the error summary when a page comes back with one, and to the field behind each of its links.
{
  const summary = document.querySelector('.error-summary:not(section *)');
  if (summary) {
    summary.focus();
    summary.addEventListener('click', (event) => {
      const link = event.target.closest('a[href^="#"]');
      const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (!field) return;
      event.preventDefault();
      const label = document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
      (field.closest('.field') || label || field).scrollIntoView({ block: 'nearest' });
      field.focus({ preventScroll: true });
    });
  }
}

// [data-undo] takes something back for so many seconds: the button counts them down and goes when they are over.
{
  for (const button of document.querySelectorAll('[data-undo]')) {
    const end = performance.now() + Number(button.dataset.undo) * 1000;
    const tick = () => {
      const left = Math.ceil((end - performance.now()) / 1000);
      if (left > 0) {
        button.dataset.left = left;
        setTimeout(tick, 250);
      } else if (button !== document.activeElement) {
        button.form.remove();
      } else {
        delete button.dataset.left;
      }
    };
    tick();
  }
}

// <drop-file data-drop="…" data-one="…"> around a file field: takes a file that is dropped on it, and says the file's name and size. Words come
// from the page. Whatever is dropped beside it does not lead away from the form.
{
  const KILO = 1024;
  const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  const carries = (event) => event.dataTransfer?.types.includes('Files');

  function size(bytes) {
    const step = Math.min(UNITS.length - 1, bytes > 0 ? Math.floor(Math.log(bytes) / Math.log(KILO)) : 0);
    const style = { style: 'unit', unit: UNITS[step], unitDisplay: step > 0 ? 'short' : 'long', maximumFractionDigits: 1 };
    return new Intl.NumberFormat(document.documentElement.lang, style).format(bytes / KILO ** step);
  }

  class DropFile extends HTMLElement {
    connectedCallback() {
      this.input = this.querySelector('input');
      this.line = document.createElement('p');
      this.line.className = 'hint';
      this.line.setAttribute('role', 'status');
      this.append(this.line);
      this.say();
      this.input.addEventListener('change', () => this.say());
      this.addEventListener('dragover', (event) => this.over(event));
      this.addEventListener('dragleave', (event) => this.contains(event.relatedTarget) || this.leave());
      this.addEventListener('drop', (event) => this.take(event));
    }
    over(event) {
      if (!carries(event)) return;
      event.preventDefault();
      event.stopPropagation();
      event.dataTransfer.dropEffect = 'copy';
      this.toggleAttribute('data-over', true);
    }
    leave() {
      this.removeAttribute('data-over');
    }
    take(event) {
      if (!carries(event)) return;
      event.preventDefault();
      event.stopPropagation();
      this.leave();
      const { files } = event.dataTransfer;
      if (files.length !== 1) return void (this.line.textContent = this.dataset.one);
      this.input.files = files;
      this.input.dispatchEvent(new Event('change', { bubbles: true }));
      this.input.focus();
    }
    say() {
      const file = this.input.files[0];
      this.line.textContent = file ? `${file.name} (${size(file.size)})` : this.dataset.drop;
    }
  }
  customElements.define('drop-file', DropFile);

  for (const kind of ['dragover', 'drop']) {
    document.addEventListener(kind, (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'none';
    });
  }
}

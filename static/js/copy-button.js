// <copy-button for="id" label said failed>: adds a Copy button that puts the named field's text on the clipboard; class="small" makes it a link.
{
  class CopyButton extends HTMLElement {
    connectedCallback() {
      if (this.firstChild || !navigator.clipboard) return;
      const button = document.createElement('button');
      const said = document.createElement('span');
      const [label, copied, failed] = ['label', 'said', 'failed'].map((name) => this.getAttribute(name));
      button.type = 'button';
      button.className = this.classList.contains('small') ? 'link-button' : 'button';
      button.textContent = label;
      said.className = 'vh';
      said.setAttribute('role', 'status');
      this.append(button, said);
      let timer;
      button.addEventListener('click', async () => {
        const source = document.getElementById(this.getAttribute('for'));
        if (!source) return;
        try {
          await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
          button.textContent = copied;
          said.textContent = copied;
        } catch {
          source.focus();
          source.select?.();
          said.textContent = failed;
        }
        clearTimeout(timer);
        timer = setTimeout(() => {
          button.textContent = label;
          said.textContent = '';
        }, 2500);
      });
    }
  }
  customElements.define('copy-button', CopyButton);

  // A click into a read-only link selects all of it.
  document.addEventListener('focusin', (event) => {
    if (event.target.matches?.('.copy-link .input[readonly]')) event.target.select();
  });
}

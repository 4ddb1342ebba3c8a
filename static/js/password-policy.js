// Ticks the password rules off while one types, and lets each password field be shown.
// <password-policy for="id"><ul class="policy"><li data-rule="length" data-n="8">…</li></ul></password-policy>
{
  const met = {
    length: (text, item) => [...text].length >= Number(item.dataset.n || 8),
    cases: (text) => /\p{Lu}/u.test(text) && /\p{Ll}/u.test(text),
    digit: (text) => /\p{Nd}/u.test(text),
    special: (text) => /[^\p{L}\p{N}\s]/u.test(text),
    repeat: (text, item) => text !== '' && !new RegExp(`(.)\\1{${Number(item.dataset.n || 2)}}`, 'su').test(text),
  };

  class PasswordPolicy extends HTMLElement {
    connectedCallback() {
      const field = document.getElementById(this.getAttribute('for'));
      const items = [...this.querySelectorAll('[data-rule]')];
      if (!field || items.length === 0) return;
      const said = document.createElement('p');
      said.className = 'vh';
      said.setAttribute('role', 'status');
      this.append(said);
      let timer;
      const check = () => {
        let left = 0;
        for (const item of items) {
          const yes = met[item.dataset.rule]?.(field.value, item) ?? false;
          item.dataset.met = yes ? 'yes' : 'no';
          if (!yes) left += 1;
        }
        clearTimeout(timer);
        if (field.value === '') return;
        timer = setTimeout(() => {
          said.textContent = left === 0 ? this.dataset.all : `${this.dataset.some} ${items.length - left}/${items.length}`;
        }, 800);
      };
      field.addEventListener('input', check);
      check();
    }
  }
  customElements.define('password-policy', PasswordPolicy);

  for (const row of document.querySelectorAll('.password')) {
    const field = row.querySelector('input');
    const button = document.createElement('button');
    const paint = (shown) => {
      field.type = shown ? 'text' : 'password';
      button.textContent = shown ? row.dataset.hide : row.dataset.show;
      button.setAttribute('aria-label', shown ? row.dataset.hideWhat : row.dataset.showWhat);
    };
    button.type = 'button';
    button.className = 'button';
    field.autocapitalize = 'none';
    field.spellcheck = false;
    paint(false);
    button.addEventListener('click', () => paint(field.type === 'password'));
    // Never leave a page with the password in clear, or browsers may remember it as text.
    field.form?.addEventListener('submit', () => paint(false));
    row.append(button);
  }
}

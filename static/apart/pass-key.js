// <pass-key data-options="…">: when its form is sent, asks the device for a passkey first (or to make one, with the attribute `makes`), and
// sends the device's answer along in the field `answer`.
{
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (sign) => sign.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const known = (all) => all?.map((one) => ({ ...one, id: bytes(one.id) }));

  async function make(options) {
    const asked = { ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) } };
    asked.excludeCredentials = known(options.excludeCredentials);
    const made = await navigator.credentials.create({ publicKey: asked });
    const response = { attestationObject: text(made.response.attestationObject), clientDataJSON: text(made.response.clientDataJSON) };
    return { id: made.id, rawId: text(made.rawId), type: made.type, extensions: {}, response };
  }

  async function show(options) {
    const asked = { ...options, challenge: bytes(options.challenge), allowCredentials: known(options.allowCredentials) };
    const shown = await navigator.credentials.get({ publicKey: asked });
    const { authenticatorData, clientDataJSON, signature, userHandle } = shown.response;
    const response = { authenticatorData: text(authenticatorData), clientDataJSON: text(clientDataJSON), signature: text(signature) };
    response.userHandle = userHandle ? text(userHandle) : null;
    return { id: shown.id, rawId: text(shown.rawId), type: shown.type, extensions: {}, response };
  }

  class PassKey extends HTMLElement {
    connectedCallback() {
      const form = this.closest('form');
      this.setAttribute('role', 'alert');
      form.addEventListener('submit', async (event) => {
        event.preventDefault();
        this.textContent = '';
        try {
          const options = JSON.parse(this.dataset.options).publicKey;
          const answer = await (this.hasAttribute('makes') ? make(options) : show(options));
          form.elements.answer.value = JSON.stringify(answer);
          form.submit();
        } catch {
          this.textContent = this.dataset.failed;
        }
      });
    }
  }
  customElements.define('pass-key', PassKey);
}

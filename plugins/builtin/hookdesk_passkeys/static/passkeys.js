/* Passkeys (WebAuthn): a form with data-passkey asks that address what is to be signed, has the browser sign it, and carries the answer
   in its field "credential". Where the browser knows no passkeys the form stays hidden. */
(() => {
  "use strict";
  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  async function options(address) {
    const token = document.querySelector("meta[name=csrf-token]").content;
    const answer = await fetch(address, { method: "POST", headers: { "X-CSRFToken": token } });
    if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
    const given = await answer.json();
    given.challenge = bytes(given.challenge);
    if (given.user) given.user.id = bytes(given.user.id);
    if (given.excludeCredentials) given.excludeCredentials = named(given.excludeCredentials);
    if (given.allowCredentials) given.allowCredentials = named(given.allowCredentials);
    return given;
  }

  function plain(credential) {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
      if (credential.response[part]) response[part] = text(credential.response[part]);
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: {} });
  }

  async function sign(form) {
    const problem = form.querySelector("[data-passkey-problem]");
    problem.hidden = true;
    try {
      const publicKey = await options(form.dataset.passkey);
      const credentials = navigator.credentials;
      const made = await (publicKey.user ? credentials.create({ publicKey }) : credentials.get({ publicKey }));
      form.elements.credential.value = plain(made);
      form.requestSubmit();
    } catch (error) {
      problem.hidden = false; // cancelled, timed out, or none there: the browser has said which
      console.warn("passkey:", error.name, error.message);
    }
  }

  for (const form of window.PublicKeyCredential ? document.querySelectorAll("form[data-passkey]") : []) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      sign(form);
    });
  }
})();

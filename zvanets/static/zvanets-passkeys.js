// Passkeys: a form marked data-passkey asks the device and sends its answer as JSON in the named field.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function readable(options) {
  const key = structuredClone(options.publicKey);
  key.challenge = bytes(key.challenge);
  if (key.user) key.user.id = bytes(key.user.id);
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    key[list] = (key[list] ?? []).map((each) => ({ ...each, id: bytes(each.id) }));
  }
  return { publicKey: key };
}

function sendable(made) {
  const answer = { clientDataJSON: text(made.response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[part]) answer[part] = text(made.response[part]);
  }
  const clientExtensionResults = made.getClientExtensionResults();
  return { id: made.id, rawId: text(made.rawId), type: made.type, response: answer, clientExtensionResults };
}

async function optionsOf(form) {
  if (!form.dataset.options) return JSON.parse(document.getElementById("passkey-options").textContent);
  return (await fetch(form.dataset.options, { headers: { Accept: "application/json" } })).json();
}

async function ask(form) {
  const found = await optionsOf(form);
  const options = readable(found.creation_options ?? found.request_options);
  if (form.querySelector("[name=passwordless]")?.checked) {
    const alone = { residentKey: "required", requireResidentKey: true, userVerification: "required" };
    options.publicKey.authenticatorSelection = { ...options.publicKey.authenticatorSelection, ...alone };
  }
  return navigator.credentials[form.dataset.passkey](options);
}

async function send(form) {
  const problem = form.querySelector("[data-problem]");
  problem.hidden = true;
  try {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: form.dataset.field });
    field.value = JSON.stringify(sendable(await ask(form)));
    form.append(field);
    form.submit();
  } catch {
    problem.hidden = false;
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
  }
}

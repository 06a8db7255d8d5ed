// Asks the browser for a passkey and sends its answer with the form. Without this file the page offers its other ways.
async function ask(form) {
  const given = JSON.parse(form.dataset.options)
  if (form.dataset.passkey === 'create') {
    return navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(given),
    })
  }
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(given) })
}

// The page says each thing in its own language, in `data-unable`, `data-known` and `data-none`.
function say(form, words) {
  const place = form.querySelector('[data-say]')
  place.textContent = words ?? ''
  place.hidden = words === undefined
}

async function answer(form) {
  const button = form.querySelector('button')
  button.disabled = true
  say(form)
  try {
    const credential = await ask(form)
    form.elements.response.value = JSON.stringify(credential.toJSON())
    form.submit()
  } catch (error) {
    say(form, error.name === 'InvalidStateError' ? form.dataset.known : form.dataset.none)
    button.disabled = false
  }
}

const canAsk = 'PublicKeyCredential' in window && 'parseRequestOptionsFromJSON' in PublicKeyCredential
for (const form of document.querySelectorAll('form[data-passkey]')) {
  form.hidden = !canAsk && form.dataset.optional !== undefined
  form.querySelector('button').hidden = !canAsk
  if (!canAsk) say(form, form.dataset.unable)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void answer(form)
  })
}

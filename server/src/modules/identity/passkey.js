// Asks the browser for a passkey and sends its answer with the form. Without this file the page offers its other ways.
for (const form of document.querySelectorAll('form[data-passkey]')) {
  const say = form.querySelector('[data-say]')
  const button = form.querySelector('button')
  const canDo = 'PublicKeyCredential' in window && 'parseRequestOptionsFromJSON' in PublicKeyCredential
  if (!canDo) {
    say.textContent = 'This browser cannot use passkeys on this page. Use another way, or another browser.'
    say.hidden = false
  }
  form.hidden = !canDo && form.dataset.optional !== undefined
  button.hidden = !canDo
  form.addEventListener('submit', async (event) => {
    if (form.elements.response.value !== '') return
    event.preventDefault()
    button.disabled = true
    say.hidden = true
    try {
      const given = JSON.parse(form.dataset.options)
      const credential =
        form.dataset.passkey === 'create'
          ? await navigator.credentials.create({
              publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(given),
            })
          : await navigator.credentials.get({
              publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(given),
            })
      form.elements.response.value = JSON.stringify(credential.toJSON())
      form.submit()
    } catch (error) {
      say.textContent =
        error.name === 'InvalidStateError'
          ? 'This device holds a passkey for this account already.'
          : 'No passkey was given. Try again, or use another way.'
      say.hidden = false
      button.disabled = false
    }
  })
}

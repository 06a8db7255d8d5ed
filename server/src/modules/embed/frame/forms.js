import { app, say } from './context.js'
import { make } from './dom.js'
import { post } from './talk.js'

/** No answer, or none that can be read: what was wished may have been done all the same. */
const SILENT = new Set(['OFFLINE', 'BAD_ANSWER'])

/** A refusal in the words of this language; the server speaks English, so its own words are never shown. */
function wordsOf({ reason, refusal }) {
  if (refusal === false)
    return { title: say('fault.title'), next: say(SILENT.has(reason) ? 'fault.silent' : 'fault.next') }
  const known = `refusal.${reason}` in app.given.words ? reason : 'OTHER'
  return { title: say(`refusal.${known}.title`), next: say(`refusal.${known}`) }
}

function markFaults(form, errors) {
  for (const { pointer } of errors) {
    const input = form.elements.namedItem(pointer.slice(1))
    const fault = input instanceof HTMLInputElement ? document.getElementById(`${input.id}-fault`) : null
    if (!fault) continue
    input.setAttribute('aria-invalid', 'true')
    fault.textContent = say(`fault.${input.name}`)
  }
  form.querySelector('[aria-invalid=true]')?.focus()
}

function clearFaults(form, box) {
  box.replaceChildren()
  for (const input of form.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid')
  for (const fault of form.querySelectorAll('.fault')) fault.textContent = ''
}

function countDown({ button, box }, seconds) {
  const line = make('p', { class: 'count' })
  box.append(line)
  const endsAt = performance.now() + seconds * 1000
  const step = () => {
    const left = Math.ceil((endsAt - performance.now()) / 1000)
    button.disabled = left > 0
    line.textContent = left > 0 ? say('wait.left', { seconds: left }) : say('wait.over')
    if (left > 0) setTimeout(step, 500)
  }
  step()
}

function refuse(parts, answer) {
  const { form, box } = parts
  const { title, next } = wordsOf(answer)
  const isFault = answer.refusal === false
  const own = answer.details?.code
  box.replaceChildren(make('strong', {}, title), make('p', {}, next))
  if (own) box.append(make('p', {}, `${say('own.code')} `, make('strong', { class: 'code' }, own)))
  if (isFault && answer.correlation_id)
    box.append(make('p', { class: 'quiet' }, say('fault.reference', { id: answer.correlation_id })))
  markFaults(form, answer.errors ?? [])
  if (answer.retryAfter > 0 && answer.reason === 'RATE_LIMITED') countDown(parts, answer.retryAfter)
  post(isFault ? 'error' : 'refused', { detail: { reason: answer.reason } })
}

export function formOf(fields, word) {
  const box = make('div', { role: 'alert', class: 'alert' })
  const status = make('p', { role: 'status' })
  const button = make('button', { type: 'submit', class: 'main' }, say(word))
  const row = make('div', { class: 'row' }, button)
  return { form: make('form', { novalidate: true }, ...fields, box, row, status), box, button, status }
}

function findEmpty(form) {
  return [...form.elements].filter((one) => one.name && !one.checkValidity())
}

/** Runs one wish at a time: a second press while the first is on its way does nothing. What was typed always stays. */
export function onSubmit(parts, work) {
  const { form, box, button, status } = parts
  let isBusy = false
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (isBusy) return
    clearFaults(form, box)
    const empty = findEmpty(form)
    if (empty.length > 0) {
      box.replaceChildren(make('strong', {}, say('fault.some')))
      markFaults(
        form,
        empty.map(({ name }) => ({ pointer: `/${name}` })),
      )
      return
    }
    isBusy = true
    button.disabled = true
    status.textContent = say('working')
    const answer = await work().catch(() => ({ success: false, refusal: false, reason: 'FAILED' }))
    isBusy = false
    button.disabled = false
    status.textContent = ''
    if (!answer.success) refuse(parts, answer)
  })
}

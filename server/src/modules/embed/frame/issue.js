import { app, say } from './context.js'
import { drawSymbol, fact, field, labelOf, make, press, tellDay } from './dom.js'
import { formOf, onSubmit } from './forms.js'
import { post, renewTicket, send, solved } from './talk.js'

const COUNT = { type: 'number', inputmode: 'numeric', min: '0', max: '20', step: '1', required: true }

function typesOf() {
  const types = app.given.voucher_types.map(({ code, label }, at) =>
    make(
      'label',
      { class: 'choice' },
      make('input', { type: 'radio', name: 'voucher_type', value: code, required: true, checked: at === 0 }),
      make('span', {}, label),
    ),
  )
  return make('fieldset', {}, make('legend', {}, say('field.voucher_type')), ...types)
}

/** Nobody sees it and no key leads there: whoever fills it in is no person. */
function bait() {
  const input = make('input', {
    name: 'website',
    type: 'text',
    tabindex: '-1',
    autocomplete: 'off',
    value: '',
  })
  return make('div', { class: 'away', 'aria-hidden': 'true' }, make('label', {}, 'Website', input))
}

function fieldsOf(label) {
  const code = { type: 'password', required: true, maxlength: '200' }
  return [
    typesOf(),
    field('first_name', { required: true, maxlength: '80' }),
    field('last_name', { required: true, maxlength: '80' }),
    field('date_of_birth', { type: 'date', required: true }),
    field('household_adults', COUNT),
    field('household_children', COUNT),
    field('issued_by_label', { maxlength: '60', value: label ?? '' }, 'hint.issued_by_label'),
    ...(app.given.asks_code ? [field('access_code', code, 'hint.access_code')] : []),
    bait(),
  ]
}

function readEntries(form) {
  const {
    household_adults: adults,
    household_children: children,
    issued_by_label: label,
    ...rest
  } = Object.fromEntries(new FormData(form))
  return {
    ...rest,
    household_adults: Number(adults),
    household_children: Number(children),
    ...(label && { issued_by_label: label }),
  }
}

/** The same entries are the same wish, whatever became of the first answer and whatever proves who sends them. */
function keyFor({ access_code: _code, website: _website, ...wish }) {
  const text = JSON.stringify(wish)
  if (app.attempt.entries !== text) app.attempt = { key: crypto.randomUUID(), entries: text }
  return app.attempt.key
}

function sessionOf() {
  if (app.issued.length < 2) return []
  const codes = app.issued.map(({ code, type }) => make('li', {}, String(code), ', ', String(type)))
  return [make('h3', {}, say('result.session')), make('ul', { class: 'codes' }, ...codes)]
}

/**
 * Copies the code, and says so. A frame of another origin has no clipboard of its own (Permissions Policy), but may copy what is
 * selected while somebody presses; where even that is refused, the code stays selected.
 */
function copyOf(code) {
  const button = press('result.copy', () => {
    globalThis.getSelection()?.selectAllChildren(code)
    if (document.execCommand('copy')) button.textContent = say('result.copied')
  })
  return button
}

function showIssued(view, { data }, label) {
  const isWaiting = data.status === 'pending_review'
  app.issued.push({ code: data.code, type: labelOf(data.voucher_type) })
  const title = make('h2', { tabindex: '-1' }, say(isWaiting ? 'result.waiting' : 'result.issued'))
  const code = make('p', { class: 'code big' }, data.code)
  const until = isWaiting ? [] : fact('result.until', tellDay(data.expires_on))
  view.replaceChildren(
    make(
      'section',
      { class: 'result' },
      title,
      isWaiting ? make('p', {}, say('result.waiting.next')) : null,
      code,
      drawSymbol(data.qr),
      make('dl', {}, ...fact('field.voucher_type', labelOf(data.voucher_type)), ...until),
      make(
        'div',
        { class: 'row' },
        copyOf(code),
        press('result.print', () => window.print()),
        press('result.another', () => showIssue(view, label)),
      ),
      ...sessionOf(),
    ),
  )
  title.focus()
}

export function showIssue(view, label) {
  if (app.given.voucher_types.length === 0)
    return view.replaceChildren(make('p', { class: 'intro' }, say('no.types')))
  const parts = formOf(fieldsOf(label), 'issue')
  const { form } = parts
  // The puzzle is done while somebody types.
  form.addEventListener('focusin', () => void solved(), { once: true })
  onSubmit(parts, async () => {
    const entries = readEntries(form)
    const answer = await send('vouchers', entries, keyFor(entries))
    if (!answer.success) return answer
    app.attempt = { key: '', entries: '' }
    void renewTicket()
    showIssued(view, answer, entries.issued_by_label)
    post('issued', { detail: { status: answer.data.status } })
    return answer
  })
  view.replaceChildren(form)
}

import { app, say } from './context.js'

/** An element with attributes and parts. Text becomes text: nothing that is given here is ever read as markup. */
export function make(tag, props = {}, ...parts) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === false) continue
    if (name in element && typeof value !== 'string') element[name] = value
    else element.setAttribute(name, value === true ? '' : value)
  }
  element.append(...parts.filter((part) => part !== null && part !== undefined && part !== false))
  return element
}

export function field(name, props = {}, hint = null) {
  const id = `f-${name}`
  const described = [hint ? `${id}-hint` : '', `${id}-fault`].filter(Boolean).join(' ')
  return make(
    'div',
    { class: 'field' },
    make('label', { for: id }, say(`field.${name}`)),
    hint ? make('p', { class: 'quiet', id: `${id}-hint` }, say(hint)) : null,
    make('input', { id, name, type: 'text', autocomplete: 'off', 'aria-describedby': described, ...props }),
    make('p', { class: 'fault', id: `${id}-fault` }),
  )
}

export function press(word, act, props = {}) {
  const button = make('button', { type: 'button', ...props }, say(word))
  button.addEventListener('click', act)
  return button
}

export const fact = (name, value) => [make('dt', {}, say(name)), make('dd', {}, value)]

export function tellDay(text) {
  if (!text) return say('day.none')
  // The day comes before the month in each language of the form, in English too.
  const locale = app.given.lang === 'en' ? 'en-GB' : app.given.lang
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' })
  return format.format(new Date(`${text}T00:00Z`))
}

export const labelOf = (code) => app.given.voucher_types.find((type) => type.code === code)?.label ?? code

export function drawSymbol({ size, rows }) {
  const space = 'http://www.w3.org/2000/svg'
  const svg = document.createElementNS(space, 'svg')
  svg.setAttribute('viewBox', `-4 -4 ${size + 8} ${size + 8}`)
  svg.setAttribute('class', 'qr')
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', say('qr.label'))
  const path = document.createElementNS(space, 'path')
  const squares = rows.flatMap((row, y) =>
    [...row].map((bit, x) => (bit === '1' ? `M${x} ${y}h1v1h-1z` : '')),
  )
  path.setAttribute('d', squares.join(''))
  svg.append(path)
  return svg
}

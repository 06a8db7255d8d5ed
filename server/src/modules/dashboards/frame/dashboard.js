// The embedded dashboard in its frame. Everything that comes from an answer becomes text, never markup.
const given = JSON.parse(document.querySelector('#form-data').textContent)
const token = new URLSearchParams(location.hash.slice(1)).get('t') ?? ''
// The token stays in this script: no address, no history, no referrer has it.
history.replaceState(null, '', location.pathname + location.search)

// The day comes before the month in each language of the page, in English too.
const locale = given.lang === 'en' ? 'en-GB' : given.lang

function say(id, values = {}) {
  return Object.entries(values).reduce(
    (told, [name, value]) => told.replaceAll(`{${name}}`, value),
    given.words[id],
  )
}

function make(tag, props = {}, ...parts) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, value)
  element.append(...parts)
  return element
}

const count = (value) => new Intl.NumberFormat(locale).format(value)

function amount(text, currency) {
  const [, decimals = ''] = text.split('.')
  const digits = { minimumFractionDigits: decimals.length, maximumFractionDigits: decimals.length }
  return `${new Intl.NumberFormat(locale, digits).format(text)} ${currency}`
}

function day(text) {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' })
  return format.format(new Date(`${text}T00:00Z`))
}

/**
 * Copies the link, and says so. A frame of another origin has no clipboard of its own (Permissions Policy), but may copy what
 * is selected while somebody presses; where even that is refused, the link stays selected.
 */
function copyOf(link) {
  const button = make('button', { type: 'button' }, say('copy'))
  button.addEventListener('click', () => {
    globalThis.getSelection()?.selectAllChildren(link)
    if (document.execCommand('copy')) button.textContent = say('copied')
  })
  return button
}

const figures = (pairs) =>
  make(
    'dl',
    { class: 'figures' },
    ...pairs.map(([name, value]) => make('div', {}, make('dt', {}, say(name)), make('dd', {}, value))),
  )

const part = (title, ...parts) => make('section', {}, make('h2', {}, title), ...parts)

function linkPart({ link, code }) {
  if (link === null) return part(say('link'), make('p', {}, say('no.code')))
  const shown = make('p', { class: 'link' }, link)
  return part(
    say('link'),
    shown,
    make(
      'div',
      { class: 'row' },
      copyOf(shown),
      make('p', { class: 'quiet' }, [say('code'), code].join(': ')),
    ),
  )
}

function moneyParts({ money }) {
  if (money.length === 0) return [part(say('money'), make('p', {}, say('no.money')))]
  return money.map(({ currency, earned, waiting, paid }) =>
    part(
      say('money.in', { currency }),
      figures([
        ['earned', amount(earned, currency)],
        ['waiting', amount(waiting, currency)],
        ['paid', amount(paid, currency)],
      ]),
    ),
  )
}

function draw(told) {
  const { partner_name: name, clicks, sign_ups: signUps, paying, next_payout_on: next } = told
  document.querySelector('main').replaceChildren(
    make('p', { class: 'quiet' }, name),
    make('h1', {}, say('title')),
    linkPart(told),
    part(
      say('reach'),
      figures([
        ['clicks', count(clicks)],
        ['sign_ups', count(signUps)],
        ['paying', count(paying)],
      ]),
    ),
    ...moneyParts(told),
    make('p', { class: 'next' }, next === null ? say('no.next') : say('next', { day: day(next) })),
  )
}

function refuse(word) {
  document
    .querySelector('main')
    .replaceChildren(
      make('div', { role: 'alert' }, make('h1', {}, say(`${word}.title`)), make('p', {}, say(word))),
    )
}

/** Tells the page around the frame how high its content is, and only the site that the document was made for: never a figure. */
function tellHeight() {
  const { height } = document.documentElement.getBoundingClientRect()
  if (window.parent !== window && given.site !== null)
    window.parent.postMessage({ v: 'pap-embed/1', type: 'resize', height }, given.site)
}

async function start() {
  if (given.ticket === null) return refuse('place')
  document.querySelector('main').replaceChildren(make('p', { role: 'status' }, say('loading')))
  const answer = await fetch('/embed/v1/dashboard', {
    method: 'POST',
    credentials: 'omit',
    headers: { authorization: `Bearer ${token}`, 'x-embed-ticket': given.ticket },
  }).catch(() => null)
  if (answer?.ok) return draw(await answer.json())
  return refuse(answer?.status === 403 ? 'place' : 'refused')
}

new ResizeObserver(tellHeight).observe(document.documentElement)
await start()

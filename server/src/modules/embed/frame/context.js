// What a form knows while it is open. Nothing of it is kept anywhere else.
export const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

export const app = {
  given: null,
  token: '',
  host: '',
  challenge: null,
  openedAt: 0,
  solving: null,
  attempt: { key: '', entries: '' },
  issued: [],
}

/**
 * Keeps what the form needs to work again in this entry of the tab's history, which only pages of this very origin can read: a
 * frame that the browser puts back on the way back has neither its fragment nor the page that it came from. No address has it.
 */
export function keepPlace() {
  const { token, host, challenge } = app
  const kept = token === '' ? null : { t: token, o: host, ticket: challenge?.ticket ?? '' }
  history.replaceState(kept, '', location.pathname + location.search)
}

const textOf = (value) => (typeof value === 'string' ? value : '')

/** Reads the data of the document and the fragment of its address, and takes the fragment away. */
export function readContext() {
  app.given = JSON.parse(document.querySelector('#form-data').textContent)
  const hash = new URLSearchParams(location.hash.slice(1))
  const kept = history.state ?? {}
  const isNew = hash.has('t')
  app.token = (isNew ? hash.get('t') : textOf(kept.t)) ?? ''
  app.host = (isNew ? hash.get('o') : textOf(kept.o)) ?? ''
  app.challenge = app.given.challenge
  // A form that was put back is not told again on which site it stands: its ticket of before says so, and gets it another.
  const before = textOf(kept.ticket)
  if (!app.challenge && before !== '') app.challenge = { ticket: before }
  // The token stays in this script and in this entry: no address and no referrer has it.
  keepPlace()
  app.openedAt = performance.now()
}

export function say(id, values = {}) {
  const text = app.given.words[id] ?? id
  return Object.entries(values).reduce(
    (told, [name, value]) => told.replaceAll(`{${name}}`, () => value),
    text,
  )
}

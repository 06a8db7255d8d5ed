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

/** Reads the data of the document and the fragment of its address, and takes the fragment away. */
export function readContext() {
  app.given = JSON.parse(document.querySelector('#form-data').textContent)
  const hash = new URLSearchParams(location.hash.slice(1))
  app.token = hash.get('t') ?? ''
  app.host = hash.get('o') ?? ''
  // The token stays in this script: no address, no history, no referrer has it.
  history.replaceState(null, '', location.pathname + location.search)
  app.challenge = app.given.challenge
  app.openedAt = performance.now()
}

export function say(id, values = {}) {
  const text = app.given.words[id] ?? id
  return Object.entries(values).reduce(
    (told, [name, value]) => told.replaceAll(`{${name}}`, () => value),
    text,
  )
}

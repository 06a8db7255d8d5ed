import { app, keepPlace, wait } from './context.js'
import { solve } from './puzzle.js'

const MOST_REPEATS = 2
const FASTEST_MS = 2200
const PASSING = new Set([502, 503, 504])

/** Tells the page around the frame, and only the very page that put it there: never a code, never a name. */
export function post(type, more = {}) {
  if (window.parent !== window && /^https?:\/\/[^/]+$/.test(app.host))
    window.parent.postMessage({ v: 'pap-embed/1', type, ...more }, app.host)
}

export function solved() {
  if (!app.challenge) return Promise.resolve()
  if (!app.given.asks_puzzle) return Promise.resolve()
  app.solving ??= solve(app.challenge)
  return app.solving
}

export async function renewTicket() {
  const answer = await fetch(`/e/${app.given.form}/ticket`, {
    headers: { 'x-embed-ticket': app.challenge.ticket },
    credentials: 'omit',
  }).catch(() => null)
  if (!answer?.ok) return false
  app.challenge = await answer.json()
  app.openedAt = performance.now()
  app.solving = null
  keepPlace()
  return true
}

function ask(path, entries, key) {
  return fetch(`/embed/v1/forms/${app.given.form}/${path}`, {
    method: 'POST',
    credentials: 'omit',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${app.token}`,
      ...(key && { 'idempotency-key': key }),
    },
    body: JSON.stringify(entries),
  }).catch(() => null)
}

async function proofFor(path) {
  if (path !== 'vouchers') return { ticket: app.challenge.ticket }
  const pow = await solved()
  // Nobody is faster than two seconds; whoever was waits the rest.
  await wait(Math.max(0, app.openedAt + FASTEST_MS - performance.now()))
  return { ticket: app.challenge.ticket, ...(pow !== undefined && { pow }) }
}

async function sendOnce(path, entries, key) {
  const body = { ...entries, ...(await proofFor(path)) }
  let answer = await ask(path, body, key)
  for (let repeats = 0; repeats < MOST_REPEATS; repeats += 1) {
    if (answer !== null && !PASSING.has(answer.status)) break
    await wait(600 * 2 ** repeats)
    answer = await ask(path, body, key)
  }
  if (answer === null) return { success: false, refusal: false, reason: 'OFFLINE' }
  const told = await answer.json().catch(() => ({ success: false, refusal: false, reason: 'BAD_ANSWER' }))
  return { ...told, retryAfter: Number(answer.headers.get('retry-after') ?? 0) }
}

/** Sends a wish; a ticket that ended is replaced once, without a word. */
export async function send(path, entries, key) {
  // A preview has no form, no token and no ticket, and its document may not connect anywhere.
  if (app.given.preview) return { success: false, refusal: true, reason: 'PREVIEW' }
  const answer = await sendOnce(path, entries, key)
  const isStale = ['TICKET_EXPIRED', 'CHALLENGE_REQUIRED'].includes(answer.reason)
  return isStale && (await renewTicket()) ? sendOnce(path, entries, key) : answer
}

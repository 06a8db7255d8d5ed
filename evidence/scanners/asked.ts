import type { Answered, LiveProduct, Looker } from './live-product.ts'
import type { Finding, Scan } from './scanner.ts'

const UNAUTHENTICATED = 401
const SERVER_ERROR = 500
/** What anybody reads who is signed in, to whatever part. */
const OWN_PATH = '/api/v1/me'

/** Answers that no input may lead to, each place once. */
function findBroken(answers: readonly Answered[]): Finding[] {
  // 503 is told with Retry-After, by an operation that waits for others; it is no fault that input makes.
  const broken = answers.filter(({ status }) => status >= SERVER_ERROR && status !== 503)
  const places = new Set(broken.map(({ status, method, path }) => `${method} ${path} ${status}`))
  return [...places].map((place) => ({ rule: 'answered 5xx', place }))
}

/** What of the product is needed to count. */
type Counted = Pick<LiveProduct, 'url' | 'cookies' | 'answered'>

/** Throws when the session with which a part was looked at is no more: what was asked after it ended shows nothing. */
async function checkSession({ url, cookies }: Counted, looker: Looker): Promise<void> {
  const { status } = await fetch(`${url}${OWN_PATH}`, { headers: { cookie: cookies[looker] } })
  if (status !== 200) throw new Error(`the session of the ${looker} ended while it was looked at: ${status}`)
}

/**
 * Runs a scan as those who are signed in, and says with what it looked at how much the product was asked, and how much of that
 * it let in (R8). A 5xx is a finding, whether the scanner notices it or not. Throws when a session did not last.
 */
export async function scanSignedIn(
  product: Counted,
  lookers: readonly Looker[],
  scan: () => Promise<Scan>,
): Promise<Scan> {
  const before = product.answered.length
  const { findings, lookedAt } = await scan()
  for (const looker of lookers) await checkSession(product, looker)
  const answers = product.answered.slice(before)
  const count = (matches: (status: number) => boolean): string =>
    answers.filter(({ status }) => matches(status)).length.toLocaleString('en')
  const done = count((status) => status < 400)
  const out = count((status) => status === UNAUTHENTICATED)
  const asked = `${answers.length.toLocaleString('en')} requests, ${done} of them done, ${out} of them not signed in`
  return { findings: [...findings, ...findBroken(answers)], lookedAt: `${lookedAt} (${asked})` }
}

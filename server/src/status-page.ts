import { formatInstant } from '@liaison/access'
import { html } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import type { Standing } from '#platform/health.ts'
import { notice, PROVIDER_NAME, showPage } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'

const WORKS = {
  title: 'The service works',
  text: `${PROVIDER_NAME} answers, reaches its records, and writes down what is done.`,
} as const

const FAILS = {
  title: 'The service does not work at this moment',
  text: `${PROVIDER_NAME} cannot do its work right now. What cannot be done is refused, and changes nothing. Try again in some minutes.`,
} as const

function statusPage({ isReady, at }: Standing): HtmlPage {
  const { title, text } = isReady ? WORKS : FAILS
  const body = html`${notice(isReady ? 'ok' : 'bad', html`<p>${text}</p>`)}
    <p>Looked at <time datetime="${at.toISOString()}">${formatInstant(at)}</time>.</p>
    <div class="buttons"><a class="button" href="/status">Look again</a></div>
    <p>One page does not work, but others do? <a href="/help#refused">What to do</a></p>`
  return showPage(title, body, isReady ? {} : { status: 503, headers: { 'Retry-After': '5' } })
}

/** Says to anybody whether the service works, and nothing of what is wrong when it does not. */
export function makeStatusPage({ standing }: Services): Route {
  return page({
    method: 'GET',
    path: '/status',
    summary: 'Whether the service works, in plain words',
    input: {},
    access: { public: 'Whoever meets an error asks this, signed in or not; it says nothing of anybody.' },
    limit: 'page',
    handle: async () => statusPage(await standing()),
  })
}

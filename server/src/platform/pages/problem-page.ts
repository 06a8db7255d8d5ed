import { html, redirect } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import type { ProblemPage } from '#platform/http.ts'
import type { ProblemBody } from '#platform/problem.ts'
import { showPage } from './layout.ts'

interface Words {
  readonly title: string
  readonly what: string
  readonly next: Html
}

const WORDS: Readonly<Record<number, Words>> = {
  401: {
    title: 'Sign in to go on',
    what: 'This page is for people who are signed in, and your sign-in is missing or has ended.',
    next: html`<a class="button main" href="/signin">Sign in</a>`,
  },
  403: {
    title: 'You cannot open this',
    what: 'You are signed in, but this is not open to you.',
    next: html`<a class="button" href="/choose">Where you can go</a>`,
  },
  404: {
    title: 'There is nothing here',
    what: 'The address may be mistyped, or what it named is gone or was never open to you.',
    next: html`<a class="button" href="/choose">Where you can go</a>`,
  },
  409: {
    title: 'Something changed in between',
    what: 'Somebody else got there first, so nothing was changed now.',
    next: html`<a class="button" href="">Look again</a>`,
  },
  410: {
    title: 'This link no longer works',
    what: 'It was used already, or its time is over.',
    next: html`<a class="button" href="/signin">Go to sign-in</a>`,
  },
  429: {
    title: 'Too many tries in a short time',
    what: 'Wait a minute, then try again. Nothing is locked.',
    next: html``,
  },
  500: {
    title: 'Something broke on our side',
    what: 'Nothing was changed. If it happens again, tell us the reference below.',
    next: html`<a class="button" href="">Try again</a>`,
  },
  503: {
    title: 'Not available at this moment',
    what: 'We could not do this right now, and nothing was changed. Try again in a moment.',
    next: html`<a class="button" href="">Try again</a>`,
  },
}

const OTHER: Words = {
  title: 'This could not be read',
  what: 'Your browser sent something that this page does not take. Go back and try again.',
  next: html`<a class="button" href="/choose">Where you can go</a>`,
}

const STATUSES: readonly HtmlPage['status'][] = [400, 401, 403, 404, 409, 410, 422, 429, 500, 503]

// These say no more than the page's own words, so they are not repeated below them.
const GENERIC = new Set([
  'UNAUTHORIZED',
  'NOT_FOUND',
  'INTERNAL_ERROR',
  'OVERLOADED',
  'MALFORMED_REQUEST',
  'RATE_LIMIT_EXCEEDED',
  'VALIDATION_ERROR',
  'CONFLICT',
])

function detailOf(problem: ProblemBody): Html {
  const isSpecific = !GENERIC.has(problem.code)
  return html`${isSpecific && html`<p>${problem.detail}</p>`}${isSpecific && problem.status < 500 && problem.next_step !== undefined && html`<p>${problem.next_step}</p>`}`
}

/** What an end user reads of a realm that lets nobody in, or that there is none of; nothing of it leads into the portal. */
const REALM_WORDS: Readonly<Record<number, Words>> = {
  403: { title: 'Not available', what: 'This page is not open at the moment.', next: html`` },
  404: { title: 'There is nothing here', what: 'The address may be mistyped.', next: html`` },
}

const STATUS_LINK = html`<a class="button" href="/status">Does the service work?</a>`

/** The page of one problem: what happened, what to do, and the reference. */
function showProblem(problem: ProblemBody, isInRealm: boolean): HtmlPage {
  const status = STATUSES.find((known) => known === problem.status) ?? 400
  const words = (isInRealm ? REALM_WORDS[status] : undefined) ?? WORDS[status] ?? OTHER
  const body = html`<p class="lead">${words.what}</p>
    ${detailOf(problem)}${words.next.text !== '' && html`<div class="buttons">${words.next}${status >= 500 && !isInRealm && STATUS_LINK}</div>`}
    <p class="small muted">
      Reference
      <span class="mono">${problem.request_id}</span
      >${problem.explain_id !== undefined && html` · decision <span class="mono">${problem.explain_id}</span>`}
    </p>`
  return showPage(words.title, body, {
    status,
    isUnbranded: isInRealm,
    headers: status === 503 ? { 'Retry-After': '1' } : {},
  })
}

/**
 * Renders a problem where a page was asked for. Whoever is not signed in, or must show the second factor again, is led
 * there and then back; a form that was posted is not, since it would be lost on the way without a word.
 */
export const problemPage: ProblemPage = (problem, request) => {
  if (request.method === 'GET' && problem.status === 401 && !request.url.startsWith('/p/')) {
    const place = problem.code === 'STEP_UP_REQUIRED' ? '/step-up' : '/signin'
    return redirect(`${place}?return_to=${encodeURIComponent(request.url)}`)
  }
  return showProblem(problem, request.url.startsWith('/p/'))
}

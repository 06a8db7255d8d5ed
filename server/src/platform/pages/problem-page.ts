import { html, redirect } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import type { ProblemPage } from '#platform/http/http.ts'
import { addressOfPage } from '#platform/http/page-address.ts'
import type { ProblemBody } from '#platform/problem.ts'
import type { Language } from '#platform/words/language.ts'
import { readingOfPage } from '#platform/words/page-language.ts'
import { showPage } from './layout.ts'
import { PROBLEM_WORDS } from './problem-words.ts'
import type { ProblemWords } from './problem-words.ts'
import { WAIT_SCRIPT, waitNotice } from './wait.ts'

const STATUSES: readonly HtmlPage['status'][] = [400, 401, 403, 404, 409, 410, 412, 422, 429, 500, 503]

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

/** In which language a problem is told, and in which its own words are there. */
interface Told {
  readonly language: Language
  readonly detailIn: Language
  /** How long to wait, where it was too much and that is known. */
  readonly waitSeconds: number | undefined
  /** Whether loading the page again tries again. */
  readonly isRead: boolean
}

/** Where and how a problem is told. */
interface Place {
  readonly isInRealm: boolean
  /** Where the realm begins, for whoever is within one. */
  readonly home: string | null
  readonly told: Told
}

function detailOf(problem: ProblemBody, { language, detailIn }: Told): Html {
  const isSpecific = !GENERIC.has(problem.code)
  if (isSpecific && language !== 'en')
    return detailIn === language ? html`<p>${problem.detail}</p>` : html`<p lang="en">${problem.detail}</p>`
  return html`${isSpecific && html`<p>${problem.detail}</p>`}${isSpecific && problem.status < 500 && problem.next_step !== undefined && html`<p>${problem.next_step}</p>`}`
}

/** What an end user reads in a realm, whose pages name nobody but the partner; nothing of it leads into the portal. */
const REALM_WORDS: Readonly<Record<number, ProblemWords>> = {
  401: { title: 'Sign in to go on', what: 'Your sign-in is missing or has ended.' },
  403: { title: 'Not available', what: 'This page is not open at the moment.' },
  404: { title: 'There is nothing here', what: 'The address may be mistyped.' },
  409: { title: 'This was not done', what: 'Nothing was changed.' },
  410: { title: 'This link no longer works', what: 'It was used already, or its time is over.' },
  412: { title: 'Something changed in between', what: 'Nothing was changed now.' },
}

const REALM_OTHER: ProblemWords = {
  title: 'This could not be read',
  what: 'Your browser sent something that this page does not take. Go back and try again.',
}

/** What the kind of account does not open is neither for a time nor anything to ask somebody for. */
const NOT_FOR_THE_ACCOUNT: ProblemWords = {
  title: 'Not for your kind of account',
  what: 'Your account has no such page.',
}

function wordsInRealm({ code }: ProblemBody, status: number): ProblemWords {
  if (code === 'PERMISSION_DENIED') return NOT_FOR_THE_ACCOUNT
  const { title, what } = REALM_WORDS[status] ?? PROBLEM_WORDS.en.pages[status] ?? REALM_OTHER
  return { title, what }
}

/** The front page of the realm under whose address a page was asked for; null for the front page itself. */
function homeOfRealm(url: string): string | null {
  return /^(\/p\/[a-z0-9-]{1,63})\/./.exec(url)?.[1] ?? null
}

/** What happened; where it is known how long to wait, that is counted down. */
function leadOf(what: string, { waitSeconds, language }: Told): Html {
  return waitSeconds === undefined ? html`<p class="lead">${what}</p>` : waitNotice(waitSeconds, language)
}

/** Back into the realm: an end user has no other place. */
function waysInRealm(status: number, { home, told }: Place): Html {
  const again =
    told.isRead && [429, 500, 503].includes(status) && html`<a class="button" href="">Try again</a>`
  const back = home !== null && html`<a class="button" href="${home}">Back to the start</a>`
  return again || back ? html`<div class="buttons">${again}${back}</div>` : html``
}

/** Where the person can go from here. */
function waysOf(words: ProblemWords, status: number, place: Place): Html {
  const { isInRealm, told } = place
  if (isInRealm) return waysInRealm(status, place)
  const { service, again } = PROBLEM_WORDS[told.language]
  const isRetried = status === 429 && told.isRead
  return html`${isRetried && html`<div class="buttons"><a class="button" href="">${again}</a></div>`}
  ${words.next && html`<div class="buttons">${words.next}${status >= 500 && html`<a class="button" href="/status">${service}</a>`}</div>`}`
}

/** An address of another form than those of the page names nothing, whatever the code for programs is. */
function namesNothing({ code, errors = [] }: ProblemBody, method: string): boolean {
  const isOfAddress = errors.length > 0 && errors.every(({ pointer }) => pointer.startsWith('/params/'))
  return method === 'GET' && code === 'VALIDATION_ERROR' && isOfAddress
}

/** The page of one problem: what happened, what to do, and the reference. */
function showProblem(problem: ProblemBody, place: Place): HtmlPage {
  const { isInRealm, told } = place
  const { pages, other, reference, decision } = PROBLEM_WORDS[told.language]
  const status = STATUSES.find((known) => known === problem.status) ?? 400
  const words = isInRealm ? wordsInRealm(problem, status) : (pages[status === 412 ? 409 : status] ?? other)
  const body = html`${leadOf(words.what, told)} ${words !== NOT_FOR_THE_ACCOUNT && detailOf(problem, told)}
    ${waysOf(words, status, place)}
    <p class="small muted">
      ${reference}
      <span class="mono">${problem.request_id}</span
      >${problem.explain_id !== undefined && html` · ${decision} <span class="mono">${problem.explain_id}</span>`}
    </p>`
  return showPage(words.title, body, {
    status,
    isUnbranded: isInRealm,
    language: told.language,
    ...(told.waitSeconds !== undefined && { script: WAIT_SCRIPT }),
    headers: status === 503 ? { 'Retry-After': '1' } : {},
  })
}

/**
 * Renders a problem where a page was asked for. Whoever is not signed in, or must show the second factor again, is led
 * there and then back; a form that was posted is not, since it would be lost on the way without a word.
 */
export const problemPage: ProblemPage = (problem, request, told = {}) => {
  const { detailIn = 'en', retryAfterSeconds } = told
  if (request.method === 'GET' && problem.status === 401 && !request.url.startsWith('/p/')) {
    const place = problem.code === 'STEP_UP_REQUIRED' ? '/step-up' : '/signin'
    return redirect(`${place}?return_to=${encodeURIComponent(addressOfPage(request))}`)
  }
  const { route } = request.routeOptions.config
  const language = route ? readingOfPage(request, route).language : 'en'
  const waitSeconds = problem.status === 429 ? retryAfterSeconds : undefined
  const shown = namesNothing(problem, request.method) ? { ...problem, status: 404 } : problem
  return showProblem(shown, {
    isInRealm: request.url.startsWith('/p/'),
    home: homeOfRealm(request.url),
    told: { language, detailIn, waitSeconds, isRead: request.method === 'GET' },
  })
}

import { STEP_UP_MAX_AGE_S } from '@liaison/access'
import { z } from 'zod'
import { html, redirect, safeReturnPath } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import type { Reading } from '#platform/words/language.ts'
import type { IdentitySession } from '#platform/mandate.ts'
import { Chosen, leadOn, withLanguage } from '#platform/words/page-language.ts'
import { button, hiddenField, inLanguages, postForm, showPage, textField } from '#platform/pages/index.ts'
import type { FieldError, PageOptions } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { formText, returnPath } from './door.ts'
import type { Door, Visit } from './door.ts'
import { noteStepUp } from './events.ts'
import { checkFactor, findDemoCode } from './factor-check.ts'
import { checkPassword } from './password-check.ts'
import { askForPasskey } from './passkeys.ts'
import { findPerson } from './person-store.ts'
import type { SigningPerson } from './person-store.ts'
import { rotateSession } from './session-store.ts'
import { factorPage, pathWithReturn } from './sign-in-pages.ts'
import { waitWords } from './words.ts'
import { IDENTITY_WORDS } from './words/index.ts'

const ACCESS = { identity: 'Whoever is signed in may show again who they are.' }

/** Whether the person showed within the last 15 minutes who they are: by a second factor if there is one, else by password. */
export function isFresh(session: IdentitySession, person: SigningPerson, now: Date): boolean {
  const hasFactor = person.hasTotp || person.passkeys > 0
  const at = hasFactor ? session.factorAt : (session.factorAt ?? session.passwordAt)
  return at !== null && now.getTime() - at.getTime() <= STEP_UP_MAX_AGE_S * 1000
}

interface StepUpView {
  readonly person: SigningPerson
  readonly returnTo: string
  readonly errors?: readonly FieldError[]
  readonly waitSeconds?: number
}

/** The password once more, for whoever has no second factor. */
function passwordPage(view: StepUpView, reading: Reading, options: PageOptions): HtmlPage {
  const { person, returnTo, errors = [] } = view
  const words = IDENTITY_WORDS[reading.language]
  // The address lets a password keeper know whose password is asked for.
  const form = html`${hiddenField('return_to', returnTo)}<input
      class="unseen"
      type="email"
      value="${person.email}"
      autocomplete="username"
      readonly
      tabindex="-1"
      aria-label="${words.email}"
    />${textField({ name: 'password', label: words.password, type: 'password', autocomplete: 'current-password', isFocused: true }, errors)}
    <div class="buttons">${button(words.goOn)}</div>`
  return showPage(
    words.stepUp.title,
    html`<p class="lead">${words.stepUp.lead}</p>
      ${postForm(withLanguage('/step-up', reading.chosen), form)}`,
    { errors, ...options },
  )
}

async function showStepUp(door: Door, visit: Visit, view: StepUpView): Promise<HtmlPage> {
  const { mandate, reading } = visit
  const { person, returnTo, errors = [], waitSeconds = 0 } = view
  const words = IDENTITY_WORDS[reading.language]
  const limited =
    waitSeconds > 0 ? ({ status: 429, headers: { 'Retry-After': String(waitSeconds) } } as const) : {}
  const path = `/step-up?return_to=${encodeURIComponent(returnTo)}`
  const options = { signedInAs: person.email, ...inLanguages(reading, path), ...limited }
  if (!person.hasTotp && person.passkeys === 0) return passwordPage(view, reading, options)
  const passkeyOptions =
    person.passkeys > 0
      ? await askForPasskey(door.services, mandate, { use: 'step_up', personId: person.id })
      : null
  const shown = {
    reading,
    title: words.stepUp.title,
    lead: words.stepUp.lead,
    action: withLanguage('/step-up', reading.chosen),
    foot: html``,
    hasTotp: person.hasTotp,
    passkeyOptions,
    demoCode: await findDemoCode(door, visit, person),
    fields: hiddenField('return_to', returnTo),
    errors,
  }
  return factorPage(shown, options)
}

/** What is told after too many tries. */
function tooMany(seconds: number, { reading: { language } }: Visit) {
  const message = IDENTITY_WORDS[language].wait(waitWords(seconds, language))
  return { errors: [{ field: null, message }], waitSeconds: seconds }
}

interface StepUpForm {
  readonly code?: string | undefined
  readonly response?: string | undefined
  readonly password?: string | undefined
}

async function stepUpByFactor(
  door: Door,
  visit: Visit,
  view: StepUpView & { readonly form: StepUpForm; readonly session: IdentitySession },
): Promise<HtmlPage> {
  const { person, returnTo, form, session } = view
  const { mandate } = visit
  const result = await checkFactor(door, visit, {
    person,
    use: 'step_up',
    code: form.code,
    response: form.response,
  })
  if (result.is === 'wait')
    return showStepUp(door, visit, { person, returnTo, ...tooMany(result.seconds, visit) })
  if (result.is === 'wrong')
    return showStepUp(door, visit, {
      person,
      returnTo,
      errors: [{ field: 'code', message: IDENTITY_WORDS[visit.reading.language].stepUp.wrongCode }],
    })
  const token = await rotateSession(mandate, session.id, {
    factor: result.factor,
    factorAt: mandate.origin.now,
  })
  if (token === null) return redirect(withLanguage('/signin', visit.reading.chosen), null)
  noteStepUp(mandate, person, result.method)
  return redirect(leadOn(returnTo, visit.reading.chosen), token)
}

async function stepUpByPassword(
  door: Door,
  visit: Visit,
  view: StepUpView & { readonly form: StepUpForm; readonly session: IdentitySession },
): Promise<HtmlPage> {
  const { person, returnTo, form, session } = view
  const { mandate } = visit
  const result = await checkPassword(door, visit, {
    person,
    email: person.email,
    password: form.password ?? '',
  })
  if (result.is === 'wait')
    return showStepUp(door, visit, { person, returnTo, ...tooMany(result.seconds, visit) })
  if (result.is === 'wrong')
    return showStepUp(door, visit, {
      person,
      returnTo,
      errors: [{ field: 'password', message: IDENTITY_WORDS[visit.reading.language].stepUp.wrongPassword }],
    })
  const token = await rotateSession(mandate, session.id, { passwordAt: mandate.origin.now })
  if (token === null) return redirect(withLanguage('/signin', visit.reading.chosen), null)
  noteStepUp(mandate, person, 'password')
  // What is sensitive asks for a second factor, so a password alone leads on to setting one up.
  const { reading } = visit
  const isOwnPage = /^\/account(?:[/?]|$)/.test(returnTo)
  return redirect(
    isOwnPage ? leadOn(returnTo, reading.chosen) : pathWithReturn('/account/app', returnTo, reading),
    token,
  )
}

/** Where a step-up ends that was made in a window of its own, beside a page that waits for it. */
const doneRoute: Route = page({
  method: 'GET',
  path: '/step-up/done',
  summary: 'Say that the step-up is done, to who made it beside an open page',
  isTranslated: true,
  input: { query: z.strictObject(Chosen) },
  access: ACCESS,
  limit: 'page',
  handle: async ({ reading }) => {
    const { stepUp } = IDENTITY_WORDS[reading.language]
    return showPage(
      stepUp.done,
      html`<p class="lead">${stepUp.doneLead}</p>`,
      inLanguages(reading, '/step-up/done'),
    )
  },
})

/** The page that asks a signed-in person to show again who they are (RFC 9470). */
export function makeStepUpRoutes(door: Door): Route[] {
  return [
    doneRoute,
    page({
      method: 'GET',
      path: '/step-up',
      summary: 'Ask for the second factor again',
      isTranslated: true,
      input: { query: z.strictObject({ return_to: returnPath, ...Chosen }) },
      access: ACCESS,
      limit: 'page',
      handle: async ({ query, ...visit }) => {
        const returnTo = safeReturnPath(query.return_to)
        const { session } = visit.mandate
        const person = session && (await findPerson(visit.mandate, session.personId))
        return person
          ? showStepUp(door, visit, { person, returnTo })
          : redirect(pathWithReturn('/signin', returnTo, visit.reading))
      },
    }),
    page({
      method: 'POST',
      path: '/step-up',
      summary: 'Show the second factor, or without one the password, again',
      isTranslated: true,
      input: {
        query: z.strictObject(Chosen),
        body: z.strictObject({
          return_to: returnPath,
          code: formText(),
          response: formText(30_000),
          password: formText(),
        }),
      },
      access: ACCESS,
      limit: 'stranger',
      handle: async ({ body, ...visit }) => {
        const { return_to: given, ...form } = body
        const returnTo = safeReturnPath(given)
        const { session } = visit.mandate
        const person = session && (await findPerson(visit.mandate, session.personId))
        if (!session || !person) return redirect(pathWithReturn('/signin', returnTo, visit.reading))
        const view = { person, returnTo, form, session }
        return person.hasTotp || person.passkeys > 0
          ? stepUpByFactor(door, visit, view)
          : stepUpByPassword(door, visit, view)
      },
    }),
  ]
}

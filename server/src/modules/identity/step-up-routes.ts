import { STEP_UP_MAX_AGE_S } from '@liaison/access'
import { z } from 'zod'
import { html, redirect, safeReturnPath } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import type { IdentitySession } from '#platform/mandate.ts'
import { button, hiddenField, postForm, showPage, textField } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
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
import { factorPage } from './sign-in-pages.ts'
import { waitWords } from './words.ts'

const ACCESS = { identity: 'Whoever is signed in may show again who they are.' }
const LEAD = 'What you are about to do needs to be you beyond doubt. This holds for 15 minutes.'

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

async function showStepUp(door: Door, visit: Visit, view: StepUpView): Promise<HtmlPage> {
  const { mandate } = visit
  const { person, returnTo, errors = [], waitSeconds = 0 } = view
  const limited =
    waitSeconds > 0 ? ({ status: 429, headers: { 'Retry-After': String(waitSeconds) } } as const) : {}
  const options = { signedInAs: person.email, ...limited }
  const fields = hiddenField('return_to', returnTo)
  if (person.hasTotp || person.passkeys > 0) {
    const passkeyOptions =
      person.passkeys > 0
        ? await askForPasskey(door.services, mandate, { use: 'step_up', personId: person.id })
        : null
    const demoCode = await findDemoCode(door, visit, person)
    const shown = {
      title: 'Confirm that it is you',
      lead: LEAD,
      action: '/step-up',
      foot: html``,
      hasTotp: person.hasTotp,
    }
    return factorPage({ ...shown, passkeyOptions, demoCode, fields, errors }, options)
  }
  // The address lets a password keeper know whose password is asked for.
  const form = html`${fields}<input
      class="unseen"
      type="email"
      value="${person.email}"
      autocomplete="username"
      readonly
      tabindex="-1"
      aria-label="E-mail"
    />${textField({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', isFocused: true }, errors)}
    <div class="buttons">${button('Continue')}</div>`
  return showPage(
    'Confirm that it is you',
    html`<p class="lead">${LEAD}</p>
      ${postForm('/step-up', form)}`,
    { errors, ...options },
  )
}

const tooMany = (seconds: number): FieldError => ({
  field: null,
  message: `Too many tries. Wait ${waitWords(seconds)}, then try again.`,
})

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
    return showStepUp(door, visit, {
      person,
      returnTo,
      errors: [tooMany(result.seconds)],
      waitSeconds: result.seconds,
    })
  if (result.is === 'wrong')
    return showStepUp(door, visit, {
      person,
      returnTo,
      errors: [{ field: 'code', message: 'That was not accepted. Enter the code that is shown now.' }],
    })
  const token = await rotateSession(mandate, session.id, {
    factor: result.factor,
    factorAt: mandate.origin.now,
  })
  if (token === null) return redirect('/signin', null)
  noteStepUp(mandate, person, result.method)
  return redirect(returnTo, token)
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
    return showStepUp(door, visit, {
      person,
      returnTo,
      errors: [tooMany(result.seconds)],
      waitSeconds: result.seconds,
    })
  if (result.is === 'wrong')
    return showStepUp(door, visit, {
      person,
      returnTo,
      errors: [{ field: 'password', message: 'The password is not right.' }],
    })
  const token = await rotateSession(mandate, session.id, { passwordAt: mandate.origin.now })
  if (token === null) return redirect('/signin', null)
  noteStepUp(mandate, person, 'password')
  // What is sensitive asks for a second factor, so a password alone leads on to setting one up.
  const isOwnPage = returnTo === '/account' || returnTo.startsWith('/account/')
  return redirect(isOwnPage ? returnTo : `/account/app?return_to=${encodeURIComponent(returnTo)}`, token)
}

/** Where a step-up ends that was made in a window of its own, beside a page that waits for it. */
const doneRoute: Route = page({
  method: 'GET',
  path: '/step-up/done',
  summary: 'Say that the step-up is done, to who made it beside an open page',
  input: {},
  access: ACCESS,
  limit: 'page',
  handle: async () =>
    showPage(
      'It is you',
      html`<p class="lead">Close this window and go on where you were. It holds for 15 minutes.</p>`,
    ),
})

/** The page that asks a signed-in person to show again who they are (RFC 9470). */
export function makeStepUpRoutes(door: Door): Route[] {
  return [
    doneRoute,
    page({
      method: 'GET',
      path: '/step-up',
      summary: 'Ask for the second factor again',
      input: { query: z.strictObject({ return_to: returnPath }) },
      access: ACCESS,
      limit: 'page',
      handle: async ({ query, ...visit }) => {
        const returnTo = safeReturnPath(query.return_to)
        const { session } = visit.mandate
        const person = session && (await findPerson(visit.mandate, session.personId))
        return person
          ? showStepUp(door, visit, { person, returnTo })
          : redirect(`/signin?return_to=${encodeURIComponent(returnTo)}`)
      },
    }),
    page({
      method: 'POST',
      path: '/step-up',
      summary: 'Show the second factor, or without one the password, again',
      input: {
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
        if (!session || !person) return redirect(`/signin?return_to=${encodeURIComponent(returnTo)}`)
        const view = { person, returnTo, form, session }
        return person.hasTotp || person.passkeys > 0
          ? stepUpByFactor(door, visit, view)
          : stepUpByPassword(door, visit, view)
      },
    }),
  ]
}

import { z } from 'zod'
import { html, redirect, safeReturnPath } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import { Chosen, leadOn, withLanguage } from '#platform/words/page-language.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { inLanguages } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { isEmail, normalizeEmail } from '#platform/email-address.ts'
import { continueHalf, findHalf, formText, readingFor, returnPath, signIn } from './door.ts'
import type { Door, HalfSignIn, Visit } from './door.ts'
import { checkFactor, findDemoCode } from './factor-check.ts'
import { acceptPasskey, askForPasskey } from './passkeys.ts'
import { checkPassword } from './password-check.ts'
import { findByEmail, findFrames, findPerson, needsSecondFactor } from './person-store.ts'
import type { SigningPerson } from './person-store.ts'
import { becomePerson } from './session-store.ts'
import { factorPage, passkeyPage, signInPage } from './sign-in-pages.ts'
import { waitWords } from './words.ts'
import { IDENTITY_WORDS } from './words/index.ts'
import type { IdentityWords } from './words/index.ts'

const STRANGERS = 'Whoever wants to sign in is not signed in yet.'

interface Attempt {
  readonly email: string
  readonly password: string
  readonly returnTo: string
}

const wordsOf = ({ reading }: Pick<Visit, 'reading'>) => IDENTITY_WORDS[reading.language]

/** The password page after a refusal; one text for every reason, so that it tells nothing about who exists. */
function refuse(
  door: Door,
  { reading }: Visit,
  { returnTo, email, seconds = 0 }: Attempt & { readonly seconds?: number },
): HtmlPage {
  const words = wordsOf({ reading })
  const view = { reading, returnTo, email, demo: door.demoSignIns() }
  if (seconds === 0) return signInPage({ ...view, errors: [{ field: 'email', message: words.signIn.wrong }] })
  const wait: FieldError = {
    field: null,
    message: words.waitUnlocked(waitWords(seconds, reading.language)),
  }
  return signInPage({ ...view, errors: [wait] }, { status: 429, headers: { 'Retry-After': String(seconds) } })
}

/** What follows a right password: the second factor, its set-up, or the session. */
async function proceed(visit: Visit, person: SigningPerson, returnTo: string): Promise<HtmlPage> {
  const { mandate } = visit
  if (person.hasTotp || person.passkeys > 0) return continueHalf(visit, person, { stage: 'factor', returnTo })
  await becomePerson(mandate, person.id)
  if (needsSecondFactor(await findFrames(mandate)))
    return continueHalf(visit, person, { stage: 'enrol', returnTo })
  const shown = {
    factor: 'none',
    factorAt: null,
    passwordAt: mandate.origin.now,
    method: 'password',
    isHalf: false,
  } as const
  return redirect(leadOn(returnTo, visit.reading.chosen), await signIn(visit, person, shown))
}

async function tryPassword(door: Door, visit: Visit, attempt: Attempt): Promise<HtmlPage> {
  const person = await findByEmail(visit.mandate, attempt.email)
  const result = await checkPassword(door, visit, {
    person,
    email: attempt.email,
    password: attempt.password,
  })
  if (result.is === 'wait') return refuse(door, visit, { ...attempt, seconds: result.seconds })
  return person && result.is === 'right'
    ? proceed(visit, person, attempt.returnTo)
    : refuse(door, visit, attempt)
}

function missing(
  body: { readonly email?: string | undefined; readonly password?: string | undefined },
  words: IdentityWords,
): FieldError[] {
  return [
    ...(isEmail(normalizeEmail(body.email ?? '')) ? [] : [{ field: 'email', message: words.emailMissing }]),
    ...(body.password ? [] : [{ field: 'password', message: words.signIn.passwordMissing }]),
  ]
}

function passwordRoutes(door: Door): Route[] {
  return [
    page({
      method: 'GET',
      path: '/signin',
      summary: 'Sign in',
      isTranslated: true,
      input: { query: z.strictObject({ return_to: returnPath, ...Chosen }) },
      access: { identity: STRANGERS },
      limit: 'page',
      handle: async ({ mandate, query, reading }) => {
        const returnTo = safeReturnPath(query.return_to)
        return mandate.session
          ? redirect(leadOn(returnTo, reading.chosen))
          : signInPage({ reading, returnTo, demo: door.demoSignIns() })
      },
    }),
    page({
      method: 'POST',
      path: '/signin',
      summary: 'Sign in with e-mail and password',
      isTranslated: true,
      input: {
        query: z.strictObject(Chosen),
        body: z.strictObject({ email: formText(), password: formText(), return_to: returnPath }),
      },
      access: { identity: STRANGERS },
      limit: 'stranger',
      handle: async ({ body, ...visit }) => {
        const { reading } = visit
        const returnTo = safeReturnPath(body.return_to)
        const errors = missing(body, wordsOf(visit))
        if (errors.length > 0)
          return signInPage({
            reading,
            returnTo,
            email: body.email ?? '',
            errors,
            demo: door.demoSignIns(),
          })
        return tryPassword(door, visit, {
          email: normalizeEmail(body.email ?? ''),
          password: body.password ?? '',
          returnTo,
        })
      },
    }),
  ]
}

function passkeyRoutes(door: Door): Route[] {
  const ask = async (visit: Visit, returnTo: string, errors: readonly FieldError[] = []) => {
    const options = await askForPasskey(door.services, visit.mandate, { use: 'sign_in', personId: null })
    return passkeyPage({ reading: visit.reading, returnTo, options, errors })
  }
  return [
    page({
      method: 'GET',
      path: '/signin/passkey',
      summary: 'Sign in with a passkey alone',
      isTranslated: true,
      input: { query: z.strictObject({ return_to: returnPath, ...Chosen }) },
      access: { identity: STRANGERS },
      limit: 'stranger',
      handle: async ({ query, ...visit }) => ask(visit, safeReturnPath(query.return_to)),
    }),
    page({
      method: 'POST',
      path: '/signin/passkey',
      summary: 'Sign in with the passkey that was shown',
      isTranslated: true,
      input: {
        query: z.strictObject(Chosen),
        body: z.strictObject({ response: formText(30_000), return_to: returnPath }),
      },
      access: { identity: STRANGERS },
      limit: 'stranger',
      handle: async ({ body, ...visit }) => {
        const { mandate } = visit
        const returnTo = safeReturnPath(body.return_to)
        const personId = await acceptPasskey(door.services, mandate, {
          use: 'sign_in',
          personId: null,
          response: body.response ?? '',
        })
        const person = personId === null ? null : await findPerson(mandate, personId)
        if (!person?.isActive)
          return ask(visit, returnTo, [{ field: null, message: wordsOf(visit).passkey.refused }])
        const shown = {
          factor: 'phishing_resistant',
          factorAt: mandate.origin.now,
          passwordAt: null,
          method: 'passkey',
          isHalf: false,
        } as const
        return redirect(leadOn(returnTo, visit.reading.chosen), await signIn(visit, person, shown))
      },
    }),
  ]
}

async function showFactorPage(
  door: Door,
  visit: Visit,
  view: { readonly half: HalfSignIn; readonly errors?: readonly FieldError[]; readonly waitSeconds?: number },
): Promise<HtmlPage> {
  const { person } = view.half
  const passkeyOptions =
    person.passkeys > 0
      ? await askForPasskey(door.services, visit.mandate, { use: 'second_factor', personId: person.id })
      : null
  const { waitSeconds = 0 } = view
  const reading = readingFor(visit, person)
  const words = IDENTITY_WORDS[reading.language]
  const limited =
    waitSeconds > 0 ? ({ status: 429, headers: { 'Retry-After': String(waitSeconds) } } as const) : {}
  const foot = html`<p class="small muted">
    ${words.factor.lost}
    <a href="${withLanguage('/signout', reading.chosen)}">${words.startAgain}</a>
  </p>`
  return factorPage(
    {
      reading,
      title: words.factor.title,
      lead: words.factor.lead(person.name),
      action: withLanguage('/signin/mfa', reading.chosen),
      hasTotp: person.hasTotp,
      passkeyOptions,
      demoCode: await findDemoCode(door, visit, person),
      foot,
      ...(view.errors && { errors: view.errors }),
    },
    { ...inLanguages(reading, '/signin/mfa'), ...limited },
  )
}

async function tryFactor(
  door: Door,
  visit: Visit,
  form: { readonly code: string | undefined; readonly response: string | undefined },
): Promise<HtmlPage> {
  const half = await findHalf(visit)
  const { chosen } = visit.reading
  if (half?.stage !== 'factor') return redirect(withLanguage('/signin', chosen))
  const reading = readingFor(visit, half.person)
  const words = IDENTITY_WORDS[reading.language]
  const result = await checkFactor(door, visit, { ...form, person: half.person, use: 'second_factor' })
  if (result.is === 'wrong')
    return showFactorPage(door, visit, { half, errors: [{ field: 'code', message: words.factor.wrong }] })
  if (result.is === 'wait') {
    const message = words.wait(waitWords(result.seconds, reading.language))
    return showFactorPage(door, visit, {
      half,
      errors: [{ field: null, message }],
      waitSeconds: result.seconds,
    })
  }
  const { factor, method } = result
  const evidence = { factor, factorAt: visit.mandate.origin.now, passwordAt: half.passwordAt }
  const token = await signIn(visit, half.person, { ...evidence, method, isHalf: true })
  return token === null
    ? redirect(withLanguage('/signin', chosen))
    : redirect(leadOn(half.returnTo, chosen), token)
}

function factorRoutes(door: Door): Route[] {
  const access = { identity: 'The password was right; the second factor is still missing.' }
  return [
    page({
      method: 'GET',
      path: '/signin/mfa',
      summary: 'The second step of a sign-in',
      isTranslated: true,
      input: { query: z.strictObject(Chosen) },
      access,
      limit: 'page',
      handle: async (visit) => {
        const half = await findHalf(visit)
        return half?.stage === 'factor'
          ? showFactorPage(door, visit, { half })
          : redirect(withLanguage('/signin', visit.reading.chosen))
      },
    }),
    page({
      method: 'POST',
      path: '/signin/mfa',
      summary: 'Show the second factor of a sign-in',
      isTranslated: true,
      input: {
        query: z.strictObject(Chosen),
        body: z.strictObject({ code: formText(), response: formText(30_000) }),
      },
      access,
      limit: 'stranger',
      handle: async ({ body, ...visit }) =>
        tryFactor(door, visit, { code: body.code, response: body.response }),
    }),
  ]
}

/** Sign-in: password, passkey, second factor. */
export function makeSignInRoutes(door: Door): Route[] {
  return [...passwordRoutes(door), ...passkeyRoutes(door), ...factorRoutes(door)]
}

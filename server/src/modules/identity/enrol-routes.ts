import { z } from 'zod'
import { html, redirect } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import type { Reading } from '#platform/words/language.ts'
import { Chosen, leadOn, withLanguage } from '#platform/words/page-language.ts'
import { button, postForm } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { findHalf, formText, readingFor, signIn } from './door.ts'
import type { Door, HalfSignIn, Visit } from './door.ts'
import {
  codesPage,
  confirmApp,
  confirmPasskey,
  renewRecoveryCodes,
  showApp,
  showNewPasskey,
} from './enrol.ts'
import type { EnrolPlace } from './enrol.ts'
import { findFrames, needsSecondFactor } from './person-store.ts'
import { becomePerson } from './session-store.ts'
import type { Evidence } from './session-store.ts'
import { dropTokens } from './token-store.ts'
import { IDENTITY_WORDS } from './words/index.ts'

const ACCESS = {
  identity: 'The password was right; a second factor is to be set up before the sign-in is complete.',
}
const APP_PATH = '/signin/enrol'
const PASSKEY_PATH = '/signin/enrol/passkey'

interface Enrolling extends HalfSignIn {
  readonly mustEnrol: boolean
  readonly reading: Reading
}

async function findEnrolling(visit: Visit): Promise<Enrolling | null> {
  const half = await findHalf(visit)
  // A factor that was set up elsewhere meanwhile is asked for: the password alone sets up no other one beside it.
  if (half?.stage !== 'enrol' || half.person.hasTotp || half.person.passkeys > 0) return null
  await becomePerson(visit.mandate, half.person.id)
  const mustEnrol = needsSecondFactor(await findFrames(visit.mandate))
  return { ...half, mustEnrol, reading: readingFor(visit, half.person) }
}

const backToSignIn = ({ reading }: Visit): HtmlPage => redirect(withLanguage('/signin', reading.chosen))

function placeOf({ mustEnrol, reading }: Enrolling): EnrolPlace {
  const { chosen } = reading
  const { enrol, notNow, startAgain } = IDENTITY_WORDS[reading.language]
  const skip = postForm(withLanguage('/signin/enrol/skip', chosen), html`<p>${button(notNow, 'small')}</p>`)
  return {
    reading,
    appPath: withLanguage(APP_PATH, chosen),
    passkeyPath: withLanguage(PASSKEY_PATH, chosen),
    lead: mustEnrol ? enrol.must : enrol.may,
    foot: mustEnrol
      ? html`<p class="small"><a href="${withLanguage('/signout', chosen)}">${startAgain}</a></p>`
      : skip,
  }
}

async function complete(
  door: Door,
  visit: Visit,
  done: { readonly half: Enrolling; readonly factor: Exclude<Evidence['factor'], 'none'> },
): Promise<HtmlPage> {
  const { half, factor } = done
  const shown = {
    factor,
    factorAt: visit.mandate.origin.now,
    passwordAt: half.passwordAt,
    method: 'enrolment',
    isHalf: true,
  }
  const token = await signIn(visit, half.person, shown)
  if (token === null) return backToSignIn(visit)
  await dropTokens(visit.mandate, 'sign_in', half.person.id)
  const codes = await renewRecoveryCodes(door, visit, half.person)
  return codesPage(codes, leadOn(half.returnTo, visit.reading.chosen), {
    session: token,
    reading: half.reading,
  })
}

function appRoutes(door: Door): Route[] {
  return [
    page({
      method: 'GET',
      path: APP_PATH,
      summary: 'Set up a second factor while signing in',
      isTranslated: true,
      input: { query: z.strictObject(Chosen) },
      access: ACCESS,
      limit: 'page',
      handle: async (visit) => {
        const half = await findEnrolling(visit)
        return half
          ? showApp(door, visit, { person: half.person, place: placeOf(half) })
          : backToSignIn(visit)
      },
    }),
    page({
      method: 'POST',
      path: APP_PATH,
      summary: 'Confirm the authenticator app and complete the sign-in',
      isTranslated: true,
      input: {
        query: z.strictObject(Chosen),
        body: z.strictObject({ offer: formText(), code: formText() }),
      },
      access: ACCESS,
      limit: 'stranger',
      handle: async ({ body, ...visit }) => {
        const half = await findEnrolling(visit)
        if (!half) return backToSignIn(visit)
        const { person, reading } = half
        const fault = await confirmApp(door, visit, {
          person,
          reading,
          offer: body.offer ?? '',
          code: body.code ?? '',
        })
        if (fault)
          return showApp(door, visit, {
            person,
            place: placeOf(half),
            secret: fault.secret,
            errors: [{ field: 'code', message: fault.error }],
          })
        return complete(door, visit, { half, factor: 'otp' })
      },
    }),
  ]
}

/** What the browser made of a new passkey: it completes the sign-in, or the page says that it was not taken. */
async function addPasskey(
  door: Door,
  visit: Visit,
  sent: { readonly half: Enrolling; readonly response: string; readonly label: string },
): Promise<HtmlPage> {
  const { half, response, label } = sent
  const { person, reading } = half
  if (await confirmPasskey(door, visit, { person, reading, response, label }))
    return complete(door, visit, { half, factor: 'phishing_resistant' })
  return showNewPasskey(door, visit, {
    person,
    place: placeOf(half),
    errors: [{ field: null, message: IDENTITY_WORDS[reading.language].enrol.refused }],
  })
}

function passkeyRoutes(door: Door): Route[] {
  return [
    page({
      method: 'GET',
      path: PASSKEY_PATH,
      summary: 'Make a passkey while signing in',
      isTranslated: true,
      input: { query: z.strictObject(Chosen) },
      access: ACCESS,
      limit: 'stranger',
      handle: async (visit) => {
        const half = await findEnrolling(visit)
        return half
          ? showNewPasskey(door, visit, { person: half.person, place: placeOf(half) })
          : backToSignIn(visit)
      },
    }),
    page({
      method: 'POST',
      path: PASSKEY_PATH,
      summary: 'Keep the passkey and complete the sign-in',
      isTranslated: true,
      input: {
        query: z.strictObject(Chosen),
        body: z.strictObject({ response: formText(30_000), label: formText() }),
      },
      access: ACCESS,
      limit: 'stranger',
      handle: async ({ body, ...visit }) => {
        const half = await findEnrolling(visit)
        const { response = '', label = '' } = body
        return half ? addPasskey(door, visit, { half, response, label }) : backToSignIn(visit)
      },
    }),
  ]
}

/** The set-up of a second factor within a sign-in. */
export function makeEnrolRoutes(door: Door): Route[] {
  return [
    ...appRoutes(door),
    ...passkeyRoutes(door),
    page({
      method: 'POST',
      path: '/signin/enrol/skip',
      summary: 'Complete the sign-in without a second factor, for whom that is enough',
      isTranslated: true,
      input: { query: z.strictObject(Chosen) },
      access: ACCESS,
      limit: 'stranger',
      handle: async (visit) => {
        const half = await findEnrolling(visit)
        if (!half) return backToSignIn(visit)
        if (half.mustEnrol) return redirect(withLanguage(APP_PATH, visit.reading.chosen))
        const shown = {
          factor: 'none',
          factorAt: null,
          passwordAt: half.passwordAt,
          method: 'password',
          isHalf: true,
        } as const
        const token = await signIn(visit, half.person, shown)
        return token === null
          ? backToSignIn(visit)
          : redirect(leadOn(half.returnTo, visit.reading.chosen), token)
      },
    }),
  ]
}

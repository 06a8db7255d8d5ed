import { z } from 'zod'
import { html, redirect } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import { button, postForm } from '#platform/pages/index.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { findHalf, formText, signIn } from './door.ts'
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

const ACCESS = {
  identity: 'The password was right; a second factor is to be set up before the sign-in is complete.',
}
const APP_PATH = '/signin/enrol'
const PASSKEY_PATH = '/signin/enrol/passkey'

async function findEnrolling(visit: Visit): Promise<(HalfSignIn & { readonly mustEnrol: boolean }) | null> {
  const half = await findHalf(visit)
  if (half?.stage !== 'enrol') return null
  await becomePerson(visit.mandate, half.person.id)
  return { ...half, mustEnrol: needsSecondFactor(await findFrames(visit.mandate)) }
}

type Enrolling = NonNullable<Awaited<ReturnType<typeof findEnrolling>>>

function placeOf({ mustEnrol }: Enrolling): EnrolPlace {
  const skip = postForm('/signin/enrol/skip', html`<p>${button('Not now', 'small')}</p>`)
  return {
    appPath: APP_PATH,
    passkeyPath: PASSKEY_PATH,
    lead: mustEnrol
      ? 'What you will see here belongs to others, so a password alone is not enough. This takes a minute, once.'
      : 'A second factor keeps your account yours even when somebody learns your password.',
    foot: mustEnrol ? html`<p class="small"><a href="/signout">Start again</a></p>` : skip,
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
  if (token === null) return redirect('/signin')
  const codes = await renewRecoveryCodes(door, visit, half.person)
  return codesPage(codes, half.returnTo, { session: token })
}

function appRoutes(door: Door): Route[] {
  return [
    page({
      method: 'GET',
      path: APP_PATH,
      summary: 'Set up a second factor while signing in',
      input: {},
      access: ACCESS,
      limit: 'page',
      handle: async (visit) => {
        const half = await findEnrolling(visit)
        return half
          ? showApp(door, visit, { person: half.person, place: placeOf(half) })
          : redirect('/signin')
      },
    }),
    page({
      method: 'POST',
      path: APP_PATH,
      summary: 'Confirm the authenticator app and complete the sign-in',
      input: { body: z.strictObject({ offer: formText(), code: formText() }) },
      access: ACCESS,
      limit: 'stranger',
      handle: async ({ body, ...visit }) => {
        const half = await findEnrolling(visit)
        if (!half) return redirect('/signin')
        const { person } = half
        const fault = await confirmApp(door, visit, {
          person,
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

function passkeyRoutes(door: Door): Route[] {
  return [
    page({
      method: 'GET',
      path: PASSKEY_PATH,
      summary: 'Make a passkey while signing in',
      input: {},
      access: ACCESS,
      limit: 'stranger',
      handle: async (visit) => {
        const half = await findEnrolling(visit)
        return half
          ? showNewPasskey(door, visit, { person: half.person, place: placeOf(half) })
          : redirect('/signin')
      },
    }),
    page({
      method: 'POST',
      path: PASSKEY_PATH,
      summary: 'Keep the passkey and complete the sign-in',
      input: { body: z.strictObject({ response: formText(30_000), label: formText() }) },
      access: ACCESS,
      limit: 'stranger',
      handle: async ({ body, ...visit }) => {
        const half = await findEnrolling(visit)
        if (!half) return redirect('/signin')
        const { person } = half
        if (
          await confirmPasskey(door, visit, {
            person,
            response: body.response ?? '',
            label: body.label ?? '',
          })
        ) {
          return complete(door, visit, { half, factor: 'phishing_resistant' })
        }
        return showNewPasskey(door, visit, {
          person,
          place: placeOf(half),
          errors: [{ field: null, message: 'The passkey was not accepted. Try again.' }],
        })
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
      input: {},
      access: ACCESS,
      limit: 'stranger',
      handle: async (visit) => {
        const half = await findEnrolling(visit)
        if (!half) return redirect('/signin')
        if (half.mustEnrol) return redirect(APP_PATH)
        const shown = {
          factor: 'none',
          factorAt: null,
          passwordAt: half.passwordAt,
          method: 'password',
          isHalf: true,
        } as const
        const token = await signIn(visit, half.person, shown)
        return token === null ? redirect('/signin') : redirect(half.returnTo, token)
      },
    }),
  ]
}

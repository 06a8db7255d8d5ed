import { z } from 'zod'
import type { Reading } from '#platform/words/language.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { HtmlPage } from '#platform/html.ts'
import { redirect } from '#platform/html.ts'
import type { RequestTrace } from '#platform/request-trace.ts'
import type { Services } from '#platform/services.ts'
import type { PasswordHasher } from '#platform/credentials/password-hasher.ts'
import { withLanguage } from '#platform/words/page-language.ts'
import { noteSignIn } from './events.ts'
import { isNewPlace } from './known-places.ts'
import { mailNewPlace, ownOr } from './mails.ts'
import { findPerson } from './person-store.ts'
import type { SigningPerson } from './person-store.ts'
import { becomePerson, endSession, startSession } from './session-store.ts'
import type { Evidence } from './session-store.ts'
import { findToken, keepToken, useToken } from './token-store.ts'

/** One sign-in of a demo installation, as the sign-in page lists it. */
export interface DemoSignIn {
  readonly name: string
  readonly email: string
  readonly password: string
  readonly role: string
}

/** The code that a made-up person of a demo installation would read from a phone. */
export interface DemoCode {
  readonly code: string
  /** Seconds until it is taken; not 0 when the ones before were used within this minute. */
  readonly waitSeconds: number
}

/** What the routes of this module are made with. */
export interface Door {
  readonly services: Services
  readonly hasher: PasswordHasher
  readonly demoSignIns: () => readonly DemoSignIn[]
}

/** One request at the door: who is known already, and with what it came. */
export interface Visit {
  readonly mandate: Mandate<'identity'>
  readonly trace: RequestTrace
  readonly sessionToken: string | null
  readonly reading: Reading
}

/** The longest that a sign-in may stay half finished. */
const HALF_SECONDS = 1800

const Half = z.object({
  stage: z.enum(['factor', 'enrol']),
  return_to: z.string(),
  password_at: z.string().transform((text) => new Date(text)),
})

/** A sign-in whose password was right and whose second factor is still to be shown or set up. */
export interface HalfSignIn {
  readonly person: SigningPerson
  readonly stage: 'factor' | 'enrol'
  readonly returnTo: string
  readonly passwordAt: Date
}

/** How a page is read by somebody whose password was right: what was chosen in the address goes before what they have set. */
export function readingFor({ reading }: Visit, { language }: Pick<SigningPerson, 'language'>): Reading {
  return reading.chosen === undefined && language !== null ? { ...reading, language } : reading
}

/** The longest path that a form carries along. */
export const returnPath = z.string().max(2000).optional()

/** A text of a form. Missing and empty are told to the person by the page, so the schema lets them in. */
export const formText = (maximum = 1000) => z.string().max(maximum).optional()

/**
 * Goes on to the second step. The cookie carries the half-finished sign-in instead of a session, so nothing of it is in
 * the page or in an address, and it is bound to this browser.
 */
export async function continueHalf(
  visit: Visit,
  person: SigningPerson,
  half: { readonly stage: HalfSignIn['stage']; readonly returnTo: string },
): Promise<HtmlPage> {
  const { mandate } = visit
  await endPrevious(visit)
  const detail = {
    stage: half.stage,
    return_to: half.returnTo,
    password_at: mandate.origin.now.toISOString(),
  }
  const token = await keepToken(mandate, {
    purpose: 'sign_in',
    lifeSeconds: HALF_SECONDS,
    personId: person.id,
    detail,
  })
  const next = half.stage === 'factor' ? '/signin/mfa' : '/signin/enrol'
  return redirect(withLanguage(next, visit.reading.chosen), token)
}

/** The half-finished sign-in that this browser carries; null when there is none or its time is over. */
export async function findHalf({ mandate, sessionToken }: Visit): Promise<HalfSignIn | null> {
  const token = sessionToken === null ? null : await findToken(mandate, 'sign_in', sessionToken)
  if (!token?.personId) return null
  const person = await findPerson(mandate, token.personId)
  if (!person?.isActive) return null
  const half = Half.parse(token.detail)
  return { person, stage: half.stage, returnTo: half.return_to, passwordAt: half.password_at }
}

/** A new sign-in in the same browser ends the session that was there. */
async function endPrevious({ mandate }: Visit): Promise<void> {
  const { session } = mandate
  if (session) await endSession(mandate, { id: session.id, personId: session.personId, reason: 'replaced' })
}

/** Makes the session of a person who has shown all that is asked; returns its token. Null when the half-finished sign-in was completed before. */
export async function signIn(
  visit: Visit,
  person: SigningPerson,
  shown: Evidence & { readonly method: string; readonly isHalf: boolean },
): Promise<string | null> {
  const { mandate, trace, sessionToken } = visit
  if (shown.isHalf && (sessionToken === null || !(await useToken(mandate, 'sign_in', sessionToken))))
    return null
  await endPrevious(visit)
  await becomePerson(mandate, person.id)
  const isNew = await isNewPlace(mandate, person.id, trace)
  const token = await startSession(mandate, person.id, { ...shown, trace })
  noteSignIn(mandate, person, shown.method)
  if (isNew) await mailNewPlace(mandate, ownOr(visit.reading, person), trace)
  return token
}

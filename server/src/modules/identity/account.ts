import { redirect } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import type { Reading } from '#platform/words/language.ts'
import type { IdentitySession } from '#platform/mandate.ts'
import { withLanguage } from '#platform/words/page-language.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { accountPage } from './account-pages.ts'
import type { Visit } from './door.ts'
import { countRecoveryCodes, listPasskeys } from './factor-store.ts'
import { findFrames, findPerson, needsSecondFactor } from './person-store.ts'
import type { SigningPerson } from './person-store.ts'
import { listSessions, touchSession } from './session-store.ts'
import { pathWithReturn } from './sign-in-pages.ts'
import { isFresh } from './step-up-routes.ts'
import { ACCOUNT_WORDS } from './words/index.ts'
import type { AccountWords } from './words/index.ts'

/** Somebody who is signed in and looks after the own account. */
export interface Owner {
  readonly person: SigningPerson
  readonly session: IdentitySession
}

/** Lets a signed-in person do something with the own account, or leads to sign-in. */
export async function withOwner(
  visit: Visit,
  act: (owner: Owner) => Promise<HtmlPage>,
  returnTo = '/account',
): Promise<HtmlPage> {
  const { session } = visit.mandate
  const person = session && (await findPerson(visit.mandate, session.personId))
  if (!session || !person) return redirect(pathWithReturn('/signin', returnTo, visit.reading))
  await touchSession(visit.mandate, session.id)
  return act({ person, session })
}

/** The same, for what needs to be that person beyond doubt (ASVS 7.5.1, 7.5.2). */
export function withFreshOwner(
  visit: Visit,
  act: (owner: Owner) => Promise<HtmlPage>,
  returnTo = '/account',
): Promise<HtmlPage> {
  return withOwner(
    visit,
    async (owner) =>
      isFresh(owner.session, owner.person, visit.mandate.origin.now)
        ? act(owner)
        : redirect(pathWithReturn('/step-up', returnTo, visit.reading)),
    returnTo,
  )
}

/** What an account page can confirm at its next showing. */
export type SavedThing = keyof AccountWords['saved']

/** The names of the things, for the schema of the query. */
export const SAVED_THINGS = [
  'profile',
  'password',
  'factor',
  'session',
  'sessions',
] as const satisfies readonly SavedThing[]

/** The account page with everything on it. */
export async function showAccount(
  visit: Visit,
  { person, session }: Owner,
  shown: {
    readonly saved?: SavedThing | undefined
    readonly errors?: readonly FieldError[]
    readonly name?: string
  } = {},
): Promise<HtmlPage> {
  const { mandate, reading } = visit
  const { saved, ...rest } = shown
  return accountPage({
    person,
    reading,
    passkeys: await listPasskeys(mandate, person.id),
    recoveryCodes: await countRecoveryCodes(mandate, person.id),
    sessions: await listSessions(mandate, person.id),
    currentSessionId: session.id,
    mustHaveFactor: needsSecondFactor(await findFrames(mandate)),
    saved: saved === undefined ? null : ACCOUNT_WORDS[reading.language].saved[saved],
    ...rest,
  })
}

/** Back to the account page, which confirms what was done. */
export function backToAccount(saved: SavedThing, { chosen }: Reading, session?: string): HtmlPage {
  return redirect(withLanguage(`/account?saved=${saved}`, chosen), session)
}

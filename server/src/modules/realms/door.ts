import { createHash } from 'node:crypto'
import {
  admitTry,
  contextWords,
  countFailure,
  findNewPasswordFault,
  forgetFailures,
  isNoted,
  SHORTEST_ALONE,
  waitWords,
} from '#modules/identity/index.ts'
import type { ThrottleKey } from '#modules/identity/index.ts'
import { html, redirect } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import { networkOf } from '#platform/networks.ts'
import { isEmail } from '#platform/email-address.ts'
import type { PasswordHasher } from '#platform/credentials/password-hasher.ts'
import type { Mandate } from '#platform/mandate.ts'
import { textField } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import type { RequestTrace } from '#platform/request-trace.ts'
import type { Services } from '#platform/services.ts'
import { becomeUser, endOne, findByEmail, holdHash, isOwnNetwork, startSession } from './door-store.ts'
import type { SigningUser } from './door-store.ts'
import { noteFailedSignIn, noteSignIn } from './events.ts'
import { termsOf } from './look.ts'
import { readLook, safeRealmReturn } from './page-kit.ts'

/** One sign-in of a demo installation, as a realm's sign-in page lists it. */
export interface RealmDemoSignIn {
  readonly realm: string
  readonly email: string
  readonly password: string
  readonly role: string
}

/** What the pages of the door are made with. */
export interface RealmDoor {
  readonly services: Services
  readonly hasher: PasswordHasher
  readonly demoSignIns: () => readonly RealmDemoSignIn[]
}

/** One request at the door of a realm. */
export interface RealmVisit {
  readonly mandate: Mandate<'realm_door'>
  readonly trace: RequestTrace
}

/** The keys under which guesses in one realm are counted: no other realm, nor the provider's own door, feels them. */
function keysOf({ mandate, trace }: RealmVisit, email: string): ThrottleKey[] {
  const realm = mandate.partner.id
  const account = createHash('sha256').update(email).digest('base64url').slice(0, 22)
  const network = networkOf(trace.ip)
  return [
    { kind: 'pair', key: `realm:${realm}:pair:${account}:${network}` },
    { kind: 'account', key: `realm:${realm}:account:${account}` },
    { kind: 'network', key: `realm:${realm}:network:${network}` },
  ]
}

export type RealmPasswordResult =
  | { readonly is: 'right'; readonly user: SigningUser }
  | { readonly is: 'wrong' }
  | { readonly is: 'wait'; readonly seconds: number }

/** Whether a user gets in with this hash of the password, which was found to be the right one. */
const mayEnter = (mandate: RealmVisit['mandate'], { id, status, hash }: SigningUser): Promise<boolean> =>
  status === 'inactive' ? Promise.resolve(false) : holdHash(mandate, id, hash)

/** How long the next try waits; where the user has signed in before, not for what others guess from elsewhere. */
async function secondsToWait(
  { mandate, trace }: RealmVisit,
  user: SigningUser | null,
  keys: readonly ThrottleKey[],
): Promise<number> {
  const isOwn = await isOwnNetwork(mandate, user?.id ?? null, trace.ip)
  return admitTry(mandate, isOwn ? keys.filter(({ kind }) => kind !== 'account') : keys)
}

/**
 * Compares the password of an account of this realm. Takes the same work and counts the same whether or not there is
 * such a user, and slows guesses down.
 */
export async function checkRealmPassword(
  door: RealmDoor,
  visit: RealmVisit,
  attempt: { readonly email: string; readonly password: string },
): Promise<RealmPasswordResult> {
  const { mandate } = visit
  const keys = keysOf(visit, attempt.email)
  const user = await findByEmail(mandate, attempt.email)
  const seconds = await secondsToWait(visit, user, keys)
  if (seconds > 0) return { is: 'wait', seconds }
  const isSame = await door.hasher.verify(attempt.password, user?.hash ?? null)
  if (user && isSame && (await mayEnter(mandate, user))) {
    await forgetFailures(mandate, keys)
    return { is: 'right', user }
  }
  const failures = await countFailure(mandate, keys)
  const count = failures.get(user ? 'account' : 'network') ?? 1
  if (isNoted(count)) noteFailedSignIn(mandate, user?.id ?? null, count)
  return { is: 'wrong' }
}

/** Ends the session of this browser and starts another one of the same user, under a new token (ASVS 7.2.4). */
export async function renewSession(
  { mandate, trace }: RealmVisit,
  user: Pick<SigningUser, 'id' | 'role'>,
): Promise<NonNullable<HtmlPage['realmSession']>> {
  if (mandate.session) await endOne(mandate, mandate.session.id, 'replaced')
  await becomeUser(mandate, user.id)
  const terms = termsOf(await readLook(mandate), user.role)
  return { slug: mandate.partner.slug, token: await startSession(mandate, user.id, { terms, trace }) }
}

/** Makes the session of a user who has shown the password or a link; a new one each time, whatever came along. */
export async function enterRealm(
  visit: RealmVisit,
  user: Pick<SigningUser, 'id' | 'role'>,
  returnTo?: string,
): Promise<HtmlPage> {
  const realmSession = await renewSession(visit, user)
  noteSignIn(visit.mandate, user.id)
  return { ...redirect(safeRealmReturn(visit.mandate, returnTo)), realmSession }
}

/** The fault of a form's address; none when it has the form of one. */
export function addressFaults(email: string): FieldError[] {
  return isEmail(email)
    ? []
    : [{ field: 'email', message: 'Enter your e-mail address, for example name@company.example.' }]
}

/** The fault of a new password. */
export async function passwordFaults(
  { services }: RealmDoor,
  password: string,
  known: readonly string[],
): Promise<FieldError[]> {
  const context = { words: contextWords(...known), hasSecondFactor: false }
  const fault = await findNewPasswordFault(services, password, context)
  return fault === null ? [] : [{ field: 'password', message: fault }]
}

/** What somebody reads who tries too often. */
export function waitFault(seconds: number): FieldError {
  return {
    field: null,
    message: `Too many tries. Wait ${waitWords(seconds)}, then try again. Nothing is locked.`,
  }
}

/** The field of a new password. */
export function newPassword(errors: readonly FieldError[]): Html {
  return textField(
    {
      name: 'password',
      label: 'New password',
      type: 'password',
      autocomplete: 'new-password',
      hint: `At least ${SHORTEST_ALONE} characters. A few unrelated words are good and easy to remember.`,
    },
    errors,
  )
}

/** The field of an address. */
export function addressField(value: string, errors: readonly FieldError[]): Html {
  return html`${textField({ name: 'email', label: 'E-mail', type: 'email', autocomplete: 'username', maxLength: 254, value, isFocused: value === '' }, errors)}`
}

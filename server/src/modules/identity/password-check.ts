import type { Door, Visit } from './door.ts'
import { noteFailedSignIn } from './events.ts'
import { isOwnNetwork } from './known-places.ts'
import { holdPassword } from './person-store.ts'
import type { SigningPerson } from './person-store.ts'
import { isNoted } from './throttle-rules.ts'
import { admitTry, countFailure, forgetFailures, keysOfAccount } from './throttle-store.ts'
import type { ThrottleKey } from './throttle-store.ts'

/** What came of comparing a password. */
export type PasswordResult =
  | { readonly is: 'right' }
  | { readonly is: 'wrong' }
  | { readonly is: 'wait'; readonly seconds: number }

async function countWrong(
  mandate: Visit['mandate'],
  keys: readonly ThrottleKey[],
  person: SigningPerson | null,
): Promise<void> {
  const failures = await countFailure(mandate, keys)
  // A stranger's made-up addresses are counted by network, so that they cannot fill the log.
  const count = failures.get(person ? 'account' : 'network') ?? 1
  if (isNoted(count)) noteFailedSignIn(mandate, person, { count, code: 'PASSWORD_WRONG' })
}

/**
 * Compares the password of an account. Takes the same time and counts the same whether or not there is such a person,
 * and slows guesses down.
 */
export async function checkPassword(
  door: Door,
  { mandate, trace }: Visit,
  attempt: { readonly person: SigningPerson | null; readonly email: string; readonly password: string },
): Promise<PasswordResult> {
  const { person, email, password } = attempt
  const keys = keysOfAccount(email, trace.ip)
  const isOwn = await isOwnNetwork(mandate, person?.id ?? null, trace.ip)
  // What others guess from elsewhere is counted, and keeps the owner waiting only where nobody knows that it is the owner.
  const seconds = await admitTry(mandate, isOwn ? keys.filter(({ kind }) => kind !== 'account') : keys)
  if (seconds > 0) return { is: 'wait', seconds }
  const isSame = await door.hasher.verify(password, person?.hash ?? null)
  if (isSame && person?.isActive && (await holdPassword(mandate, person.id, person.hash))) {
    await forgetFailures(mandate, keys)
    return { is: 'right' }
  }
  await countWrong(mandate, keys, person)
  return { is: 'wrong' }
}

import { findTotp, takeRecoveryCode, takeTotpStep } from './factor-store.ts'
import type { DemoCode, Door, Visit } from './door.ts'
import { noteFailedSignIn } from './events.ts'
import { acceptPasskey } from './passkeys.ts'
import type { PasskeyUse } from './passkeys.ts'
import type { SigningPerson } from './person-store.ts'
import { digestRecoveryCode, isRecoveryCode } from './recovery-codes.ts'
import type { Evidence } from './session-store.ts'
import { isNoted } from './throttle-rules.ts'
import { admitTry, countFailure, forgetFailures, keysOfFactor } from './throttle-store.ts'
import { findStepOfSealed, showCode } from './totp.ts'

/** What came of showing a second factor. */
export type FactorResult =
  | { readonly is: 'shown'; readonly factor: Exclude<Evidence['factor'], 'none'>; readonly method: string }
  | { readonly is: 'wrong' }
  | { readonly is: 'wait'; readonly seconds: number }

/** What a person sent to show it. */
export interface FactorAttempt {
  readonly use: PasskeyUse
  readonly code: string | undefined
  readonly response: string | undefined
}

async function checkCode(
  door: Door,
  { mandate }: Visit,
  attempt: { readonly person: SigningPerson; readonly code: string },
): Promise<string | null> {
  const { person, code } = attempt
  const { vault } = door.services
  const app = await findTotp(mandate, person.id)
  const step =
    app && findStepOfSealed(vault, person.id, { sealed: app.sealed, code, now: mandate.origin.now })
  if (step !== null && (await takeTotpStep(mandate, person.id, step))) return 'totp'
  const isTaken =
    isRecoveryCode(code) &&
    (await takeRecoveryCode(mandate, person.id, digestRecoveryCode(vault, person.id, code)))
  return isTaken ? 'recovery_code' : null
}

/** The code that a made-up person of a demo installation would read from a phone; null everywhere else. */
export async function findDemoCode(
  door: Door,
  { mandate }: Visit,
  person: SigningPerson,
): Promise<DemoCode | null> {
  if (!door.demoSignIns().some(({ email }) => email === person.email)) return null
  const app = await findTotp(mandate, person.id)
  return app && showCode(door.services.vault, person.id, { ...app, now: mandate.origin.now })
}

/** Checks a second factor of a person who is known by password or session; guesses are counted and slowed down. */
export async function checkFactor(
  door: Door,
  visit: Visit,
  attempt: FactorAttempt & { readonly person: SigningPerson },
): Promise<FactorResult> {
  const { mandate, trace } = visit
  const { person, use, response, code = '' } = attempt
  if (response !== undefined && response !== '') {
    const owner = await acceptPasskey(door.services, mandate, { use, personId: person.id, response })
    return owner === person.id
      ? { is: 'shown', factor: 'phishing_resistant', method: 'passkey' }
      : { is: 'wrong' }
  }
  const keys = keysOfFactor(person.id, trace.ip)
  const seconds = await admitTry(mandate, keys)
  if (seconds > 0) return { is: 'wait', seconds }
  const method = await checkCode(door, visit, { person, code })
  if (method !== null) {
    await forgetFailures(mandate, keys)
    return { is: 'shown', factor: 'otp', method }
  }
  const failures = (await countFailure(mandate, keys)).get('factor') ?? 1
  if (isNoted(failures)) noteFailedSignIn(mandate, person, { count: failures, code: 'SECOND_FACTOR_WRONG' })
  return { is: 'wrong' }
}

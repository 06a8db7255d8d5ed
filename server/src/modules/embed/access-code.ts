import { createHash } from 'node:crypto'
import type { LimitStore } from '#platform/limit-store/index.ts'
import { retryAfterSeconds } from '#platform/limit-store/index.ts'
import { networkOf } from '#platform/networks.ts'
import type { PasswordHasher } from '#platform/credentials/password-hasher.ts'
import { refuse } from './refusal.ts'

const TRIES = 5
const WINDOW_MS = 900_000
const MAXIMUM_KNOWN = 1000

/** The access code of a form, and what was given for it. */
export interface GivenCode {
  readonly formId: string
  readonly hash: string
  readonly given: string | null
}

const digestOf = ({ formId, hash, given }: GivenCode): string =>
  createHash('sha256').update(`${formId} ${hash} ${given}`).digest('base64url')

/**
 * Asks for the access code that an agency's people know by heart: five tries in a quarter of an hour for each address.
 * A code that was right is not counted again for a quarter of an hour, so people who know it never run out of tries.
 */
export function makeAccessCodes({ limits, hasher }: { limits: LimitStore; hasher: PasswordHasher }) {
  const known = new Map<string, number>()
  return {
    /** Throws ACCESS_CODE_REQUIRED for a code that is missing or wrong, RATE_LIMITED after too many tries. */
    async require(code: GivenCode, ip: string): Promise<void> {
      if (code.given === null || code.given === '') throw refuse('ACCESS_CODE_REQUIRED')
      const digest = digestOf(code)
      if ((known.get(digest) ?? 0) > performance.now()) return
      const key = `code ${code.formId} ${networkOf(ip)}`
      const answer = await limits.take([{ key, allowed: TRIES, windowMs: WINDOW_MS }])
      if (!answer.admitted)
        throw refuse('RATE_LIMITED', {
          violatedPolicies: ['access-code'],
          headers: { 'Retry-After': String(retryAfterSeconds(answer)) },
        })
      if (!(await hasher.verify(code.given, code.hash))) throw refuse('ACCESS_CODE_REQUIRED')
      if (known.size >= MAXIMUM_KNOWN) known.clear()
      known.set(digest, performance.now() + WINDOW_MS)
    },
  }
}

import { Piscina } from 'piscina'
import { ProblemError } from '#platform/problem.ts'
import type { Services } from '#platform/services.ts'
import { HASH_OF_NOTHING, hashPassword, matchesPassword } from './password-hash.ts'
import type { Derivation, Derive } from './password-hash.ts'

/** Hashes within a bulkhead, so that sign-ins never take the whole machine (reliability R6). */
export interface PasswordHasher {
  /** Throws OVERLOADED when too many wait already. */
  hash(password: string): Promise<string>
  /** Takes as long for an account without a password as for one with: a hash of nothing is compared instead. */
  verify(password: string, hash: string | null): Promise<boolean>
}

/** How many may wait for each that is being computed: about one second of waiting. */
const WAITING_PER_THREAD = 12

/**
 * How much the threads give way to everything else (nice(2)). At 5 they get a quarter of a core that others want
 * wholly, so that sign-ins go on even then, and requests hardly wait for a hash.
 */
const NICENESS = 5

/** How long a thread waits for the next password before its memory is given back. */
const IDLE_MS = 60_000

/**
 * A hasher with `concurrency` threads of its own, begun with the first password, which give way to requests. Where
 * the system has no priority of threads they are ordinary ones.
 */
export function makePasswordHasher(concurrency: number): PasswordHasher {
  const pool = new Piscina<Derivation, Uint8Array>({
    filename: new URL('derive-password.js', import.meta.url).href,
    name: 'derivePassword',
    minThreads: 0,
    maxThreads: concurrency,
    idleTimeout: IDLE_MS,
    niceIncrement: NICENESS,
    recordTiming: false,
  })

  const derive: Derive = async (order) => {
    if (pool.queueSize >= concurrency * WAITING_PER_THREAD) {
      throw new ProblemError(503, 'OVERLOADED', 'Too many people are signing in at this moment.')
    }
    return pool.run(order)
  }

  return {
    hash: (password) => hashPassword(password, derive),
    async verify(password, hash) {
      const isSame = await matchesPassword(password, hash ?? HASH_OF_NOTHING, derive)
      return hash !== null && isSame
    },
  }
}

const hashers = new WeakMap<Services, PasswordHasher>()

/** The one hasher of an installation's process: people, end users of realms and access codes of forms share it. */
export function passwordHasherOf(services: Services): PasswordHasher {
  const known = hashers.get(services)
  if (known) return known
  const hasher = makePasswordHasher(services.passwordHashConcurrency)
  hashers.set(services, hasher)
  return hasher
}

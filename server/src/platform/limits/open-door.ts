import { keyOfNetwork } from './admission.ts'
import { LIMITS } from './limit-policies.ts'
import type { LimitName } from './limit-policies.ts'
import { limitHeaders } from './limits.ts'
import type { Limiter, LimitVerdict } from './limits.ts'
import { ProblemError } from '../problem.ts'

/** How the requests of a route are counted: in each process by itself under a limit, or elsewhere, as the words say. */
export type Counting = LimitName | { readonly elsewhere: string }

const MOST_REMEMBERED = 20_000

/** Refuses what was not admitted. Throws RATE_LIMIT_EXCEEDED. */
export function requireAdmission(verdict: LimitVerdict): void {
  if (verdict.admitted) return
  throw new ProblemError(429, 'RATE_LIMIT_EXCEEDED', 'The limit of this operation is used up.', {
    headers: limitHeaders(verdict),
  })
}

/**
 * Counts somebody who showed nothing that is known at a door, exactly. Only those: whoever is known has limits of its own, and
 * is not kept out by somebody else in its network. Throws RATE_LIMIT_EXCEEDED.
 */
export async function countStranger(limiter: Pick<Limiter, 'take'>, door: string, ip: string): Promise<void> {
  requireAdmission(await limiter.take([{ name: 'stranger', key: `${door} ${keyOfNetwork(ip)}` }]))
}

/**
 * Counts who asks for what is open to everybody, by network, in this process alone: what is answered from memory must not
 * cost the database more when it is refused than when it is answered, and is still there when the database is away. A
 * sliding log, as everywhere. Past so many networks the one that was first forgotten is the one that came first.
 */
export class OpenDoor {
  readonly #scale: number
  readonly #nowMs: () => number
  readonly #logs = new Map<string, number[]>()

  constructor(scale = 1, nowMs: () => number = () => performance.now()) {
    this.#scale = scale
    this.#nowMs = nowMs
  }

  /** The verdict on one more request of this network. */
  take(name: LimitName, ip: string): LimitVerdict {
    const { windowSeconds, allowed: usual } = LIMITS[name]
    const allowed = usual * this.#scale
    const [now, windowMs] = [this.#nowMs(), windowSeconds * 1000]
    const log = this.#logOf(`${name} ${keyOfNetwork(ip)}`)
    const fresh = log.findIndex((hit) => hit > now - windowMs)
    log.splice(0, fresh === -1 ? log.length : fresh)
    const admitted = log.length < allowed
    if (admitted) log.push(now)
    const oldest = log[0] ?? now
    return {
      name,
      policy: { windowSeconds, allowed },
      admitted,
      remaining: Math.max(0, allowed - log.length),
      resetSeconds: Math.max(1, Math.ceil((oldest + windowMs - now) / 1000)),
    }
  }

  #logOf(key: string): number[] {
    const known = this.#logs.get(key)
    if (known) return known
    const [first] = this.#logs.keys()
    if (this.#logs.size >= MOST_REMEMBERED && first !== undefined) this.#logs.delete(first)
    const log: number[] = []
    this.#logs.set(key, log)
    return log
  }
}

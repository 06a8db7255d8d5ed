import { makeAdmissionQueue } from './admission-queue.ts'
import { fullKey } from './admission-statement.ts'
import type { Asked, DoneRead, Entry, KeptCall, Taken } from './admission-statement.ts'
import type { Database } from '../database.ts'
import { LIMITS } from './limit-policies.ts'
import type { LimitName, LimitPolicy } from './limit-policies.ts'

/** The answer of a limiter. */
export interface LimitVerdict {
  readonly name: string
  readonly policy: LimitPolicy
  readonly admitted: boolean
  readonly remaining: number
  /** Seconds until a call is admitted again, or until the oldest leaves the window; at least 1 when refused. */
  readonly resetSeconds: number
}

/** Takes admissions. */
export interface Limiter {
  /**
   * Takes one admission for each, in this order, until one is refused. Returns that refusal, else the verdict on the
   * first. A refusal that is remembered comes at once, without the database. The keys of one place in the order must not
   * come in another. Rejects when the database cannot be asked: without a verdict nothing is admitted.
   */
  take(asked: readonly [Asked, ...Asked[]]): LimitVerdict | Promise<LimitVerdict>
  /** The refusal that is remembered of the first of these; whoever has it need not begin. */
  recall(asked: readonly [Asked, ...Asked[]]): LimitVerdict | null
  /** The same for a read that was done and not told yet: if it is admitted, it is recorded in the audit log in the same transaction. */
  takeForRead(asked: readonly [Asked, ...Asked[]], read: DoneRead): Promise<LimitVerdict>
  /**
   * The same for a call whose decision is kept. In the transaction of its admissions the database looks whether the decision
   * still holds, and records the call if so. False when it was refused or no longer holds; its admissions may be taken then.
   */
  takeForCall(asked: readonly [Asked, ...Asked[]], call: KeptCall): Promise<boolean>
}

const MAXIMUM_REMEMBERED = 10_000
const UNCOUNTED: Taken = { admitted: true, remaining: 1, retryMs: 0, allowed: 1 }
interface Memory {
  readonly toVerdict: (asked: Asked, taken: Taken) => LimitVerdict
  readonly recall: (asked: Asked) => LimitVerdict | null
  readonly conclude: (asked: readonly Asked[], taken: readonly Taken[]) => LimitVerdict | undefined
}

/** Refusals, remembered in this process until they can change. */
function makeMemory(policyOf: (name: LimitName) => LimitPolicy): Memory {
  const refusedUntil = new Map<string, { readonly ms: number; readonly allowed: number }>()

  const toVerdict = ({ name }: Asked, { admitted, remaining, retryMs, allowed }: Taken): LimitVerdict => ({
    name,
    policy: { ...policyOf(name), allowed },
    admitted,
    remaining,
    resetSeconds: Math.max(admitted ? 0 : 1, Math.ceil(retryMs / 1000)),
  })

  return {
    toVerdict,
    recall(asked) {
      const refused = refusedUntil.get(fullKey(asked))
      const retryMs = (refused?.ms ?? 0) - performance.now()
      if (!refused || retryMs <= 0) return null
      return toVerdict(asked, { admitted: false, remaining: 0, retryMs, allowed: refused.allowed })
    },
    conclude(asked, taken) {
      const refused = taken.findIndex(({ admitted }) => !admitted)
      const decisive = Math.max(0, refused)
      const [one, its] = [asked[decisive], taken[decisive]]
      if (!one || !its) return undefined
      if (!its.admitted) {
        if (refusedUntil.size >= MAXIMUM_REMEMBERED) refusedUntil.clear()
        refusedUntil.set(fullKey(one), { ms: performance.now() + its.retryMs, allowed: its.allowed })
      }
      return toVerdict(one, its)
    },
  }
}

/**
 * The limiter over PostgreSQL: exact across processes. Calls that come while the database is being asked are asked
 * together in the next round trip. A refusal is remembered in this process until it can change, which keeps a flood off
 * the database and stays exact, since entries leave the log only by age.
 * `scale` multiplies every allowance; tests that are not about limits raise it. With an infinite one nothing is counted, for
 * measurements of what that costs.
 */
export function makeLimiter(database: Database, scale = 1): Limiter {
  const policyOf = (name: LimitName): LimitPolicy => ({
    ...LIMITS[name],
    allowed: LIMITS[name].allowed * scale,
  })
  const enqueue = makeAdmissionQueue(database, { policyOf, scale })
  const { toVerdict, recall, conclude } = makeMemory(policyOf)
  const isCounting = Number.isFinite(scale)

  const takeAll = async (
    asked: readonly [Asked, ...Asked[]],
    work: Pick<Entry, 'read' | 'call'>,
  ): Promise<{ verdict: LimitVerdict; holds: boolean }> => {
    const known = asked.map(recall)
    const stop = known.findIndex((verdict) => verdict !== null)
    const refusal = known[stop]
    if (refusal && stop === 0) return { verdict: refusal, holds: false }
    const { taken, holds } = await enqueue(refusal ? { asked: asked.slice(0, stop) } : { asked, ...work })
    const verdict = conclude(asked, taken)
    if (!verdict) throw new Error('The limiter gave no verdict.')
    return { verdict: refusal && verdict.admitted ? refusal : verdict, holds }
  }
  const takeAlone = async (asked: readonly [Asked, ...Asked[]]): Promise<LimitVerdict> =>
    (await takeAll(asked, {})).verdict

  return {
    recall: ([first]) => recall(first),
    async takeForRead(asked, read) {
      if (isCounting) return (await takeAll(asked, { read })).verdict
      await enqueue({ asked: [], read })
      return toVerdict(asked[0], UNCOUNTED)
    },
    async takeForCall(asked, call) {
      // It can hold only if every admission was given, since only such a call is compared at all.
      const { holds } = isCounting ? await takeAll(asked, { call }) : await enqueue({ asked: [], call })
      return holds
    },
    take: (asked) => recall(asked[0]) ?? (isCounting ? takeAlone(asked) : toVerdict(asked[0], UNCOUNTED)),
  }
}

/** The header fields that tell a caller about a limit (draft-ietf-httpapi-ratelimit-headers-11, RFC 9110 section 10.2.3). */
export function limitHeaders(verdict: LimitVerdict): Record<string, string> {
  const { name, policy, remaining, resetSeconds, admitted } = verdict
  return {
    'RateLimit-Policy': `"${name}";q=${policy.allowed};w=${policy.windowSeconds}`,
    RateLimit: `"${name}";r=${remaining};t=${resetSeconds || policy.windowSeconds}`,
    ...(!admitted && { 'Retry-After': String(resetSeconds) }),
  }
}

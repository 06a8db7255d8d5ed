import type { Database } from './database.ts'
import { runBatch } from './batch.ts'
import { acquire } from './database.ts'

/** How many calls one key may make in any window of this length. Exact: a sliding log, not a counter. */
export interface LimitPolicy {
  readonly allowed: number
  readonly windowSeconds: number
}

/** The limits of the API, per partner unless noted. Source: managed-tenants.md section 7. */
export const LIMITS = {
  list: { allowed: 100, windowSeconds: 60 },
  detail: { allowed: 200, windowSeconds: 60 },
  write: { allowed: 50, windowSeconds: 60 },
  explain: { allowed: 60, windowSeconds: 60 },
  link_request: { allowed: 20, windowSeconds: 3600 },
  application: { allowed: 10, windowSeconds: 3600 },
  export: { allowed: 10, windowSeconds: 3600 },
  tenant: { allowed: 500, windowSeconds: 60 },
  ingest: { allowed: 600, windowSeconds: 60 },
  page: { allowed: 120, windowSeconds: 60 },
  stranger: { allowed: 60, windowSeconds: 60 },
  form: { allowed: 20, windowSeconds: 60 },
  agency_key: { allowed: 60, windowSeconds: 60 },
  identity_event: { allowed: 1200, windowSeconds: 60 },
  referral_link: { allowed: 120, windowSeconds: 60 },
} as const satisfies Record<string, LimitPolicy>

export type LimitName = keyof typeof LIMITS

/** The answer of a limiter. */
export interface LimitVerdict {
  readonly name: string
  readonly policy: LimitPolicy
  readonly admitted: boolean
  readonly remaining: number
  /** Seconds until a call is admitted again, or until the oldest leaves the window; at least 1 when refused. */
  readonly resetSeconds: number
}

/** One admission that is asked for. */
interface Asked {
  readonly name: LimitName
  readonly key: string
  /** The partner whose configuration bounds the calls further, and for whom of it; strictest of both. */
  readonly bound?: { readonly partnerId: string; readonly by: 'staff' | 'clients' }
}

/** Takes admissions. */
export interface Limiter {
  /**
   * Takes one admission for each, in this order, until one is refused. Returns that refusal, else the verdict on the
   * first. A refusal that is remembered comes at once, without the database. The keys of one place in the order must not
   * come in another. Rejects when the database cannot be asked: without a verdict nothing is admitted.
   */
  take(asked: readonly [Asked, ...Asked[]]): LimitVerdict | Promise<LimitVerdict>
}

const MAXIMUM_REMEMBERED = 10_000
const MAXIMUM_BATCH = 64

interface Taken {
  readonly admitted: boolean
  readonly remaining: number
  readonly retryMs: number
  /** How many calls the key may make in the window. */
  readonly allowed: number
}

interface Waiting {
  readonly asked: readonly Asked[]
  readonly resolve: (taken: readonly Taken[]) => void
  readonly reject: (cause: unknown) => void
}

const fullKey = ({ name, key }: Asked): string => `${name}:${key}`

/**
 * The limiter over PostgreSQL: exact across processes. Calls that come while the database is being asked are asked
 * together in the next round trip. A refusal is remembered in this process until it can change, which keeps a flood off
 * the database and stays exact, since entries leave the log only by age.
 * `scale` multiplies every allowance; tests that are not about limits raise it.
 */
export function makeLimiter(database: Database, scale = 1): Limiter {
  const refusedUntil = new Map<string, { readonly ms: number; readonly allowed: number }>()
  const policyOf = (name: LimitName): LimitPolicy => ({
    ...LIMITS[name],
    allowed: LIMITS[name].allowed * scale,
  })
  const takeTogether = makeQueue((asked) => takeFromDatabase(database, asked, { policyOf, scale }))

  const toVerdict = ({ name }: Asked, { admitted, remaining, retryMs, allowed }: Taken): LimitVerdict => ({
    name,
    policy: { ...policyOf(name), allowed },
    admitted,
    remaining,
    resetSeconds: Math.max(admitted ? 0 : 1, Math.ceil(retryMs / 1000)),
  })

  const remembered = (asked: Asked): LimitVerdict | null => {
    const refused = refusedUntil.get(fullKey(asked))
    const retryMs = (refused?.ms ?? 0) - performance.now()
    if (!refused || retryMs <= 0) return null
    return toVerdict(asked, { admitted: false, remaining: 0, retryMs, allowed: refused.allowed })
  }

  const conclude = (asked: readonly Asked[], taken: readonly Taken[]): LimitVerdict | undefined => {
    const refused = taken.findIndex(({ admitted }) => !admitted)
    const decisive = Math.max(0, refused)
    const [one, its] = [asked[decisive], taken[decisive]]
    if (!one || !its) return undefined
    if (!its.admitted) {
      if (refusedUntil.size >= MAXIMUM_REMEMBERED) refusedUntil.clear()
      refusedUntil.set(fullKey(one), { ms: performance.now() + its.retryMs, allowed: its.allowed })
    }
    return toVerdict(one, its)
  }

  return {
    take(asked) {
      const known = asked.map(remembered)
      const stop = known.findIndex((verdict) => verdict !== null)
      const refusal = known[stop]
      if (refusal && stop === 0) return refusal
      const open = refusal ? asked.slice(0, stop) : asked
      return takeTogether(open).then((taken) => {
        const verdict = conclude(asked, taken)
        if (!verdict) throw new Error('The limiter gave no verdict.')
        return refusal && verdict.admitted ? refusal : verdict
      })
    },
  }
}

/** One round trip at a time: what is asked for meanwhile waits and goes together. */
function makeQueue(
  take: (waiting: readonly Waiting[]) => Promise<readonly (readonly Taken[])[]>,
): (asked: readonly Asked[]) => Promise<readonly Taken[]> {
  const waiting: Waiting[] = []
  let isTaking = false
  const run = async (): Promise<void> => {
    isTaking = true
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MAXIMUM_BATCH)
      try {
        const taken = await take(batch)
        for (const [index, { resolve }] of batch.entries()) resolve(taken[index] ?? [])
      } catch (cause) {
        for (const { reject } of batch) reject(cause)
      }
    }
    isTaking = false
  }
  return (asked) =>
    new Promise((resolve, reject) => {
      waiting.push({ asked, resolve, reject })
      if (!isTaking) void run()
    })
}

/** One place in the statement: the nth admission that the call asks for. */
interface Place {
  readonly call: number
  readonly step: number
  readonly asked: Asked
}

function compare(left: Place, right: Place): number {
  const [one, other] = [fullKey(left.asked), fullKey(right.asked)]
  if (left.step !== right.step || one === other) return left.step - right.step
  return one < other ? -1 : 1
}

async function takeFromDatabase(
  database: Database,
  waiting: readonly Waiting[],
  { policyOf, scale }: { readonly policyOf: (name: LimitName) => LimitPolicy; readonly scale: number },
): Promise<Taken[][]> {
  // All processes lock the rows in one order, so that none waits for another that waits for it.
  const places = waiting
    .flatMap(({ asked }, call) => asked.map((one, step): Place => ({ call, step, asked: one })))
    .toSorted(compare)
  const positions = new Map(places.map(({ call, step }, index) => [`${call} ${step}`, index + 1]))
  const policies = places.map(({ asked }) => policyOf(asked.name))
  const statement = {
    text: `with b as materialized (select access.bound_calls($2, $3, $5, $6, $7) as allowed)
      select t.admitted, t.remaining, t.retry_microseconds, b.allowed[t.n] as allowed
      from b cross join access.take($1, b.allowed, $3, $4) with ordinality t(admitted, remaining, retry_microseconds, n) order by t.n`,
    values: [
      places.map(({ asked }) => fullKey(asked)),
      policies.map(({ allowed }) => allowed),
      policies.map(({ windowSeconds }) => windowSeconds * 1_000_000),
      places.map(({ call, step }) => positions.get(`${call} ${step - 1}`) ?? 0),
      places.map(({ asked }) => asked.bound?.partnerId ?? null),
      places.map(({ asked }) => asked.bound?.by === 'clients'),
      scale,
    ],
  }
  // On a connection of its own: a rollback of the request must not give the admission back.
  const client = await acquire(database, 'liaison_guard')
  try {
    const [result] = await runBatch(client, [statement])
    const taken: Taken[][] = waiting.map(() => [])
    for (const [index, row] of (result?.rows ?? []).entries()) {
      const { call = -1, step = -1 } = places[index] ?? {}
      const mine = taken[call]
      if (mine)
        mine[step] = {
          admitted: row['admitted'] === true,
          remaining: Number(row['remaining'] ?? 0),
          retryMs: Number(row['retry_microseconds'] ?? 0) / 1000,
          allowed: Number(row['allowed'] ?? 0),
        }
    }
    return taken
  } finally {
    client.release()
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

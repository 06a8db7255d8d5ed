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
  export: { allowed: 10, windowSeconds: 3600 },
  tenant: { allowed: 500, windowSeconds: 60 },
  ingest: { allowed: 600, windowSeconds: 60 },
  page: { allowed: 120, windowSeconds: 60 },
  stranger: { allowed: 60, windowSeconds: 60 },
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

/** Takes one admission for a key. */
export interface Limiter {
  take(name: LimitName, key: string): Promise<LimitVerdict>
}

const MAXIMUM_REMEMBERED = 10_000

/**
 * The limiter over PostgreSQL: exact across processes. A refusal is remembered in this process until it can change,
 * which keeps a flood off the database and stays exact, since entries leave the log only by age.
 * `scale` multiplies every allowance; tests that are not about limits raise it.
 */
export function makeLimiter(database: Database, scale = 1): Limiter {
  const refusedUntil = new Map<string, number>()
  return {
    async take(name, key) {
      const policy = { ...LIMITS[name], allowed: LIMITS[name].allowed * scale }
      const full = `${name}:${key}`
      const waitMs = (refusedUntil.get(full) ?? 0) - performance.now()
      if (waitMs > 0)
        return {
          name,
          policy,
          admitted: false,
          remaining: 0,
          resetSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
        }
      const verdict = await takeFromDatabase(database, full, policy)
      if (!verdict.admitted) {
        if (refusedUntil.size >= MAXIMUM_REMEMBERED) refusedUntil.clear()
        refusedUntil.set(full, performance.now() + verdict.retryMs)
      }
      return {
        name,
        policy,
        admitted: verdict.admitted,
        remaining: verdict.remaining,
        resetSeconds: Math.max(verdict.admitted ? 0 : 1, Math.ceil(verdict.retryMs / 1000)),
      }
    },
  }
}

async function takeFromDatabase(database: Database, key: string, policy: LimitPolicy) {
  // On a connection of its own: a rollback of the request must not give the admission back.
  const client = await acquire(database, 'liaison_guard')
  try {
    const [result] = await runBatch(client, [
      {
        text: 'select admitted, remaining, retry_microseconds from access.take($1, $2, $3)',
        values: [key, policy.allowed, policy.windowSeconds * 1_000_000],
      },
    ])
    const row = result?.rows[0]
    return {
      admitted: row?.['admitted'] === true,
      remaining: Number(row?.['remaining'] ?? 0),
      retryMs: Number(row?.['retry_microseconds'] ?? 0) / 1000,
    }
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

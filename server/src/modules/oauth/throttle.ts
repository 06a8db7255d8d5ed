import type { Limiter } from '#platform/limits/limits.ts'

/** Counts failed proofs of who a client is; never a right one. */
export interface FailureThrottle {
  /** Seconds for which nothing is taken from this network; 0 when it may try. */
  waitOf(network: string): number
  /** Notes a failure; returns the seconds to wait when there were too many. */
  fail(network: string, clientId: string): Promise<number>
}

const MOST_REMEMBERED = 10_000

/**
 * The throttle of failing client authentication, per network and per client and network, so that nobody elsewhere can
 * lock a client out. Counted exactly over all processes; a network that is to wait is remembered in this one. Source: attack 46.
 */
export function makeFailureThrottle(limiter: Limiter): FailureThrottle {
  const closedUntil = new Map<string, number>()
  return {
    waitOf(network) {
      const waitMs = (closedUntil.get(network) ?? 0) - performance.now()
      return waitMs > 0 ? Math.ceil(waitMs / 1000) : 0
    },
    async fail(network, clientId) {
      const verdict = await limiter.take([
        { name: 'page', key: `oauth network ${network}` },
        { name: 'stranger', key: `oauth client ${clientId} network ${network}` },
      ])
      if (verdict.admitted) return 0
      if (verdict.name === 'page') {
        if (closedUntil.size >= MOST_REMEMBERED) closedUntil.clear()
        closedUntil.set(network, performance.now() + verdict.resetSeconds * 1000)
      }
      return Math.max(1, verdict.resetSeconds)
    },
  }
}

import { GuardError } from './error.ts'
import { systemClock } from './clock.ts'
import type { Clock } from './clock.ts'

/**
 * Remembers what may be used once (RFC 9449 section 11.1). Several processes that accept the same proofs must share one
 * store; `claim` then has to be one atomic insert.
 */
export interface ReplayStore {
  /** True the first time a key is seen, false ever after until `expiresAt`. May throw when it cannot tell. */
  claim(key: string, expiresAt: Date): boolean | Promise<boolean>
}

/**
 * A store in the memory of one process. Holds `maxEntries` at most (default 200,000) and refuses new proofs with 503
 * when it is full of live ones: forgetting one would let it be used twice.
 */
export function createMemoryReplayStore(
  options: { readonly maxEntries?: number; readonly clock?: Clock } = {},
): ReplayStore {
  const { maxEntries = 200_000, clock = systemClock } = options
  const seen = new Map<string, number>()

  /** Drops what is over from the oldest on; entries live for about the same time, so the oldest ends first. */
  function sweep(now: number, most: number): void {
    let looked = 0
    for (const [key, endsAt] of seen) {
      if (looked >= most) return
      looked += 1
      if (endsAt <= now) seen.delete(key)
    }
  }

  return {
    claim(key, expiresAt) {
      const now = clock().getTime()
      const endsAt = seen.get(key)
      if (endsAt !== undefined && endsAt > now) return false
      sweep(now, 8)
      if (seen.size >= maxEntries) sweep(now, seen.size)
      if (seen.size >= maxEntries)
        throw new GuardError('DEPENDENCY_UNAVAILABLE', 'Too many proofs are being remembered.')
      seen.delete(key)
      seen.set(key, expiresAt.getTime())
      return true
    },
  }
}

/** A replay store that cannot answer is an outage, not a refusal and never an allowance. */
export function failClosed(store: ReplayStore): ReplayStore {
  return {
    async claim(key, expiresAt) {
      try {
        return await store.claim(key, expiresAt)
      } catch (cause) {
        if (cause instanceof GuardError) throw cause
        throw new GuardError('DEPENDENCY_UNAVAILABLE', 'Whether this was used before cannot be told now.', {
          cause,
        })
      }
    },
  }
}

import type { LimitAsked, LimitStore } from './limit-store.ts'

const MAXIMUM_KEYS = 50_000
const SWEEP_EACH = 1000

/** The sliding logs of one process alone: for tests, and for what is left when the shared store is away. */
export function makeMemoryLimitStore(nowMs: () => number = () => performance.now()): LimitStore {
  const logs = new Map<string, number[]>()
  let calls = 0

  /** The entries that are still within the window; what is not is forgotten. */
  function logOf({ key, windowMs }: LimitAsked, now: number): number[] {
    const log = (logs.get(key) ?? []).filter((hit) => hit > now - windowMs)
    logs.set(key, log)
    return log
  }

  function sweep(now: number): void {
    calls += 1
    if (calls % SWEEP_EACH !== 0 && logs.size < MAXIMUM_KEYS) return
    for (const [key, log] of logs) {
      const last = log.at(-1)
      if (last === undefined || last < now - 3_600_000) logs.delete(key)
    }
  }

  return {
    take(asked) {
      const now = nowMs()
      sweep(now)
      const waitsMs = asked.map((one) => {
        const log = logOf(one, now)
        const inTheWay = log[log.length - one.allowed]
        return inTheWay === undefined ? 0 : inTheWay + one.windowMs - now
      })
      if (waitsMs.some((wait) => wait > 0))
        return Promise.resolve({ admitted: false, waitsMs, remaining: [] })
      const remaining = asked.map((one) => {
        const log = logOf(one, now)
        log.push(Math.max(now, log.at(-1) ?? now))
        return one.allowed - log.length
      })
      return Promise.resolve({ admitted: true, waitsMs: [], remaining })
    },
    close: () => Promise.resolve(),
  }
}

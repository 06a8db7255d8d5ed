import type { LimitAnswer, LimitAsked } from './limit-store.ts'

const MAXIMUM_KEYS = 50_000
const SWEEP_EACH = 1000

/** An admission that this process gave by itself, and whether it is on its way to the shared store. */
export interface OwnAdmission {
  readonly atMs: number
  isOnItsWay: boolean
}

/** What one process knows of one log. */
interface OwnLog {
  allowed: number
  windowMs: number
  /** All that this process admitted. */
  mine: number[]
  /** The shared log as the store last told it. */
  shared: number[]
  /** What the store does not know of yet. */
  owed: OwnAdmission[]
}

/** What is owed to the store for one log. */
export interface Debt {
  readonly asked: LimitAsked
  readonly owed: readonly OwnAdmission[]
}

/** When an admission of a log with these moments is possible, as milliseconds from now; 0 is now. */
function waitFor(
  moments: readonly number[],
  allowed: number,
  { windowMs, now }: { windowMs: number; now: number },
) {
  const inTheWay = moments.toSorted((left, right) => left - right)[moments.length - allowed]
  return inTheWay === undefined ? 0 : Math.max(0, inTheWay + windowMs - now)
}

/**
 * What one of several processes knows of shared logs, and decides by when the store does not answer: it admits no more than
 * its share in a window, and nothing that the store, when it last answered, had no room for. What it admits it owes to the
 * store. Source: embedded.md section 4.
 */
export class OwnLogs {
  readonly #logs = new Map<string, OwnLog>()
  readonly #instances: number
  readonly #nowMs: () => number
  #calls = 0

  constructor(instances: number, nowMs: () => number = () => performance.now()) {
    this.#instances = Math.max(1, instances)
    this.#nowMs = nowMs
  }

  #logOf({ key, allowed, windowMs }: LimitAsked): OwnLog {
    const isYoung = (at: number) => at > this.#nowMs() - windowMs
    const found = this.#logs.get(key)
    const log = {
      allowed,
      windowMs,
      mine: (found?.mine ?? []).filter(isYoung),
      shared: (found?.shared ?? []).filter(isYoung),
      owed: (found?.owed ?? []).filter(({ atMs }) => isYoung(atMs)),
    }
    this.#logs.set(key, log)
    return log
  }

  #sweep(): void {
    this.#calls += 1
    if (this.#calls % SWEEP_EACH !== 0 && this.#logs.size < MAXIMUM_KEYS) return
    const now = this.#nowMs()
    for (const [key, { mine, shared, owed, windowMs }] of this.#logs) {
      const newest = Math.max(...mine, ...shared, ...owed.map(({ atMs }) => atMs))
      if (newest <= now - windowMs) this.#logs.delete(key)
    }
  }

  /** Takes note of the shared logs as the store tells them, by the age of their entries, and of its own admission. */
  learn(asked: readonly LimitAsked[], agesMs: readonly (readonly number[])[], isAdmitted: boolean): void {
    this.#sweep()
    const now = this.#nowMs()
    for (const [index, one] of asked.entries()) {
      const log = this.#logOf(one)
      log.shared = (agesMs[index] ?? []).map((age) => now - age)
      if (isAdmitted) log.mine.push(now)
    }
  }

  /** Decides without the store. What it admits is owed, unless a command that may record it is still on its way. */
  decide(
    asked: readonly LimitAsked[],
    isOnItsWay: boolean,
  ): { readonly answer: LimitAnswer; readonly given: readonly OwnAdmission[] } {
    this.#sweep()
    const now = this.#nowMs()
    const logs = asked.map((one) => this.#logOf(one))
    const shares = logs.map(({ allowed }) => Math.ceil(allowed / this.#instances))
    const known = logs.map(({ shared, owed }) => [...shared, ...owed.map(({ atMs }) => atMs)])
    const waitsMs = logs.map(({ mine, allowed, windowMs }, index) =>
      Math.max(
        waitFor(mine, shares[index] ?? 1, { windowMs, now }),
        waitFor(known[index] ?? [], allowed, { windowMs, now }),
      ),
    )
    if (waitsMs.some((wait) => wait > 0))
      return { answer: { admitted: false, waitsMs, remaining: [], isAlone: true }, given: [] }
    const given = logs.map((log) => {
      const admission = { atMs: now, isOnItsWay }
      log.mine.push(now)
      log.owed.push(admission)
      return admission
    })
    const remaining = logs.map(({ mine, allowed }, index) =>
      Math.min((shares[index] ?? 1) - mine.length, allowed - (known[index] ?? []).length - 1),
    )
    return { answer: { admitted: true, waitsMs: [], remaining, isAlone: true }, given }
  }

  /** What is owed for these logs and not on its way yet; it is from now on. */
  send(asked: readonly LimitAsked[]): Debt[] {
    return asked.map((one) => {
      const owed = this.#logOf(one).owed.filter(({ isOnItsWay }) => !isOnItsWay)
      for (const admission of owed) admission.isOnItsWay = true
      return { asked: one, owed }
    })
  }

  /** Every log for which something is owed. */
  debtors(): LimitAsked[] {
    return [...this.#logs]
      .filter(([, { owed }]) => owed.some(({ isOnItsWay }) => !isOnItsWay))
      .map(([key, { allowed, windowMs }]) => ({ key, allowed, windowMs }))
  }

  /** The store has these. */
  settle(debts: readonly Debt[]): void {
    for (const { asked, owed } of debts) {
      const log = this.#logOf(asked)
      log.owed = log.owed.filter((admission) => !owed.includes(admission))
    }
  }

  /** Nobody knows whether the store has these: they are owed again, since one counted twice admits too little, never too much. */
  owe(debts: readonly Debt[]): void {
    for (const admission of debts.flatMap(({ owed }) => owed)) admission.isOnItsWay = false
  }

  /** How many milliseconds ago that was. */
  ageMs({ atMs }: OwnAdmission): number {
    return Math.max(0, this.#nowMs() - atMs)
  }
}

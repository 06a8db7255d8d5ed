/** What is counted: guesses at one account from one network, at one account from anywhere, and from one network at any account. */
export type ThrottleKind = 'pair' | 'account' | 'network' | 'factor'

interface Curve {
  /** Failures that cost nothing. */
  readonly free: number
  readonly longestSeconds: number
}

/**
 * The account's own delay stays short whoever guesses, so that no stranger can keep its owner out (ASVS 6.1.1); who
 * guesses from one place waits long. A second factor is guessed at only by somebody who has the password.
 */
const CURVES: Readonly<Record<ThrottleKind, Curve>> = {
  pair: { free: 5, longestSeconds: 900 },
  account: { free: 20, longestSeconds: 30 },
  network: { free: 50, longestSeconds: 60 },
  factor: { free: 5, longestSeconds: 900 },
}

/** Failures older than this no longer count. */
export const FORGET_AFTER_SECONDS = 86_400

/** How long the next try waits after so many failures, in seconds: nothing at first, then doubling up to a bound. */
export function delayAfter(kind: ThrottleKind, failures: number): number {
  const { free, longestSeconds } = CURVES[kind]
  if (failures < free) return 0
  return Math.min(longestSeconds, 2 ** Math.min(failures - free, 20))
}

/** How many seconds are still to wait; 0 when a try may be made. */
export function secondsToWait(kind: ThrottleKind, failures: number, secondsSinceLast: number): number {
  if (secondsSinceLast >= FORGET_AFTER_SECONDS) return 0
  return Math.max(0, Math.ceil(delayAfter(kind, failures) - secondsSinceLast))
}

/** Whether this count of failures is written into the audit log: each doubling, so that a flood leaves a handful of events. */
export function isNoted(failures: number): boolean {
  return Number.isInteger(Math.log2(failures))
}

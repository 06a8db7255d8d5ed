import type { FaultReport } from './faults.ts'

/** A kill loop in which nothing is being worked on proves nothing. */
const LEAST_SHARE_OF_HITS = 0.8

/** The middle and the longest of some times, in words. */
export function describeTimes(times: readonly number[]): string {
  const sorted = times.toSorted((left, right) => left - right)
  const median = sorted[sorted.length >> 1] ?? Number.NaN
  return `median ${Math.round(median)} ms, longest ${Math.round(sorted.at(-1) ?? Number.NaN)} ms`
}

/** What is wrong with the faults themselves: too few of them met a request, or the service did not come back. */
export function judgeFaults(reports: readonly FaultReport[]): string[] {
  const wrong: string[] = []
  if (reports.length === 0) wrong.push('no fault was injected')
  for (const { name, strikes, hits, recoveryMs } of reports) {
    if (strikes === 0 || hits < strikes * LEAST_SHARE_OF_HITS)
      wrong.push(`${name} hit requests only ${hits} of ${strikes} times`)
    if (recoveryMs.length < strikes || recoveryMs.some((time) => !Number.isFinite(time)))
      wrong.push(`${name}: the service did not come back`)
  }
  return wrong
}

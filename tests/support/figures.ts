import { appendFileSync } from 'node:fs'

/** What a test counted while it held: so many attempts of one kind. */
export interface Figure {
  readonly name: string
  readonly count: number
}

/**
 * Tells `npm run evidence` what a test counted; says nothing when nobody asks. Called after the last expectation, so
 * that a figure is never told of a test that failed.
 */
export function tellFigures(figures: readonly Figure[]): void {
  const file = process.env['LIAISON_FIGURES']
  if (file === undefined) return
  appendFileSync(file, figures.map((figure) => `${JSON.stringify(figure)}\n`).join(''))
}

/** How many times as many attempts as usual the campaign makes (`npm run evidence -- NAME --times N`); 0 in the gate. */
const TIMES = Number(process.env['LIAISON_CAMPAIGN'] ?? 0)
const HOUR_MS = 3_600_000

/** Whether the test runs in the campaign, where it may take minutes; in the gate it takes seconds. */
export function isCampaign(): boolean {
  return TIMES > 0
}

/** `inGate` attempts on each commit, `inCampaign` in the campaign, and so many times as many as it was asked for. */
export function attempts(inGate: number, inCampaign: number): number {
  return isCampaign() ? inCampaign * TIMES : inGate
}

/** A size that is another one in the campaign, but does not grow with the number of attempts. */
export function sized(inGate: number, inCampaign: number): number {
  return isCampaign() ? inCampaign : inGate
}

/** How long a test may take: `inGateMs` on each commit, in the campaign an hour for each time as many attempts. */
export function patience(inGateMs: number): number {
  return isCampaign() ? HOUR_MS * TIMES : inGateMs
}

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

/** Whether the test runs in the campaign, where it may take minutes; in the gate it takes seconds. */
export function isCampaign(): boolean {
  return process.env['LIAISON_CAMPAIGN'] === '1'
}

/** `inGate` attempts on each commit, `inCampaign` in the campaign. */
export function attempts(inGate: number, inCampaign: number): number {
  return isCampaign() ? inCampaign : inGate
}

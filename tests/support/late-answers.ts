import { setTimeout as delay } from 'node:timers/promises'
import type { BrowserContext } from 'playwright-core'

/** Up to how many milliseconds a call of a page waits before it is let through; none unless somebody asks for it. */
const MOST_MS = Number(process.env['LIAISON_LATE_ANSWERS'] ?? 0)
/** Multiples of it lie evenly between whole numbers, so that calls that follow each other wait differently, and alike in each run. */
const GOLDEN_RATIO = 0.618_033_988_75

/**
 * Holds back the calls of a browser's pages, each for a time of its own, where `LIAISON_LATE_ANSWERS` says so: what a page
 * shows or does before its answer has come, or in an order of answers that is usual only, is seen to fail then (U4).
 */
export async function makeAnswersLate(context: BrowserContext): Promise<void> {
  if (MOST_MS === 0) return
  let calls = 0
  await context.route('**/api/v1/**', async (route) => {
    calls += 1
    await delay(((calls * GOLDEN_RATIO) % 1) * MOST_MS)
    await route.continue().catch(() => undefined)
  })
}

/**
 * How long a test waits for what happens by itself: a job, a message, another process. No promise of the product is meant,
 * which a test names itself; a loaded machine may take many times what a quiet one does.
 */
export const SOON = { timeout: 15_000, interval: 20 }

/**
 * Waits at least as long as was told, for what counts real time and takes no other clock. A timer of Node may end up to a
 * millisecond early, so the clock is looked at again.
 */
export async function waitAtLeast(ms: number): Promise<void> {
  const until = performance.now() + ms
  for (let left = ms; left > 0; left = until - performance.now()) {
    await new Promise((resolve) => {
      setTimeout(resolve, Math.ceil(left))
    })
  }
}

const LEADS_MS = [700, 3000, 10_000]

/**
 * Runs an attempt that has to be through with something before a moment that then comes by itself: so many milliseconds
 * ahead, and more when the machine was too slow. The attempt says whether it was in time.
 */
export async function inTime(
  attempt: (leadMs: number) => Promise<boolean>,
  leadsMs: readonly number[] = LEADS_MS,
): Promise<void> {
  for (const leadMs of leadsMs) if (await attempt(leadMs)) return
  throw new Error('Even the longest time was too short for what comes before.')
}

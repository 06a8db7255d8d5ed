import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { z } from 'zod'
import { menuOf } from './page-walk.ts'
import type { RunningProduct } from './product.ts'

const Moves = z.array(z.object({ by: z.number(), what: z.array(z.string()) }))

// Each movement that no hand caused (CLS, as the browser measures it), with the words of what moved.
const WATCH = `
  globalThis.moves = [];
  new PerformanceObserver((list) => {
    for (const e of list.getEntries()) if (!e.hadRecentInput) globalThis.moves.push({
      by: e.value,
      what: e.sources.map(({ node }) => [node?.className ?? node?.nodeName ?? '', node?.textContent?.slice(0, 40) ?? ''].join(': ')),
    })
  }).observe({ type: 'layout-shift', buffered: true });`

/** Less than this is a pixel or two of rounding. */
const STILL = 0.001
const WIDTHS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
] as const
const SLOWDOWN = 2

async function movesOf(page: Page): Promise<z.output<typeof Moves>> {
  // What was painted in this frame is told in the next one.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
  return Moves.parse(await page.evaluate('moves'))
}

const sumOf = (moves: z.output<typeof Moves>): number => moves.reduce((sum, { by }) => sum + by, 0)

/** What comes late, what has come before it, and what shows that it is there. */
interface Lateness {
  readonly url: string
  /** Held back until the answer to `after` is there. */
  readonly held: RegExp
  readonly after: RegExp
  /** Seen once all of it is there. */
  readonly shows: string
}

/** How much of a page on a phone moved by itself while one thing that it needs came last. */
export async function movementOf(page: Page, { url, held, after, shows }: Lateness): Promise<number> {
  const { promise: others, resolve: release } = Promise.withResolvers<void>()
  await page.setViewportSize({ width: 390, height: 844 })
  await page.addInitScript({ content: WATCH })
  await page.route(held, async (route) => {
    await others
    await route.continue()
  })
  const answered = page.waitForResponse(after)
  await page.goto(url)
  await (await answered).finished()
  release()
  await page.getByText(shows).first().waitFor()
  return sumOf(await movesOf(page))
}

/** Opens every page of the menu anew, wide and narrow, with a slow processor, and names those that moved while they loaded. */
export async function findMovement(
  product: RunningProduct,
  page: Page,
): Promise<{ opened: number; moved: string[] }> {
  const moved: string[] = []
  const addresses = await menuOf(page)
  await page.addInitScript({ content: WATCH })
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN })
  for (const size of WIDTHS) {
    await page.setViewportSize(size)
    for (const address of addresses) {
      await page.goto(new URL(address, product.url).href)
      await page.locator('.settling[data-settled="true"]').waitFor({ state: 'attached' })
      await expect.poll(() => page.locator('main .bones').count(), { timeout: 15_000 }).toBe(0)
      const moves = await movesOf(page)
      if (sumOf(moves) > STILL) moved.push(`${address} at ${size.width}: ${JSON.stringify(moves)}`)
    }
  }
  return { opened: addresses.length * WIDTHS.length, moved }
}

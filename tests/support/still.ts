import type { Page } from 'playwright-core'

const WATCH = `
  globalThis.moved = 0;
  new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) globalThis.moved += e.value })
    .observe({ type: 'layout-shift', buffered: true });`

/** What comes late, what has come before it, and what shows that it is there. */
interface Lateness {
  readonly url: string
  /** Held back until the answer to `after` is there. */
  readonly held: RegExp
  readonly after: RegExp
  /** Seen once all of it is there. */
  readonly shows: string
}

/** How much of a page on a phone moved by itself (CLS, as the browser measures it), while one thing that it needs came last. */
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
  // What was painted in this frame is told in the next one.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
  return Number(await page.evaluate('moved'))
}

import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { runLinkClock, sendDigests } from '../../server/src/modules/links/index.ts'
import { systemClock } from '../../server/src/platform/clock.ts'
import type { RunningProduct } from './product.ts'

const DAY_MS = 86_400_000

/** The text of the newest mail with this subject in the product's own mailbox, once it has been written. */
async function mailOf(page: Page, outbox: string, subject: RegExp): Promise<string> {
  const line = page.getByRole('link', { name: subject }).first()
  await expect.poll(() => page.goto(outbox).then(() => line.count()), { timeout: 15_000 }).toBeGreaterThan(0)
  await line.click()
  await page.getByRole('heading', { name: subject }).waitFor()
  return page.locator('main').innerText()
}

/**
 * An administrator reads in the mailbox that somebody used a new link for the first time, and what partners did in the
 * week that holds this instant, as the clock sends both.
 */
export async function readsTheNews(product: RunningProduct, admin: Page, week: RegExp): Promise<void> {
  const database = await product.openDatabase()
  try {
    await runLinkClock(database)
    await sendDigests(database, new Date(systemClock().getTime() + 7 * DAY_MS))
  } finally {
    await database.close()
  }
  const outbox = `${product.url}/dev/outbox`
  await mailOf(
    admin,
    outbox,
    /^Victor Lindqvist of Southbank Systems has used the access for the first time$/,
  )
  expect(await mailOf(admin, outbox, /^What partners did from /)).toMatch(week)
}

import { formatInstant } from '@liaison/access'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { runLinkClock, sendDigests } from '../../server/src/modules/links/index.ts'
import { systemClock } from '../../server/src/platform/clock.ts'
import type { RunningProduct } from './product.ts'

const DAY_MS = 86_400_000

/** The text of the newest mail to an address with this subject in the product's own mailbox, once it has been written. */
async function mailOf(page: Page, outbox: string, mail: { to: string; subject: RegExp }): Promise<string> {
  const { to, subject } = mail
  // Those to other people, of whom some hear of the same week, are written in any order.
  const own = page.getByRole('listitem').filter({ hasText: `to ${to} ` })
  const line = own.getByRole('link', { name: subject }).first()
  await expect.poll(() => page.goto(outbox).then(() => line.count()), { timeout: 15_000 }).toBeGreaterThan(0)
  await line.click()
  await page.getByRole('heading', { name: subject }).waitFor()
  return page.locator('main').innerText()
}

/** The subject of the mail about the week of an instant. The product's own clock may have written of the one before, too. */
function weekOf(at: Date): RegExp {
  const monday = new Date(at.getTime() - ((at.getUTCDay() + 6) % 7) * DAY_MS)
  return new RegExp(`^What partners did from ${formatInstant(monday).split(',')[0]} `)
}

/**
 * An administrator reads in the mailbox that somebody used a new link for the first time, and what partners did in the
 * week that holds this instant, as the clock sends both.
 */
export async function readsTheNews(
  product: RunningProduct,
  admin: Page,
  { to, week }: { to: string; week: RegExp },
): Promise<void> {
  const database = await product.openDatabase()
  const now = systemClock()
  try {
    await runLinkClock(database)
    await sendDigests(database, { at: new Date(now.getTime() + 7 * DAY_MS) })
  } finally {
    await database.close()
  }
  const outbox = `${product.url}/dev/outbox`
  const used = /^Victor Lindqvist of Southbank Systems has used the access for the first time$/
  await mailOf(admin, outbox, { to, subject: used })
  expect(await mailOf(admin, outbox, { to, subject: weekOf(now) })).toMatch(week)
}

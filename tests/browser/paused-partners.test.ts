import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { systemClock } from '../../server/src/platform/clock.ts'
import { SOON } from '../../server/testing/patience.ts'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const PARTNER = 'Northwind MSP'
/** As a link's page and its card say of what was agreed and is not open. */
const COULD = 'They could, and can again once the access is continued'
const LinkRow = z.looseObject({
  link_id: z.string(),
  partner_id: z.string(),
  partner_name: z.string(),
  ends_at: z.string(),
})
const Links = z.looseObject({ items: z.array(LinkRow) })

const pageOf = (slug: string, rest: string) => `${product.url}/org/${product.demo.tenants[slug]}/${rest}`

async function linkOf(page: Page, slug: string) {
  const answer = await page.request.get(
    `${product.url}/api/v1/tenant/partner-access/links?status=active&limit=100`,
    { headers: { 'x-active-tenant-id': product.demo.tenants[slug] ?? '' } },
  )
  const found = Links.parse(await answer.json()).items.find((link) => link.partner_name === PARTNER)
  return LinkRow.parse(found)
}

const dayOf = (at: Date) => `${at.getUTCDate()} ${at.toUTCString().slice(8, 16)}`
const utc = (iso: string) => `${dayOf(new Date(iso))}, ${iso.slice(11, 16)} UTC`

test('the page of an access tells its times by one clock, in whatever zone its reader is, and what can cost money first (U7)', async () => {
  const { page, context } = await product.signIn('ruth@cascadebroadband.example', {
    timezoneId: 'America/Denver',
  })
  const { link_id: id, ends_at: ends } = await linkOf(page, 'cascade-broadband')
  await page.goto(pageOf('cascade-broadband', `access/${id}`))
  const facts = page.getByRole('region', { name: 'Access', exact: true })
  await facts.getByText(utc(ends), { exact: true }).waitFor()
  await page.getByRole('link', { name: 'All visits' }).waitFor()
  const times = await page.locator('main time[datetime*="T"]:not([title*="GMT"])').allTextContents()
  // Since when the partner is verified is a day that decides nothing about the access.
  const about = page.getByRole('region', { name: `About ${PARTNER}` }).locator('time')
  expect(times.length).toBeGreaterThan(5)
  expect(times.filter((time) => !time.endsWith(' UTC'))).toEqual(await about.allTextContents())

  const can = page.getByRole('region', { name: `What ${PARTNER} can do` })
  const headings = await can.locator('p.strong').allInnerTexts()
  expect(headings.slice(0, 2)).toEqual(['Can cost money', 'Account'])
  await page.getByRole('button', { name: 'Allow less…' }).click()
  await expect.poll(() => page.evaluate(`document.activeElement?.id`), SOON).toBe('allow-less')
  await context.close()
}, 90_000)

test('a partner that is paused reads so on its page, in the list and on the front page, is continued from its page, and stays paused alone once it is stopped for good (B10, B11)', async () => {
  const page = await product.openTab('ruth@cascadebroadband.example')
  const { link_id: id } = await linkOf(page, 'cascade-broadband')
  const ownPage = pageOf('cascade-broadband', `access/${id}`)
  await page.goto(pageOf('cascade-broadband', 'home'))
  const people = page.getByText(/^People of (one partner|\d+ partners) sign in here$/)
  await people.waitFor()
  const before = await people.innerText()

  await page.goto(pageOf('cascade-broadband', 'access/freezes'))
  await page.getByLabel('Partner', { exact: true }).selectOption({ label: PARTNER })
  await page.getByRole('button', { name: 'Pause access now…' }).click()
  const asks = page.getByRole('dialog', { name: `Pause the access of ${PARTNER}?` })
  await asks.getByText(/people and .* of Northwind MSP can do nothing here/).waitFor()
  await asks.getByRole('button', { name: 'Pause access now' }).click()
  await asks.waitFor({ state: 'detached' })

  const standing = page.getByText(
    new RegExp(`^${PARTNER}: access is paused since .* UTC, by Ruth Alvarez\\.$`),
  )
  await page.goto(ownPage)
  await standing.waitFor()
  await page.getByRole('heading', { name: COULD }).waitFor()
  await page.getByRole('region', { name: 'Access', exact: true }).getByText('Suspended').waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.goto(pageOf('cascade-broadband', 'access'))
  await page.getByRole('region', { name: PARTNER }).first().getByText(COULD).waitFor()
  await page.goto(pageOf('cascade-broadband', 'home'))
  await page.getByText('Who has access').last().waitFor()
  await expect
    .poll(async () => (await people.count()) > 0 && (await people.innerText()) === before, SOON)
    .toBe(false)

  await page.goto(ownPage)
  await page.getByRole('button', { name: 'Continue the access…' }).waitFor()
  expect(await page.getByRole('button', { name: /^Pause/ }).count()).toBe(0)
  await page.getByRole('button', { name: 'Continue the access…' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('It was nothing')
  await page.getByRole('dialog').getByRole('button', { name: 'Continue the access' }).click()
  await standing.waitFor({ state: 'detached' })
  await page.getByRole('heading', { name: 'They can', exact: true }).waitFor()
  await page.close()
}, 120_000)

test('a stop for good says in its title that it is done, and what a pause still does (B11, U5)', async () => {
  const page = await product.openTab('marcus@betanetworks.example')
  const headers = {
    'x-active-tenant-id': product.demo.tenants['beta-networks'] ?? '',
    origin: product.url,
    'sec-fetch-site': 'same-origin',
  }
  const { link_id: id, partner_id: partner } = await linkOf(page, 'beta-networks')
  const set = await page.request.post(`${product.url}/api/v1/tenant/partner-access/freeze`, {
    headers,
    data: { scope: 'partner', partner_id: partner },
  })
  expect(set.status(), await set.text()).toBe(201)
  await page.goto(pageOf('beta-networks', `access/${id}/stop`))
  await page.getByLabel("Type the partner's name to confirm").fill(PARTNER)
  await page.getByRole('button', { name: `Stop ${PARTNER}'s access` }).click()
  const heading = page.getByRole('heading', { level: 1, name: /^Access stopped \d\d:\d\d UTC$/ })
  await heading.waitFor()
  await expect.poll(() => page.title(), SOON).toMatch(/^Access stopped \d\d:\d\d UTC · /)
  await expect
    .poll(() => page.evaluate<string>(`document.activeElement?.textContent`), SOON)
    .toBe(await heading.innerText())

  await page.goto(pageOf('beta-networks', 'access'))
  const ended = page
    .getByRole('region', { name: 'Ended' })
    .getByRole('listitem')
    .filter({ hasText: 'Ended by customer' })
  const today = dayOf(systemClock())
  await expect
    .poll(async () => (await ended.allInnerTexts()).some((line) => line.includes(today)), SOON)
    .toBe(true)
  await page.getByText(`Nothing is open for ${PARTNER} now. This only keeps them from coming back.`).waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.close()
}, 120_000)

test('the front page counts every request that it tells of, and tells each once (B10)', async () => {
  const page = await product.openTab('dana@acmefiber.example')
  await page.goto(pageOf('acme-fiber', 'home'))
  const tile = page.getByRole('link', { name: /^Requests for you/ }).locator('.figure')
  const notes = page.locator('main .note[data-tone="attention"]')
  await notes.first().waitFor()
  await expect.poll(async () => Number(await tile.innerText()) === (await notes.count()), SOON).toBe(true)
  expect(Number(await tile.innerText())).toBeGreaterThan(1)
  expect(await page.getByText(/^(One|\d+) requests? waits? for you\.$/).count()).toBe(0)
  await page.close()
}, 90_000)

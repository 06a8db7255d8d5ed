import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 60_000)
afterAll(() => product[Symbol.asyncDispose]())

const MINUTE = 60_000

/** A new tab of somebody, of this size. */
async function openTab(email: string, viewport = { width: 1440, height: 900 }): Promise<Page> {
  const page = await product.openTab(email)
  await page.setViewportSize(viewport)
  return page
}

function actingPath(slug: string, rest: string): string {
  return `${product.url}/partner/${product.demo.partners['northwind-msp']}/t/${product.demo.tenants[slug]}/${rest}`
}

/** Opens a page of the acting frame in a new tab and comes in: who can change something is always asked first. */
async function enter(page: Page, slug: string, rest: string): Promise<void> {
  await page.goto(actingPath(slug, rest))
  const gate = page.getByRole('button', { name: /^Act in/ })
  await gate.click()
  await gate.waitFor({ state: 'detached' })
}

test('a technician who owns nothing reads what was done in the tenant acted in', async () => {
  const page = await openTab('lee@northwind.example')
  await enter(page, 'acme-fiber', 'tickets')
  await page.getByRole('row').nth(1).waitFor()
  await page.getByRole('link', { name: 'Activity' }).click()
  await page
    .getByText(/Lee Park came in to work in the account at Acme Fiber/)
    .first()
    .waitFor()
  expect(await page.getByLabel('Who acted').count()).toBe(0)
}, 60_000)

test('who only reads in a tenant finds no form to open a ticket, and who can ask for more (U4, U7)', async () => {
  const page = await openTab('edith@ledgerpine.example')
  const [partner, tenant] = [product.demo.partners['ledger-and-pine'], product.demo.tenants['acme-fiber']]
  await page.goto(`${product.url}/partner/${partner}/t/${tenant}/tickets/new`)
  await page.getByText("Your organisation's owners can ask Acme Fiber for a role that does.").waitFor()
  expect(await page.getByRole('button', { name: /^Create ticket/ }).count()).toBe(0)
  await page.context().close()
}, 60_000)

test.each([
  [1280, 800],
  [360, 740],
])(
  'at %i × %i the way in is in sight without scrolling, and the page behind it begins at its top',
  async (width, height) => {
    const page = await openTab('lee@northwind.example', { width, height })
    await page.goto(actingPath('beta-networks', 'summary'))
    const gate = page.getByRole('button', { name: 'Act in Beta Networks' })
    await gate.waitFor()
    const box = await gate.boundingBox()
    expect(box && box.y >= 0 && box.y + box.height <= height).toBe(true)
    await page.evaluate('window.scrollTo(0, 9999)')
    await page.waitForFunction('window.scrollY > 0')
    await gate.click()
    await gate.waitFor({ state: 'detached' })
    await page.getByRole('heading', { name: 'Beta Networks', level: 1 }).waitFor()
    await page.waitForFunction('window.scrollY === 0')
  },
  60_000,
)

test('an open tab learns at once that its access was paused, drops the data, and opens again when it goes on (B11)', async () => {
  const lee = await openTab('lee@northwind.example')
  await enter(lee, 'beta-networks', 'tickets')
  await lee.getByRole('row').nth(1).waitFor()
  const marcus = await openTab('marcus@betanetworks.example')
  const tenant = product.demo.tenants['beta-networks'] ?? ''
  const headers = { 'x-active-tenant-id': tenant, origin: product.url, 'sec-fetch-site': 'same-origin' }
  const path = `${product.url}/api/v1/tenant/partner-access/links`
  const { items } = (await (await marcus.request.get(path, { headers })).json()) as {
    items: { link_id: string; partner_name: string; status: string }[]
  }
  const link = items.find((item) => item.partner_name === 'Northwind MSP' && item.status === 'active')
  const paused = await marcus.request.post(`${path}/${link?.link_id}/suspend`, {
    headers,
    data: { reason: 'Checking something' },
  })
  expect(paused.status(), await paused.text()).toBe(200)
  await lee.getByText('What this page had loaded of the tenant was removed from it.').waitFor()
  expect(await lee.getByRole('row').count()).toBe(0)
  await marcus.request.post(`${path}/${link?.link_id}/resume`, { headers, data: {} })
  await lee.reload()
  await lee.getByRole('row').nth(1).waitFor()
}, 60_000)

test('a server that is busy or not reached for a moment ends no visit: what is being typed stays, and the next answer goes on (U7)', async () => {
  const page = await openTab('ana@northwind.example')
  await enter(page, 'acme-fiber', 'tickets/new')
  await page.getByLabel('Subject').fill('Half a sentence')
  const failed: string[] = []
  await page.route('**/api/v1/partner/context', (route) => {
    failed.push(route.request().method())
    return failed.length === 1 ? route.abort() : route.fulfill({ status: 503, body: '' })
  })
  for (const round of [1, 2]) {
    await page.evaluate(`dispatchEvent(new Event('visibilitychange'))`)
    await expect.poll(() => failed.length).toBe(round)
  }
  // What came of it is on the page once the next round has been asked for.
  await page.evaluate('new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown)))')
  expect(await page.getByLabel('Subject').inputValue()).toBe('Half a sentence')
  await page.unrouteAll({ behavior: 'wait' })
}, 60_000)

test('two minutes before its end a visit asks whether to stay; over, it hides the page and keeps what was typed', async () => {
  const page = await openTab('ana@northwind.example')
  await page.clock.install()
  await enter(page, 'acme-fiber', 'tickets/new')
  await page.getByLabel('Subject').fill('Half a sentence')
  await page.clock.fastForward(13 * MINUTE + 2000)
  await page.getByRole('button', { name: 'Stay in Acme Fiber' }).click()
  await page.getByRole('button', { name: 'Stay in Acme Fiber' }).waitFor({ state: 'detached' })
  await page.clock.fastForward(15 * MINUTE + 2000)
  await page.getByRole('heading', { name: 'Your time in Acme Fiber is over' }).waitFor()
  expect(await page.getByLabel('Subject').isVisible()).toBe(false)
  await page.getByRole('button', { name: 'Come back to Acme Fiber' }).click()
  await page.getByLabel('Subject').waitFor()
  expect(await page.getByLabel('Subject').inputValue()).toBe('Half a sentence')
}, 60_000)

test('where the tenant asks for a reason the way in asks for it, and the tenant reads it', async () => {
  const dana = await openTab('ruth@cascadebroadband.example')
  const tenant = product.demo.tenants['cascade-broadband'] ?? ''
  const rules = `${product.url}/org/${tenant}/access/rules`
  await dana.goto(rules)
  await dana.getByLabel('A reason each time they come in').check()
  await dana.getByRole('button', { name: 'Save the rules' }).click()
  await dana.getByText('Rules saved').waitFor()
  const page = await openTab('lee@northwind.example')
  await page.goto(actingPath('cascade-broadband', 'tickets'))
  await page.getByRole('button', { name: 'Act in Cascade Broadband' }).click()
  await page.getByText('Say why you come.').waitFor()
  await page.getByLabel('Reason, or the number of a ticket').fill('Ticket 4711, für Ruth')
  await page.getByRole('button', { name: 'Act in Cascade Broadband' }).click()
  await page.getByRole('row').nth(1).waitFor()
  await dana.goto(`${product.url}/org/${tenant}/activity`)
  const entry = dana.getByRole('listitem').filter({ hasText: 'Lee Park of Northwind MSP came in' }).first()
  await entry.getByRole('button', { name: 'Details' }).click()
  await entry.getByText('Reason given').waitFor()
  expect(await entry.innerText()).toContain('Ticket 4711, für Ruth')
}, 60_000)

test("an administrator sees the own members, and the provider's people find a person and reset a lost factor", async () => {
  const dana = await openTab('dana@acmefiber.example')
  await dana.goto(`${product.url}/org/${product.demo.tenants['acme-fiber']}/members`)
  await dana.getByText('ravi@acmefiber.example').waitFor()
  const page = await openTab('priya@provider.example')
  await page.goto(`${product.url}/platform/persons`)
  await page.getByLabel('Name or address').fill('ravi')
  await page
    .getByRole('row', { name: /Ravi Menon/ })
    .getByRole('button')
    .click()
  await page.getByRole('textbox', { name: 'Reason' }).fill('Called back on the number in the contract.')
  await page.getByRole('button', { name: 'Remove the second factors' }).click()
  await page.getByText('Second factors of Ravi Menon removed').first().waitFor()
  await page
    .getByRole('row', { name: /Ravi Menon/ })
    .getByText('No', { exact: true })
    .waitFor()
  expect(await page.getByRole('button', { name: /Reset second factor/ }).count()).toBe(0)
}, 60_000)

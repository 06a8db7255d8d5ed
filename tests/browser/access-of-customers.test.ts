import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { SOON } from '../../server/testing/patience.ts'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { menuOf } from '../support/page-walk.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const orgPath = (slug: string, rest: string) => `${product.url}/org/${product.demo.tenants[slug]}/${rest}`

const Items = z.object({ items: z.array(z.record(z.string(), z.unknown())) })

/** The rows of a list that an organisation reads about itself. */
async function read(page: Page, slug: string, path: string) {
  const answer = await page.request.get(`${product.url}/api/v1/tenant/${path}`, {
    headers: { 'x-active-tenant-id': product.demo.tenants[slug] ?? '' },
  })
  expect(answer.status()).toBe(200)
  return Items.parse(await answer.json()).items
}

async function settle(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor()
  await expect.poll(() => page.locator('.bones').count(), { timeout: 15_000 }).toBe(0)
}

test('an organisation reads its partner code where it says who has access, says what it is for and can copy it, and the rules for asking show it, too (U1)', async () => {
  const { page, context } = await product.signIn('dana@acmefiber.example')
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(orgPath('acme-fiber', 'access'))
  await page.getByText('A partner needs this code to ask you for access.').waitFor()
  await page.getByRole('button', { name: 'Copy acme-fiber' }).click()
  await expect.poll(() => page.evaluate('navigator.clipboard.readText()'), SOON).toBe('acme-fiber')
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.goto(orgPath('acme-fiber', 'access/rules'))
  await page.getByRole('region', { name: 'Who may ask' }).getByText('acme-fiber').waitFor()
  await context.close()
}, 60_000)

test('visits are paged, and each leads to what its person did in it and to nothing else (U1)', async () => {
  const page = await product.openTab('dana@acmefiber.example')
  // As if a page held two, so that the visits of the demo world fill several.
  await page.route(/\/partner-access\/visits\?/, async (route) => {
    const url = new URL(route.request().url())
    const offset = Number(url.searchParams.get('offset')) / Number(url.searchParams.get('limit'))
    url.searchParams.set('limit', '2')
    url.searchParams.set('offset', String(offset * 2))
    await route.continue({ url: url.href })
  })
  await page.goto(orgPath('acme-fiber', 'access/visits'))
  const times = () => page.locator('main .steps time').evaluateAll((all) => all.map((one) => one.outerHTML))
  await settle(page)
  const first = await times()
  expect(first).toHaveLength(2)
  await page.getByRole('button', { name: 'Next' }).click()
  await expect.poll(times, SOON).not.toEqual(first)
  expect(new URL(page.url()).searchParams.get('page')).toBe('1')
  await page.getByRole('button', { name: 'Previous' }).click()
  await expect.poll(times, SOON).toEqual(first)
  const [visit] = await read(page, 'acme-fiber', 'partner-access/visits?days=30&limit=1')
  await page
    .getByRole('link', { name: /^What was done by/ })
    .first()
    .click()
  await page.getByText('Only what one person did is shown').waitFor()
  const acts = page.locator('main .feed > li')
  await acts.first().waitFor()
  const told = await acts.allInnerTexts()
  expect(told.filter((act) => !act.includes(String(visit?.['person_name'])))).toEqual([])
  const shown = await acts
    .locator('time')
    .evaluateAll((all) => all.map((one) => one.getAttribute('datetime')))
  const [from, to] = [String(visit?.['started_at']), String(visit?.['ended_at'])]
  expect(shown.filter((at) => String(at) < from || String(at) > to)).toEqual([])
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
}, 60_000)

const FORBIDDEN = /\b(tenants?|revok\w*|grant(s|ed)?|RBAC|claims?|scopes?)\b/i

test('no page of an organisation speaks to it of tenants, grants, scopes or revoking, also where an access was ended and in the details of what was done (U12)', async () => {
  const page = await product.openTab('marcus@betanetworks.example')
  await page.goto(orgPath('beta-networks', 'home'))
  const found: string[] = []
  for (const address of await menuOf(page)) {
    await page.goto(product.url + address)
    await settle(page)
    await page.evaluate(
      `document.querySelectorAll('main .feed button[aria-expanded=false]').forEach((one) => one.click())`,
    )
    // The names of the interface stand as code beside the words.
    await page.evaluate(`document.querySelectorAll('main code').forEach((one) => one.remove())`)
    const lines = (await page.locator('main').innerText()).split('\n')
    found.push(...lines.filter((line) => FORBIDDEN.test(line)).map((line) => `${address}: ${line}`))
  }
  expect(found).toEqual([])
}, 120_000)

test('before an app is stopped the page names its open orders, and none where there is none; afterwards it says when it stopped and under which reference, and the record says who ended it (U5)', async () => {
  const page = await product.openTab('ruth@cascadebroadband.example')
  const orders = await read(page, 'cascade-broadband', 'orders?state=acknowledged,in_progress&limit=100')
  const [consent] = await read(page, 'cascade-broadband', 'consents?state=active')
  const id = String(consent?.['consent_id'])
  const own = orders.filter(({ placed_by: by }) => z.looseObject({}).parse(by)['delegation_id'] === id)
  expect(own).toEqual([])
  const stop = orgPath('cascade-broadband', `access/consents/${id}/stop`)
  await page.goto(stop)
  await page.getByLabel("Type the partner's name to confirm").waitFor()
  expect(await page.locator('main').innerText()).not.toMatch(/orders/i)
  // The same page as if one of the organisation's orders had been placed under this access.
  await page.route(/\/tenant\/orders\?/, async (route) => {
    const answer = await route.fetch()
    const body = Items.extend({ next_cursor: z.string().nullable() })
      .loose()
      .parse(await answer.json())
    const [any] = await read(page, 'cascade-broadband', 'orders?limit=1')
    const placed = { ...any, reference: 'ORD-551', placed_by: { delegation_id: id } }
    await route.fulfill({ response: answer, json: { ...body, items: [placed] } })
  })
  await page.reload()
  await page.getByText('Open orders: 1 (ORD-551). It goes on; ask the provider to cancel it.').waitFor()
  await page.unrouteAll()
  await page.getByLabel("Type the partner's name to confirm").fill(String(consent?.['partner_name']))
  await page.getByRole('button', { name: /^Stop .* access$/ }).click()
  await page
    .getByRole('heading', { name: /^Access of .* stopped, \d+ \w{3} \d{4}, \d\d:\d\d:\d\d UTC$/ })
    .waitFor()
  await page.getByRole('button', { name: `Copy ${id}` }).waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  const said = await page.getByRole('heading', { name: /stopped, / }).innerText()
  await page.reload()
  await page.getByRole('heading', { name: said }).waitFor()
  await page.getByRole('link', { name: 'See the record' }).click()
  await page.locator('.chip', { hasText: 'Ended by customer' }).waitFor()
}, 60_000)

test('a partner that was let in more than one way is stopped in one step from the list of who has access (U5)', async () => {
  const page = await product.openTab('dana@acmefiber.example')
  const list = orgPath('acme-fiber', 'access')
  await page.goto(list)
  const open = page.getByRole('link', { name: 'Stop everything of Southbank Systems…' }).first()
  await open.click()
  await page.getByRole('heading', { name: 'Stop everything of Southbank Systems?' }).waitFor()
  await settle(page)
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  const table = page.getByRole('table', { name: 'What stops' })
  const rows = await table.locator('tbody tr').count()
  expect(await table.locator('tbody tr', { hasText: 'Southbank Systems' }).count()).toBe(rows)
  await page.getByLabel('Reason').fill('A laptop was stolen')
  await page.getByLabel("Type the partner's name to confirm").fill('Southbank')
  const act = page.getByRole('button', { name: `Stop all ${rows} accesses of Southbank Systems` })
  await act.click()
  await page.getByText('Type Southbank Systems exactly as shown.').first().waitFor()
  await page.getByLabel("Type the partner's name to confirm").fill('Southbank Systems')
  await act.click()
  await page.getByRole('heading', { name: /^Access of Southbank Systems stopped, / }).waitFor()
  await page.goto(list)
  await page.getByRole('region', { name: 'Northwind MSP' }).first().waitFor()
  expect(await page.getByRole('region', { name: 'Southbank Systems' }).count()).toBe(0)
}, 60_000)

test('the emergency stop lists every access of each kind with its last use, counts them in its button, and its receipt counts each kind (U5)', async () => {
  const page = await product.openTab('dana@acmefiber.example')
  const place = orgPath('acme-fiber', 'access/stop-all')
  const links = await read(
    page,
    'acme-fiber',
    'partner-access/links?status=requested,approved,active,suspended&limit=100',
  )
  const consents = await read(page, 'acme-fiber', 'consents?state=active&limit=100')
  // Taken back as well, but no access: the receipt alone counts them.
  const codes = await read(page, 'acme-fiber', 'partner-access/invitation-codes?status=open')
  await page.goto(place)
  await settle(page)
  const table = page.getByRole('table', { name: 'What stops' })
  expect(await table.locator('tbody tr').count()).toBe(links.length + consents.length)
  for (const { client } of consents)
    await table
      .getByText(`Through the app ${String(z.looseObject({}).parse(client)['name'])}`)
      .first()
      .waitFor()
  const forms = page.getByLabel('Close the forms and server keys of agencies, too')
  await forms.check()
  await table
    .getByText(/^(Form|Server key) /)
    .first()
    .waitFor()
  const agencies = await table.locator('tbody tr', { hasText: /Form |Server key / }).count()
  expect(agencies).toBeGreaterThan(0)
  const all = links.length + consents.length + agencies
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.getByLabel('Reason').fill('A laptop was stolen')
  await page.getByLabel("Type your organisation's name to confirm").fill('Acme Fiber')
  await page.getByRole('button', { name: `Stop all ${all} now` }).click()
  await page.getByRole('heading', { name: /^All partner access stopped, / }).waitFor()
  const receipt = await page.locator('main').innerText()
  const numbers = [...(/^Stopped: (.*)\.$/m.exec(receipt)?.[1] ?? '').matchAll(/\b(one|\d+) \w/g)]
  const sum = numbers.reduce((total, [, count]) => total + (count === 'one' ? 1 : Number(count)), 0)
  expect(sum).toBe(all + codes.length)
}, 60_000)

test('a link to which the tenant invited says so: who was invited and who accepted, and nobody asked or approved (U3)', async () => {
  const page = await product.openTab('dana@acmefiber.example')
  await page.goto(`${product.url}/org/${product.demo.tenants['acme-fiber']}/access`)
  await page.getByRole('link', { name: 'Ledger & Pine Assurance' }).first().click()
  const access = page.getByRole('region', { name: 'Access', exact: true })
  await access.getByText('Invited').waitFor()
  await access.getByText('Accepted').waitFor()
  await access.getByText('by Edith Crane').waitFor()
  expect(await access.getByText(/^(Asked|Approved)$/).count()).toBe(0)
}, 60_000)

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SOON } from '../../server/testing/patience.ts'
import { endsOnItsDay } from '../support/engagement-acts.ts'
import { readsTheNews } from '../support/link-news-acts.ts'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { asksByTemplate, minorOf, rowsIn, setsFloorOfSeveral } from '../support/portfolio-acts.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const openTab = (email: string): Promise<Page> => product.openTab(email)

function partnerPath(slug: string, rest: string): string {
  return `${product.url}/partner/${product.demo.partners[slug]}/${rest}`
}

function actingPath(partner: string, tenant: string, rest: string): string {
  return partnerPath(partner, `t/${product.demo.tenants[tenant]}/${rest}`)
}

function orgPath(slug: string, rest: string): string {
  return `${product.url}/org/${product.demo.tenants[slug]}/${rest}`
}

/** Opens a page of the acting frame and comes in where the tab asks. */
async function enter(page: Page, address: string): Promise<void> {
  await page.goto(address)
  const wayIn = page.getByRole('button', { name: /^(Act in|Come back to)/ })
  await wayIn.click()
  await wayIn.waitFor({ state: 'detached' })
}

function rowOf(page: Page, text: string | RegExp): Locator {
  return page.getByRole('row').filter({ hasText: text })
}

/** What the browser asks the server in the name of the person of a tab, as a page of the portal would. */
async function ask(
  page: Page,
  path: string,
  options: { method?: 'GET' | 'POST' | 'PATCH'; tenant?: string; data?: unknown } = {},
): Promise<number> {
  const answer = await page.request.fetch(`${product.url}/api/v1${path}`, {
    method: options.method ?? 'GET',
    headers: {
      origin: product.url,
      'sec-fetch-site': 'same-origin',
      ...(options.tenant === undefined
        ? {}
        : { 'x-active-tenant-id': product.demo.tenants[options.tenant] ?? '' }),
    },
    ...(options.data === undefined ? {} : { data: options.data }),
  })
  return answer.status()
}

async function keepsView(page: Page): Promise<void> {
  await page.goto(partnerPath('northwind-msp', 'tenants'))
  await page.getByLabel('Alerts', { exact: true }).selectOption({ label: 'With alerts' })
  await page.getByRole('button', { name: 'Save this view…' }).click()
  await page.getByLabel('Name of the view').fill('Where to begin')
  await page.getByRole('dialog').getByRole('button', { name: 'Save this view' }).click()
  await page.getByText('View Where to begin saved').first().waitFor()
  await page.getByLabel('Saved view').selectOption({ label: 'As it comes' })
  await expect.poll(() => new URL(page.url()).search, SOON).toBe('')
  await page.getByLabel('Saved view').selectOption({ label: 'Where to begin' })
  await expect.poll(() => new URL(page.url()).searchParams.get('alerts'), SOON).toBe('true')
}

async function makesGroup(page: Page): Promise<void> {
  await page.goto(partnerPath('northwind-msp', 'groups/new'))
  await page.getByLabel('Name of the group').fill('All but Acme')
  await page.getByLabel('All but some; later ones are in it, too').check()
  await page.getByLabel('Acme Fiber').check()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.getByRole('button', { name: 'Save the group' }).click()
  await page.getByText('Group All but Acme saved').first().waitFor()
  await page.goto(partnerPath('northwind-msp', 'tenants'))
  await rowOf(page, 'Acme Fiber').waitFor()
  await page.getByLabel('Group').selectOption({ label: 'All but Acme' })
  await rowOf(page, 'Acme Fiber').waitFor({ state: 'detached' })
  await expect.poll(() => rowsIn(page), SOON).toBe(4)
}

async function readsRiskAndMoney(page: Page): Promise<void> {
  await page.goto(partnerPath('northwind-msp', 'queue?sla=endangered'))
  await rowOf(page, 'Missed').first().waitFor()
  const words = await page.locator('tbody tr').allInnerTexts()
  expect(words.length).toBeGreaterThan(5)
  expect(words.filter((row) => !/Missed|At risk/.test(row))).toEqual([])
  await page.goto(partnerPath('northwind-msp', 'billing'))
  const panels = page.locator('.ageing .panel')
  await panels.first().waitFor()
  const titles = await panels.getByRole('heading').allInnerTexts()
  expect(titles).toEqual(['Outstanding, GBP', 'Outstanding, USD'])
  for (const panel of await panels.all()) {
    const whole = minorOf((await panel.locator('.ageing-figure').getAttribute('title')) ?? '')
    const parts = await panel.locator('.ageing-table tbody tr td:nth-child(2)').allInnerTexts()
    expect(parts.length).toBe(5)
    expect(parts.reduce((sum, part) => sum + minorOf(part), 0)).toBe(whole)
  }
}

async function takesAlert(page: Page): Promise<void> {
  const first = page.locator('tbody tr').filter({ hasText: 'Active' }).first()
  // Alerts are raised by the clock, each minute.
  await expect
    .poll(
      async () => {
        await page.goto(partnerPath('northwind-msp', 'alerts?tab=billing'))
        return first.or(page.getByText('Nothing needs you here')).first().innerText()
      },
      { timeout: 70_000 },
    )
    .toContain('Active')
  await first.getByRole('button', { name: 'Take' }).click()
  await page.getByText('You took it:').first().waitFor()
  await rowOf(page, 'Taken').filter({ hasText: 'Ana Ruiz' }).first().waitFor()
}

/** Asks every tenant whose link ends soon for more time; returns what became of each. */
async function asksToExtend(page: Page): Promise<string[]> {
  await page.goto(partnerPath('northwind-msp', 'expiring'))
  await page.getByLabel('Choose all').check()
  await page.getByText('3 links chosen').waitFor()
  await page.getByLabel('Why? The tenants read this').fill('The service contract runs for another year')
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.getByRole('button', { name: 'Do it for 3 links' }).click()
  await page.getByRole('button', { name: 'Close the result' }).waitFor()
  return (await page.locator('.results li').allInnerTexts()).toSorted()
}

async function exportsInvoices(page: Page): Promise<void> {
  await page.goto(partnerPath('northwind-msp', 'billing/invoices?status=overdue'))
  await page.locator('tbody tr').first().waitFor()
  await page.getByRole('link', { name: 'Export', exact: true }).click()
  await page.getByText(/^About \d+ rows/).waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.getByRole('button', { name: 'Order the file' }).click()
  const row = page.locator('tbody tr').filter({ hasText: '.csv' })
  const [file] = await Promise.all([
    page.waitForEvent('download', { timeout: 20_000 }),
    row.getByRole('button', { name: /^Download/ }).click({ timeout: 20_000 }),
  ])
  const bytes = await readFile(await file.path())
  expect(bytes.toString().split('\n').length).toBeGreaterThan(5)
  await row.getByRole('button', { name: /^About/ }).click()
  await page.getByText(createHash('sha256').update(bytes).digest('hex')).waitFor()
}

test("a partner's owner runs the morning: a saved view, a group that leaves a tenant out, tickets at risk, money by age in each currency, an alert taken, three tenants asked to extend with a result each, two asked by a template, and an export whose bytes are the ones that were summed (B1, B6, B9, B14)", async () => {
  const page = await openTab('ana@northwind.example')
  await keepsView(page)
  await makesGroup(page)
  await readsRiskAndMoney(page)
  expect(await asksToExtend(page)).toEqual([
    expect.stringMatching(/^Beta Networks done/),
    expect.stringMatching(/^Cascade Broadband done/),
    expect.stringMatching(/^Juniper Valley Internet done/),
  ])
  expect(await asksByTemplate(page, partnerPath('northwind-msp', 'links'))).toEqual([
    expect.stringMatching(/^acme-fiber refused: There is a request or a link with this code already/),
    expect.stringMatching(/^nobody-at-all done/),
  ])
  await exportsInvoices(page)
  await takesAlert(page)
}, 120_000)

/** Opens a page of a tenant that refuses, and reads in the drawer "Why?" what failed. */
async function readsWhy(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Why?' }).click()
  const drawer = page.getByRole('dialog')
  await drawer.getByText('What was checked, in order').waitFor()
  const failed = drawer.getByRole('listitem').filter({ hasText: 'This can be changed by' })
  const words = await failed.first().innerText()
  await drawer.getByRole('button', { name: 'Close' }).click()
  await drawer.waitFor({ state: 'detached' })
  return words
}

/** The card of one person in a list of elevations. */
function cardOf(page: Page, words: string): Locator {
  return page
    .locator('.panel')
    .filter({ has: page.getByRole('heading', { name: words, exact: true }) })
    .filter({ hasText: 'A customer asks about a charge' })
}

/** One request for each tenant may be open, and the demo world begins with one. */
async function withdrawsOlder(page: Page): Promise<void> {
  await page.goto(partnerPath('northwind-msp', 'elevations'))
  await page.getByRole('button', { name: 'Withdraw…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Withdraw the request' }).click()
  await page.getByText('Request withdrawn').first().waitFor()
}

async function approve(page: Page, card: Locator): Promise<void> {
  const wanted = await card.locator('dt:text-is("What") + dd').innerText()
  await card.getByRole('button', { name: 'Approve…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('can then do, in addition').waitFor()
  for (const line of wanted.split('\n')) expect(await dialog.innerText()).toContain(line)
  await dialog.getByRole('button', { name: /^Give .* this access$/ }).click()
  await dialog.waitFor({ state: 'detached' })
}

test('a technician who is refused reads why, asks for more with a reason, works once a colleague and the tenant have approved, and is refused again when the tenant ends it (B12, B13)', async () => {
  const lee = await openTab('lee@northwind.example')
  await withdrawsOlder(lee)
  const billing = actingPath('northwind-msp', 'acme-fiber', 'billing')
  await enter(lee, billing)
  expect(await readsWhy(lee)).toContain('The role MSP support, version 1, does not include this permission')
  await lee.getByRole('link', { name: 'Ask for more access' }).click()
  await lee.getByLabel('Why you need it').fill('A customer asks about a charge, ticket T-1012')
  expect(await faultsInLooks(lee, TWO_LOOKS)).toEqual([])
  await lee.getByRole('button', { name: 'Ask for more access in Acme Fiber' }).click()
  await cardOf(lee, 'Lee Park in Acme Fiber').waitFor()

  const ana = await openTab('ana@northwind.example')
  await ana.goto(partnerPath('northwind-msp', 'elevations'))
  await approve(ana, cardOf(ana, 'Lee Park in Acme Fiber'))
  await cardOf(ana, 'Lee Park in Acme Fiber').getByText('Waits for the tenant').waitFor()
  await lee.goto(billing)
  await lee.getByRole('button', { name: 'Why?' }).waitFor()

  const dana = await openTab('dana@acmefiber.example')
  await dana.goto(orgPath('acme-fiber', 'access/elevations'))
  await approve(dana, cardOf(dana, 'Lee Park of Northwind MSP'))
  await cardOf(dana, 'Lee Park of Northwind MSP').getByRole('timer').waitFor()
  await lee.reload()
  await lee.locator('tbody tr').first().waitFor()

  await cardOf(dana, 'Lee Park of Northwind MSP').getByRole('button', { name: 'End it now…' }).click()
  await dana.getByRole('dialog').getByRole('button', { name: 'End it now', exact: true }).click()
  await rowOf(dana, 'A customer asks about a charge').filter({ hasText: 'Dana Kim' }).waitFor()
  await lee.reload()
  expect(await readsWhy(lee)).toContain('The role MSP support, version 1, does not include this permission')
}, 90_000)

async function setsRules(page: Page): Promise<void> {
  await page.goto(orgPath('cascade-broadband', 'access/rules'))
  const longest = page.getByLabel('Longest access, in days')
  await longest.fill('365')
  await page.getByLabel('We approve each of these ourselves').check()
  await page.getByLabel('Second sign-in step not older than').selectOption({ label: '12 hours' })
  await page.getByLabel('Allowed addresses').selectOption({ label: 'from anywhere, but note others' })
  await page.getByLabel('Addresses or ranges, one per line').fill('203.0.113.0/24')
  await page.getByRole('checkbox', { name: 'Reseller' }).uncheck()
  await page.getByRole('button', { name: 'Save the rules' }).click()
  await page.getByText('Rules saved').first().waitFor()
  await page.reload()
  await expect.poll(() => longest.inputValue(), { timeout: 15_000 }).toBe('365')
  expect(await page.getByRole('checkbox', { name: 'Reseller' }).isChecked()).toBe(false)
  expect(await page.getByLabel('Addresses or ranges, one per line').inputValue()).toBe('203.0.113.0/24')
}

async function handsOver(ruth: Page, victor: Page): Promise<void> {
  await ruth.goto(orgPath('cascade-broadband', 'access'))
  await ruth.getByRole('link', { name: 'Details' }).first().click()
  await ruth.getByRole('button', { name: 'Hand over to another partner…' }).click()
  await ruth.getByLabel('Code of the partner that takes over').fill('southbank-systems')
  await ruth.getByLabel('What they should do for you. They read this').fill('First-line support from now on')
  await ruth.getByLabel('ends now').check()
  await ruth.getByLabel('Why? Northwind MSP reads this').fill('We change our service desk')
  expect(await faultsInLooks(ruth, TWO_LOOKS)).toEqual([])
  await ruth.getByRole('button', { name: 'Hand over', exact: true }).click()
  await ruth.getByRole('heading', { name: 'Handed over' }).waitFor()
  await victor.goto(partnerPath('southbank-systems', 'links'))
  await victor.getByRole('link', { name: 'Cascade Broadband' }).click()
  await victor.getByRole('button', { name: /^Accept the invitation/ }).click()
  await victor
    .getByRole('dialog')
    .getByRole('button', { name: /^Accept the invitation/ })
    .click()
  await victor.getByText('Invitation of Cascade Broadband accepted').first().waitFor()
  await victor.getByRole('checkbox', { name: 'Victor Lindqvist' }).check()
  await victor.getByRole('button', { name: 'Save people for Cascade Broadband' }).click()
  await victor.getByText('People for Cascade Broadband saved').first().waitFor()
}

test('a tenant sets its rules, sees who came in with what was read and changed, hands over from one partner to another in one flow, is mailed the first use and the week, and cuts everybody off with one page (B10, B11)', async () => {
  const lee = await openTab('lee@northwind.example')
  await enter(lee, actingPath('northwind-msp', 'cascade-broadband', 'tickets'))
  const ticket = await lee.locator('tbody tr a.thing').first().getAttribute('href')
  const comment = {
    tenant: 'cascade-broadband',
    method: 'POST',
    data: { content: 'The router was replaced.' },
  } as const
  expect(await ask(lee, `/partner/support/tickets/${ticket?.split('/').at(-1)}/comments`, comment)).toBe(201)

  const ruth = await openTab('ruth@cascadebroadband.example')
  await setsRules(ruth)
  await ruth.goto(orgPath('cascade-broadband', 'access/visits'))
  await ruth
    .getByRole('listitem')
    .filter({ hasText: /Lee Park, Northwind MSP\s*1 minute, .*\d changes?\s*Tickets: T-\d+/ })
    .first()
    .waitFor()

  const victor = await openTab('victor@southbank.example')
  await handsOver(ruth, victor)
  await expect
    .poll(() => lee.locator('main').innerText(), { timeout: 15_000 })
    .toContain('What this page had loaded of the tenant was removed from it.')
  await ruth.goto(orgPath('cascade-broadband', 'access'))
  // Its application was let in before.
  await expect.poll(() => ruth.getByRole('heading', { name: 'Southbank Systems' }).count(), SOON).toBe(2)
  expect(await ruth.getByRole('heading', { name: 'Northwind MSP' }).count()).toBe(0)

  const into = { method: 'POST', data: { tenant_id: product.demo.tenants['cascade-broadband'] } } as const
  expect(await ask(victor, '/partner/context', into)).toBe(200)
  await readsTheNews(product, ruth, {
    to: 'ruth@cascadebroadband.example',
    week: /Northwind MSP: .*[1-9]\d* changes?.* \(.*Lee Park\)/,
  })
  await ruth.goto(orgPath('cascade-broadband', 'access/stop-all'))
  await ruth.getByLabel('Reason').fill('A laptop of theirs was stolen')
  await ruth.getByLabel("Type your organisation's name to confirm").fill('Cascade Broadband')
  await ruth.getByRole('button', { name: /^Stop (all \d+|the one access) now$/ }).click()
  await ruth.getByText('One partner was cut off.').waitFor()
  expect(await ask(victor, '/partner/context', into)).toBe(403)
}, 90_000)

const SUBSIDIARIES = ['Elbe Netz', 'Fjord Fiber', 'Garonne Telecom', 'Highland Wireless', 'Iberia Rural']

async function compares(page: Page): Promise<void> {
  await page.goto(partnerPath('helios-group', 'reports/revenue'))
  await page.getByRole('heading', { name: 'Invoiced in EUR' }).waitFor()
  const currencies = await page.getByRole('heading', { name: /^Invoiced in/ }).allInnerTexts()
  expect(currencies).toEqual(['Invoiced in EUR', 'Invoiced in GBP', 'Invoiced in NOK'])
  await page.goto(partnerPath('helios-group', 'reports/compare'))
  const table = page.getByRole('table', { name: 'Tenants side by side' })
  await table.waitFor()
  expect((await table.getByRole('columnheader').allInnerTexts()).slice(1)).toEqual(SUBSIDIARIES)
  await page.locator('.worst-list li').first().waitFor()
}

async function setsFloor(page: Page): Promise<void> {
  const place = actingPath('helios-group', 'elbe-netz', 'service-levels')
  await enter(page, place)
  await page.getByRole('link', { name: 'Floor' }).click()
  await page.getByRole('button', { name: 'Change the terms' }).click()
  await page.getByLabel('Promised uptime, percent').fill('99.99')
  await page.getByLabel('Why do the terms change?').fill('The same floor in every subsidiary')
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.getByRole('button', { name: 'Save as version 1 for Elbe Netz' }).click()
  await page.getByText('New terms for Elbe Netz are in force').first().waitFor()
  await page.goto(partnerPath('helios-group', 'reports/compare'))
  await page.getByText('the floor of 99.99 %').waitFor()
}

async function assignsAgent(page: Page): Promise<void> {
  await page.goto(partnerPath('helios-group', 'team'))
  await page.getByRole('button', { name: 'Bea Costa is not assigned to Fjord Fiber' }).click()
  await page.getByRole('button', { name: 'Save one change' }).click()
  await page.getByRole('button', { name: /^Bea Costa is assigned to Fjord Fiber/ }).waitFor()
}

/** Every button of the pages of a tenant that are open to a person. */
async function buttonsOf(page: Page, partner: string, tenant: string): Promise<string[]> {
  const found = new Set<string>()
  for (const rest of ['tickets', 'billing', 'service-levels', 'reports', 'activity']) {
    await page.goto(actingPath(partner, tenant, rest))
    await page.locator('main h1').first().waitFor()
    await expect.poll(() => page.locator('.bones').count(), { timeout: 15_000 }).toBe(0)
    for (const name of await page.locator('main').getByRole('button').allInnerTexts()) found.add(name)
  }
  return [...found]
}

test('a headquarters compares five subsidiaries in their own currencies, sets a floor, sets the same for two more in one step and assigns its own agent, and an auditor reads what is linked, finds no way to change it, does not see the rest, and is out on the day on which it ends (B2, B3, B6, B8)', async () => {
  const stefan = await openTab('stefan@helios.example')
  await compares(stefan)
  await setsFloor(stefan)
  await setsFloorOfSeveral(stefan, partnerPath('helios-group', 'service-level-floors'))
  await assignsAgent(stefan)

  const edith = await openTab('edith@ledgerpine.example')
  await edith.goto(actingPath('ledger-and-pine', 'acme-fiber', 'tickets'))
  const ticket = await edith.locator('tbody tr a.thing').first().getAttribute('href')
  const offered = await buttonsOf(edith, 'ledger-and-pine', 'acme-fiber')
  expect(offered).toContain('Refresh')
  expect(offered.filter((name) => /new|change|assign|comment|dispute|remind|save|close/i.test(name))).toEqual(
    [],
  )
  const path = `/partner/support/tickets/${ticket?.split('/').at(-1)}`
  const tenant = 'acme-fiber'
  expect(await ask(edith, path, { tenant })).toBe(200)
  expect(await ask(edith, path, { tenant, method: 'PATCH', data: { priority: 'low' } })).toBe(403)
  const comment = { tenant, method: 'POST', data: { content: 'A note' } } as const
  expect(await ask(edith, `${path}/comments`, comment)).toBe(403)
  await edith.goto(actingPath('ledger-and-pine', 'beta-networks', 'tickets'))
  await edith.getByRole('heading', { name: 'No tenant that you can act in has this id' }).waitFor()
  await endsOnItsDay(product, edith)
}, 90_000)

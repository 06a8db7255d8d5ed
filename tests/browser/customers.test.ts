import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SOON } from '../../server/testing/patience.ts'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

function partnerPath(slug: string, rest: string): string {
  return `${product.url}/partner/${product.demo.partners[slug]}/${rest}`
}

function rowOf(page: Page, text: string | RegExp): Locator {
  return page.locator('tbody tr').filter({ hasText: text })
}

test('a partner reads every customer once with how it is related, finds it by kind, state and name, and reads which kinds are shown (U1)', async () => {
  const page = await product.openTab('victor@southbank.example')
  await page.goto(partnerPath('southbank-systems', 'overview'))
  await page.getByRole('link', { name: 'Customers', exact: true }).click()
  await page.getByRole('heading', { name: 'Customers', level: 1 }).waitFor()
  await page.getByText('Shows managed, consented, resold and referred customers.').waitFor()
  const acme = rowOf(page, 'Acme Fiber')
  await acme.getByText('Managed').waitFor()
  await acme.getByText('Consented').waitFor()
  expect(await acme.count()).toBe(1)
  const cascade = rowOf(page, 'Cascade Broadband')
  await cascade.getByText('Referred').waitFor()
  await cascade.getByText('Suspended').waitFor()
  // Whoever was asked and has not answered is known by the name that was asked for alone.
  await rowOf(page, 'beta-networks').getByText('Awaiting approval').waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  expect(await rowOf(page, 'Elbe Netz').count()).toBe(0)
  await page.getByLabel('Status', { exact: true }).selectOption({ label: 'Ended' })
  await rowOf(page, 'Elbe Netz').getByText('Consented').waitFor()
  await expect.poll(() => acme.count(), SOON).toBe(0)
  await page.getByLabel('Status', { exact: true }).selectOption({ label: 'Now' })
  await page.getByLabel('How', { exact: true }).selectOption({ label: 'Referred' })
  await cascade.getByText('Consented').waitFor()
  await expect.poll(() => page.locator('tbody tr').count(), SOON).toBe(1)
  await page.getByLabel('How', { exact: true }).selectOption({ label: 'Any' })
  await page.getByLabel('Find a customer').fill('lakes')
  await rowOf(page, 'Lakeside Cable').waitFor()
  await expect.poll(() => page.locator('tbody tr').count(), SOON).toBe(1)
})

test('the page of a customer says what relates the partner to it, leads in and to each record, and says who sees it (C8)', async () => {
  const page = await product.openTab('victor@southbank.example')
  await page.goto(partnerPath('southbank-systems', 'customers'))
  await page.getByRole('link', { name: 'Acme Fiber', exact: true }).click()
  await page.getByRole('heading', { name: 'Acme Fiber', level: 1 }).waitFor()
  await page.getByText('Acme Fiber sees everything done with this access.').waitFor()
  const link = page.getByRole('region', { name: 'Managed: your people work there' })
  await link.getByText('Active').waitFor()
  const consent = page.getByRole('region', { name: 'Consented: your apps work there' })
  await consent.getByText('Southbank Fleet').waitFor()
  await consent.getByText('Expires soon').waitFor()
  await page.getByRole('link', { name: 'Act in Acme Fiber' }).waitFor()
  expect(await page.getByRole('link', { name: 'Ask for access' }).count()).toBe(0)
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await consent.getByRole('link', { name: 'The whole consent' }).click()
  await page.getByRole('heading', { name: 'Access to Acme Fiber with Southbank Fleet' }).waitFor()
})

test('where nothing is in force a customer can be asked, and a customer of somebody else is not there (U7)', async () => {
  const page = await product.openTab('victor@southbank.example')
  const idOf = (slug: string) => product.demo.tenants[slug] ?? ''
  await page.goto(partnerPath('southbank-systems', `customers/${idOf('elbe-netz')}`))
  await page.getByText('No access to Elbe Netz is in force now.').waitFor()
  expect(await page.getByRole('link', { name: /^Act in/ }).count()).toBe(0)
  await page.getByRole('link', { name: 'Ask for access' }).click()
  await page.waitForURL(/\/requests\/new$/)
  await page.goto(partnerPath('southbank-systems', `customers/${idOf('kanto-link')}`))
  await page.getByRole('heading', { name: 'Nothing relates you to this customer' }).waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
})

test('staff of a partner read the customers of its kinds, and that referred ones are those of their own codes', async () => {
  const page = await product.openTab('lee@northwind.example')
  await page.goto(partnerPath('northwind-msp', 'customers'))
  await rowOf(page, 'Acme Fiber').getByText('Managed').waitFor()
  await page.getByText('Of referred customers, those of your own codes.').waitFor()
  expect(await page.getByRole('link', { name: 'Request access for an app' }).count()).toBe(0)
})

test('consents that end soon stand with the links on the overview and under Ending soon (B9)', async () => {
  const page = await product.openTab('victor@southbank.example')
  await page.goto(partnerPath('southbank-systems', 'overview'))
  const panel = page.getByRole('region', { name: 'Access that ends within 30 days' })
  const line = panel.getByRole('listitem').filter({ hasText: 'App Southbank Fleet' })
  await line.getByText('Expires soon').waitFor()
  expect(await line.getByRole('link', { name: 'Acme Fiber' }).count()).toBe(1)
  await page.goto(partnerPath('southbank-systems', 'expiring'))
  const table = page.getByRole('table', { name: 'Consents of your apps that end soon' })
  await table.getByText('Southbank Fleet').waitFor()
  expect(await table.locator('tbody tr').count()).toBe(1)
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.getByLabel('Ends', { exact: true }).selectOption({ label: 'Within 7 days' })
  await expect.poll(() => table.count(), SOON).toBe(0)
})

test('a list that its filters leave empty says which are on, and takes them away (U7)', async () => {
  const page = await product.openTab('victor@southbank.example')
  await page.goto(partnerPath('southbank-systems', 'customers?search=nobody&kind=referred'))
  await page.getByRole('heading', { name: 'Nothing matches these filters' }).waitFor()
  await page.getByText('Find a customer: nobody · How: Referred').waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.getByRole('button', { name: 'Clear', exact: true }).click()
  await rowOf(page, 'Acme Fiber').waitFor()
})

test('an old address of the board opens it with its filters, and the list of all customers keeps its own (U7)', async () => {
  const page = await product.openTab('victor@southbank.example')
  await page.goto(partnerPath('southbank-systems', 'customers?alerts=true&sort=overdue'))
  await page.waitForURL((url) => url.pathname.endsWith('/tenants'))
  expect(new URL(page.url()).search).toBe('?alerts=true&sort=overdue')
  await page.getByRole('heading', { name: 'Tenants', level: 1 }).waitFor()
  await page.goto(partnerPath('southbank-systems', 'customers?kind=referred'))
  await page.getByRole('heading', { name: 'Customers', level: 1 }).waitFor()
  expect(new URL(page.url()).pathname).toMatch(/\/customers$/)
})

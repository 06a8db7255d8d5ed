import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeFromText, faultsInLooks } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.shared()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

/** A browser of its own in which nobody signed in. */
async function openStranger(options: BrowserContextOptions = {}): Promise<Page> {
  const browser = (await product.openTab('dana@acmefiber.example')).context().browser()
  if (!browser) throw new Error('There is no browser.')
  const page = await (await browser.newContext(options)).newPage()
  page.setDefaultTimeout(15_000)
  return page
}

const OPEN_PAGES = [
  '/',
  '/help',
  '/status',
  '/docs/api',
  '/docs/api?q=tickets',
  '/docs/api/delegation',
  '/docs/api/operations/postPartnerSupportTickets',
  '/docs/errors',
]

test('the front door, help, status and the API reference are readable by everybody: wide and at 360 px, in light and dark (U1)', async () => {
  const page = await openStranger()
  for (const path of OPEN_PAGES) {
    await page.goto(`${product.url}${path}`)
    expect(await faultsInLooks(page)).toEqual([])
  }
})

test('without script a stranger finds both doors at the front, and help from wherever they are', async () => {
  const page = await openStranger({ javaScriptEnabled: false })
  await page.goto(product.url)
  await page.getByRole('heading', { name: 'Partner program', level: 1 }).waitFor()
  await page.getByRole('link', { name: 'Become a partner' }).click()
  await page.getByRole('heading', { name: 'Become a partner', level: 1 }).waitFor()
  await page.goto(product.url)
  await page.getByRole('main').getByRole('link', { name: 'Sign in', exact: true }).click()
  await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor()
  await page.getByRole('banner').getByRole('link', { name: 'Help' }).click()
  await page.getByRole('heading', { name: 'I lost my second factor' }).waitFor()
  await page.getByRole('link', { name: 'See whether the service works' }).click()
  await page.getByRole('heading', { name: 'The service works', level: 1 }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/status')
})

test('without script a developer finds an operation, its example and what its refusals mean', async () => {
  const page = await openStranger({ javaScriptEnabled: false })
  await page.goto(`${product.url}/help`)
  await page.getByRole('link', { name: 'API reference' }).click()
  await page.getByRole('searchbox', { name: 'Find an operation' }).fill('open ticket')
  await page.getByRole('button', { name: 'Find' }).click()
  await page.getByRole('link', { name: 'Open a ticket on behalf of the customer acted in' }).click()
  await page.getByText('curl --request POST "$LIAISON/api/v1/partner/support/tickets"').waitFor()
  await page.getByRole('link', { name: 'TENANT_LINK_REVOKED' }).click()
  expect(new URL(page.url()).hash).toBe('#TENANT_LINK_REVOKED')
  expect(await page.locator(':target').innerText()).toContain('403')
})

test('whoever is signed in comes from the front into the portal, and finds help between the account and the way out in every frame (WCAG 3.2.6)', async () => {
  const people = ['dana@acmefiber.example', 'lee@northwind.example', 'priya@provider.example']
  for (const email of people) {
    const page = await product.openTab(email)
    await page.goto(product.url)
    await page.getByRole('button', { name: /^You: / }).click()
    const links = await page.locator('#person ul').last().getByRole('link').allInnerTexts()
    expect(links, email).toEqual(['Account and sign-in', 'Help', 'Sign out'])
    await page.getByRole('link', { name: 'Help' }).click()
    await page.getByRole('heading', { name: 'Help', level: 1 }).waitFor()
  }
}, 120_000)

test('no text becomes markup, a script or a worker, in the portal and on the pages with a script (R9)', async () => {
  const tab = await product.openTab('dana@acmefiber.example')
  await tab.goto(`${product.url}/org/${product.demo.tenants['acme-fiber']}/home`)
  await tab.getByRole('heading', { level: 1 }).waitFor()
  expect(await codeFromText(tab)).toEqual(['TypeError', 'TypeError', 'TypeError'])
  await tab.goto(`${product.url}/account/passkeys/new`)
  expect(await tab.locator('script').count()).toBe(1)
  expect(await codeFromText(tab)).toEqual(['TypeError', 'TypeError', 'TypeError'])
})

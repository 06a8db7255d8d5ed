import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { evaluateAlerts } from '../../server/src/modules/alerts/index.ts'
import { runSlaClock } from '../../server/src/modules/support/index.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

/** The bound of a list page: everything in its document, with the frame around the list and the head. */
const MOST = 900

const inPartner = (partner: string, path: string) => `/partner/${product.demo.partners[partner]}/${path}`

/** How many elements the whole document has once its list stands. */
async function elementsOf(page: Page, path: string): Promise<number> {
  await page.goto(product.url + path)
  await page.locator('tbody tr').first().waitFor()
  await expect.poll(() => page.locator('.bones').count(), { timeout: 15_000 }).toBe(0)
  return page.evaluate<number>('document.getElementsByTagName("*").length')
}

test('the lists of a partner stay within 900 elements, the whole document counted', async () => {
  const page = await product.openTab('ana@northwind.example')
  const queue = await elementsOf(page, inPartner('northwind-msp', 'queue'))
  expect(await page.locator('tbody tr').count()).toBe(25)
  const invoices = await elementsOf(page, inPartner('northwind-msp', 'billing/invoices'))
  expect(await page.locator('tbody tr').count()).toBe(25)
  expect(Math.max(queue, invoices)).toBeLessThanOrEqual(MOST)
}, 60_000)

test('a full page of alerts stays within 900 elements, and each offers one act and a menu of the others', async () => {
  const page = await product.openTab('ana@northwind.example')
  const path = inPartner('northwind-msp', 'alerts')
  const rows = page.locator('tbody tr')
  // The clock would raise them within a minute or two.
  const database = await product.openDatabase()
  await runSlaClock(database)
  await evaluateAlerts(database)
  await database.close()
  const all = await elementsOf(page, path)
  const [count, inRows] = await Promise.all([rows.count(), page.locator('tbody *').count()])
  expect(count).toBeGreaterThan(10)
  expect(all + Math.ceil((inRows / count) * (25 - count))).toBeLessThanOrEqual(MOST)

  const acts = rows.filter({ hasText: 'Active' }).first().locator('.row-acts')
  expect(await acts.getByRole('button').allInnerTexts()).toEqual(['Take', 'More…'])
  await acts.getByRole('button', { name: /^More acts: / }).click()
  expect(await acts.getByRole('group').getByRole('button').allInnerTexts()).toEqual([
    'Give…',
    'Snooze…',
    'Close',
    'Close with a note…',
  ])
  await page.keyboard.press('Escape')
  await acts.getByRole('group').waitFor({ state: 'detached' })
  await acts.getByRole('button', { name: /^More acts: / }).click()
  await acts.getByRole('button', { name: 'Snooze…' }).click()
  await page.getByRole('dialog', { name: 'Snooze this alert' }).waitFor()
}, 60_000)

test('the earnings of a partner and the invoices of an organisation stay within 900 elements', async () => {
  const agency = await product.openTab('nora@brightside.example')
  expect(await elementsOf(agency, inPartner('brightside', 'earnings'))).toBeLessThanOrEqual(MOST)
  const organisation = await product.openTab('dana@acmefiber.example')
  const path = `/org/${product.demo.tenants['acme-fiber']}/billing`
  expect(await elementsOf(organisation, path)).toBeLessThanOrEqual(MOST)
}, 60_000)

import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const HALF = 'Half a sentence'

function actingPath(slug: string, rest: string): string {
  return `${product.url}/partner/${product.demo.partners['northwind-msp']}/t/${product.demo.tenants[slug]}/${rest}`
}

/** A technician in a tenant, in the middle of a new ticket. */
async function startTicket(): Promise<Page> {
  const page = await product.openTab('lee@northwind.example')
  await page.goto(actingPath('acme-fiber', 'tickets'))
  const gate = page.getByRole('button', { name: /^Act in/ })
  await gate.click()
  await gate.waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'New ticket for Acme Fiber' }).click()
  await page.getByLabel('Subject').fill(HALF)
  return page
}

const question = (page: Page) => page.getByRole('dialog', { name: 'Leave without saving?' })

async function stay(page: Page): Promise<void> {
  await question(page).waitFor()
  expect(await question(page).innerText()).toContain('Acting in Acme Fiber')
  await page.getByRole('button', { name: 'Stay on this page' }).and(page.locator(':focus')).waitFor()
  await page.keyboard.press('Enter')
  await question(page).waitFor({ state: 'detached' })
  expect(await page.getByLabel('Subject').inputValue()).toBe(HALF)
  expect(page.url()).toContain('/tickets/new')
}

test('what was entered is asked about by a link, by the palette on the way to another tenant, and by the back button (U4)', async () => {
  const page = await startTicket()
  await page.getByRole('link', { name: 'Summary' }).click()
  await stay(page)
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { expanded: true }).fill('beta')
  await page.getByRole('option', { name: /Act in Beta Networks/ }).waitFor()
  await page.keyboard.press('Enter')
  await stay(page)
  await page.goBack()
  await stay(page)
  await page.getByRole('link', { name: 'Leave Acme Fiber' }).click()
  await question(page).waitFor()
  await page.keyboard.press('Escape')
  await question(page).waitFor({ state: 'detached' })
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { expanded: true }).fill('beta')
  await page.getByRole('option', { name: /Act in Beta Networks/ }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Leave without saving' }).click()
  await page.getByRole('button', { name: 'Act in Beta Networks' }).waitFor()
  expect(page.url()).not.toContain('/tickets/new')
  await page.close()
}, 60_000)

test('the browser asks before a tab with something entered is closed, and not before (U5)', async () => {
  const page = await startTicket()
  const asked: string[] = []
  page.on('dialog', (dialog) => {
    asked.push(dialog.type())
    void dialog.dismiss()
  })
  await page.close({ runBeforeUnload: true })
  await expect.poll(() => asked, { timeout: 15_000 }).toEqual(['beforeunload'])
  expect(await page.getByLabel('Subject').inputValue()).toBe(HALF)
  await page.getByLabel('Subject').fill('')
  const closed = page.waitForEvent('close')
  await page.close({ runBeforeUnload: true })
  await closed
  expect(asked).toHaveLength(1)
}, 60_000)

test('nothing is asked where nothing was entered, where it was taken back, and where it was saved (U4)', async () => {
  const page = await startTicket()
  await page.getByLabel('Subject').fill('')
  await page.getByRole('link', { name: 'Summary' }).click()
  await page.waitForURL(/\/summary$/)
  await page.goBack()
  await page.getByLabel('Subject').fill('Fan of the switch is loud')
  await page.locator('#description').fill('Since this morning.')
  await page.getByRole('button', { name: 'Create ticket for Acme Fiber' }).click()
  await page.getByRole('heading', { name: 'Fan of the switch is loud', level: 1 }).waitFor()
  await page.locator('#content').fill('A comment')
  await page.getByRole('button', { name: 'Send comment to Acme Fiber' }).click()
  await expect.poll(() => page.locator('#content').inputValue(), { timeout: 15_000 }).toBe('')
  await page.getByRole('link', { name: 'Summary' }).click()
  await page.waitForURL(/\/summary$/)
  expect(await question(page).count()).toBe(0)
  await page.close()
}, 60_000)

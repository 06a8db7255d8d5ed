import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultsInLooks, takeTurns } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
const half = takeTurns()
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

async function look(page: Page): Promise<void> {
  expect(await faultsInLooks(page, half())).toEqual([])
}

/** Asks on the page of a tenant, as somebody of the provider's support. */
async function ask(page: Page, tenant: string, caseNumber: string): Promise<void> {
  await page.goto(`${product.url}/platform/tenants/${product.demo.tenants[tenant]}`)
  await page.getByRole('button', { name: 'Ask to look at the data…' }).click()
  await page.getByRole('heading', { name: /to let you look at its data$/, level: 1 }).waitFor()
  await look(page)
  await page.getByRole('button', { name: /^Ask / }).click()
  await page.getByText('Enter the number of the case.').first().waitFor()
  await page.getByLabel('Case number').fill(caseNumber)
  await page.getByLabel('Why you need to look').fill('An invoice that was paid is shown as overdue')
  await page.getByLabel('For how long').selectOption('30 minutes')
  await page.getByRole('button', { name: /^Ask / }).click()
}

const cardOf = (page: Page, person: string) =>
  page.getByRole('region', { name: `${person} of the provider's support` })

test('support asks for a case, the tenant finds it on its home and allows it, support reads and changes nothing, and what the tenant ends opens no further page (A9, U1)', async () => {
  const { page: staff } = await product.signIn('priya@provider.example')
  await ask(staff, 'acme-fiber', 'CASE-77')
  await staff.getByText('Nothing is open until Acme Fiber allows it.').waitFor()
  await look(staff)
  expect(await staff.getByRole('link', { name: 'Invoices' }).count()).toBe(0)

  const { page } = await product.signIn('dana@acmefiber.example')
  await page.goto(`${product.url}/org/${product.demo.tenants['acme-fiber']}/home`)
  const note = page.getByText(
    "Priya Nair of the provider's support asks to look at your data for case CASE-77.",
  )
  await note.waitFor()
  await look(page)
  await note.locator('xpath=..').getByRole('link', { name: 'Answer support' }).click()
  await look(page)
  await cardOf(page, 'Priya Nair').getByRole('button', { name: 'Allow…' }).click()
  const question = page.getByRole('dialog')
  await question.getByText('For 30 minutes, for case CASE-77').waitFor()
  await question.getByRole('button', { name: 'Allow', exact: true }).click()
  await page.getByText(/^Priya Nair can look until/).waitFor()

  await staff.reload()
  await staff.getByText('You act for case CASE-77 in Acme Fiber').waitFor()
  await staff.getByText('Read only. Acme Fiber sees everything that you open here.').waitFor()
  await look(staff)
  await staff.getByRole('link', { name: 'Invoices' }).click()
  await staff.getByRole('table').getByRole('row').nth(1).waitFor()
  await look(staff)
  await staff.getByRole('link', { name: 'Tickets' }).click()
  await staff.getByRole('table').locator('.thing').first().click()
  await staff.getByRole('region', { name: 'Conversation' }).waitFor()
  await look(staff)
  // Nothing on it writes: the one button ends the access.
  expect(await staff.getByRole('main').getByRole('button').allInnerTexts()).toEqual(['End now…'])

  await page.reload()
  const did = page.getByRole('region', { name: 'What support did here' })
  await did
    .getByText('Priya Nair of the provider looked at invoices for the support case CASE-77')
    .first()
    .waitFor()
  await cardOf(page, 'Priya Nair').getByRole('button', { name: 'End now…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'End now' }).click()
  await page.getByText('Ended for Priya Nair').waitFor()

  await staff.getByRole('link', { name: 'Payments' }).click()
  await staff.getByText(/This support access has ended\./).waitFor()
  expect(await staff.getByRole('table').count()).toBe(0)
}, 180_000)

test('where the rules ask for two people, the first yes is kept and the page says who else has to allow it; a tenant may refuse even to be asked (A9)', async () => {
  const { page } = await product.signIn('dana@acmefiber.example')
  const org = `${product.url}/org/${product.demo.tenants['acme-fiber']}`
  await page.goto(`${org}/access/rules`)
  await page.getByRole('checkbox', { name: /two people/i }).check()
  await page.getByRole('button', { name: 'Save the rules' }).click()
  await page.goto(`${org}/access/support`)
  const card = cardOf(page, 'Sam Whitfield')
  const allow = async () => {
    await card.getByRole('button', { name: 'Allow…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Allow', exact: true }).click()
  }
  await allow()
  await page.getByText('Your yes is kept. A second person of Acme Fiber has to allow it, too.').waitFor()
  await card.getByText('Dana Kim has allowed it.', { exact: false }).waitFor()
  await look(page)
  await allow()
  await page.getByRole('dialog').getByText('Somebody else has to allow it.', { exact: false }).waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Leave it waiting' }).click()

  await page.getByRole('radio', { name: /Support may not even ask/ }).check()
  await page.getByRole('button', { name: 'Save the rule' }).click()
  await page.getByText(/^Set by Dana/).waitFor()
  const staff = await product.openTab('priya@provider.example')
  await ask(staff, 'acme-fiber', 'CASE-78')
  await staff.getByText('The tenant lets support ask for nothing').first().waitFor()
  // What was entered is still there.
  expect(await staff.getByLabel('Case number').inputValue()).toBe('CASE-78')
}, 180_000)

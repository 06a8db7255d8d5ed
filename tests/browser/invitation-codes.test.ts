import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultsInLooks, OTHER_TWO_LOOKS, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const orgPath = (rest: string) => `${product.url}/org/${product.demo.tenants['iberia-rural']}/${rest}`
const look = async (page: Page, looks = TWO_LOOKS) => expect(await faultsInLooks(page, looks)).toEqual([])

async function makeCode(admin: Page, note: string): Promise<string> {
  await admin.goto(orgPath('access/codes'))
  await admin.getByRole('link', { name: 'Make a code' }).click()
  await admin.getByLabel('For whom? (optional)').fill(note)
  await admin.getByRole('button', { name: 'Make a code' }).click()
  await admin.getByRole('heading', { name: 'Pass the code on now' }).waitFor()
  return admin.getByLabel('Invitation code').inputValue()
}

async function leaveSecret(admin: Page): Promise<void> {
  await admin.getByLabel('I have copied it').check()
  await admin.getByRole('button', { name: 'Back to the codes' }).click()
  await admin.getByRole('heading', { name: 'Invitation codes', level: 1 }).waitFor()
}

test('a tenant makes a code and passes it on, a partner asks with it, and the tenant sees by whose word it was asked and approves (B1, B10)', async () => {
  const admin = await product.openTab('luis@iberiarural.example')
  await admin.goto(orgPath('access'))
  await admin.getByRole('link', { name: 'Invitation codes' }).click()
  await admin.getByText('No invitation codes yet').waitFor()
  await look(admin)
  await admin.getByRole('link', { name: 'Make a code' }).click()
  await look(admin)
  const code = await makeCode(admin, 'Southbank, for the lines in the south')
  expect(code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/)
  await look(admin)
  await leaveSecret(admin)
  const row = admin.getByRole('row').filter({ hasText: `${code.slice(0, 4)}…` })
  await row.getByText('Can be used').waitFor()
  expect(await admin.content()).not.toContain(code)

  const page = await product.openTab('victor@southbank.example')
  await page.goto(`${product.url}/partner/${product.demo.partners['southbank-systems']}/links/new`)
  await page.getByLabel('By an invitation code that they gave you').check()
  await page.getByLabel('Why? They read this').fill('We look after your lines and answer your tickets.')
  await page.getByRole('button', { name: 'Send the request' }).click()
  await page.getByRole('link', { name: 'Enter the invitation code.' }).waitFor()
  const field = page.getByLabel('Invitation code', { exact: true })
  await field.fill(`${code.slice(0, -1)}${code.endsWith('7') ? '8' : '7'}`)
  await page.getByRole('button', { name: 'Send the request' }).click()
  await page.getByText('letters and digits is wrong or missing').first().waitFor()
  await look(page, OTHER_TWO_LOOKS)
  await field.fill(code.toLowerCase().replaceAll('-', ' '))
  await page.getByRole('button', { name: 'Send the request' }).click()
  await page.getByRole('heading', { name: 'Request sent' }).waitFor()
  await page.getByText(`If the invitation code “${code.slice(0, 4)}…” can be used`).waitFor()
  await look(page)
  await page.getByRole('link', { name: 'See your requests' }).click()
  await page
    .getByText(`Invitation code ${code.slice(0, 4)}…`)
    .first()
    .waitFor()
  await look(page)

  await admin.reload()
  await row.getByText('Used', { exact: true }).waitFor()
  await look(admin, OTHER_TWO_LOOKS)
  await row.getByRole('link', { name: 'Southbank Systems' }).click()
  const party = admin.getByRole('region', { name: 'About Southbank Systems' })
  await party.getByText(`Invitation code ${code.slice(0, 4)}…, made by Luis`).waitFor()
  await party.getByText('Southbank, for the lines in the south').waitFor()
  await look(admin)
  await admin.getByRole('link', { name: 'Review the request' }).click()
  await admin.getByText(`They asked with the invitation code ${code.slice(0, 4)}…`).waitFor()
  await admin.getByRole('button', { name: 'Continue' }).click()
  await admin.getByRole('button', { name: 'Allow Southbank Systems' }).click()
  await admin.getByRole('heading', { name: 'Southbank Systems now has access' }).waitFor()
}, 120_000)

test('a code that was made by mistake is withdrawn, after a question, and says so (B1)', async () => {
  const admin = await product.openTab('luis@iberiarural.example')
  const code = await makeCode(admin, 'A mistake')
  await leaveSecret(admin)
  const row = admin.getByRole('row').filter({ hasText: `${code.slice(0, 4)}…` })
  await row.getByRole('button', { name: 'Withdraw' }).click()
  const dialog = admin.getByRole('dialog')
  await dialog.getByText('Whoever has it can no longer ask with it').waitFor()
  await look(admin)
  await dialog.getByRole('button', { name: 'Withdraw the code' }).click()
  await row.getByText('Withdrawn').waitFor()
  expect(await row.getByRole('button').count()).toBe(0)
}, 90_000)

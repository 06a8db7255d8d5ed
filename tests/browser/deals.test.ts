import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.shared()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const ownDeals = (rest = '') => `${product.url}/partner/${product.demo.partners['brightside']}/deals${rest}`

const look = async (page: Page) => expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])

const rowOf = (page: Page, company: string) => page.locator('tbody tr').filter({ hasText: company })

test('a partner registers a prospect, is told what the form lacks, and reads that the provider protects it for the days that the program sets (D12)', async () => {
  const partner = await product.openTab('nora@brightside.example')
  await partner.goto(ownDeals())
  await rowOf(partner, 'Harrow Valley Broadband').getByText('Awaiting approval').waitFor()
  await partner.getByRole('button', { name: 'Register a deal' }).click()
  const send = partner.getByRole('button', { name: 'Register a deal' })
  await partner.getByLabel('E-mail address of the contact').fill('rowan')
  await partner.getByLabel('Expected value').fill('12 or so')
  await send.click()
  await partner.getByRole('heading', { name: '3 things need your attention' }).waitFor()
  await look(partner)
  await partner.getByLabel('Company').fill('Quarry Hill Telecom')
  await partner.getByLabel('Domain').fill('quarryhill.example')
  await partner.getByLabel('E-mail address of the contact').fill('')
  await partner.getByLabel('Expected value').fill('1200.00')
  await partner.getByLabel('Currency of the value').fill('usd')
  await send.click()
  const own = rowOf(partner, 'Quarry Hill Telecom')
  await own.getByText('1,200.00 USD').waitFor()
  await own.getByText('Awaiting approval').waitFor()

  const admin = await product.openTab('priya@provider.example')
  await admin.goto(`${product.url}/platform/program`)
  const counting = admin.getByRole('region', { name: 'How the program counts' })
  const days = counting.getByLabel('Days for which a registered deal is protected')
  await days.fill('0')
  await counting.getByRole('button', { name: 'Save' }).click()
  await counting.getByRole('link', { name: 'Write a number of days from 1 to 730.' }).waitFor()
  await days.fill('2')
  await counting.getByRole('button', { name: 'Save' }).click()
  await counting.getByRole('alert').waitFor({ state: 'detached' })
  await admin.goto(`${product.url}/platform/deals?state=submitted`)
  await admin.getByRole('link', { name: 'Quarry Hill Telecom' }).click()
  await admin.getByText('No other registration and no tenant that looks like it.').waitFor()
  await look(admin)
  await admin.getByRole('button', { name: 'Approve…' }).click()
  await admin.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
  await admin.getByText('The deal with Quarry Hill Telecom is approved.').waitFor()
  await admin.getByRole('button', { name: 'End the protection…' }).waitFor()

  await partner.reload()
  await own.getByText('Protected', { exact: true }).waitFor()
  const until = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  })
  const inDays = (count: number) => until.format(new Date(Date.now() + count * 86_400_000))
  expect(await own.getByText(inDays(2)).count()).toBe(1)
}, 120_000)

test('the provider refuses a deal only with a reason, and the partner reads it; what it gives up itself waits no longer (D12)', async () => {
  const admin = await product.openTab('priya@provider.example')
  await admin.goto(`${product.url}/platform/deals`)
  await look(admin)
  await admin.getByRole('link', { name: 'Harrow Valley Broadband' }).click()
  await admin.getByRole('button', { name: 'Reject…' }).click()
  const dialog = admin.getByRole('dialog')
  await dialog.getByLabel('Reason').fill('They signed with us in June.')
  await dialog.getByRole('button', { name: 'Reject' }).click()
  await admin.getByText('The deal with Harrow Valley Broadband is rejected.').waitFor()

  const partner = await product.openTab('nora@brightside.example')
  await partner.goto(ownDeals())
  await rowOf(partner, 'Harrow Valley Broadband').getByText('They signed with us in June.').waitFor()
  const mine = rowOf(partner, 'Copperline Wireless')
  await mine.getByRole('button', { name: /^Give up/ }).click()
  await partner.getByRole('dialog').getByRole('button', { name: 'Give up' }).click()
  await mine.getByText('Given up', { exact: true }).waitFor()
  expect(await mine.getByRole('button').count()).toBe(0)
  await look(partner)
}, 90_000)

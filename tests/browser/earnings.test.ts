import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const ownPage = () => `${product.url}/partner/${product.demo.partners['brightside'] ?? ''}/earnings`

test('an owner opens how an earning was calculated; staff see totals and whom to ask (D8, D10)', async () => {
  const owner = await product.openTab('nora@brightside.example')
  await owner.goto(ownPage())
  await owner.getByRole('heading', { name: 'Each earning' }).waitFor()
  expect(await faultsInLooks(owner)).toEqual([])
  await owner
    .getByRole('button', { name: /^Show how/ })
    .first()
    .click()
  const drawer = owner.getByRole('dialog')
  await drawer.getByText('Paid, without tax and after discounts').waitFor()
  await drawer.getByRole('rowheader', { name: /^(Earned|Taken back now)$/ }).waitFor()
  const staff = await product.openTab('eli@brightside.example')
  await staff.goto(ownPage())
  await staff.getByText('Only partner owners can see line items. Ask Nora Lindahl.').waitFor()
  expect(await staff.getByRole('heading', { name: 'Each earning' }).count()).toBe(0)
  expect(await faultsInLooks(staff, TWO_LOOKS)).toEqual([])
}, 120_000)

test('the provider approves some at a time and reads what became of each (D6, D10)', async () => {
  const page = await product.openTab('priya@provider.example')
  await page.goto(`${product.url}/platform/earnings`)
  await page.getByLabel('Select all on this page').check()
  await page.getByRole('button', { name: 'Approve', exact: true }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Approve -?\d/ })
    .dblclick()
  await page.getByText('What became of them').waitFor()
  // Sent twice, the second answer would refuse what the first one approved.
  await page.getByText(/[1-9]\d* done, \d+ wait for a second person, \d+ refused/).waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
}, 120_000)

test('what earned nothing is a page away, with why, and the doubtful apart (D11)', async () => {
  const page = await product.openTab('priya@provider.example')
  await page.goto(`${product.url}/platform/earnings`)
  await page.getByRole('link', { name: 'What earned nothing' }).click()
  await page.getByRole('heading', { name: 'What earned nothing', level: 1 }).waitFor()
  await page.getByText('The payment that it takes back has not been reported.').waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  const answer = page.waitForResponse((response) => response.url().includes('reason=ORIGINAL_UNKNOWN'))
  await page.getByRole('combobox', { name: 'Why' }).selectOption('May be a mistake')
  expect((await answer).status()).toBe(200)
  await page.waitForURL(/why=doubtful/)
  await page.getByText('Takes back pay-0417-a').waitFor()
  await page.goto(`${page.url()}&partner=${product.demo.partners['northwind-msp']}`)
  await page.getByText('Nothing matches these filters').waitFor()
}, 120_000)

test('an owner of the partner reads what earned nothing and why (D10)', async () => {
  const page = await product.openTab('nora@brightside.example')
  await page.goto(`${product.url}/partner/${product.demo.partners['brightside']}/earnings`)
  await page.getByRole('link', { name: 'What earned nothing' }).click()
  await page.getByRole('heading', { name: 'What earned nothing', level: 1 }).waitFor()
  const lines = page.getByRole('table', { name: 'What earned nothing' })
  await lines.waitFor()
  expect(await lines.getByText('The payment that it takes back has not been reported.').count()).toBe(1)
  expect(await page.getByText('pay-0417-a').count()).toBe(0)
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
}, 120_000)

test('on the page of one partner the provider reads its balances and months, and decides about its earnings alone (D6, D10)', async () => {
  const page = await product.openTab('priya@provider.example')
  const partner = product.demo.partners['brightside'] ?? ''
  const asked: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('/admin/earnings?')) asked.push(new URL(request.url()).search)
  })
  await page.goto(`${product.url}/platform/partners/${partner}/earnings`)
  const lines = page.getByRole('table', { name: 'Earnings' })
  await lines.waitFor()
  expect(asked.filter((search) => !search.includes(`partner_id=${partner}`))).toEqual([])
  expect(await lines.getByRole('columnheader', { name: 'Partner' }).count()).toBe(0)
  await page.getByRole('table', { name: 'By month' }).waitFor()
  await page
    .getByText(/^In [A-Z]{3}$/)
    .first()
    .waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await lines
    .getByRole('button', { name: /^Show how/ })
    .first()
    .click()
  await page.getByRole('dialog').getByText('Paid, without tax and after discounts').waitFor()
  expect(await faultsInLooks(page)).toEqual([])
}, 120_000)

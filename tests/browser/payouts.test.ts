import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { takePicture } from '../support/picture.ts'
import { RunningProduct } from '../support/product.ts'

const MAKER = 'priya@provider.example'
const CHECKER = 'sam@provider.example'
const OWNER = 'nora@brightside.example'
const MSP_OWNER = 'ana@northwind.example'

let product: RunningProduct
let partner: string
beforeAll(async () => {
  product = await RunningProduct.start()
  partner = product.demo.partners['brightside'] ?? ''
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

/** Presses a button that asks once, and then what the question offers. */
async function decide(page: Page, act: string): Promise<void> {
  await page.getByRole('button', { name: `${act}…` }).click()
  await page.getByRole('dialog').getByRole('button', { name: act, exact: true }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}

/** The first cell of each row of the file for the bank after its header: the payout. */
async function payoutsInFile(page: Page): Promise<string[]> {
  const panel = page.getByRole('region', { name: 'File for the bank' })
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    panel.getByRole('button', { name: 'Download' }).click(),
  ])
  return [...(await readFile(await file.path(), 'utf8')).matchAll(/\bpit_\w+/g)].map(([id]) => id)
}

test('a payout that one admin built is approved by another one, handed over and recorded as paid, and its partner sees it (D7)', async () => {
  const maker = await product.openTab(MAKER)
  await maker.goto(`${product.url}/platform/payouts`)
  const waiting = maker.getByRole('row').filter({ hasText: 'Waits for a second person' })
  await waiting.getByRole('link').first().click()
  await maker.getByText('Another platform admin approves it.').waitFor()
  expect(await maker.getByRole('button', { name: 'Approve the payout…' }).count()).toBe(0)
  expect(await faultsInLooks(maker, TWO_LOOKS)).toEqual([])

  const checker = await product.openTab(CHECKER)
  await checker.goto(maker.url())
  await decide(checker, 'Approve the payout')
  await decide(checker, 'Hand over to be paid')
  await checker.getByRole('button', { name: 'Record as paid…' }).first().click()
  const dialog = checker.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Record as paid' }).click()
  await dialog.getByText('Write the reference, for example the one of the bank.').waitFor()
  await dialog.getByLabel('Reference of the payment').fill('SEPA 2026-131')
  await dialog.getByRole('button', { name: 'Record as paid' }).click()
  await checker.getByText('SEPA 2026-131').waitFor()
  expect(await faultsInLooks(checker, TWO_LOOKS)).toEqual([])

  const owner = await product.openTab(OWNER)
  await owner.goto(`${product.url}/partner/${partner}/payouts`)
  await owner.getByText('SEPA 2026-131').waitFor()
  await owner.getByRole('heading', { name: 'Statements' }).waitFor()
  expect(await faultsInLooks(owner, TWO_LOOKS)).toEqual([])
  await takePicture(owner, 'program-payouts')
  await owner.getByRole('link', { name: 'Oct 2026 USD' }).click()
  await owner.getByRole('heading', { name: 'Line by line' }).waitFor()
  await owner.getByRole('row', { name: /Paid out/ }).waitFor()
  expect(await faultsInLooks(owner, TWO_LOOKS)).toEqual([])
  await takePicture(owner, 'program-statement')
  await owner.goto(`${product.url}/partner/${partner}/payouts`)
  await owner.getByRole('link', { name: 'Change the account' }).click()
  await owner.getByRole('button', { name: 'Change the payout account' }).click()
  await owner.getByText('Write the name of the account holder.').first().waitFor()
  expect(await faultsInLooks(owner, TWO_LOOKS)).toEqual([])
}, 240_000)

test('an adjustment waits for another person; the payout that one admin builds of it another one approves, and a file says that it failed (D6, D7, D10)', async () => {
  const maker = await product.openTab(MAKER)
  await maker.goto(`${product.url}/platform/earnings?kind=adjustment`)
  await maker.getByRole('button', { name: 'Adjust…' }).click()
  const form = maker.getByRole('dialog')
  await form.getByLabel('Partner').fill('brigh')
  await form.getByRole('button', { name: /Brightside Growth/ }).click()
  await form.getByLabel('Currency').fill('EUT')
  await form.getByRole('button', { name: 'Write the adjustment' }).click()
  await form.getByText('Write the three letters of a currency that is in use').first().waitFor()
  await form.getByLabel('Currency').fill('EUR')
  await form.getByRole('button', { name: 'Write the adjustment' }).click()
  await form.getByText('Write an amount above zero with the decimals of its currency.').first().waitFor()
  expect(await faultsInLooks(maker, TWO_LOOKS)).toEqual([])
  await form.getByLabel('Amount').fill('75.00')
  await form.getByLabel('Reason').fill('Booth at the spring fair')
  await form.getByRole('button', { name: 'Write the adjustment' }).click()
  await maker.getByRole('row', { name: /Booth at the spring fair/ }).waitFor()

  const approveAll = async (page: Page) => {
    await page.getByLabel('Select all on this page').check()
    await page.getByRole('button', { name: 'Approve', exact: true }).click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Approve -?\d/ })
      .click()
  }
  await approveAll(maker)
  await maker.getByText('0 done, 0 wait for a second person, 1 refused').waitFor()
  const checker = await product.openTab(CHECKER)
  await checker.goto(`${product.url}/platform/earnings?kind=adjustment`)
  await approveAll(checker)
  await checker.getByText('1 done, 0 wait for a second person, 0 refused').waitFor()
  await takePicture(checker, 'program-earnings')

  await maker.goto(`${product.url}/platform/payouts/new`)
  await maker.getByLabel('Earnings available up to').fill('1999-12-31')
  await maker.getByText('Nothing to be paid').waitFor()
  await maker.getByLabel('Earnings available up to').fill('2199-12-31')
  await maker.getByText('This day is still to come.').waitFor()
  await maker.getByLabel('Earnings available up to').fill('')
  await maker.getByText('This day is still to come.').waitFor({ state: 'detached' })
  await maker.getByLabel('Currency').selectOption('EUR')
  await maker.getByRole('heading', { name: 'Paid in this payout' }).waitFor()
  expect(await faultsInLooks(maker, TWO_LOOKS)).toEqual([])
  await maker.getByRole('button', { name: 'Build the payout' }).click()
  await decide(maker, 'Submit for approval')
  expect(await maker.getByRole('button', { name: 'Approve the payout…' }).count()).toBe(0)
  await checker.goto(maker.url())
  await decide(checker, 'Approve the payout')
  await decide(checker, 'Hand over to be paid')
  const [payout = ''] = await payoutsInFile(checker)
  await checker.locator('input[type="file"]').setInputFiles({
    name: 'results.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(
      `payout_id,outcome,reference,reason\n${payout},failed,,The bank knows no such account\n`,
    ),
  })
  await checker.getByRole('button', { name: 'Hand in the results' }).click()
  await checker.getByText('0 recorded as paid, 1 as failed, 0 known before, 0 refused.').waitFor()
  await checker.getByText('The bank knows no such account').waitFor()
  await checker.getByText('Failed in part').first().waitFor()
  expect(await faultsInLooks(checker, TWO_LOOKS)).toEqual([])
  await takePicture(checker, 'program-payout')
}, 240_000)

test('an owner orders a file of the earnings that are shown, sees it made, and takes it (D10, U10)', async () => {
  const owner = await product.openTab(OWNER)
  await owner.goto(`${product.url}/partner/${partner}/overview`)
  await owner.getByText('Earned this month').waitFor()
  await owner.getByText('Ready to be paid').waitFor()
  await takePicture(owner, 'program-overview')
  await owner.goto(`${product.url}/partner/${partner}/earnings?state=paid`)
  await owner.getByRole('link', { name: 'Export', exact: true }).click()
  await owner.getByText('Only what the list showed: Paid.').waitFor()
  expect(await faultsInLooks(owner, TWO_LOOKS)).toEqual([])
  await owner.getByRole('button', { name: 'Order the file' }).click()
  const ready = owner.getByRole('button', { name: /^Download earnings/ }).first()
  await ready.waitFor({ timeout: 30_000 })
  expect(await faultsInLooks(owner, TWO_LOOKS)).toEqual([])
  const [file] = await Promise.all([owner.waitForEvent('download'), ready.click()])
  expect((await readFile(await file.path(), 'utf8')).split('\n')[0]).toContain('earning_id,')
}, 120_000)

test('an owner of a partner that mostly works for customers sees money, next payout and agreement on the overview, too (D10)', async () => {
  const owner = await product.openTab(MSP_OWNER)
  await owner.goto(`${product.url}/partner/${product.demo.partners['northwind-msp'] ?? ''}/overview`)
  const program = owner.getByRole('region', { name: 'Partner program' })
  await program.getByText('Earned this month').waitFor()
  await program.getByText('Ready to be paid').waitFor()
  await program.getByText('Waits for a signature').waitFor()
  expect(await faultsInLooks(owner, TWO_LOOKS)).toEqual([])
}, 120_000)

test('an owner makes a colleague an owner and staff again, and the last owner stays (D1, D10)', async () => {
  const owner = await product.openTab(OWNER)
  await owner.goto(`${product.url}/partner/${partner}/profile`)
  const people = owner.getByRole('region', { name: 'Your people' }).first()
  const eli = people.getByRole('row', { name: /Eli Brooks/ })
  await people
    .getByRole('row', { name: /Nora Lindahl/ })
    .getByText('The last owner stays.')
    .waitFor()
  expect(await faultsInLooks(owner, TWO_LOOKS)).toEqual([])
  for (const [act, now] of [
    ['Make owner', 'Owner'],
    ['Make staff', 'Staff'],
  ] as const) {
    await eli.getByRole('button', { name: `${act}…` }).click()
    await owner.getByRole('dialog').getByRole('button', { name: act }).click()
    await eli.getByRole('cell', { name: now, exact: true }).waitFor()
  }
}, 120_000)

test('the provider sets what holds for the program, finds all of it on the page of a partner, and refers a tenant by hand (D5, D10)', async () => {
  const admin = await product.openTab(MAKER)
  await admin.goto(`${product.url}/platform/program`)
  const agreements = admin.getByRole('region', { name: 'Agreements' })
  await agreements.getByLabel('To offer a draft, and to approve it once it is signed').check()
  await agreements.getByRole('button', { name: 'Save' }).click()
  await agreements.getByText('Give a reason.').first().waitFor()
  expect(await faultsInLooks(admin, TWO_LOOKS)).toEqual([])
  await agreements.getByLabel('Reason').fill('The auditors ask for it.')
  await agreements.getByRole('button', { name: 'Save' }).click()
  const counting = admin.getByRole('region', { name: 'How the program counts' })
  await counting.getByLabel('The last one counts').waitFor()
  await counting.getByLabel('The first one counts').check()
  await counting.getByLabel('Time zone').fill('Europe/Berlin')
  await counting.getByRole('button', { name: 'Save' }).click()
  await counting.getByText('agreements that are offered or in force say another.').waitFor()
  expect(await faultsInLooks(admin, TWO_LOOKS)).toEqual([])
  const payouts = admin.getByRole('region', { name: 'Payouts', exact: true })
  await payouts.getByLabel('Planned day').selectOption('20')
  await payouts.getByRole('button', { name: 'Save' }).click()
  await payouts.getByText('Version 2, set by').waitFor()
  await takePicture(admin, 'program-settings')

  for (const [part, sign] of [
    ['agreements', 'Partner agreement, version 2'],
    ['codes', 'BRIGHT26'],
    ['payouts', 'DE •••• 3000'],
    ['people', 'The last owner stays.'],
  ] as const) {
    await admin.goto(`${product.url}/platform/partners/${partner}/${part}`)
    await admin.getByText(sign).first().waitFor()
    expect(await faultsInLooks(admin, TWO_LOOKS)).toEqual([])
  }

  await admin.goto(`${product.url}/platform/referrals/new`)
  await admin.getByRole('button', { name: 'Refer the tenant' }).click()
  expect(await faultsInLooks(admin, TWO_LOOKS)).toEqual([])
  await admin.getByLabel('Tenant').fill('fjord')
  await admin.getByRole('button', { name: /Fjord Fiber/ }).click()
  await admin.getByLabel('Partner').fill('brigh')
  await admin.getByRole('button', { name: /Brightside Growth/ }).click()
  await admin.getByLabel('Code').selectOption({ label: 'BRIGHT26, Newsletter' })
  await admin.getByLabel('Reason').fill('Both sides wrote that Brightside brought them.')
  await admin.getByRole('button', { name: 'Refer the tenant' }).click()
  await admin
    .getByRole('row', { name: /Fjord Fiber.*Signed up|Fjord Fiber/ })
    .first()
    .waitFor()
  await admin.getByText('Both sides wrote that Brightside brought them.').waitFor()
}, 240_000)

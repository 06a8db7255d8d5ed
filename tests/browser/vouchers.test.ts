import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inAdminTransaction } from '../../server/src/platform/admin.ts'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const tenantId = () => product.demo.tenants['acme-fiber'] ?? ''
const addressOf = (path: string) => `${product.url}/org/${tenantId()}/${path}`

/** Codes of vouchers in a state, as the person of the page may read them. */
async function codesOf(page: Page, status: string): Promise<string[]> {
  const answer = await page.request.get(`${product.url}/api/v1/tenant/vouchers?status=${status}`, {
    headers: { 'X-Active-Tenant-Id': tenantId() },
  })
  const body: { items: { code: string }[] } = await answer.json()
  return body.items.map(({ code }) => code)
}

/** Types as a scanner does: the characters and Enter, into whatever has the focus. */
async function scan(page: Page, text: string): Promise<void> {
  await page.keyboard.type(text)
  await page.keyboard.press('Enter')
}

/** Makes the second factor of the administrator's sign-in an hour old, as if the work of the morning lay between. */
const letFactorGrowOld = async () =>
  inAdminTransaction(await product.connection(), (run) =>
    run(
      `update session set factor_at = now() - interval '1 hour' where person_id = (select p.id from person p where p.email = 'dana@acmefiber.example')`,
      [],
    ),
  )

const bigWord = (page: Page, word: string) =>
  page.getByRole('status').getByRole('heading', { name: word, exact: true })

test('a till worker scans and redeems with the keyboard alone; a second till at the same moment is told when and where (E9)', async () => {
  const [first, second] = [
    await product.openTab('ravi@acmefiber.example'),
    await product.openTab('ravi@acmefiber.example'),
  ]
  const [code = '', next = ''] = await codesOf(first, 'issued')
  for (const till of [first, second]) {
    await till.goto(addressOf('till'))
    await till.getByLabel('Code of the voucher').waitFor()
    await scan(till, code.toLowerCase().replaceAll('-', ' '))
    await bigWord(till, 'Good').waitFor()
  }
  expect(await faultsInLooks(first)).toEqual([])
  // Both tills have the voucher open, with the cursor in the field for the receipt.
  await scan(first, 'R-1001')
  await bigWord(first, 'Redeemed').waitFor()
  await scan(second, 'R-2002')
  await bigWord(second, 'Already redeemed').waitFor()
  await second.getByText('Receipt R-1001').waitFor()
  await second.getByText('It was redeemed elsewhere a moment ago.').waitFor()
  expect(await faultsInLooks(second, TWO_LOOKS)).toEqual([])
  // The cursor is back in the field for the code: the next voucher is scanned at once.
  await scan(first, next)
  await bigWord(first, 'Good').waitFor()
  await first.getByLabel('Code of the voucher').focus()
  // A typing error is known at the till; of a code that could be one, the server is asked.
  const asked: string[] = []
  first.on('request', (request) => {
    if (request.url().endsWith('/look-up')) asked.push(request.url())
  })
  await scan(first, '0000-0000-0001')
  await bigWord(first, 'No such voucher').waitFor()
  expect(asked).toEqual([])
  await scan(first, next)
  await bigWord(first, 'Good').waitFor()
  await first.getByLabel('Code of the voucher').focus()
  await scan(first, '0000-0000-0000')
  await bigWord(first, 'No such voucher').waitFor()
  expect(asked).toHaveLength(2)
}, 120_000)

test('a reviewer who went on stays at the same voucher, with what was written, while a colleague decides about an earlier one (E9)', async () => {
  const page = await product.openTab('dana@acmefiber.example')
  await page.clock.install()
  await page.goto(addressOf('vouchers/review'))
  await page.getByText('1 of 4').waitFor()
  await page.getByRole('button', { name: 'Later' }).click()
  await page.getByText('2 of 4').waitFor()
  const code = () => page.locator('.halves .mono').first().innerText()
  const seen = await code()
  await page.getByRole('button', { name: 'Decline…' }).click()
  const reason = page.getByRole('dialog').getByRole('textbox')
  await reason.fill('Helped elsewhere.')
  const hidden = { headers: { 'X-Active-Tenant-Id': tenantId() } }
  const list = `${product.url}/api/v1/tenant/vouchers`
  const oldest = await page.request.get(`${list}?status=pending_review&order=oldest`, hidden)
  const { voucher_id: first } = (await oldest.json()).items[0]
  const decided = await page.request.post(`${list}/${first}/decline`, {
    headers: { ...hidden.headers, origin: product.url, 'sec-fetch-site': 'same-origin' },
    data: { reason: 'Twice the same.' },
  })
  expect(decided.status()).toBe(200)
  await page.clock.fastForward(31_000)
  await page.getByText(/\d of 3/).waitFor()
  expect(await code()).toBe(seen)
  expect(await reason.inputValue()).toBe('Helped elsewhere.')
}, 60_000)

test('a reviewer sees what waits beside what the person has, and decides with a reason; a steward voids and takes back (E9, E11)', async () => {
  const page = await product.openTab('dana@acmefiber.example')
  await page.goto(addressOf('vouchers/review'))
  await page.getByText('1 of 3').waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.getByRole('button', { name: 'Decline…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Decline' }).click()
  await dialog.getByText('reason').first().waitFor()
  await dialog.getByRole('textbox').fill('This household was helped last month.')
  await dialog.getByRole('button', { name: 'Decline' }).click()
  await page.getByText('1 of 2').waitFor()
  await page.getByRole('button', { name: 'Approve…' }).click()
  await dialog.getByRole('button', { name: 'Approve' }).click()
  await page.getByText('1 of 1').waitFor()

  await page.goto(addressOf('vouchers?state=declined'))
  await page
    .getByRole('link', { name: /^[0-9A-Z]{4}-/ })
    .first()
    .click()
  await page.getByText('This household was helped last month.').waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])

  const [good = ''] = await codesOf(page, 'issued')
  await page.goto(addressOf(`vouchers?search=${good}`))
  await page.getByRole('link', { name: good }).click()
  await page.getByRole('button', { name: 'Make it void…' }).click()
  await dialog.getByRole('textbox').fill('Issued by mistake.')
  await dialog.getByRole('button', { name: 'Make it void' }).click()
  await page.getByText('Made void').waitFor()
}, 120_000)

test('an administrator adds a type and issues a voucher of it; a second one for the same person is refused or reviewed (E9)', async () => {
  const page = await product.openTab('dana@acmefiber.example')
  await page.goto(addressOf('voucher-types'))
  await page.getByRole('button', { name: 'Add a type' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.getByRole('link', { name: 'Write a name.' }).waitFor()
  await dialog.getByLabel('Name', { exact: true }).fill('Phone')
  await dialog.getByLabel('Code', { exact: true }).fill('phone')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('cell', { name: 'Phone phone' }).waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])

  const issue = async () => {
    await page.goto(addressOf('vouchers/new'))
    await page.getByLabel('Type').selectOption('phone')
    await page.getByLabel('First name').fill('Nils')
    await page.getByLabel('Last name').fill('Okafor')
    await page.getByLabel('Date of birth').fill('1988-02-29')
    await page.getByRole('button', { name: 'Issue' }).click()
  }
  await issue()
  await page.getByRole('button', { name: 'Make it void…' }).waitFor()
  await page.getByRole('button', { name: 'Print' }).click()
  await page.getByText('Show this at the till.').waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await issue()
  await page.getByRole('button', { name: 'Ask for a review anyway' }).click()
  await page.getByRole('button', { name: 'Approve…' }).waitFor()
  await page.getByText('Nils Okafor').first().waitFor()

  // Nils asks what is kept of him, gets it as a file, and is erased (E13).
  await page.goto(addressOf('vouchers'))
  await page.getByRole('link', { name: 'What is kept of a person' }).click()
  await page.getByRole('button', { name: 'Show what is kept' }).click()
  await page.getByRole('link', { name: 'Enter the date of birth.' }).waitFor()
  const ask = async (first: string) => {
    await page.getByLabel('First name').fill(first)
    await page.getByLabel('Last name').fill('Okafor')
    await page.getByLabel('Date of birth').fill('1988-02-29')
    await page.getByRole('button', { name: 'Show what is kept' }).click()
  }
  await ask('Nobody')
  await page.getByText('Nothing is kept of this person').waitFor()
  await ask('nils')
  await page.getByText('2 vouchers are kept of nils Okafor.').waitFor()
  expect(page.url()).not.toMatch(/nils|okafor|1988/i)
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save as a file' }).click()
  const file = await download
  expect(file.suggestedFilename()).toBe('what-is-kept.json')
  const { items } = JSON.parse(readFileSync(await file.path(), 'utf8'))
  expect(items).toMatchObject([{ voucher_type: 'phone' }, { recipient: { first_name: 'Nils' } }])
  await page.getByRole('button', { name: 'Erase this person…' }).click()
  await page.getByRole('button', { name: 'Erase the person' }).click()
  await page.getByRole('alert').getByText('reason').waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.getByLabel('Reason').fill('Asked by letter')
  await page.getByLabel('Type the name of the person').fill('nils Okafor')
  await page.getByRole('button', { name: 'Erase the person' }).click()
  await page.getByText('The person was erased from 2 vouchers.').waitFor()
  await ask('Nils')
  await page.getByText('Nothing is kept of this person').waitFor()
}, 120_000)

test('a form that meets a step-up keeps what was typed while it is confirmed beside it, and goes on from there (E13)', async () => {
  const page = await product.openTab('dana@acmefiber.example')
  await page.goto(addressOf('vouchers/recipients'))
  await page.getByLabel('First name').fill('Maya')
  await page.getByLabel('Last name').fill('Stepanova')
  await page.getByLabel('Date of birth').fill('1975-06-07')
  await letFactorGrowOld()
  await page.getByRole('button', { name: 'Show what is kept' }).click()
  const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' })
  await dialog.waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  // Whoever does not want to confirm, or says so too early, loses nothing.
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Show what is kept' }).click()
  await dialog.getByRole('button', { name: 'Go on' }).click()
  await dialog.getByText('That has not happened yet.').waitFor()

  const [other] = await Promise.all([
    page.context().waitForEvent('page'),
    dialog.getByRole('link', { name: 'Confirm in a new window' }).click(),
  ])
  // A demo installation fills the code in, and says how long it waits when the one before was used a moment ago.
  await expect
    .poll(
      async () => {
        if (other.url().endsWith('/step-up/done')) return true
        await other.getByRole('button', { name: 'Continue' }).click()
        return other.url().endsWith('/step-up/done')
      },
      { timeout: 60_000, interval: 1000 },
    )
    .toBe(true)
  await other.getByText('Close this window and go on where you were.').waitFor()
  await other.close()
  await dialog.getByRole('button', { name: 'Go on' }).click()
  await page.getByText('Nothing is kept of this person').waitFor()
  await dialog.waitFor({ state: 'detached' })
  expect(await page.getByLabel('Last name').inputValue()).toBe('Stepanova')
  expect(page.url()).not.toMatch(/maya|stepanova|1975/i)
}, 120_000)

test('Escape answers a step-up that lies over a dialog, and leaves the dialog with what was typed; a second one closes it (U8)', async () => {
  const page = await product.openTab('dana@acmefiber.example')
  await page.clock.install()
  await page.goto(addressOf('vouchers'))
  const [good = ''] = await codesOf(page, 'issued')
  await page.goto(addressOf(`vouchers?search=${good}`))
  await page.getByRole('link', { name: good }).click()
  await page.getByRole('button', { name: 'Make it void…' }).click()
  const below = page.getByRole('dialog', { name: /^Make voucher \S+ void\?$/ })
  const reason = below.getByRole('textbox')
  await reason.fill('Issued by mistake.')
  await letFactorGrowOld()
  await below.getByRole('button', { name: 'Make it void' }).click()
  const above = page.getByRole('dialog', { name: 'Confirm that it is you' })
  await above.getByRole('link', { name: 'Confirm in a new window' }).waitFor()
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  await page.keyboard.press('Escape')
  await above.waitFor({ state: 'detached' })
  // A dialog that is closed fades for a moment and keeps its fields; it is gone after more than that.
  await page.clock.runFor(2_000)
  expect(await below.count()).toBe(1)
  expect(await below.evaluate((dialog) => dialog.contains(dialog.ownerDocument.activeElement))).toBe(true)
  expect(await reason.inputValue()).toBe('Issued by mistake.')
  // Whoever means the dialog itself presses once more; the voucher stays as good as it was.
  await page.keyboard.press('Escape')
  await below.waitFor({ state: 'detached' })
  expect(await codesOf(page, 'issued')).toContain(good)
}, 60_000)

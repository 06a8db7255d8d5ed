import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SOON } from '../../server/testing/patience.ts'
import { faultsInLooks, violationsOf } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

/** The link in the newest invitation to an address. */
async function linkTo(page: Page, email: string): Promise<string> {
  const mail = page
    .getByRole('listitem')
    .filter({ hasText: `to ${email} ` })
    .getByRole('link')
  await expect
    .poll(async () => {
      await page.goto(`${product.url}/dev/outbox`)
      return mail.count()
    }, SOON)
    .toBe(1)
  await mail.click()
  return /http:\/\/\S+\/invite\/[\w-]+/.exec(await page.locator('main').innerText())?.[0] ?? ''
}

test.each([
  ['a partner', 'ana@northwind.example', () => `partner/${product.demo.partners['northwind-msp']}/profile`],
  ['a customer', 'dana@acmefiber.example', () => `org/${product.demo.tenants['acme-fiber']}/members`],
])(
  'who manages the people of %s invites a colleague, sees that nobody has answered, and takes it back; the link in the mail says so (U1, U7)',
  async (_whose, email, place) => {
    const { page, context } = await product.signIn(email)
    const invited = `colleague.of.${email}`
    await page.goto(`${product.url}/${place()}`)
    await page.getByText('Nobody is invited at the moment.').waitFor()
    await page.getByLabel('E-mail', { exact: true }).fill(invited)
    await page.getByRole('button', { name: 'Send the invitation' }).click()
    const line = page
      .getByRole('table', { name: 'Invitations without an answer' })
      .getByRole('row', { name: invited })
    await line.getByText('Waits for an answer').waitFor()
    const faults = await faultsInLooks(page)
    const outbox = await context.newPage()
    const link = await linkTo(outbox, invited)
    await line.getByRole('button', { name: /^Withdraw/ }).click()
    const question = page.getByRole('dialog')
    await question.getByRole('button', { name: 'Withdraw the invitation' }).waitFor()
    faults.push(...(await violationsOf(page)))
    await question.getByRole('button', { name: 'Withdraw the invitation' }).click()
    await line.getByText('Withdrawn', { exact: true }).waitFor()
    expect(await line.getByRole('button').count()).toBe(0)
    await context.clearCookies()
    await outbox.goto(link)
    await outbox.getByRole('heading', { name: 'This invitation was withdrawn' }).waitFor()
    faults.push(...(await faultsInLooks(outbox)))
    await context.close()
    expect(faults).toEqual([])
  },
  120_000,
)

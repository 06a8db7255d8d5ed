import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SOON } from '../../server/testing/patience.ts'
import { faultsInLooks } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 180_000)
afterAll(() => product[Symbol.asyncDispose]())

const FEATURES = '/platform/catalogue/features'

/** Presses the button with this name, gives a reason where one is asked for, and presses it again in the question. */
async function act(
  page: Page,
  name: RegExp,
  within: Page | ReturnType<Page['locator']> = page,
): Promise<void> {
  await within.getByRole('button', { name }).first().click()
  const question = page.getByRole('dialog')
  await question.waitFor()
  const reason = question.getByRole('textbox', { name: 'Reason' })
  if ((await reason.count()) > 0) await reason.fill('Because of the story')
  await question.getByRole('button', { name }).last().click()
  await question.waitFor({ state: 'detached' })
}

test('a feature that is switched off for a partner leaves its open menu by itself, and comes back; who has it and why is told (C3)', async () => {
  const admin = await product.openTab('priya@provider.example')
  const owner = await product.openTab('vera@lumenmobile.example')
  const partner = product.demo.partners['lumen-mobile'] ?? ''
  await owner.goto(`${product.url}/partner/${partner}/overview`)
  const entry = owner.getByRole('navigation').getByRole('link', { name: 'Webhooks' })
  await entry.waitFor()

  await admin.goto(`${product.url}${FEATURES}/webhooks`)
  const row = admin.getByRole('row', { name: /Lumen Mobile/ })
  await row.waitFor()
  await act(admin, /^Switch off…?$/, row)
  await entry.waitFor({ state: 'detached', timeout: SOON.timeout })
  await admin.getByText('The provider switched it off for the partner.').first().waitFor()
  expect(await faultsInLooks(admin)).toEqual([])

  await act(admin, /^Leave to the rules…?$/, admin.getByRole('row', { name: /Lumen Mobile/ }))
  await entry.waitFor({ timeout: SOON.timeout })
}, 180_000)

test('an owner opts in to a feature on its way to everybody, and takes the choice back (C3)', async () => {
  const owner = await product.openTab('vera@lumenmobile.example')
  await owner.goto(`${product.url}/partner/${product.demo.partners['lumen-mobile']}/settings/features`)
  await owner.getByRole('heading', { name: 'Business review' }).waitFor()
  await act(owner, /^Opt in…?$/)
  await owner.getByText('Your organisation opted in.').waitFor()
  expect(await faultsInLooks(owner)).toEqual([])
  await act(owner, /^Take the choice back…?$/)
  await owner.getByRole('button', { name: /^Opt in/ }).waitFor()
}, 180_000)

test('the pages of features can be used by everybody, wide and narrow, light and dark', async () => {
  const admin = await product.openTab('priya@provider.example')
  const southbank = product.demo.partners['southbank-systems']
  const pages = [
    [FEATURES, 'Features'],
    [`${FEATURES}/business_review`, 'Business review'],
    [`${FEATURES}/business_review/change`, 'Change Business review'],
    [`${FEATURES}/new`, 'Add a feature'],
    [`/platform/partners/${southbank}/features`, 'Southbank Systems'],
  ] as const
  for (const [path, title] of pages) {
    await admin.goto(product.url + path)
    await admin.getByRole('heading', { name: title, level: 1 }).waitFor()
    expect(await faultsInLooks(admin)).toEqual([])
  }
}, 180_000)

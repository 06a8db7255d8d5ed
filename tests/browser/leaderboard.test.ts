import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.shared()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

const boardOf = (slug: string) => `${product.url}/partner/${product.demo.partners[slug]}/leaderboard`
const look = async (page: Page) => expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
const rows = (page: Page) => page.locator('tbody tr')

test('a partner sees its place, others by name only where they agreed, and agrees itself; the provider sees all (D12)', async () => {
  const partner = await product.openTab('nora@brightside.example')
  await partner.goto(boardOf('brightside'))
  await rows(partner).filter({ hasText: 'Brightside Growth' }).getByText('You').waitFor()
  await rows(partner).filter({ hasText: 'Helios Group' }).waitFor()
  await rows(partner).filter({ hasText: 'A partner' }).first().waitFor()
  expect(await partner.getByText('Ledger & Pine').count()).toBe(0)
  await look(partner)

  const other = await product.openTab('stefan@helios.example')
  await other.goto(boardOf('helios-group'))
  await rows(other).filter({ hasText: 'A partner' }).first().waitFor()
  expect(await rows(other).filter({ hasText: 'Brightside' }).count()).toBe(0)
  await partner.getByRole('button', { name: 'Show our name' }).click()
  await partner.getByText('Other partners read your name.').waitFor()
  await other.reload()
  await rows(other).filter({ hasText: 'Brightside Growth' }).waitFor()

  const admin = await product.openTab('priya@provider.example')
  await admin.goto(`${product.url}/platform/leaderboard`)
  await rows(admin).filter({ hasText: 'Ledger & Pine' }).getByText('Without name').waitFor()
  await look(admin)
}, 120_000)

test('the provider switches it off with the settings of the program, and partners see none (D12)', async () => {
  const admin = await product.openTab('priya@provider.example')
  await admin.goto(`${product.url}/platform/program`)
  const counting = admin.getByRole('region', { name: 'How the program counts' })
  await counting.getByLabel('How they rank by sign-ups').uncheck()
  await counting.getByRole('button', { name: 'Save' }).click()
  await admin.getByText('Saved. It holds from now on.').waitFor()
  await look(admin)
  const partner = await product.openTab('nora@brightside.example')
  await partner.goto(boardOf('brightside'))
  const none = partner.getByText('The provider shows none to you at present.')
  await none.waitFor()
  expect(await none.count()).toBe(1)
  await look(partner)
}, 120_000)

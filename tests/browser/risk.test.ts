import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.shared()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

test('a check that waits is found on the work list, read, and decided with a reason; a rule is set anew (D5, D10)', async () => {
  const admin = await product.openTab('priya@provider.example')
  await admin.goto(`${product.url}/platform/work`)
  const waiting = admin.getByRole('region', { name: 'Checks to decide' })
  await waiting.getByRole('link').first().waitFor()
  await admin
    .getByRole('region', { name: 'Payouts that wait for a second person' })
    .getByRole('link')
    .waitFor()
  expect(await faultsInLooks(admin, TWO_LOOKS)).toEqual([])

  await waiting.getByRole('link').first().click()
  await admin.getByText('Own network').waitFor()
  expect(await faultsInLooks(admin, TWO_LOOKS)).toEqual([])
  await admin.getByRole('button', { name: 'Found in order…' }).click()
  const dialog = admin.getByRole('dialog')
  await dialog.getByRole('textbox').fill('They share an office building')
  await dialog.getByRole('button', { name: 'Found in order' }).click()
  await admin.getByText('They share an office building').waitFor()

  await admin.goto(`${product.url}/platform/risk`)
  await admin.getByRole('table').waitFor()
  expect(await admin.getByText('Waits for a decision').count()).toBeLessThanOrEqual(1)
  expect(await faultsInLooks(admin, TWO_LOOKS)).toEqual([])

  await admin.getByRole('link', { name: 'What is checked' }).click()
  const rule = admin.getByRole('region', { name: 'Throw-away mailbox' })
  await rule.getByRole('button', { name: 'Change…' }).click()
  const change = admin.getByRole('dialog')
  await change.getByRole('button', { name: 'Save' }).click()
  await change.getByText('Say why the rule is changed.').waitFor()
  await change.getByLabel('When it is seen').selectOption('flag')
  await change.getByLabel('Further domains, one in a line').fill('throwaway.example')
  await change.getByLabel('Reason').fill('Seen in three sign-ups')
  expect(await faultsInLooks(admin, TWO_LOOKS)).toEqual([])
  await change.getByRole('button', { name: 'Save' }).click()
  await rule.getByText('throwaway.example').waitFor()
  await rule.getByText('Version 1, set by').waitFor()
  expect(await faultsInLooks(admin, TWO_LOOKS)).toEqual([])
}, 240_000)

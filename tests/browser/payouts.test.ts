import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

test('a payout that one admin built is approved by another one, handed over and recorded as paid, and its partner sees it (D7)', async () => {
  const maker = await product.openTab('priya@provider.example')
  await maker.goto(`${product.url}/platform/payouts`)
  const waiting = maker.getByRole('row').filter({ hasText: 'Waits for a second person' })
  await waiting.getByRole('link').first().click()
  await maker.getByText('Another platform admin approves it.').waitFor()
  expect(await maker.getByRole('button', { name: 'Approve the payout…' }).count()).toBe(0)
  expect(await faultsInLooks(maker, TWO_LOOKS)).toEqual([])

  const checker = await product.openTab('sam@provider.example')
  await checker.goto(maker.url())
  await checker.getByRole('button', { name: 'Approve the payout…' }).click()
  await checker.getByRole('dialog').getByRole('button', { name: 'Approve the payout' }).click()
  await checker.getByRole('button', { name: 'Hand over to be paid…' }).click()
  await checker.getByRole('dialog').getByRole('button', { name: 'Hand over to be paid' }).click()
  await checker.getByRole('button', { name: 'Record as paid…' }).first().click()
  const dialog = checker.getByRole('dialog')
  await dialog.getByRole('textbox').fill('SEPA 2026-131')
  await dialog.getByRole('button', { name: 'Record as paid' }).click()
  await checker.getByText('SEPA 2026-131').waitFor()
  expect(await faultsInLooks(checker, TWO_LOOKS)).toEqual([])

  const owner = await product.openTab('nora@brightside.example')
  await owner.goto(`${product.url}/partner/${product.demo.partners['brightside'] ?? ''}/payouts`)
  await owner.getByText('SEPA 2026-131').waitFor()
  await owner.getByRole('heading', { name: 'Statements' }).waitFor()
  expect(await faultsInLooks(owner, TWO_LOOKS)).toEqual([])
  await owner.getByRole('link', { name: 'Change the account' }).click()
  await owner.getByRole('button', { name: 'Change the payout account' }).click()
  await owner.getByText('Write the name of the account holder.').first().waitFor()
  expect(await faultsInLooks(owner, TWO_LOOKS)).toEqual([])

  await maker.goto(`${product.url}/platform/payouts/new`)
  await maker.getByRole('heading', { name: 'Build a payout' }).waitFor()
  expect(await faultsInLooks(maker, TWO_LOOKS)).toEqual([])
}, 240_000)

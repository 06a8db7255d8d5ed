import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultsInLooks, TWO_LOOKS } from '../support/look.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.shared()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

/** What a page asked for and was refused, from here on. */
function refusalsOf(page: Page): string[] {
  const refused: string[] = []
  page.on('response', (answer) => {
    if (answer.status() === 403) refused.push(new URL(answer.url()).pathname)
  })
  return refused
}

test('an auditor reads the alerts of its tenants and is offered nothing to do to them (B2, U7)', async () => {
  const page = await product.openTab('edith@ledgerpine.example')
  const refused = refusalsOf(page)
  await page.goto(`${product.url}/partner/${product.demo.partners['ledger-and-pine']}/alerts`)
  await page
    .getByRole('link', { name: /^Ticket / })
    .first()
    .waitFor()
  const main = page.getByRole('main')
  expect(await main.getByRole('button', { name: /^(Take|Close|More|Choose)/ }).count()).toBe(0)
  expect(await main.getByRole('checkbox').count()).toBe(0)
  expect(await faultsInLooks(page, TWO_LOOKS)).toEqual([])
  expect(refused).toEqual([])
}, 60_000)

test('the pages of a member who is no admin ask for nothing that is refused (U7)', async () => {
  const page = await product.openTab('ravi@acmefiber.example')
  const refused = refusalsOf(page)
  const base = `${product.url}/org/${product.demo.tenants['acme-fiber']}`
  await page.goto(`${base}/home`)
  await page.getByText('Only administrators decide about it.').waitFor()
  await page.goto(`${base}/service-levels`)
  await page.getByText('Own promise', { exact: true }).first().waitFor()
  await page.getByText('Versions', { exact: true }).waitFor()
  expect(await page.getByText('You do not have the permission for this').count()).toBe(0)
  expect(refused).toEqual([])
}, 60_000)

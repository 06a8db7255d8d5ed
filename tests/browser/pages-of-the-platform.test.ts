import { afterAll, beforeAll, expect, test } from 'vitest'
import { SOON } from '../../server/testing/patience.ts'
import { violationsOf } from '../support/look.ts'
import { explainedRefusal, PageWalk } from '../support/page-walk.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

test('every page of the platform opens with the data of the demo world, wide and narrow, light and dark, without a violation or a failed call (U1, U8)', async () => {
  const refused = await product.signIn('ana@northwind.example')
  const explained = await explainedRefusal(product, refused.page)
  await refused.context.close()
  const walk = await PageWalk.begin(product, '/platform')
  const { page, context } = await product.signIn('priya@provider.example')
  await walk.go(page, [
    `/platform/partners/${product.demo.partners['lumen-mobile']}/realm`,
    `/platform/requests/${explained}`,
  ])
  await walk.goBehindButtons(page)
  await context.close()
  expect(walk.faults).toEqual([])
  expect(walk.missed).toEqual([])
  expect(walk.looked).toBeGreaterThanOrEqual(60)
}, 900_000)

test('an administrator reads how the service stands, and from there what every queue and schedule of a running server does (U1)', async () => {
  const { page, context } = await product.signIn('priya@provider.example')
  await page.goto(`${product.url}/platform/health`)
  await page.getByRole('link', { name: 'Work by the clock' }).click()
  await page.getByRole('heading', { name: 'Jobs', level: 1 }).waitFor()
  const lists = page.getByRole('table')
  await expect.poll(() => lists.count(), SOON).toBe(2)
  const rows = await lists.locator('tbody tr').allInnerTexts()
  expect(rows.length).toBeGreaterThan(25)
  expect(rows.filter((row) => row.includes('earlier version'))).toEqual([])
  // When something runs is said in words.
  expect(rows.filter((row) => row.includes(' * * '))).toEqual([])
  await context.close()
}, 60_000)

test('a row of who pays shows one act; the other stands in its menu, asks for a reason, and says what stays (U5)', async () => {
  const page = await product.openTab('priya@provider.example')
  await page.goto(`${product.url}/platform/commercial`)
  const row = page.getByRole('row', { name: /Fjord Fiber/ })
  await row.waitFor()
  expect(await row.getByRole('button').allInnerTexts()).toEqual(['Suspend…', 'More…'])
  await row.getByRole('button', { name: /^More/ }).click()
  await page.getByRole('button', { name: 'End the terms…' }).click()
  const question = page.getByRole('dialog')
  await question.getByRole('textbox', { name: 'Reason' }).waitFor()
  expect(await violationsOf(page)).toEqual([])
  await question.getByRole('button', { name: 'Keep the terms' }).click()
  await question.waitFor({ state: 'detached' })
  expect(await row.innerText()).toContain('Active')
  await page.close()
}, 60_000)

import { afterAll, beforeAll, expect, test } from 'vitest'
import { SOON } from '../../server/testing/patience.ts'
import { walkMenu } from '../support/menu-walk.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

test.each([['a platform administrator', 'priya@provider.example', 12]])(
  'every page in the menu of %s opens with the data of the demo world, wide and narrow, light and dark, without a violation or a failed call',
  async (_who, email, least) => {
    const { page, context } = await product.signIn(email)
    const { walked, faults } = await walkMenu(product, page)
    await context.close()
    expect(faults).toEqual([])
    expect(walked).toBeGreaterThanOrEqual(least)
  },
  300_000,
)

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
  await context.close()
}, 60_000)

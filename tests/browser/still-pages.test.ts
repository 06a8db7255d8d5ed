import { afterAll, beforeAll, expect, test } from 'vitest'
import { findMovement } from '../support/still.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

test.each([
  ['a partner', 'ana@northwind.example', 60],
  ['an organisation', 'dana@acmefiber.example', 30],
  ['the platform', 'priya@provider.example', 40],
])(
  'no page in the menu of %s moves while it loads, wide and narrow (P12)',
  async (_which, email, least) => {
    const { page, context } = await product.signIn(email)
    const { opened, moved } = await findMovement(product, page)
    await context.close()
    expect(moved).toEqual([])
    expect(opened).toBeGreaterThanOrEqual(least)
  },
  400_000,
)

test('no page in the menu of somebody who acts in a tenant moves while it loads, wide and narrow (P12)', async () => {
  const { page, context } = await product.signIn('lee@northwind.example')
  const [partner, tenant] = [product.demo.partners['northwind-msp'], product.demo.tenants['beta-networks']]
  await page.goto(`${product.url}/partner/${partner}/t/${tenant}/summary`)
  const wayIn = page.getByRole('button', { name: 'Act in Beta Networks' })
  await wayIn.click()
  await wayIn.waitFor({ state: 'detached' })
  const { opened, moved } = await findMovement(product, page)
  await context.close()
  expect(moved).toEqual([])
  expect(opened).toBeGreaterThanOrEqual(8)
}, 240_000)

import { afterAll, beforeAll, expect, test } from 'vitest'
import { violationsOf } from '../support/look.ts'
import { walkMenu } from '../support/menu-walk.ts'
import { RunningProduct } from '../support/product.ts'
import { movementOf } from '../support/still.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

test.each([
  ['the owner of a partner', 'ana@northwind.example', 12],
  ['an enterprise headquarters', 'stefan@helios.example', 12],
])(
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

test("a partner's overview stays where it is, also when the call that brings its banner is answered last (U9)", async () => {
  const { page, context } = await product.signIn('ana@northwind.example')
  const moved = await movementOf(page, {
    url: `${product.url}/partner/${product.demo.partners['northwind-msp']}/overview`,
    held: /\/program\/agreements\?/,
    after: /\/partner\/customers\?/,
    shows: 'Read and sign',
  })
  await context.close()
  expect(moved).toBeLessThan(0.001)
}, 60_000)

test('a partner without a user base reads so, and is offered no invitation that would be refused (U7)', async () => {
  const { page, context } = await product.signIn('ana@northwind.example')
  await page.goto(`${product.url}/partner/${product.demo.partners['northwind-msp']}/users`)
  await page.getByRole('heading', { name: 'No users under your own name' }).waitFor()
  expect(await page.getByRole('main').getByRole('button').count()).toBe(0)
  expect(await violationsOf(page)).toEqual([])
  await context.close()
}, 60_000)

import { afterAll, beforeAll, expect, test } from 'vitest'
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

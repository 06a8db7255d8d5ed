import { afterAll, beforeAll, expect, test } from 'vitest'
import { violationsOf } from '../support/look.ts'
import { PageWalk } from '../support/page-walk.ts'
import { RunningProduct } from '../support/product.ts'
import { movementOf } from '../support/still.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

test('every page of a partner to which links lead opens with the data of the demo world, wide and narrow, light and dark, without a violation or a failed call (U1, U8)', async () => {
  const walk = await PageWalk.begin(product, '/partner/$par')
  for (const email of ['ana@northwind.example', 'stefan@helios.example', 'vera@lumenmobile.example']) {
    const { page, context } = await product.signIn(email)
    expect(await walk.go(page)).toBeGreaterThan(0)
    await context.close()
  }
  expect(walk.faults).toEqual([])
  expect(walk.looked).toBeGreaterThanOrEqual(67)
}, 900_000)

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

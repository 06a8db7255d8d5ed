import { afterAll, beforeAll, expect, test } from 'vitest'
import { violationsOf } from '../support/look.ts'
import { explainedRefusal, PageWalk } from '../support/page-walk.ts'
import { RunningProduct } from '../support/product.ts'
import { movementOf } from '../support/still.ts'

let product: RunningProduct
beforeAll(async () => {
  product = await RunningProduct.start()
}, 120_000)
afterAll(() => product[Symbol.asyncDispose]())

test('every page of a partner opens with the data of the demo world, wide and narrow, light and dark, without a violation or a failed call (U1, U8)', async () => {
  const walk = await PageWalk.begin(product, '/partner/$par')
  for (const [email, from] of [
    ['victor@southbank.example', ['clients', 'webhooks', 'orders']],
    ['stefan@helios.example', []],
    ['vera@lumenmobile.example', []],
    ['nora@brightside.example', ['payouts']],
  ] as const) {
    const { page, context } = await product.signIn(email)
    const others = from.map((path) => new URL(path, page.url()).pathname)
    expect(await walk.go(page, others)).toBeGreaterThan(0)
    for (const part of ['clients', 'links/$link']) await walk.goBehindButtons(page, `/partner/$par/${part}`)
    await context.close()
  }
  const { page, context } = await product.signIn('ana@northwind.example')
  const explained = await explainedRefusal(product, page)
  const others = ['links', 'links/templates', 'teams', `decisions/${explained}`]
  await walk.go(
    page,
    others.map((path) => new URL(path, page.url()).pathname),
  )
  await walk.goBehindButtons(page)
  await context.close()
  expect(walk.faults).toEqual([])
  expect(walk.missed).toEqual([])
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

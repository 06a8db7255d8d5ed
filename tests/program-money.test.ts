import { afterAll, beforeAll, expect, test } from 'vitest'
import { allRoutes } from '../server/src/app.ts'
import { openEarningScene, payment } from '../server/testing/earning-acts.ts'
import { TestWorld } from '../server/testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => allRoutes(services, { demoSignIns: () => [] }))
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

test('amounts are exact to the last unit, halves are rounded away from zero, and currencies are never added together (D6, F8)', async () => {
  const scene = await openEarningScene(world, {
    components: [
      {
        id: 'commission',
        trigger: 'invoice',
        model: 'percent',
        rate_bp: 333,
        max_months: null,
        products: null,
      },
    ],
  })
  await scene.refer('t1')
  // 3.33 % of this ends in exactly one half, which a sum of doubles would carry to either side.
  const large = 999_999_995_000
  const { status, body } = await scene.report([
    payment('large', { net_minor: large, tax_minor: 0 }),
    payment('largest', { net_minor: 1_000_000_000_000, tax_minor: 0, currency: 'CHF' }),
    payment('small', { net_minor: 150, tax_minor: 0, currency: 'EUR' }),
    payment('yen', { net_minor: 1501, tax_minor: 0, currency: 'JPY' }),
  ])
  expect(status, JSON.stringify(body)).toBe(200)
  const rows = await world.sql<{ currency: string; amount: string }>(
    `select currency, amount_minor::text as amount from earning where partner_id = $1 order by currency`,
    [scene.partner],
  )
  const exactly = (net: number) => String((BigInt(net) * 333n * 2n + 10_000n) / 20_000n)
  expect(rows).toEqual([
    { currency: 'CHF', amount: exactly(1_000_000_000_000) },
    { currency: 'EUR', amount: exactly(150) },
    { currency: 'JPY', amount: exactly(1501) },
    { currency: 'USD', amount: exactly(large) },
  ])
  const totals = await world.call(scene.owner, 'GET', '/api/v1/program/earnings/summary')
  expect(totals.statusCode).toBe(200)
  const balances: { balance: { currency: string } }[] = totals.json().balances
  expect(balances.map(({ balance }) => balance.currency).toSorted()).toEqual(['CHF', 'EUR', 'JPY', 'USD'])
})

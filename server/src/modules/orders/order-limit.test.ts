import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { openDirect, stockShop } from '#testing/shop.ts'
import type { DirectScene } from '#testing/shop.ts'
import { TestWorld } from '#testing/world.ts'
import { makeOrderRoutes } from './index.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
let shop: DirectScene
let token: string
beforeAll(async () => {
  // A busy machine is no part of what is told here.
  world = await TestWorld.start(makeOrderRoutes, { tokens, requestDeadlineMs: 60_000 })
  clients = new ApiClients(world, tokens)
  await stockShop(world)
})
beforeEach(async () => {
  shop = await openDirect(world, clients)
  token = await clients.token({ client: shop.client, account: shop.account, delegation: shop.consent })
})
afterAll(() => world[Symbol.asyncDispose]())

const ORDERS = '/api/v1/customers/BAN-1/orders'
/** What one costs at once and in its first month. */
const FIBRE = 9900 + 4999

const setLimit = (limits: Readonly<Record<string, number>>) =>
  world.seed('update consent set order_limits = $2 where id = $1', [shop.consent, limits], shop.tenant)

const body = (quantity: number) => ({ items: [{ product_code: 'FIBRE-1G', quantity }] })
const place = (quantity = 1) => clients.call(token, 'POST', ORDERS, { body: body(quantity) })

const codeOf = (answer: { json: () => { code?: string }; statusCode: number }) => [
  answer.statusCode,
  answer.json().code,
]
const REFUSED = [403, 'ORDER_LIMIT_REACHED']

async function spent(): Promise<number> {
  const [row] = await world.sql<{ n: string }>(
    `select coalesce(sum(once_total_minor + monthly_total_minor), 0) as n from service_order
     where delegation_id = $1 and status not in ('rejected', 'cancelled')`,
    [shop.consent],
  )
  return Number(row?.n)
}

describe('what orders may cost in a month', () => {
  test('is reached to the last cent, and what is beyond is refused, changes nothing and is on record (A6)', async () => {
    await setLimit({ EUR: 2 * FIBRE })
    expect((await place()).statusCode).toBe(201)
    expect(codeOf(await place(2))).toEqual(REFUSED)
    expect((await place()).statusCode).toBe(201)
    expect(codeOf(await place())).toEqual(REFUSED)
    expect(await spent()).toBe(2 * FIBRE)
    const events = await world.sql(
      `select 1 from audit_event where delegation_id = $1 and code = 'ORDER_LIMIT_REACHED' and outcome = 'denied'`,
      [shop.consent],
    )
    // A refusal that repeats within a minute is kept once.
    expect(events).toHaveLength(1)
  })

  test('holds for twenty orders at once: exactly as many are placed as fit (A6, R3)', async () => {
    await setLimit({ EUR: 7 * FIBRE + 1 })
    const answers = await Promise.all(Array.from({ length: 20 }, () => place()))
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(7)
    expect(answers.filter(({ statusCode }) => statusCode !== 201).map(codeOf)).toEqual(
      Array.from({ length: 13 }, () => REFUSED),
    )
    expect(await spent()).toBe(7 * FIBRE)
  })

  test('counts no order that came to nothing, and none of another month (A6)', async () => {
    await setLimit({ EUR: FIBRE })
    const first = await place()
    expect(codeOf(await place())).toEqual(REFUSED)
    const { order_id: id } = first.json<{ order_id: string }>()
    const cancelled = await clients.call(token, 'POST', `${ORDERS}/${id}/cancel`, { body: {} })
    expect(cancelled.statusCode, cancelled.body).toBe(200)
    expect((await place()).statusCode).toBe(201)
    expect(codeOf(await place())).toEqual(REFUSED)
    await world.seed(
      `update service_order set placed_at = date_trunc('month', placed_at, 'UTC') - interval '1 second' where delegation_id = $1`,
      [shop.consent],
      shop.tenant,
    )
    expect((await place()).statusCode).toBe(201)
  })

  test('holds for changes of orders: a dearer one is refused, a cheaper one is not (A6)', async () => {
    await setLimit({ EUR: 2 * FIBRE })
    const placed = await place(2)
    const { order_id: id } = placed.json<{ order_id: string }>()
    const amend = (quantity: number, etag: unknown) =>
      clients.call(token, 'PATCH', `${ORDERS}/${id}`, {
        body: body(quantity),
        headers: { 'if-match': String(etag) },
      })
    expect(codeOf(await amend(3, placed.headers['etag']))).toEqual(REFUSED)
    expect(await spent()).toBe(2 * FIBRE)
    const cheaper = await amend(1, placed.headers['etag'])
    expect(cheaper.statusCode, cheaper.body).toBe(200)
    // What was lowered below what is spent stops what costs more, and nothing else.
    await setLimit({ EUR: 1 })
    expect(codeOf(await amend(2, cheaper.headers['etag']))).toEqual(REFUSED)
    expect(await spent()).toBe(FIBRE)
  })

  test('is of one consent and one currency: another consent, an own client and another currency are not counted (A6)', async () => {
    await setLimit({ USD: 1 })
    expect((await place()).statusCode).toBe(201)
    await setLimit({ EUR: 1 })
    expect(codeOf(await place())).toEqual(REFUSED)
    const consent = await clients.consent({
      client: shop.client,
      partner: shop.partner,
      accounts: [shop.account],
    })
    token = await clients.token({ client: shop.client, account: shop.account, delegation: consent })
    expect((await place(5)).statusCode).toBe(201)
  })

  test.each([
    '[]',
    '{"eur": 1}',
    '{"EUR": 0}',
    '{"EUR": -1}',
    '{"EUR": 1.5}',
    '{"EUR": "1"}',
    '{"EUR": 1000000000000000}',
    'null',
  ])('is written in one form alone: %s is refused by the database', async (limits) => {
    await expect(
      world.seed('update consent set order_limits = $2::jsonb where id = $1', [shop.consent, limits]),
    ).rejects.toThrow(/consent_order_limits|not-null/)
  })
})

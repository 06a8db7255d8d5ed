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

describe('the total that a client read', () => {
  const eur = (amount_minor: number) => ({ amount_minor, currency: 'EUR' })
  const total = (quantity: number) => ({ once: eur(quantity * 9900), monthly: eur(quantity * 4999) })
  const order = (quantity: number, expected: unknown, headers: Record<string, string> = {}) =>
    clients.call(token, 'POST', ORDERS, {
      body: { ...body(quantity), expected_total: expected },
      headers,
    })
  const raise = (by: number) =>
    world.seed(
      `update product set monthly_minor = monthly_minor + $1 where code = 'FIBRE-1G' and currency = 'EUR'`,
      [by],
    )
  const raised = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    await raise(1)
    try {
      return await work()
    } finally {
      await raise(-1)
    }
  }
  const refusedAt = (quantity: number) => ({
    status: 412,
    code: 'ORDER_PRICE_CHANGED',
    details: { total: { once: eur(quantity * 9900), monthly: eur(quantity * 5000) } },
  })

  test('is what an order costs, or nothing is ordered and the total of now is told; left out, the order goes at the prices of now (A7)', async () => {
    const placed = await order(2, total(2))
    expect(placed.statusCode, placed.body).toBe(201)
    expect(placed.json()).toMatchObject({ once_total: total(2).once, monthly_total: total(2).monthly })
    const before = await spent()
    const [refused, cheaper, unsaid] = await raised(async () => [
      await order(2, total(2)),
      await order(2, { once: eur(2 * 9900 + 1), monthly: eur(2 * 5000) }),
      await place(),
    ])
    expect(refused.json()).toMatchObject(refusedAt(2))
    expect(cheaper.json()).toMatchObject(refusedAt(2))
    expect(unsaid.json()).toMatchObject({ monthly_total: eur(5000) })
    expect(await spent()).toBe(before + FIBRE + 1)
  })

  test('is said in the currency of the account, whole and in full', async () => {
    const foreign = await order(1, { once: eur(9900), monthly: { amount_minor: 4999, currency: 'USD' } })
    expect(foreign.json()).toMatchObject({
      status: 422,
      errors: [{ pointer: '/body/expected_total/monthly/currency', code: 'CURRENCY_DIFFERS' }],
    })
    for (const expected of [{ once: eur(9900) }, { ...total(1), yearly: eur(0) }, 14_899, null])
      expect((await order(1, expected)).statusCode, JSON.stringify(expected)).toBe(422)
    expect(await spent()).toBe(0)
  })

  test('belongs to the request of an Idempotency-Key: the same one is answered as before, another one is another request, and a refusal is not kept (A7, R3)', async () => {
    const key = { 'idempotency-key': 'priced' }
    const refused = await raised(() => order(1, total(1), key))
    expect(refused.json()).toMatchObject(refusedAt(1))
    const placed = await order(1, total(1), key)
    expect(placed.statusCode, placed.body).toBe(201)
    const [again, other] = await raised(async () => [
      await order(1, total(1), key),
      await order(1, { once: eur(9900), monthly: eur(5000) }, key),
    ])
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect(again.json()).toEqual(placed.json())
    expect(other.json()).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' })
    expect(await spent()).toBe(FIBRE)
  })

  test('is what a changed order costs: its items at the prices of now, or as it stands where they stay (A7)', async () => {
    const placed = await place(1)
    const { order_id: id } = placed.json<{ order_id: string }>()
    const amend = (change: object, etag: unknown = placed.headers['etag']) =>
      clients.call(token, 'PATCH', `${ORDERS}/${id}`, {
        body: change,
        headers: { 'if-match': String(etag) },
      })
    const [dearer, stale] = await raised(async () => [
      await amend({ ...body(2), expected_total: total(2) }),
      await amend({ reference: 'PO-8', expected_total: total(2) }),
    ])
    expect(dearer.json()).toMatchObject(refusedAt(2))
    expect(stale.json()).toMatchObject({ code: 'ORDER_PRICE_CHANGED', details: { total: total(1) } })
    expect((await amend({ expected_total: total(1) })).json()).toMatchObject({
      errors: [{ code: 'NOTHING_TO_CHANGE' }],
    })
    const foreign = { once: eur(9900), monthly: { amount_minor: 4999, currency: 'USD' } }
    expect((await amend({ reference: 'PO-8', expected_total: foreign })).json()).toMatchObject({
      errors: [{ pointer: '/body/expected_total/monthly/currency', code: 'CURRENCY_DIFFERS' }],
    })
    const unchanged = await clients.call(token, 'GET', `${ORDERS}/${id}`)
    expect(unchanged.json()).toEqual(placed.json())
    const named = await raised(() => amend({ reference: 'PO-8', expected_total: total(1) }))
    expect(named.json()).toMatchObject({ reference: 'PO-8', monthly_total: total(1).monthly })
    const grown = await amend({ ...body(2), expected_total: total(2) }, named.headers['etag'])
    expect(grown.json()).toMatchObject({ once_total: total(2).once, version: 3 })
    expect((await amend({ ...body(1), expected_total: total(3) })).json()).toMatchObject({
      code: 'PRECONDITION_FAILED',
    })
  })
})

import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { openDirect, openWholesale, people, stockShop } from '#testing/shop.ts'
import type { DirectScene, WholesaleScene } from '#testing/shop.ts'
import { TestWorld } from '#testing/world.ts'
import { makeOrderRoutes } from './index.ts'
import { OWNER_KEYS, PAYER_KEYS } from './rules.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
let direct: DirectScene
let whole: WholesaleScene
beforeAll(async () => {
  world = await TestWorld.start(makeOrderRoutes, { tokens })
  clients = new ApiClients(world, tokens)
  await stockShop(world)
})
beforeEach(async () => {
  direct = await openDirect(world, clients)
  whole = await openWholesale(world, clients)
})
afterAll(() => world[Symbol.asyncDispose]())

const BODY = { items: [{ product_code: 'ROUTER', quantity: 1 }] }

const delegatedToken = (claims = {}) =>
  clients.token({ client: direct.client, account: direct.account, delegation: direct.consent, claims })
const ownToken = (claims = {}) => clients.token({ client: whole.client, account: whole.homeAccount, claims })
const resaleToken = (claims = {}) =>
  clients.token({
    client: whole.client,
    account: whole.account,
    access: 'resale',
    delegation: whole.resale,
    claims,
  })

const orders = (ban: string) => `/api/v1/customers/${ban}/orders`
const place = (token: string, ban: string, body: unknown = BODY) =>
  clients.call(token, 'POST', orders(ban), { body })

async function countOrders(): Promise<number> {
  const [row] = await world.sql<{ n: number }>('select count(*)::integer as n from service_order')
  return row?.n ?? 0
}

test('a person orders at the prices that were shown, and is refused when it costs something else by now (A5, A7)', async () => {
  const home = await people.tenant(world, whole.home)
  const [account] = (await world.call(home, 'GET', '/api/v1/tenant/ordering')).json().items
  const eur = (amount_minor: number) => ({ amount_minor, currency: 'EUR' })
  const order = (once: object, monthly: object) =>
    world.call(home, 'POST', '/api/v1/tenant/orders', {
      body: {
        billing_account_id: account.billing_account_id,
        relationship_id: account.relationship_id,
        items: [{ product_code: 'FIBRE-1G', quantity: 2 }],
        expected_total: { once, monthly },
      },
    })
  const [once, monthly] = [eur(2 * 9900), eur(2 * 4999)]
  expect((await order(once, monthly)).json()).toMatchObject({ once_total: once, monthly_total: monthly })
  const foreign = await order(once, { amount_minor: 2 * 4999, currency: 'USD' })
  expect(foreign.json().errors).toMatchObject([{ pointer: '/body/expected_total/monthly/currency' }])
  const before = await countOrders()
  const raise = (by: number) =>
    world.seed(`update product set monthly_minor = monthly_minor + $1 where code = 'FIBRE-1G'`, [by])
  await raise(1)
  const refused = await order(once, monthly)
  expect([refused.statusCode, refused.json()]).toMatchObject([412, { code: 'ORDER_PRICE_CHANGED' }])
  await raise(-1)
  expect(await countOrders()).toBe(before)
})

describe('a wholesaler', () => {
  test('orders for itself and pays for itself (A5)', async () => {
    const placed = await place(await ownToken(), 'W-1')
    expect(placed.json()).toMatchObject({
      customer_id: encodeId('tenant', whole.home),
      billing: { party: encodeId('tenant', whole.home), ban: 'W-1', mode: 'direct' },
      placed_by: { access: 'own', partner_id: encodeId('partner', whole.partner), delegation_id: null },
    })
  })

  test('orders for its end customer and pays for it, and sees so before it orders (A5)', async () => {
    const token = await resaleToken()
    const billing = { party: encodeId('tenant', whole.home), ban: 'W-1', mode: 'resale' }
    const account = await clients.call(token, 'GET', '/api/v1/customers/E-7/account')
    expect(account.json()).toMatchObject({
      customer_id: encodeId('tenant', whole.tenant),
      access: 'resale',
      delegation_id: encodeId('resale', whole.resale),
      billing,
    })
    const placed = await place(token, 'E-7')
    expect(placed.statusCode, placed.body).toBe(201)
    expect(placed.json()).toMatchObject({
      customer_id: encodeId('tenant', whole.tenant),
      customer_ban: 'E-7',
      billing,
      placed_by: { access: 'resale', delegation_id: encodeId('resale', whole.resale), delegation_ver: 1 },
    })
  })

  test('reaches nothing of its end customer with a token for itself, and the other way round (A5, attack 55)', async () => {
    await place(await resaleToken(), 'E-7')
    await place(await ownToken(), 'W-1')
    const before = await countOrders()
    const tries = [
      [await ownToken(), 'E-7'],
      [await resaleToken(), 'W-1'],
      // The same client claims its own organisation's access to the end customer, and the end customer's to itself.
      [await clients.token({ client: whole.client, account: whole.account, access: 'own' }), 'E-7'],
      [
        await clients.token({
          client: whole.client,
          account: whole.homeAccount,
          access: 'resale',
          delegation: whole.resale,
        }),
        'W-1',
      ],
      // A token of another mode than its delegation.
      [
        await clients.token({
          client: whole.client,
          account: whole.account,
          access: 'delegated',
          delegation: whole.resale,
        }),
        'E-7',
      ],
    ] as const
    for (const [token, ban] of tries) {
      for (const answer of [await clients.call(token, 'GET', orders(ban)), await place(token, ban)])
        expect(answer.json(), ban).toMatchObject({ status: 403, code: 'CUSTOMER_MISMATCH' })
    }
    expect(await countOrders()).toBe(before)
  })
})

describe('a token that does not name all of its parties', () => {
  test.each([
    ['no delegation', { delegationId: null, delegationVersion: null }, 403, 'CUSTOMER_MISMATCH'],
    ['no account', { account: { ban: '' } }, 403, 'CUSTOMER_MISMATCH'],
    ['no details', { actions: null }, 403, 'INSUFFICIENT_AUTHORIZATION_DETAILS'],
    ['no version', { delegationVersion: null }, 401, 'TOKEN_STALE'],
    ['no payer', { billing: null }, 403, 'BILLING_CHANGED'],
  ])('is refused: %s (attack 63)', async (_, claims, status, code) => {
    const before = await countOrders()
    const answer = await place(await delegatedToken(claims), 'BAN-1')
    expect(answer.json()).toMatchObject({ status, code })
    expect(await countOrders()).toBe(before)
  })
})

describe('a request about another customer than the token', () => {
  const foreign = () => [
    { customer_ban: 'BAN-2' },
    { customer_id: encodeId('tenant', whole.tenant) },
    { customer_ban: ['BAN-1', 'BAN-2'] },
    { customer_ban: ['BAN-1'] },
    { customer_ban: null },
    { customer_id: { id: encodeId('tenant', direct.tenant) } },
  ]

  test('in the path is refused (attack 64)', async () => {
    for (const ban of ['BAN-2', 'E-7', 'ban-1', 'BAN-1%20', 'nobody'])
      expect((await place(await delegatedToken(), ban)).json(), ban).toMatchObject({
        status: 403,
        code: 'CUSTOMER_MISMATCH',
      })
  })

  test('in the body is refused and nothing is ordered; the same customer may be repeated (attack 64)', async () => {
    const before = await countOrders()
    for (const extra of foreign())
      expect((await place(await delegatedToken(), 'BAN-1', { ...BODY, ...extra })).json()).toMatchObject({
        status: 403,
        code: 'CUSTOMER_MISMATCH',
      })
    expect(await countOrders()).toBe(before)
    const repeated = { customer_ban: 'BAN-1', customer_id: encodeId('tenant', direct.tenant) }
    expect((await place(await delegatedToken(), 'BAN-1', { ...BODY, ...repeated })).statusCode).toBe(201)
  })

  test('in the query is refused on every operation (attack 64)', async () => {
    const token = await delegatedToken()
    const { order_id: id } = (await place(token, 'BAN-1')).json<{ order_id: string }>()
    const base = '/api/v1/customers/BAN-1'
    for (const query of ['customer_ban=BAN-2', 'customer_ban=BAN-1&customer_ban=BAN-2', 'customer_id=x']) {
      for (const path of ['orders', `orders/${id}`, 'services', 'account', 'products', 'invoices'])
        expect((await clients.call(token, 'GET', `${base}/${path}?${query}`)).json(), path).toMatchObject({
          code: 'CUSTOMER_MISMATCH',
        })
      const writes = [
        clients.call(token, 'POST', `${base}/orders?${query}`, { body: BODY }),
        clients.call(token, 'POST', `${base}/orders/${id}/cancel?${query}`),
        clients.call(token, 'PATCH', `${base}/orders/${id}?${query}`, {
          body: { reference: 'x' },
          headers: { 'if-match': '"v1"' },
        }),
      ]
      for (const answer of await Promise.all(writes))
        expect(answer.json()).toMatchObject({ code: 'CUSTOMER_MISMATCH' })
    }
    const same = await clients.call(token, 'GET', `${base}/orders/${id}?customer_ban=BAN-1`)
    expect(same.json()).toMatchObject({ state: 'acknowledged', version: 1 })
  })

  test('leaves an event that the customer and the partner read', async () => {
    await place(await delegatedToken(), 'BAN-1', { ...BODY, customer_ban: 'BAN-2' })
    const events = await world.sql(
      `select e.code, e.outcome, e.actor_type, array_agg(s.kind order by s.kind) as readers from audit_event e
       join audit_scope s on s.event_id = e.id where e.tenant_id = $1 and e.outcome = 'denied' group by e.id, e.code, e.outcome, e.actor_type`,
      [direct.tenant],
    )
    expect(events).toEqual([
      { code: 'CUSTOMER_MISMATCH', outcome: 'denied', actor_type: 'client', readers: ['partner', 'tenant'] },
    ])
  })
})

describe('a request that says who pays', () => {
  test.each([...PAYER_KEYS])('with %s is refused, and nothing is ordered (A5, attack 57)', async (key) => {
    const before = await countOrders()
    const token = await delegatedToken()
    const payer = encodeId('tenant', direct.tenant)
    const answers = [
      await place(token, 'BAN-1', { ...BODY, [key]: payer }),
      await clients.call(token, 'POST', `${orders('BAN-1')}?${key}=${payer}`, { body: BODY }),
      await clients.call(token, 'GET', `${orders('BAN-1')}?${key}=${payer}`),
    ]
    for (const answer of answers)
      expect(answer.json()).toMatchObject({ status: 422, code: 'BILLING_PARTY_MISMATCH' })
    expect(await countOrders()).toBe(before)
  })

  test('in a header changes nothing: the order is billed by the relationship (attack 57)', async () => {
    const placed = await clients.call(await resaleToken(), 'POST', orders('E-7'), {
      body: BODY,
      headers: { 'x-billing-party': encodeId('tenant', whole.tenant), 'x-billing-ban': 'E-7' },
    })
    expect(placed.json()).toMatchObject({ billing: { party: encodeId('tenant', whole.home), ban: 'W-1' } })
  })

  test('the names of customers and of payers do not overlap', () => {
    expect(new Set([...PAYER_KEYS, ...OWNER_KEYS]).size).toBe(PAYER_KEYS.length + OWNER_KEYS.length)
  })
})

describe('who pays', () => {
  const end = (id: string, tenant = direct.tenant) =>
    world.seed(`update commercial_relationship set status = 'ended' where id = $1`, [id], tenant)

  test('is nobody once an account is closed: nothing is ordered on it, and what is there is still read (A5)', async () => {
    const token = await delegatedToken()
    const close = (status: string) =>
      world.seed(
        `update billing_account set status = $2 where tenant_id = $1`,
        [direct.tenant, status],
        direct.tenant,
      )
    await close('closed')
    const before = await countOrders()
    const refused = await place(token, 'BAN-1')
    const read = await clients.call(token, 'GET', orders('BAN-1'))
    await close('active')
    expect(refused.json()).toMatchObject({ status: 409, code: 'NO_BILLING_RELATIONSHIP' })
    expect(read.statusCode, read.body).toBe(200)
    expect(await countOrders()).toBe(before)
  })

  test('has to be somebody: without a relationship nothing is ordered, and what is there is still read (A5)', async () => {
    const token = await delegatedToken()
    const { order_id: id } = (await place(token, 'BAN-1')).json<{ order_id: string }>()
    await end(direct.relationship)
    const before = await countOrders()
    for (const fresh of [token, await delegatedToken()])
      expect((await place(fresh, 'BAN-1')).json()).toMatchObject({
        status: 409,
        code: 'NO_BILLING_RELATIONSHIP',
      })
    expect(await countOrders()).toBe(before)
    expect((await clients.call(token, 'GET', orders('BAN-1'))).statusCode).toBe(200)
    const account = await clients.call(token, 'GET', '/api/v1/customers/BAN-1/account')
    expect(account.json()).toMatchObject({ billing: null })
    const cancelled = await clients.call(token, 'POST', `${orders('BAN-1')}/${id}/cancel`)
    expect(cancelled.json(), 'giving up costs nobody anything').toMatchObject({ state: 'cancelled' })
  })

  test('is who the token said, else writes wait for a new token and reads pass (A5)', async () => {
    const token = await delegatedToken()
    await end(direct.relationship)
    await clients.paidBy(direct.account, direct.other)
    expect((await place(token, 'BAN-1')).json()).toMatchObject({ status: 403, code: 'BILLING_CHANGED' })
    expect((await clients.call(token, 'GET', orders('BAN-1'))).statusCode).toBe(200)
    expect((await place(await delegatedToken(), 'BAN-1')).json()).toMatchObject({
      billing: { ban: 'BAN-2', mode: 'direct' },
    })
  })

  test('of an order stays who it was: it is not changed at the cost of another', async () => {
    const token = await delegatedToken()
    const { order_id: id } = (await place(token, 'BAN-1')).json<{ order_id: string }>()
    await end(direct.relationship)
    await clients.paidBy(direct.account, direct.other)
    const fresh = await delegatedToken()
    const amended = await clients.call(fresh, 'PATCH', `${orders('BAN-1')}/${id}`, {
      body: { items: [{ product_code: 'ROUTER', quantity: 100 }] },
      headers: { 'if-match': '"v1"' },
    })
    expect(amended.json()).toMatchObject({ status: 403, code: 'BILLING_CHANGED' })
    const order = await clients.call(fresh, 'GET', `${orders('BAN-1')}/${id}`)
    expect(order.json()).toMatchObject({ billing: { ban: 'BAN-1' }, version: 1 })
  })

  test('and who may act are apart: the end of one is not the end of the other (A5)', async () => {
    const token = await resaleToken()
    await place(token, 'E-7')
    await end(whole.relationship, whole.tenant)
    expect((await clients.call(token, 'GET', orders('E-7'))).json()).toMatchObject({ items: [{}] })
    expect((await place(token, 'E-7')).json()).toMatchObject({ code: 'NO_BILLING_RELATIONSHIP' })
    await clients.paidBy(whole.account, whole.homeAccount, whole.partner)
    await world.seed(`update delegation set status = 'revoked' where id = $1`, [whole.resale], whole.tenant)
    expect((await clients.call(token, 'GET', orders('E-7'))).json()).toMatchObject({
      status: 401,
      code: 'DELEGATION_REVOKED',
    })
    const [relationship] = await world.sql(`select access.billing_of($1, $2) ->> 'payer_ban' as payer_ban`, [
      whole.tenant,
      whole.account.id,
    ])
    expect(relationship).toEqual({ payer_ban: 'W-1' })
  })
})

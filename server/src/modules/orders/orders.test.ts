import { encodeId } from '@liaison/access'
import type { LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { openDirect, people, stockShop } from '#testing/shop.ts'
import type { DirectScene } from '#testing/shop.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeOrderRoutes } from './index.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
let provider: Caller
let shop: DirectScene
let token: string
beforeAll(async () => {
  world = await TestWorld.start(makeOrderRoutes, { tokens })
  clients = new ApiClients(world, tokens)
  await stockShop(world)
  provider = await people.provider(world)
})
beforeEach(async () => {
  shop = await openDirect(world, clients)
  token = await clients.token({ client: shop.client, account: shop.account, delegation: shop.consent })
})
afterAll(() => world[Symbol.asyncDispose]())

const ORDERS = '/api/v1/customers/BAN-1/orders'
const BODY = {
  items: [
    { product_code: 'FIBRE-1G', quantity: 3 },
    { product_code: 'ROUTER', quantity: 1 },
  ],
  reference: 'PO-7',
}

interface Order {
  order_id: string
  state: string
  reference: string
  requested_date: string
  version: number
  items: { product_code: string; quantity: number }[]
}

const place = (body: unknown = BODY, headers: Record<string, string> = {}) =>
  clients.call(token, 'POST', ORDERS, { body, headers })

async function placed(body: unknown = BODY): Promise<Order> {
  const response = await place(body)
  expect(response.statusCode, response.body).toBe(201)
  return response.json<Order>()
}

const move = (order: Order, path: string, caller = provider): Promise<LightMyRequestResponse> =>
  world.call(caller, 'POST', `/api/v1/admin/orders/${order.order_id}/${path}`, { body: {} })

const read = (order: Order) => clients.call(token, 'GET', `${ORDERS}/${order.order_id}`)

describe('an order', () => {
  test('says whose it is, who pays, who ordered and by which right, at exact prices (A7)', async () => {
    const response = await place()
    expect(response.statusCode, response.body).toBe(201)
    expect(response.headers['etag']).toBe('"v1"')
    expect(response.json()).toMatchObject({
      customer_id: encodeId('tenant', shop.tenant),
      customer_ban: 'BAN-1',
      state: 'acknowledged',
      reference: 'PO-7',
      once_total: { amount_minor: 3 * 9900 + 12_901, currency: 'EUR' },
      monthly_total: { amount_minor: 3 * 4999, currency: 'EUR' },
      billing: { party: encodeId('tenant', shop.tenant), party_name: 'Globex', ban: 'BAN-1', mode: 'direct' },
      placed_by: {
        access: 'delegated',
        partner_id: encodeId('partner', shop.partner),
        client_id: encodeId('api_client', shop.client),
        actor: `client:${encodeId('api_client', shop.client)}`,
        delegation_id: encodeId('consent', shop.consent),
        delegation_ver: 1,
      },
      moves: [{ action: 'cancel', to: 'cancelled' }],
    })
  })

  test('becomes one service for each piece when it is completed, with the same owner, payer, actor and right (A7)', async () => {
    const order = await placed()
    expect((await move(order, 'progress')).json()).toMatchObject({ state: 'in_progress' })
    expect((await move(order, 'complete')).json()).toMatchObject({ state: 'completed', moves: [] })
    const listed = await clients.call(token, 'GET', '/api/v1/customers/BAN-1/services')
    const { items } = listed.json<{ items: { service_id: string; product_code: string }[] }>()
    expect(items.map((service) => service.product_code).toSorted()).toEqual([
      'FIBRE-1G',
      'FIBRE-1G',
      'FIBRE-1G',
      'ROUTER',
    ])
    const one = await clients.call(token, 'GET', `/api/v1/customers/BAN-1/services/${items[0]?.service_id}`)
    const { billing, placed_by: by } = (await read(order)).json<{ billing: unknown; placed_by: unknown }>()
    expect(one.json()).toMatchObject({
      order_id: order.order_id,
      state: 'active',
      customer_ban: 'BAN-1',
      billing,
      placed_by: by,
    })
  })

  test('keeps its price when the price of the product changes', async () => {
    const order = await placed()
    await world.seed(
      `update product set monthly_minor = 9999 where code = 'FIBRE-1G' and currency = 'EUR'`,
      [],
    )
    expect((await read(order)).json()).toMatchObject({ monthly_total: { amount_minor: 3 * 4999 } })
    await world.seed(
      `update product set monthly_minor = 4999 where code = 'FIBRE-1G' and currency = 'EUR'`,
      [],
    )
  })

  test('is changed with the version that was read, before work on it begins, and at the prices of now (A7)', async () => {
    const order = await placed()
    const amendBy = (tags: string, body: unknown) =>
      clients.call(token, 'PATCH', `${ORDERS}/${order.order_id}`, { body, headers: { 'if-match': tags } })
    const amend = (version: number, body: unknown) => amendBy(`"v${version}"`, body)
    const changed = await amend(1, {
      items: [{ product_code: 'ROUTER', quantity: 2 }],
      requested_date: '2027-01-31',
      reference: null,
    })
    expect(changed.json()).toMatchObject({
      version: 2,
      reference: null,
      requested_date: '2027-01-31',
      once_total: { amount_minor: 2 * 12_901 },
      monthly_total: { amount_minor: 0 },
      items: [{ product_code: 'ROUTER', quantity: 2 }],
    })
    expect((await amend(1, { reference: 'late' })).json()).toMatchObject({ code: 'PRECONDITION_FAILED' })
    const bare = await clients.call(token, 'PATCH', `${ORDERS}/${order.order_id}`, {
      body: { reference: 'x' },
    })
    expect(bare.json()).toMatchObject({ code: 'PRECONDITION_REQUIRED' })
    expect((await amend(2, {})).json()).toMatchObject({ code: 'VALIDATION_ERROR' })
    const past = await amend(2, { requested_date: '2020-01-01' })
    expect(past.json().errors).toMatchObject([{ pointer: '/body/requested_date', code: 'IN_THE_PAST' }])
    // Weak tags never match, `*` names no version, and of a list the one counts that is ours (RFC 9110 section 13.1.1).
    for (const tags of ['W/"v2"', '"x"'])
      expect((await amendBy(tags, { reference: 'x' })).statusCode, tags).toBe(412)
    for (const tags of ['*', '"v1", "v2"'])
      expect((await amendBy(tags, { reference: 'x' })).statusCode, tags).toBe(428)
    expect((await amendBy('"x" , "v2"', { reference: 'y' })).json()).toMatchObject({ version: 3 })
    await move(order, 'progress')
    expect((await amend(4, { reference: 'too late' })).json()).toMatchObject({ code: 'ORDER_STATE_CONFLICT' })
  })

  test('is cancelled until it is completed, and stays as it ended (A7)', async () => {
    const cancel = (order: Order) =>
      clients.call(token, 'POST', `${ORDERS}/${order.order_id}/cancel`, { body: { reason: 'not needed' } })
    const first = await placed()
    expect((await cancel(first)).json()).toMatchObject({ state: 'cancelled', state_reason: 'not needed' })
    expect((await cancel(first)).json()).toMatchObject({ code: 'ORDER_STATE_CONFLICT' })
    expect((await move(first, 'progress')).json()).toMatchObject({ code: 'ORDER_STATE_CONFLICT' })
    const second = await placed()
    await move(second, 'progress')
    await move(second, 'complete')
    expect((await cancel(second)).json()).toMatchObject({ code: 'ORDER_STATE_CONFLICT' })
    const third = await placed()
    expect((await move(third, 'reject')).json()).toMatchObject({ state: 'rejected' })
  })

  test('with products that are not offered, faulty counts or unknown fields is refused with every fault, and nothing is kept', async () => {
    const counted = () => world.sql<{ n: number }>('select count(*)::integer as n from service_order')
    const before = await counted()
    const unknown = await place({
      items: [
        { product_code: 'ISDN', quantity: 1 },
        { product_code: 'ROUTER', quantity: 1 },
        { product_code: 'NOPE', quantity: 1 },
      ],
    })
    expect(unknown.json()).toMatchObject({
      code: 'VALIDATION_ERROR',
      errors: [
        { pointer: '/body/items/0/product_code', code: 'PRODUCT_NOT_OFFERED' },
        { pointer: '/body/items/2/product_code', code: 'PRODUCT_NOT_OFFERED' },
      ],
    })
    for (const body of [
      { items: [] },
      { items: [{ product_code: 'ROUTER', quantity: 0 }] },
      { items: [{ product_code: 'ROUTER', quantity: 101 }] },
      { items: [{ product_code: 'ROUTER', quantity: '1' }] },
      { items: [{ product_code: 'ROUTER', quantity: 1.5 }] },
      { items: [{ product_code: 'ROUTER', quantity: 1, price: 0 }] },
      { ...BODY, discount: 10 },
      { ...BODY, requested_date: '2027-02-30' },
      { ...BODY, requested_date: '2020-01-01' },
      { ...BODY, reference: 'x'.repeat(101) },
    ])
      expect((await place(body)).statusCode, JSON.stringify(body)).toBe(422)
    expect(await counted()).toEqual(before)
  })

  test('of another account, another tenant or nobody is not found', async () => {
    const order = await placed()
    const other = await openDirect(world, clients)
    const theirs = await clients.token({
      client: other.client,
      account: other.account,
      delegation: other.consent,
    })
    for (const path of [`${ORDERS}/${order.order_id}`, `${ORDERS}/ord_${'0'.repeat(26)}`])
      expect((await clients.call(theirs, 'GET', path)).json()).toMatchObject({ code: 'ORDER_NOT_FOUND' })
    const stop = await clients.call(theirs, 'POST', `${ORDERS}/${order.order_id}/cancel`)
    expect(stop.json()).toMatchObject({ code: 'ORDER_NOT_FOUND' })
    expect((await read(order)).json()).toMatchObject({ state: 'acknowledged' })
  })
})

describe('a list of orders', () => {
  test.each(['-placed_at', 'placed_at', '-requested_date', 'requested_date'])(
    'sorted by %s shows every order once when its cursor is followed (A7)',
    async (sort) => {
      const made: Order[] = []
      for (const day of ['2027-03-05', '2027-03-01', '2027-03-05', '2027-03-09', '2027-03-01'])
        made.push(await placed({ ...BODY, requested_date: day }))
      const seen: Order[] = []
      let cursor: string | null = null
      do {
        const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
        const page = await clients.call(token, 'GET', `${ORDERS}?sort=${sort}&limit=2${query}`)
        expect(page.statusCode, page.body).toBe(200)
        const body = page.json<{ items: Order[]; next_cursor: string | null }>()
        seen.push(...body.items)
        cursor = body.next_cursor
      } while (cursor !== null)
      const key = (order: Order) =>
        (sort.endsWith('requested_date') ? order.requested_date : '') + order.order_id
      const rising = made.toSorted((left, right) => (key(left) < key(right) ? -1 : 1)).map((o) => o.order_id)
      expect(seen.map((order) => order.order_id)).toEqual(sort.startsWith('-') ? rising.toReversed() : rising)
    },
  )

  test('is narrowed by state, reference and requested day; a cursor is good for its own list only', async () => {
    const first = await placed({ ...BODY, reference: 'A', requested_date: '2027-01-01' })
    const second = await placed({ ...BODY, reference: 'B', requested_date: '2027-02-01' })
    await move(second, 'progress')
    const ids = async (query: string) => {
      const page = await clients.call(token, 'GET', `${ORDERS}?${query}`)
      return page.json<{ items: Order[] }>().items.map((order) => order.order_id)
    }
    expect(await ids('state=acknowledged')).toEqual([first.order_id])
    expect(await ids('state=in_progress,completed')).toEqual([second.order_id])
    expect(await ids('reference=A')).toEqual([first.order_id])
    expect(await ids('requested_from=2027-01-15')).toEqual([second.order_id])
    expect(await ids('requested_to=2027-01-15')).toEqual([first.order_id])
    const page = await clients.call(token, 'GET', `${ORDERS}?limit=1`)
    const { next_cursor: cursor } = page.json<{ next_cursor: string }>()
    for (const misuse of [`limit=1&state=acknowledged&cursor=${cursor}`, `sort=placed_at&cursor=${cursor}`])
      expect((await clients.call(token, 'GET', `${ORDERS}?${misuse}`)).json()).toMatchObject({
        code: 'CURSOR_INVALID',
      })
  })
})

describe('the account', () => {
  test('tells before anything is ordered who pays (A5)', async () => {
    const account = await clients.call(token, 'GET', '/api/v1/customers/BAN-1/account')
    expect(account.json()).toMatchObject({
      customer_ban: 'BAN-1',
      currency: 'EUR',
      access: 'delegated',
      delegation_id: encodeId('consent', shop.consent),
      billing: { party: encodeId('tenant', shop.tenant), ban: 'BAN-1', mode: 'direct' },
    })
    const products = await clients.call(token, 'GET', '/api/v1/customers/BAN-1/products')
    expect(products.json()).toMatchObject({
      items: [
        { product_code: 'FIBRE-1G', once: { amount_minor: 9900, currency: 'EUR' } },
        { product_code: 'ROUTER' },
      ],
      billing: { mode: 'direct' },
    })
  })

  test('shows the invoices that were sent for it, and those of no other account', async () => {
    const invoice = (number: string, ban: string, status: string, due: string) =>
      world.seed(
        `insert into invoice (tenant_id, billing_account_id, number, issued_on, due_on, status, currency, subtotal_minor, tax_minor, total_minor)
         select $1, id, $2, '2026-01-01', $5, $4, 'EUR', 1000, 190, 1190 from billing_account where tenant_id = $1 and ban = $3`,
        [shop.tenant, number, ban, status, due],
        shop.tenant,
      )
    await invoice('N-1', 'BAN-1', 'finalized', '2026-02-01')
    await invoice('N-2', 'BAN-1', 'finalized', '2099-01-01')
    await invoice('N-3', 'BAN-1', 'draft', '2099-01-01')
    await invoice('N-4', 'BAN-2', 'finalized', '2099-01-01')
    const listed = await clients.call(token, 'GET', '/api/v1/customers/BAN-1/invoices?limit=1')
    const first = listed.json<{ items: { invoice_number: string }[]; next_cursor: string }>()
    const next = await clients.call(
      token,
      'GET',
      `/api/v1/customers/BAN-1/invoices?limit=1&cursor=${encodeURIComponent(first.next_cursor)}`,
    )
    expect([...first.items, ...next.json<typeof first>().items]).toMatchObject([
      { invoice_number: 'N-2', status: 'finalized', total: { amount_minor: 1190, currency: 'EUR' } },
      { invoice_number: 'N-1', status: 'overdue' },
    ])
    expect(next.json()).toMatchObject({ has_more: false, next_cursor: null })
  })
})

describe("a tenant's own people", () => {
  test('see every order and service of theirs, with who did it and who pays (A7)', async () => {
    const order = await placed()
    const own = await clients.client({ tenant: shop.tenant })
    const theirs = await clients.token({ client: own, account: shop.other })
    const second = await clients.call(theirs, 'POST', '/api/v1/customers/BAN-2/orders', { body: BODY })
    expect(second.statusCode, second.body).toBe(201)
    const admin = await people.tenant(world, shop.tenant)
    const page = await world.call(admin, 'GET', '/api/v1/tenant/orders')
    expect(page.json<{ items: unknown[] }>().items).toMatchObject([
      { customer_ban: 'BAN-2', placed_by: { access: 'own', partner_id: null, delegation_id: null } },
      { order_id: order.order_id, placed_by: { partner_name: 'Acme Partners', client_name: 'Order desk' } },
    ])
    const narrowed = await world.call(admin, 'GET', '/api/v1/tenant/orders?customer_ban=BAN-1')
    expect(narrowed.json<{ items: unknown[] }>().items).toHaveLength(1)
    await move(order, 'progress')
    await move(order, 'complete')
    const services = await world.call(admin, 'GET', '/api/v1/tenant/services')
    expect(services.json<{ items: unknown[] }>().items).toHaveLength(4)
    const one = await world.call(admin, 'GET', `/api/v1/tenant/orders/${order.order_id}`)
    expect(one.json()).toMatchObject({ state: 'completed', moves: [] })
    const stranger = await people.tenant(world, await world.tenant('Elsewhere'))
    expect((await world.call(stranger, 'GET', `/api/v1/tenant/orders/${order.order_id}`)).statusCode).toBe(
      404,
    )
  })
})

describe('a product', () => {
  test('is set by the provider in each currency, and withdrawn so that it is not ordered any more', async () => {
    const set = (status: string, code = 'SIM') =>
      world.call(provider, 'PUT', `/api/v1/admin/products/${code}/EUR`, {
        body: { name: 'SIM card', once_minor: 500, monthly_minor: 1999, status },
      })
    const order = () => place({ items: [{ product_code: 'SIM', quantity: 2 }] })
    expect((await order()).statusCode).toBe(422)
    expect((await set('offered')).json()).toMatchObject({
      product_code: 'SIM',
      once: { amount_minor: 500, currency: 'EUR' },
    })
    expect((await order()).json()).toMatchObject({ monthly_total: { amount_minor: 3998 } })
    await set('withdrawn')
    expect((await order()).json()).toMatchObject({ code: 'VALIDATION_ERROR' })
    const { items } = (await world.call(provider, 'GET', '/api/v1/admin/products')).json<{
      items: { product_code: string }[]
    }>()
    expect(items.filter((item) => item.product_code === 'SIM')).toMatchObject([{ status: 'withdrawn' }])
    expect((await set('offered', 'no code')).statusCode).toBe(422)
    const admin = await people.tenant(world, shop.tenant)
    expect((await world.call({ cookie: admin.cookie }, 'GET', '/api/v1/admin/products')).statusCode).toBe(403)
    await world.seed(`update product set status = 'withdrawn' where code = 'SIM'`, [])
  })
})

describe('a scope or an action that is missing', () => {
  test.each([
    ['POST', 'orders', 'orders.write', 'order.create'],
    ['GET', 'orders', 'orders.read', 'order.read'],
    ['GET', 'services', 'services.read', 'service.read'],
    ['GET', 'account', 'accounts.read', 'account.read'],
    ['GET', 'invoices', 'invoices.read', 'invoice.read'],
  ] as const)('refuses %s %s without %s, and without %s', async (method, path, scope, action) => {
    const call = (with_: string) =>
      clients.call(with_, method, `/api/v1/customers/BAN-1/${path}`, method === 'POST' ? { body: BODY } : {})
    const all = ['orders.read', 'orders.write', 'services.read', 'accounts.read', 'invoices.read'] as const
    const wish = { client: shop.client, account: shop.account, delegation: shop.consent }
    const noScope = await clients.token({ ...wish, scopes: all.filter((one) => one !== scope) })
    expect((await call(noScope)).json()).toMatchObject({ code: 'INSUFFICIENT_SCOPE', details: { scope } })
    const actions = (
      ['order.create', 'order.read', 'service.read', 'account.read', 'invoice.read'] as const
    ).filter((one) => one !== action)
    const narrow = await openDirect(world, clients)
    const consent = await clients.consent({
      client: narrow.client,
      partner: narrow.partner,
      accounts: [narrow.account],
      actions,
    })
    const noAction = await clients.token({
      client: narrow.client,
      account: narrow.account,
      delegation: consent,
    })
    expect((await call(noAction)).json()).toMatchObject({ code: 'INSUFFICIENT_AUTHORIZATION_DETAILS' })
  })
})

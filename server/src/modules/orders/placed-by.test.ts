import type { ClientPermission, PartnerId } from '@liaison/access'
import { createHash } from 'node:crypto'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { noteToken } from '#testing/issued-token.ts'
import { openDirect, stockShop } from '#testing/shop.ts'
import type { DirectScene } from '#testing/shop.ts'
import { attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeOrderRoutes } from './index.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
let shop: DirectScene
/** Another partner, which the customer let in on the same account, and a later consent of the first one. */
let stranger: { readonly partner: PartnerId; readonly client: string; readonly consent: string }
let later: string
let by: Readonly<Record<'tenant' | 'partner' | 'stranger' | 'later', string>>
beforeAll(async () => {
  world = await TestWorld.start(makeOrderRoutes, { tokens })
  clients = new ApiClients(world, tokens)
  await stockShop(world)
  await world.seed(
    `insert into product (code, currency, name, once_minor, monthly_minor) values ('GIFT', 'EUR', 'For nothing', 0, 0)`,
    [],
  )
})
beforeEach(async () => {
  shop = await openDirect(world, clients)
  const { account, partner, client, consent } = shop
  const other = await world.partner('Northwind')
  const theirs = await clients.client({ partner: other })
  const given = await clients.consent({ client: theirs, partner: other, accounts: [account] })
  const renewed = await clients.consent({ client, partner, accounts: [account] })
  const own = await clients.client({ tenant: shop.tenant })
  stranger = { partner: other, client: theirs, consent: given }
  later = renewed
  by = {
    tenant: await clients.token({ client: own, account }),
    partner: await clients.token({ client, account, delegation: consent }),
    stranger: await clients.token({ client: theirs, account, delegation: given }),
    later: await clients.token({ client, account, delegation: renewed }),
  }
})
afterAll(() => world[Symbol.asyncDispose]())

const ORDERS = '/api/v1/customers/BAN-1/orders'
/** What one costs at once and in its first month. */
const FIBRE = 9900 + 4999
const body = (quantity: number, code = 'FIBRE-1G') => ({ items: [{ product_code: code, quantity }] })

async function place(token: string, quantity = 1, code?: string): Promise<string> {
  const placed = await clients.call(token, 'POST', ORDERS, { body: body(quantity, code) })
  expect(placed.statusCode, placed.body).toBe(201)
  return placed.json<{ order_id: string }>().order_id
}

const read = async (token: string, id: string) => {
  const answer = await clients.call(token, 'GET', `${ORDERS}/${id}`)
  return { etag: String(answer.headers['etag']), ...answer.json<{ moves: unknown[]; items: unknown[] }>() }
}

const amend = async (token: string, id: string, quantity: number) =>
  clients.call(token, 'PATCH', `${ORDERS}/${id}`, {
    body: body(quantity),
    headers: { 'if-match': (await read(token, id)).etag },
  })
const cancel = (token: string, id: string) => clients.call(token, 'POST', `${ORDERS}/${id}/cancel`)

const setLimit = (consent: string, minor: number) =>
  world.seed('update consent set order_limits = $2 where id = $1', [consent, { EUR: minor }], shop.tenant)

const newestOrder = async () =>
  (
    await world.sql<{ id: string }>(
      'select id from service_order where tenant_id = $1 order by id desc limit 1',
      [shop.tenant],
    )
  )[0]?.id

describe('an order that somebody else placed', () => {
  test.each(['tenant', 'partner'] as const)(
    'is read by a partner, and neither changed nor cancelled by it: of the %s (A5, A7)',
    async (whose) => {
      await setLimit(stranger.consent, 1)
      const id = await place(by[whose])
      const before = await read(by.stranger, id)
      expect(before.moves).toEqual([])
      for (const answer of [await amend(by.stranger, id, 100), await cancel(by.stranger, id)])
        expect([answer.statusCode, answer.json()]).toMatchObject([409, { code: 'ORDER_PLACED_BY_ANOTHER' }])
      expect(await read(by.stranger, id)).toEqual(before)
      const refused = await world.sql(
        `select 1 from audit_event where partner_id = $1 and code = 'ORDER_PLACED_BY_ANOTHER' and outcome = 'denied'`,
        [stranger.partner],
      )
      expect(refused).not.toEqual([])
    },
  )

  test('is changed and cancelled by the customer, whose partner hears of it', async () => {
    const id = await place(by.partner)
    expect((await amend(by.tenant, id, 2)).statusCode).toBe(200)
    expect((await cancel(by.tenant, id)).statusCode).toBe(200)
    const told = await world.sql(
      `select distinct payload ->> 'partner_id' as partner, payload ->> 'delegation_id' as delegation from outbox
       where topic in ('order.changed', 'order.cancelled') and payload ->> 'tenant_id' = $1`,
      [shop.tenant],
    )
    expect(told).toEqual([{ partner: shop.partner, delegation: shop.consent }])
  })
})

describe('an order under an earlier consent of the same partner', () => {
  test('is changed under the later one, whose limit counts as well, however often it grows (A6)', async () => {
    await setLimit(later, 3 * FIBRE)
    const [first, second] = [await place(by.partner), await place(by.partner)]
    expect((await amend(by.later, first, 4)).json()).toMatchObject({ code: 'ORDER_LIMIT_REACHED' })
    expect((await amend(by.later, first, 2)).statusCode).toBe(200)
    expect((await amend(by.later, second, 2)).json()).toMatchObject({ code: 'ORDER_LIMIT_REACHED' })
    const placed = await clients.call(by.later, 'POST', ORDERS, { body: body(2) })
    expect(placed.json()).toMatchObject({ code: 'ORDER_LIMIT_REACHED' })
    // That of the consent under which it was placed counts on.
    await setLimit(shop.consent, 3 * FIBRE)
    expect((await amend(by.later, first, 3)).json()).toMatchObject({ code: 'ORDER_LIMIT_REACHED' })
    expect((await amend(by.later, first, 1)).statusCode).toBe(200)
  })

  test('counts on for the later one, which no third consent makes forget it (A6)', async () => {
    await setLimit(later, 3 * FIBRE)
    const third = await clients.consent({
      client: shop.client,
      partner: shop.partner,
      accounts: [shop.account],
    })
    const byThird = await clients.token({ client: shop.client, account: shop.account, delegation: third })
    const first = await place(by.partner)
    expect((await amend(by.later, first, 2)).statusCode).toBe(200)
    expect((await amend(byThird, first, 3)).json()).toMatchObject({ code: 'ORDER_LIMIT_REACHED' })
    const placed = await clients.call(by.later, 'POST', ORDERS, { body: body(2) })
    expect(placed.json()).toMatchObject({ code: 'ORDER_LIMIT_REACHED' })
    expect((await amend(byThird, first, 1)).statusCode).toBe(200)
  })

  test('is on record, and told, under the right by which it was changed (X)', async () => {
    const id = await place(by.partner)
    expect((await amend(by.later, id, 2)).statusCode).toBe(200)
    expect((await cancel(by.later, id)).statusCode).toBe(200)
    const order = await newestOrder()
    const events = await world.sql(
      `select distinct delegation_id, partner_id from audit_event
       where resource_id = $1 and action in ('orders.update', 'orders.cancel')`,
      [order],
    )
    expect(events).toEqual([{ delegation_id: later, partner_id: shop.partner }])
    const told = await world.sql(
      `select distinct payload ->> 'delegation_id' as delegation from outbox
       where topic in ('order.changed', 'order.cancelled') and payload ->> 'order_id' = $1`,
      [order],
    )
    expect(told).toEqual([{ delegation: later }])
  })
})

/** Works as a login in a transaction that is rolled back. */
async function inside<Result>(
  login: 'liaison_delegate' | 'liaison_tenant',
  enter: { readonly call: string; readonly with: object },
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await world.database.pool(login).connect()
  try {
    await client.query('begin')
    await client.query(`select ${enter.call}($1)`, [enter.with])
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

async function clientEntry(permission: ClientPermission) {
  const tokenId = `a token of ${stranger.client}`
  await noteToken(world, { tokenId, clientId: stranger.client, endsAt: new Date('2099-01-01') })
  return {
    call: 'access.enter_client',
    with: {
      client_id: stranger.client,
      tenant_id: shop.tenant,
      ban: 'BAN-1',
      delegation_id: stranger.consent,
      delegation_ver: 1,
      token_id: tokenId,
      permission,
      writes: true,
      source: 'api',
    },
  }
}

const personEntry = (caller: Caller, permission: string) => ({
  call: 'access.enter_person',
  with: {
    session_hash: createHash('sha256')
      .update(String(caller.cookie).split('=')[1] ?? '')
      .digest('hex'),
    tenant_id: caller.tenantId ?? null,
    permission,
    writes: true,
    source: 'portal',
  },
})

async function orderingPeople() {
  const [wilma, admin] = [await world.person(), await world.person()]
  const member = await world.partnerMember(stranger.partner, wilma.id, 'PARTNER_STAFF')
  const link = await world.link(stranger.partner, shop.tenant, { role: 'reseller', type: 'reseller_channel' })
  await world.assign(link, member)
  await world.tenantMember(shop.tenant, admin.id)
  return {
    partner: personEntry(
      await world.signIn(wilma.id, { tenantId: shop.tenant }),
      'partner.provisioning.orders.create',
    ),
    tenant: personEntry(await world.signIn(admin.id, { tenantId: shop.tenant }), 'tenant.orders.create'),
  }
}

describe('the database', () => {
  const line = `insert into order_item (tenant_id, account_id, order_id, position, product_code, product_name, quantity, once_unit_minor, monthly_unit_minor)
    values ($1, $2, $3, 2, 'GIFT', 'For nothing', 1, 0, 0)`

  test('lets nobody write lines into an order that was placed before, whatever they cost (C10)', async () => {
    await place(by.partner, 1, 'GIFT')
    const order = await newestOrder()
    const values = [shop.tenant, shop.account.id, order]
    const { partner, tenant } = await orderingPeople()
    const cases = [
      ['liaison_delegate', partner],
      ['liaison_tenant', tenant],
      ['liaison_delegate', await clientEntry('api.orders.create')],
      ['liaison_delegate', await clientEntry('api.orders.update')],
    ] as const
    for (const [login, entry] of cases)
      await inside(login, entry, async (client) => {
        expect(await attempt(client, line, values), login).toBe('order_item_with_order')
      })
    await inside('liaison_delegate', await clientEntry('api.orders.update'), async (client) => {
      const change = `update service_order set reference = 'mine', version = version + 1 where id = $1`
      expect(await attempt(client, change, [order])).toBe('service_order_placed_by')
      const stop = `update service_order set status = 'cancelled', version = version + 1 where id = $1`
      expect(await attempt(client, stop, [order])).toBe('service_order_placed_by')
      expect(await attempt(client, 'delete from order_item where order_id = $1', [order])).toBe(
        'order_item_with_order',
      )
    })
  })
})

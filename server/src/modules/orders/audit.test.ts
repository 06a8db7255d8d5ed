import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeAuditRoutes } from '#modules/audit/index.ts'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { openWholesale, people, stockShop } from '#testing/shop.ts'
import type { WholesaleScene } from '#testing/shop.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeOrderRoutes } from './index.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
let provider: Caller
let whole: WholesaleScene
let token: string
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makeOrderRoutes(services), ...makeAuditRoutes(services)], {
    tokens,
  })
  clients = new ApiClients(world, tokens)
  await stockShop(world)
  provider = await people.provider(world)
})
beforeEach(async () => {
  whole = await openWholesale(world, clients)
  token = await clients.token({
    client: whole.client,
    account: whole.account,
    access: 'resale',
    delegation: whole.resale,
  })
})
afterAll(() => world[Symbol.asyncDispose]())

const BASE = '/api/v1/customers/E-7'
const BODY = { items: [{ product_code: 'ROUTER', quantity: 1 }], reference: 'PO-9' }

async function liveThrough(): Promise<string> {
  const placed = await clients.call(token, 'POST', `${BASE}/orders`, { body: BODY })
  const { order_id: id } = placed.json<{ order_id: string }>()
  await clients.call(token, 'PATCH', `${BASE}/orders/${id}`, {
    body: { reference: 'PO-10' },
    headers: { 'if-match': '"v1"' },
  })
  for (const move of ['progress', 'complete'])
    await world.call(provider, 'POST', `/api/v1/admin/orders/${id}/${move}`, { body: {} })
  const { items } = (await clients.call(token, 'GET', `${BASE}/services`)).json<{
    items: { service_id: string }[]
  }>()
  const reads = [
    'orders',
    `orders/${id}`,
    `services/${items[0]?.service_id}`,
    'account',
    'products',
    'invoices',
  ]
  for (const path of reads)
    expect((await clients.call(token, 'GET', `${BASE}/${path}`)).statusCode, path).toBe(200)
  const second = await clients.call(token, 'POST', `${BASE}/orders`, { body: BODY })
  await clients.call(token, 'POST', `${BASE}/orders/${second.json<{ order_id: string }>().order_id}/cancel`)
  return id
}

const EXPECTED = [
  'accounts.read',
  'invoices.list',
  'orders.cancel',
  'orders.complete',
  'orders.create',
  'orders.create',
  'orders.list',
  'orders.progress',
  'orders.read',
  'orders.update',
  'products.list',
  'services.list',
  'services.read',
]

interface Item {
  readonly action: string
  readonly person_name: string
  readonly partner_name: string
  readonly resource: { readonly type: string; readonly id: string } | null
}

describe('what an API client does', () => {
  test('is read whole by the tenant and by the partner, each read and each write once (A7, A10)', async () => {
    const id = await liveThrough()
    const [admin, owner] = [
      await people.tenant(world, whole.tenant),
      await people.partner(world, whole.partner),
    ]
    const read = async (caller: Caller, path: string) =>
      (await world.call(caller, 'GET', `${path}?limit=100`))
        .json<{ items: Item[] }>()
        .items.filter(({ action }) => EXPECTED.includes(action))
    for (const items of [
      await read(admin, '/api/v1/tenant/partner-access/activity'),
      await read(owner, '/api/v1/partner/audit'),
    ]) {
      expect(items.map(({ action }) => action).toSorted()).toEqual(EXPECTED)
      expect(new Set(items.map((item) => item.partner_name))).toEqual(new Set(['Whole']))
      expect(items.find(({ action }) => action === 'orders.update')).toMatchObject({
        person_name: 'Order desk',
        tenant_name: 'Endco',
        role: 'resale',
        resource: { type: 'order', id },
        changes: { reference: { before: 'PO-9', after: 'PO-10' } },
      })
    }
  })

  test('names the delegation, its version and the billed party in every event of an order', async () => {
    await liveThrough()
    const rows = await world.sql(
      `select distinct e.delegation_id, e.delegation_epoch, e.billing_party from audit_event e
       where e.tenant_id = $1 and e.resource_type = 'order' and e.action not like '%.read'`,
      [whole.tenant],
    )
    expect(rows).toEqual([
      {
        delegation_id: whole.resale,
        delegation_epoch: 1,
        billing_party: encodeId('tenant', whole.home),
      },
    ])
  })

  test('is told to subscribers by ids alone, once for each change', async () => {
    const id = await liveThrough()
    const rows = await world.sql<{ topic: string; payload: Record<string, string> }>(
      `select topic, payload from outbox where topic like 'order.%' and payload ->> 'tenant_id' = $1 order by id`,
      [whole.tenant],
    )
    expect(rows.map(({ topic }) => topic)).toEqual([
      'order.created',
      'order.changed',
      'order.changed',
      'order.completed',
      'order.created',
      'order.cancelled',
    ])
    expect(encodeId('order', rows[0]?.payload['order_id'] as never)).toBe(id)
    const { order_id: _order, ...parties } = rows[0]?.payload ?? {}
    expect(parties).toEqual({
      tenant_id: whole.tenant,
      account_id: whole.account.id,
      partner_id: whole.partner,
      client_id: whole.client,
      delegation_id: whole.resale,
    })
  })

  test('without an event does not commit: the tables themselves refuse it', async () => {
    await liveThrough()
    await expect(
      world.sql(`update service_order set status_reason = 'silently' where tenant_id = $1`, [whole.tenant]),
    ).rejects.toThrow('audit event')
  })
})

import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { openDirect, openWholesale, people, stockShop } from '#testing/shop.ts'
import type { WholesaleScene } from '#testing/shop.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeOrderRoutes } from './index.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
let whole: WholesaleScene
/** An administrator of the end endco, and one of the wholesaler's own organisation, which pays. */
let endco: Caller
let payer: Caller
beforeAll(async () => {
  world = await TestWorld.start(makeOrderRoutes, { tokens })
  clients = new ApiClients(world, tokens)
  await stockShop(world)
})
beforeEach(async () => {
  whole = await openWholesale(world, clients)
  endco = await people.tenant(world, whole.tenant)
  payer = await people.tenant(world, whole.home)
})
afterAll(() => world[Symbol.asyncDispose]())

interface Account {
  readonly billing_account_id: string
  readonly relationship_id: string | null
  readonly billing: { readonly party_name: string } | null
}

const accountOf = async (caller: Caller): Promise<Account | undefined> =>
  (await world.call(caller, 'GET', '/api/v1/tenant/ordering')).json<{ items: Account[] }>().items[0]

async function order(caller: Caller, account?: Account) {
  const { billing_account_id, relationship_id } = account ?? (await accountOf(caller)) ?? {}
  return world.call(caller, 'POST', '/api/v1/tenant/orders', {
    body: { billing_account_id, relationship_id, items: [{ product_code: 'FIBRE-1G', quantity: 2 }] },
  })
}

const placed = async (caller: Caller) => {
  const answer = await order(caller)
  expect(answer.statusCode, answer.body).toBe(201)
  return answer.json<{ order_id: string }>().order_id
}

const paid = (caller: Caller, query = '') => world.call(caller, 'GET', `/api/v1/tenant/paid-orders${query}`)

describe('whoever pays for what others order', () => {
  test('lists what is billed to it, by whomever it was ordered, and nothing more of it (A5)', async () => {
    const [first, second] = [await placed(endco), await placed(endco)]
    const listed = (await paid(payer)).json()
    expect(listed).toMatchObject({ has_more: false, next_cursor: null })
    expect(listed.items.map((item: { order_id: string }) => item.order_id)).toEqual([second, first])
    expect(listed.items[1]).toEqual({
      order_id: first,
      customer_id: encodeId('tenant', whole.tenant),
      customer_name: 'Endco',
      customer_ban: 'E-7',
      state: 'acknowledged',
      once_total: { amount_minor: 2 * 9900, currency: 'EUR' },
      monthly_total: { amount_minor: 2 * 4999, currency: 'EUR' },
      billed_ban: 'W-1',
      placed_at: expect.any(String),
    })
    const page = (await paid(payer, '?limit=1')).json()
    const rest = (await paid(payer, `?limit=1&cursor=${encodeURIComponent(page.next_cursor)}`)).json()
    expect([page.items[0].order_id, rest.items[0].order_id]).toEqual([second, first])
    expect(rest.has_more).toBe(false)
    // The order itself stays the customer's own matter, and what somebody pays for itself is in its own list.
    expect((await world.call(payer, 'GET', `/api/v1/tenant/orders/${first}`)).statusCode).toBe(404)
    expect((await paid(endco)).json().items).toEqual([])
    await placed(payer)
    expect((await paid(payer)).json().items).toHaveLength(2)
  })

  test('is no secret of another organisation, of a client or without a context (C10)', async () => {
    await placed(endco)
    const stranger = await people.tenant(world, await world.tenant('Initech'))
    expect((await paid(stranger)).json().items).toEqual([])
    expect(await world.sqlAs('liaison_tenant', 'select 1 from access.orders_paid_for(null, 100)')).toEqual([])
    await expect(
      world.sqlAs('liaison_delegate', 'select 1 from access.orders_paid_for(null, 100)'),
    ).rejects.toThrow('permission denied')
  })

  test('reads the events of the order, of whoever changes it (X)', async () => {
    const id = await placed(endco)
    const provider = await people.provider(world)
    const moved = await world.call(provider, 'POST', `/api/v1/admin/orders/${id}/reject`, {
      body: { reason: 'No line there.' },
    })
    expect(moved.statusCode, moved.body).toBe(200)
    const rows = await world.sql(
      `select e.action, array_agg(s.scope_id = $2 order by s.scope_id = $2) as is_payer from audit_event e
       join audit_scope s on s.event_id = e.id and s.kind = 'tenant'
       where e.tenant_id = $1 and e.action in ('orders.create', 'orders.reject') group by e.action order by e.action`,
      [whole.tenant, whole.home],
    )
    expect(rows).toEqual([
      { action: 'orders.create', is_payer: [false, true] },
      { action: 'orders.reject', is_payer: [false, true] },
    ])
  })
})

describe('nothing new is billed', () => {
  const gone: readonly [string, () => Promise<unknown>][] = [
    [
      'by a partner that was terminated',
      () => world.seed(`update partner set status = 'terminated' where id = $1`, [whole.partner]),
    ],
    [
      'to an organisation that was closed',
      () => world.seed(`update tenant set status = 'closed' where id = $1`, [whole.home], whole.home),
    ],
    [
      'in another currency than that of whoever pays',
      async () => {
        await world.sql('alter table billing_account disable trigger keep_currency')
        await world.seed(
          `update billing_account set currency = 'USD' where id = $1`,
          [whole.homeAccount.id],
          whole.home,
        )
        await world.sql('alter table billing_account enable trigger keep_currency')
      },
    ],
  ]
  test.each(gone)('%s; what runs goes on (A5)', async (_what, leave) => {
    await placed(endco)
    await world.seed(
      `update service_order set status = 'completed' where tenant_id = $1`,
      [whole.tenant],
      whole.tenant,
    )
    const relationship = encodeId('commercial_relationship', whole.relationship)
    const account = await accountOf(endco)
    expect(account?.billing).toMatchObject({ party_name: 'Whole itself' })
    const client = await clients.client({ tenant: whole.tenant })
    const token = await clients.token({ client, account: whole.account })
    await leave()
    expect((await accountOf(endco))?.billing).toBeNull()
    const provider = await people.provider(world)
    const shown = await world.call(provider, 'GET', `/api/v1/admin/commercial-relationships/${relationship}`)
    expect(shown.json(), shown.body).toMatchObject({ status: 'active', payer_stands: false })
    const refused = await order(endco, account)
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'ORDER_PAYER_MISSING'])
    const asClient = await clients.call(token, 'POST', '/api/v1/customers/E-7/orders', {
      body: { items: [{ product_code: 'ROUTER', quantity: 1 }] },
    })
    expect([asClient.statusCode, asClient.json().code]).toEqual([409, 'NO_BILLING_RELATIONSHIP'])
    const services = await world.call(endco, 'GET', '/api/v1/tenant/services')
    expect(services.json().items).toMatchObject([{ state: 'active' }, { state: 'active' }])
  })
})

describe('under a link that says that the partner pays for what it orders', () => {
  test('is ordered where the records name the partner, and refused in words where the customer would be billed', async () => {
    const direct = await openDirect(world, clients)
    const wilma = await world.person('Wilma Brandt')
    const member = await world.partnerMember(whole.partner, wilma.id, 'PARTNER_STAFF')
    const session = await world.signIn(wilma.id)
    const orderIn = async (tenantId: typeof whole.tenant, pays: 'tenant' | 'partner') => {
      const caller = { ...session, tenantId }
      await world.seed(
        `update delegation set billing_party = $3 where tenant_id = $1 and partner_id = $2 and kind = 'link'`,
        [tenantId, whole.partner, pays],
        tenantId,
      )
      const read = await world.call(caller, 'GET', '/api/v1/partner/ordering')
      const [account] = read.json<{ items: Account[] }>().items
      return world.call(caller, 'POST', '/api/v1/partner/orders', {
        body: {
          billing_account_id: account?.billing_account_id,
          relationship_id: account?.relationship_id,
          items: [{ product_code: 'ROUTER', quantity: 1 }],
        },
      })
    }
    for (const tenant of [whole.tenant, direct.tenant]) {
      const link = await world.link(whole.partner, tenant, { role: 'reseller', type: 'reseller_channel' })
      await world.assign(link, member)
    }
    expect((await orderIn(whole.tenant, 'partner')).statusCode).toBe(201)
    expect((await orderIn(direct.tenant, 'tenant')).statusCode).toBe(201)
    const refused = await orderIn(direct.tenant, 'partner')
    expect([refused.statusCode, refused.json()]).toMatchObject([
      409,
      { code: 'ORDER_PAYER_NOT_AGREED', next_step: expect.stringContaining('who pays') },
    ])
    const [count] = await world.sql('select count(*)::integer as n from service_order where tenant_id = $1', [
      direct.tenant,
    ])
    expect(count).toEqual({ n: 1 })
  })
})

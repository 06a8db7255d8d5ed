import { encodeId } from '@liaison/access'
import type { LinkId } from '@liaison/access'
import { createHash } from 'node:crypto'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import type { SeededAccount } from '#testing/api-client.ts'
import { openDirect, openWholesale, people, stockShop } from '#testing/shop.ts'
import type { DirectScene, WholesaleScene } from '#testing/shop.ts'
import { attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeOrderRoutes } from './index.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
let whole: WholesaleScene
let direct: DirectScene
/** Orders for the wholesaler itself. */
let home: Caller
/** Acts in the end customer for whose account the wholesaler pays, and in another one that pays itself. */
let inEndco: Caller
let inGlobex: Caller
let outside: Caller
let endcoLink: LinkId

beforeAll(async () => {
  world = await TestWorld.start(makeOrderRoutes, { tokens })
  clients = new ApiClients(world, tokens)
  await stockShop(world)
  whole = await openWholesale(world, clients)
  direct = await openDirect(world, clients)
  home = await people.tenant(world, whole.home)
  const wilma = await world.person('Wilma Brandt')
  const member = await world.partnerMember(whole.partner, wilma.id, 'PARTNER_STAFF')
  const terms = { role: 'reseller', type: 'reseller_channel' } as const
  endcoLink = await world.link(whole.partner, whole.tenant, terms)
  const globexLink = await world.link(whole.partner, direct.tenant, terms)
  await world.assign(endcoLink, member)
  await world.assign(globexLink, member)
  outside = await world.signIn(wilma.id)
  inEndco = { ...outside, tenantId: whole.tenant }
  inGlobex = { ...outside, tenantId: direct.tenant }
})
afterAll(() => world[Symbol.asyncDispose]())

const ITEMS = [
  { product_code: 'FIBRE-1G', quantity: 2 },
  { product_code: 'ROUTER', quantity: 1 },
]

interface Account {
  readonly billing_account_id: string
  readonly customer_ban: string
  readonly relationship_id: string | null
  readonly billing: { readonly party_name: string; readonly ban: string } | null
  readonly products: readonly { readonly product_code: string }[]
}

async function accountsOf(caller: Caller, plane: 'tenant' | 'partner'): Promise<readonly Account[]> {
  const response = await world.call(caller, 'GET', `/api/v1/${plane}/ordering`)
  expect(response.statusCode, response.body).toBe(200)
  return response.json<{ items: Account[] }>().items
}

async function bodyFor(caller: Caller, plane: 'tenant' | 'partner', ban: string) {
  const account = (await accountsOf(caller, plane)).find((one) => one.customer_ban === ban)
  return {
    billing_account_id: account?.billing_account_id,
    relationship_id: account?.relationship_id,
    items: ITEMS,
  }
}

async function placed(caller: Caller, plane: 'tenant' | 'partner', ban: string) {
  const body = await bodyFor(caller, plane, ban)
  const response = await world.call(caller, 'POST', `/api/v1/${plane}/orders`, { body })
  expect(response.statusCode, response.body).toBe(201)
  return response.json<{ order_id: string }>()
}

describe('a person of a wholesaler', () => {
  test('sees for each account who pays before ordering, and orders for the own organisation, which pays (A5)', async () => {
    const accounts = await accountsOf(home, 'tenant')
    expect(accounts).toMatchObject([
      { customer_ban: 'W-1', billing: { party_name: 'Whole itself', ban: 'W-1', mode: 'direct' } },
    ])
    expect(accounts[0]?.products.map((product) => product.product_code)).toEqual(['FIBRE-1G', 'ROUTER'])
    expect(await placed(home, 'tenant', 'W-1')).toMatchObject({
      customer_id: encodeId('tenant', whole.home),
      state: 'acknowledged',
      once_total: { amount_minor: 2 * 9900 + 12_901, currency: 'EUR' },
      monthly_total: { amount_minor: 2 * 4999 },
      billing: { party_name: 'Whole itself', mode: 'direct' },
      placed_by: { access: 'own', partner_id: null, client_id: null, delegation_id: null },
    })
  })

  test('orders for an end customer under the link: the wholesaler pays where the records say so, else the customer (A5)', async () => {
    expect(await accountsOf(inEndco, 'partner')).toMatchObject([
      { customer_ban: 'E-7', billing: { party_name: 'Whole itself', ban: 'W-1', mode: 'resale' } },
    ])
    expect(await placed(inEndco, 'partner', 'E-7')).toMatchObject({
      customer_ban: 'E-7',
      billing: { party: encodeId('tenant', whole.home), ban: 'W-1', mode: 'resale' },
      placed_by: {
        access: 'delegated',
        partner_id: encodeId('partner', whole.partner),
        client_name: null,
        person_name: 'Wilma Brandt',
        actor: expect.stringMatching(/^person:psn_/),
        delegation_id: encodeId('link', endcoLink),
        delegation_ver: 1,
      },
    })
    expect(await placed(inGlobex, 'partner', 'BAN-2')).toMatchObject({
      billing: { party_name: 'Globex', ban: 'BAN-2', mode: 'direct' },
    })
  })

  test('gets one order for a form that is sent twice, and is refused when somebody else pays by now', async () => {
    const body = await bodyFor(inEndco, 'partner', 'E-7')
    const headers = { 'idempotency-key': '8c0f6d8e-2f0e-4a8e-9d65-4a57a5b1c001' }
    const sending = () => world.call(inEndco, 'POST', '/api/v1/partner/orders', { body, headers })
    const [first, second] = [await sending(), await sending()]
    expect(second.json()).toEqual(first.json())
    const other = await bodyFor(inGlobex, 'partner', 'BAN-1')
    const stale = { ...body, relationship_id: other.relationship_id }
    const refused = await world.call(inEndco, 'POST', '/api/v1/partner/orders', { body: stale })
    expect([refused.statusCode, refused.json()]).toMatchObject([409, { code: 'ORDER_PAYER_CHANGED' }])
  })

  test('is told all faults at once, and nothing is ordered: no payer named, no account of somebody else, no product that is not offered (attack 57)', async () => {
    const count = async () =>
      Number((await world.sql('select count(*)::integer as n from service_order'))[0]?.['n'])
    const before = await count()
    const body = await bodyFor(inEndco, 'partner', 'E-7')
    const foreign = await bodyFor(inGlobex, 'partner', 'BAN-1')
    const wrong = [
      { ...body, payer_tenant_id: encodeId('tenant', whole.tenant) },
      { ...body, billing_account_id: foreign.billing_account_id },
      { ...body, items: [{ product_code: 'ISDN', quantity: 1 }] },
      { ...body, items: [] },
      { ...body, requested_date: '2020-01-01' },
      { ...body, items: [{ product_code: 'ROUTER', quantity: 0 }], requested_date: 'soon' },
    ]
    const answers: { statusCode: number; faults: number }[] = []
    for (const attempted of wrong) {
      const response = await world.call(inEndco, 'POST', '/api/v1/partner/orders', { body: attempted })
      const { errors = [] } = response.json<{ errors?: unknown[] }>()
      answers.push({ statusCode: response.statusCode, faults: errors.length })
    }
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([422, 422, 422, 422, 422, 422])
    expect(answers.at(-1)?.faults).toBe(2)
    expect(await count()).toBe(before)
  })

  test('needs the second factor of now, and the right to order in the link; nobody else in the organisation orders', async () => {
    const person = await world.person()
    const member = await world.partnerMember(whole.partner, person.id, 'PARTNER_STAFF')
    await world.assign(endcoLink, member, 'auditor')
    const reader = await world.signIn(person.id, { tenantId: whole.tenant })
    const body = await bodyFor(inEndco, 'partner', 'E-7')
    const refused = await world.call(reader, 'POST', '/api/v1/partner/orders', { body })
    expect(refused.statusCode).toBe(403)
    expect(await accountsOf(reader, 'partner')).toEqual([])
    const user = await world.person()
    await world.tenantMember(whole.home, user.id, 'TENANT_USER')
    const worker = await world.signIn(user.id, { tenantId: whole.home })
    expect((await world.call(worker, 'GET', '/api/v1/tenant/ordering')).statusCode).toBe(403)
    const own = await bodyFor(home, 'tenant', 'W-1')
    expect((await world.call(worker, 'POST', '/api/v1/tenant/orders', { body: own })).statusCode).toBe(403)
    const admin = await world.person()
    await world.tenantMember(whole.home, admin.id)
    const late = await world.signIn(admin.id, { tenantId: whole.home, factorAgeSeconds: 3600 })
    const asked = await world.call(late, 'POST', '/api/v1/tenant/orders', { body: own })
    expect([asked.statusCode, asked.json()]).toMatchObject([401, { code: 'STEP_UP_REQUIRED' }])
  })

  test('sees across customers what the own organisation ordered, and nothing that others ordered there', async () => {
    const token = await clients.token({
      client: direct.client,
      account: direct.account,
      delegation: direct.consent,
    })
    const theirs = await clients.call(token, 'POST', '/api/v1/customers/BAN-1/orders', {
      body: { items: ITEMS },
    })
    expect(theirs.statusCode, theirs.body).toBe(201)
    const mine = await placed(inGlobex, 'partner', 'BAN-1')
    const listed = await world.call(outside, 'GET', '/api/v1/partner/orders')
    const { items } = listed.json<{
      items: { order_id: string; tenant_name: string; placed_by: unknown }[]
    }>()
    expect(items.map((order) => order.order_id)).toContain(mine.order_id)
    expect(new Set(items.map((order) => order.tenant_name))).toEqual(new Set(['Endco', 'Globex']))
    for (const order of items)
      expect(order.placed_by).toMatchObject({ partner_id: encodeId('partner', whole.partner) })
    const read = (id: string) => world.call(outside, 'GET', `/api/v1/partner/orders/${id}`)
    expect((await read(mine.order_id)).json()).toMatchObject({ tenant_name: 'Globex' })
    expect((await read(theirs.json<{ order_id: string }>().order_id)).statusCode).toBe(404)
    const one = `/api/v1/partner/orders?tenant_ids=${encodeId('tenant', direct.tenant)}`
    const narrowed = (await world.call(outside, 'GET', one)).json<{ items: { tenant_name: string }[] }>()
    expect(new Set(narrowed.items.map((order) => order.tenant_name))).toEqual(new Set(['Globex']))
  })

  test('who is assigned to no customer is answered with empty lists', async () => {
    const person = await world.person()
    await world.partnerMember(whole.partner, person.id, 'PARTNER_STAFF')
    const caller = await world.signIn(person.id)
    for (const list of ['orders', 'services']) {
      const answer = await world.call(caller, 'GET', `/api/v1/partner/${list}`)
      expect([answer.statusCode, answer.json()], list).toMatchObject([200, { items: [], has_more: false }])
    }
  })

  test('leaves services that say the same of who ordered and who pays, once the order is completed', async () => {
    const order = await placed(inEndco, 'partner', 'E-7')
    const provider = await people.provider(world)
    for (const path of ['progress', 'complete']) {
      const moved = await world.call(provider, 'POST', `/api/v1/admin/orders/${order.order_id}/${path}`, {
        body: {},
      })
      expect(moved.statusCode, moved.body).toBe(200)
    }
    const services = await world.call(outside, 'GET', `/api/v1/partner/services?order_id=${order.order_id}`)
    const { items } = services.json<{ items: unknown[] }>()
    expect(items).toHaveLength(3)
    for (const service of items)
      expect(service).toMatchObject({
        billing: { ban: 'W-1' },
        placed_by: { person_name: 'Wilma Brandt', delegation_id: encodeId('link', endcoLink) },
      })
  })

  test('is named to the customer, to whoever pays and to the own organisation in one event of the order (X)', async () => {
    const order = await placed(inEndco, 'partner', 'E-7')
    const admin = await people.tenant(world, whole.tenant)
    const seen = await world.call(admin, 'GET', `/api/v1/tenant/orders/${order.order_id}`)
    expect(seen.json()).toMatchObject({
      placed_by: { partner_name: 'Whole', person_name: 'Wilma Brandt' },
      billing: { party_name: 'Whole itself' },
    })
    const scopes = await world.sql<{ kind: string; scope_id: string }>(
      `select s.kind, s.scope_id from audit_event e join audit_scope s on s.event_id = e.id
       where e.action = 'orders.create' and e.resource_id = (select id from service_order where acted_by like 'person:%' order by id desc limit 1)
         and s.kind in ('tenant', 'partner') order by s.kind, s.scope_id`,
    )
    // The organisation that pays reads it, too.
    expect(scopes).toEqual([
      { kind: 'partner', scope_id: whole.partner },
      { kind: 'tenant', scope_id: whole.home },
      { kind: 'tenant', scope_id: whole.tenant },
    ])
  })

  test('whose link was ended orders nothing more and sees no order of that customer', async () => {
    const person = await world.person()
    const tenant = await world.tenant('Leaving')
    const account = await clients.account(tenant, 'L-1')
    await clients.paidBy(account)
    const member = await world.partnerMember(whole.partner, person.id, 'PARTNER_STAFF')
    const link = await world.link(whole.partner, tenant, { role: 'reseller', type: 'reseller_channel' })
    await world.assign(link, member)
    const caller = await world.signIn(person.id, { tenantId: tenant })
    const order = await placed(caller, 'partner', 'L-1')
    const body = await bodyFor(caller, 'partner', 'L-1')
    await world.seed(`update delegation set status = 'revoked' where id = $1`, [link], tenant)
    expect((await world.call(caller, 'POST', '/api/v1/partner/orders', { body })).statusCode).toBe(403)
    const read = await world.call(
      { cookie: caller.cookie },
      'GET',
      `/api/v1/partner/orders/${order.order_id}`,
    )
    expect(read.statusCode).toBe(404)
  })
})

/** Works as a login in the context of a person's session, in a transaction that is rolled back. */
async function asPerson<Result>(
  login: 'liaison_delegate' | 'liaison_tenant',
  { caller, permission }: { readonly caller: Caller; readonly permission: string },
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await world.database.pool(login).connect()
  try {
    await client.query('begin')
    const token = String(caller.cookie).split('=')[1] ?? ''
    await client.query('select access.enter_person($1)', [
      {
        session_hash: createHash('sha256').update(token).digest('hex'),
        tenant_id: caller.tenantId ?? null,
        permission,
        writes: true,
        source: 'portal',
      },
    ])
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

describe('the database', () => {
  const insert = `insert into service_order (tenant_id, account_id, requested_on, once_total_minor, monthly_total_minor, payer_tenant_id, payer_account_id, acted_by)
    values ($1, $2, current_date, 0, 0, $3, $4, 'somebody')`
  const values = (account: SeededAccount, payer: SeededAccount) => [
    account.tenantId,
    account.id,
    payer.tenantId,
    payer.id,
  ]

  test("lets a person of a partner insert orders in the customer acted in alone, and see the partner's own alone", async () => {
    const acting = { caller: inEndco, permission: 'partner.provisioning.orders.create' }
    await asPerson('liaison_delegate', acting, async (client) => {
      expect(await attempt(client, insert, values(whole.account, whole.account))).toBe(
        'service_order_payer_changed',
      )
      for (const account of [direct.account, whole.homeAccount])
        expect(await attempt(client, insert, values(account, account))).toContain('row-level')
      expect(await attempt(client, insert, values(whole.account, whole.homeAccount))).toBe('done')
      const { rows } = await client.query<{ partner_id: string; tenant_id: string }>(
        'select distinct partner_id, tenant_id from service_order',
      )
      expect(rows).toEqual([{ partner_id: whole.partner, tenant_id: whole.tenant }])
      const accounts = await client.query('select ban from access.accounts_to_order()')
      expect(accounts.rows).toEqual([{ ban: 'E-7' }])
      for (const column of ['person_id', 'person_name', 'client_id', 'partner_id'])
        expect(await attempt(client, `update service_order set ${column} = ${column}`)).toContain(
          'permission denied',
        )
      // A person of a partner has no move of an order, and no order is taken apart.
      const moved = await client.query(`update service_order set status = 'cancelled', version = version + 1`)
      expect(moved.rowCount).toBe(0)
      expect((await client.query('delete from order_item')).rowCount).toBe(0)
    })
  })

  test('shows a partner of its orders neither the lines nor the services of orders that others placed', async () => {
    const reading = { caller: outside, permission: 'partner.tenants.read' }
    await asPerson('liaison_delegate', reading, async (client) => {
      for (const relation of ['order_item', 'service']) {
        const { rows } = await client.query<{ partner_id: string | null }>(
          `select distinct o.partner_id from ${relation} r left join service_order o on o.tenant_id = r.tenant_id and o.id = r.order_id`,
        )
        expect(rows, relation).toEqual([{ partner_id: whole.partner }])
      }
    })
  })

  test('lets a person of an organisation insert its orders alone, and shows nothing without a context', async () => {
    await asPerson('liaison_tenant', { caller: home, permission: 'tenant.orders.create' }, async (client) => {
      expect(await attempt(client, insert, values(whole.homeAccount, whole.homeAccount))).toBe('done')
      for (const [account, payer] of [
        [direct.account, direct.account],
        [whole.account, whole.homeAccount],
      ] as const)
        expect(await attempt(client, insert, values(account, payer))).toContain('row-level')
      const { rows } = await client.query('select ban from access.accounts_to_order()')
      expect(rows).toEqual([{ ban: 'W-1' }])
    })
    for (const login of ['liaison_delegate', 'liaison_tenant'] as const) {
      expect(await world.sqlAs(login, 'select 1 from access.accounts_to_order()')).toEqual([])
      await expect(world.sqlAs(login, insert, values(whole.homeAccount, whole.homeAccount))).rejects.toThrow(
        'placed by an API client or a person',
      )
    }
    for (const login of ['liaison_program', 'liaison_auth', 'liaison_platform'] as const)
      await expect(world.sqlAs(login, 'select 1 from access.accounts_to_order()')).rejects.toThrow(
        'permission denied',
      )
  })

  test("is what keeps others' orders apart: a policy that forgets the partner shows them", async () => {
    const [policy] = await world.sql<{ qual: string }>(
      `select qual from pg_policies where tablename = 'service_order' and policyname = 'readable'`,
    )
    const ownersIn = (client: pg.PoolClient) =>
      client.query<{ partner_id: string }>('select distinct partner_id from service_order')
    const reading = { caller: outside, permission: 'partner.tenants.read' }
    await world.sql(
      `alter policy readable on service_order using (tenant_id in (select access.reach('service_order', 'select')))`,
    )
    try {
      const { rows } = await asPerson('liaison_delegate', reading, ownersIn)
      expect(rows.map((row) => row.partner_id)).toContain(direct.partner)
    } finally {
      await world.sql(`alter policy readable on service_order using (${policy?.qual})`)
    }
    expect((await asPerson('liaison_delegate', reading, ownersIn)).rows).toEqual([
      { partner_id: whole.partner },
    ])
  })
})

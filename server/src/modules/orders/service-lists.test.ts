import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { openDirect, openWholesale, people, stockShop } from '#testing/shop.ts'
import type { DirectScene, WholesaleScene } from '#testing/shop.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeOrderRoutes } from './index.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
let whole: WholesaleScene
let direct: DirectScene
let provider: Caller
/** Pays for what the end customer has. */
let payer: Caller
/** Acts in the end customer and in another one, of whose services it ordered none. */
let outside: Caller
/** The services of the end customer, the newest first; the older one has ended. */
let sold: readonly string[]
beforeAll(async () => {
  world = await TestWorld.start(makeOrderRoutes, { tokens })
  clients = new ApiClients(world, tokens)
  await stockShop(world)
  whole = await openWholesale(world, clients)
  direct = await openDirect(world, clients)
  provider = await people.provider(world)
  payer = await people.tenant(world, whole.home)
  const { id } = await world.person('Wilma Brandt')
  const member = await world.partnerMember(whole.partner, id)
  for (const tenant of [whole.tenant, direct.tenant])
    await world.assign(
      await world.link(whole.partner, tenant, { role: 'reseller', type: 'reseller_channel' }),
      member,
    )
  outside = await world.signIn(id)
  const { client, account, resale: delegation } = whole
  sold = await have(await clients.token({ client, account, access: 'resale', delegation }), 'E-7', 2)
  await have(
    await clients.token({ client: direct.client, account: direct.account, delegation: direct.consent }),
    'BAN-1',
    1,
  )
  await world.call(provider, 'POST', `/api/v1/admin/services/${sold[1]}/end`, {
    body: { reason: 'The line was given up.' },
  })
})
afterAll(() => world[Symbol.asyncDispose]())

interface Service {
  readonly service_id: string
  readonly [field: string]: unknown
}

async function have(token: string, ban: string, quantity: number): Promise<string[]> {
  const placed = await clients.call(token, 'POST', `/api/v1/customers/${ban}/orders`, {
    body: { items: [{ product_code: 'FIBRE-1G', quantity }] },
  })
  expect(placed.statusCode, placed.body).toBe(201)
  const { order_id: order } = placed.json<{ order_id: string }>()
  for (const step of ['progress', 'complete'])
    await world.call(provider, 'POST', `/api/v1/admin/orders/${order}/${step}`, { body: {} })
  return idsOf(await read(provider, `/admin/services?order_id=${order}`))
}

async function read(caller: Caller, path: string): Promise<readonly Service[]> {
  const answer = await world.call(caller, 'GET', `/api/v1${path}`)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json<{ items: readonly Service[] }>().items
}

const idsOf = (services: readonly Service[]) => services.map(({ service_id: id }) => id)

describe('whoever pays for what others have', () => {
  const PATH = '/tenant/paid-services'

  test('lists it with the month and the own account, in use or ended, and nothing more of it (A5)', async () => {
    expect(await read(payer, PATH)).toEqual([
      {
        service_id: sold[0],
        order_id: expect.stringMatching(/^ord_/),
        customer_id: encodeId('tenant', whole.tenant),
        customer_name: 'Endco',
        customer_ban: 'E-7',
        product_code: 'FIBRE-1G',
        product_name: 'Fibre 1 Gbit/s',
        state: 'active',
        monthly: { amount_minor: 4999, currency: 'EUR' },
        billed_ban: 'W-1',
        started_at: expect.any(String),
        ended_at: null,
      },
      expect.objectContaining({ service_id: sold[1], state: 'ended', ended_at: expect.any(String) }),
    ])
    expect(idsOf(await read(payer, `${PATH}?state=active`))).toEqual([sold[0]])
    const first = (await world.call(payer, 'GET', `/api/v1${PATH}?limit=1`)).json()
    const cursor = encodeURIComponent(first.next_cursor)
    expect([first.has_more, idsOf(await read(payer, `${PATH}?limit=1&cursor=${cursor}`))]).toEqual([
      true,
      [sold[1]],
    ])
    const elsewhere = await world.call(payer, 'GET', `/api/v1${PATH}?limit=1&state=active&cursor=${cursor}`)
    expect(elsewhere.json()).toMatchObject({ code: 'CURSOR_INVALID' })
  })

  test('is nobody else: neither who has it, nor who pays for itself, nor a login without a context (C10)', async () => {
    for (const tenant of [whole.tenant, direct.tenant])
      expect(await read(await people.tenant(world, tenant), PATH)).toEqual([])
    const asked = 'select 1 from access.services_paid_for(null, null, 100)'
    expect(await world.sqlAs('liaison_tenant', asked)).toEqual([])
    for (const login of ['liaison_delegate', 'liaison_platform', 'liaison_program'] as const)
      await expect(world.sqlAs(login, asked)).rejects.toThrow('permission denied')
  })
})

describe('the services that a partner ordered', () => {
  test('are read with the name of the customer across customers, and in the one acted in alone (A5)', async () => {
    expect(await read(outside, '/partner/services')).toMatchObject([
      { service_id: sold[0], tenant_name: 'Endco', state: 'active' },
      { service_id: sold[1], tenant_name: 'Endco', state: 'ended' },
    ])
    const path = '/partner/provisioning/services'
    const inEndco = { ...outside, tenantId: whole.tenant }
    expect(idsOf(await read(inEndco, path))).toEqual(sold)
    expect(idsOf(await read(inEndco, `${path}?state=ended`))).toEqual([sold[1]])
    // What somebody else ordered there is no matter of this partner.
    expect(await read({ ...outside, tenantId: direct.tenant }, path)).toEqual([])
    expect((await world.call(outside, 'GET', `/api/v1${path}`)).statusCode).toBe(400)
    const [seen] = await world.sql(
      `select 1 from audit_event where action = 'services.list' and tenant_id = $1 and partner_id = $2`,
      [whole.tenant, whole.partner],
    )
    expect(seen).toBeDefined()
  })
})

describe('the provider', () => {
  test('reads whose a service is by name, in the list and one by one (A7)', async () => {
    const all = await read(provider, '/admin/services')
    expect(new Set(all.map(({ customer_name: name }) => name))).toEqual(new Set(['Endco', 'Globex']))
    const one = await world.call(provider, 'GET', `/api/v1/admin/services/${sold[0]}`)
    expect([one.statusCode, one.json()]).toEqual([200, all.find(({ service_id: id }) => id === sold[0])])
    const none = await world.call(
      provider,
      'GET',
      `/api/v1/admin/services/${String(sold[0]).slice(0, -4)}0000`,
    )
    expect([none.statusCode, none.json().code]).toEqual([404, 'SERVICE_NOT_FOUND'])
    expect(
      (await world.call({ cookie: payer.cookie }, 'GET', `/api/v1/admin/services/${sold[0]}`)).statusCode,
    ).toBe(403)
  })
})

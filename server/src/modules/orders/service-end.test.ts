import { decodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { openWholesale, people, stockShop } from '#testing/shop.ts'
import type { WholesaleScene } from '#testing/shop.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeOrderRoutes } from './index.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
let whole: WholesaleScene
let provider: Caller
let token: string
beforeAll(async () => {
  world = await TestWorld.start(makeOrderRoutes, { tokens })
  clients = new ApiClients(world, tokens)
  await stockShop(world)
  whole = await openWholesale(world, clients)
  provider = await people.provider(world)
  token = await clients.token({
    client: whole.client,
    account: whole.account,
    access: 'resale',
    delegation: whole.resale,
  })
})
afterAll(() => world[Symbol.asyncDispose]())

interface Service {
  readonly service_id: string
  readonly state: string
  readonly ended_at: string | null
}

async function delivered(quantity = 2): Promise<readonly Service[]> {
  const placed = await clients.call(token, 'POST', '/api/v1/customers/E-7/orders', {
    body: { items: [{ product_code: 'FIBRE-1G', quantity }] },
  })
  expect(placed.statusCode, placed.body).toBe(201)
  const { order_id: order } = placed.json<{ order_id: string }>()
  for (const step of ['progress', 'complete'])
    await world.call(provider, 'POST', `/api/v1/admin/orders/${order}/${step}`, { body: {} })
  const listed = await world.call(provider, 'GET', `/api/v1/admin/services?order_id=${order}`)
  expect(listed.statusCode, listed.body).toBe(200)
  return listed.json<{ items: Service[] }>().items
}

const end = (caller: Caller, id: string, body: object = { reason: 'The line was given up.' }) =>
  world.call(caller, 'POST', `/api/v1/admin/services/${id}/end`, { body })

describe('a service', () => {
  test('is ended by the provider with a reason, once, and everybody whose matter it is reads so (A7, X)', async () => {
    const [one, other] = await delivered()
    const id = String(one?.service_id)
    expect((await end(provider, id, {})).statusCode).toBe(422)
    const ended = await end(provider, id)
    expect([ended.statusCode, ended.json()]).toMatchObject([
      200,
      { service_id: id, state: 'ended', ended_at: expect.any(String) },
    ])
    const again = await end(provider, id)
    expect([again.statusCode, again.json().code]).toEqual([409, 'SERVICE_STATE_CONFLICT'])
    const read = await clients.call(token, 'GET', `/api/v1/customers/E-7/services/${id}`)
    expect(read.json()).toMatchObject({ state: 'ended', ended_at: ended.json().ended_at })
    const running = await clients.call(token, 'GET', '/api/v1/customers/E-7/services?state=active')
    expect(running.json().items).toMatchObject([{ service_id: other?.service_id }])
    const rows = await world.sql(
      `select e.reason, e.changes, array_agg(s.scope_id order by s.scope_id) as readers from audit_event e
       join audit_scope s on s.event_id = e.id and s.kind in ('tenant', 'partner')
       where e.action = 'services.end' and e.resource_id = $1 group by e.id, e.reason, e.changes`,
      [decodeId('service', id)],
    )
    expect(rows).toEqual([
      {
        reason: 'The line was given up.',
        changes: { state: { before: 'active', after: 'ended' } },
        readers: [whole.partner, whole.home, whole.tenant].toSorted((a, b) => (a < b ? -1 : 1)),
      },
    ])
  })

  test('is ended once by two who do so at the same moment (R3)', async () => {
    const [one] = await delivered(1)
    const answers = await Promise.all([1, 2].map(() => end(provider, String(one?.service_id))))
    expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 409])
  })

  test('is ended by no customer and no partner, and nothing else of it is changed by anybody (C10)', async () => {
    const [one] = await delivered(1)
    const admin = await people.tenant(world, whole.tenant)
    const owner = await people.partner(world, whole.partner)
    for (const { cookie } of [admin, owner])
      expect((await end({ cookie }, String(one?.service_id))).statusCode).toBe(403)
    for (const login of ['liaison_tenant', 'liaison_delegate', 'liaison_job'] as const)
      await expect(world.sqlAs(login, `update service set status = 'ended'`)).rejects.toThrow(
        'permission denied',
      )
    for (const column of ['payer_account_id', 'monthly_minor', 'tenant_id', 'started_at'])
      await expect(
        world.sqlAs('liaison_platform', `update service set ${column} = ${column}`),
      ).rejects.toThrow('permission denied')
  })
})

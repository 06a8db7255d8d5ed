import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeDelegationRoutes } from '#modules/delegations/index.ts'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { openWholesale, people, stockShop } from '#testing/shop.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeOrderRoutes } from './index.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
let provider: Caller
beforeAll(async () => {
  world = await TestWorld.start(
    (services) => [...makeOrderRoutes(services), ...makeDelegationRoutes(() => [])],
    { tokens },
  )
  clients = new ApiClients(world, tokens)
  await stockShop(world)
  provider = await people.provider(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const ORDERS = '/api/v1/customers/E-7/orders'

test.each([
  { about: 'another customer in the path', path: '/api/v1/customers/E-8/orders', isSuspended: false },
  { about: 'another customer in the query', path: `${ORDERS}?customer_ban=E-8`, isSuspended: false },
  { about: 'its own, of a partner that was suspended', path: ORDERS, isSuspended: true },
])(
  'a refusal of an API client for $about is explained to the provider as it was told (B12, A10)',
  async (tried) => {
    const whole = await openWholesale(world, clients)
    const token = await clients.token({
      client: whole.client,
      account: whole.account,
      access: 'resale',
      delegation: whole.resale,
    })
    if (tried.isSuspended)
      await world.seed(`update partner set status = 'suspended' where id = $1`, [whole.partner])
    const refused = await clients.call(token, 'GET', tried.path)
    const told = refused.json()
    expect(refused.statusCode, refused.body).toBeGreaterThanOrEqual(400)
    const address = `/api/v1/admin/partner-access/explain/${told.explain_id}`
    const explained = await world.call(provider, 'GET', address)
    expect(explained.statusCode, explained.body).toBe(200)
    const { decision, code, sentence, first_blocker: blocker } = explained.json()
    expect({ decision, code, sentence }).toEqual({ decision: 'deny', code: told.code, sentence: told.detail })
    expect(blocker?.detail ?? null).toBe(tried.isSuspended ? told.detail : null)
  },
)

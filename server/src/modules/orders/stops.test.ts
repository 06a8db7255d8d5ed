import { encodeId } from '@liaison/access'
import type { PartnerId, TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeDelegationRoutes } from '#modules/delegations/index.ts'
import { makeLinkRoutes } from '#modules/links/index.ts'
import { makePartnerRoutes } from '#modules/partners/index.ts'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import type { SeededAccount } from '#testing/api-client.ts'
import { meetAt } from '#testing/meet.ts'
import { openDirect, openWholesale, people, stockShop } from '#testing/shop.ts'
import type { DirectScene, WholesaleScene } from '#testing/shop.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeOrderRoutes } from './index.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
let provider: Caller
beforeAll(async () => {
  world = await TestWorld.start(
    (services) => [
      ...makeOrderRoutes(services),
      ...makeLinkRoutes(services),
      ...makeDelegationRoutes(),
      ...makePartnerRoutes(services),
    ],
    { tokens, requestDeadlineMs: 60_000 },
  )
  clients = new ApiClients(world, tokens)
  await stockShop(world)
  provider = await people.provider(world)
})
afterAll(() => world[Symbol.asyncDispose]())

interface Scene {
  readonly partner: PartnerId
  readonly tenant: TenantId
  readonly account: SeededAccount
  /** Of the customer. */
  readonly admin: Caller
  /** Orders for the customer. */
  order(this: void): ReturnType<TestWorld['call']>
}

const ITEMS = [{ product_code: 'ROUTER', quantity: 1 }]

async function byPerson(): Promise<Scene> {
  const direct = await openDirect(world, clients)
  const person = await world.person()
  const member = await world.partnerMember(direct.partner, person.id, 'PARTNER_OWNER')
  const link = await world.link(direct.partner, direct.tenant, { role: 'reseller', type: 'reseller_channel' })
  await world.assign(link, member)
  const acting = await world.signIn(person.id, { tenantId: direct.tenant })
  const body = {
    billing_account_id: encodeId('billing_account', direct.account.id),
    relationship_id: encodeId('commercial_relationship', direct.relationship),
    items: ITEMS,
  }
  const order = () => world.call(acting, 'POST', '/api/v1/partner/orders', { body })
  return { ...direct, admin: await people.tenant(world, direct.tenant), order }
}

async function byApp(scene: DirectScene | WholesaleScene): Promise<Scene> {
  const under =
    'consent' in scene
      ? { delegation: scene.consent }
      : { delegation: scene.resale, access: 'resale' as const }
  const token = await clients.token({ client: scene.client, account: scene.account, ...under })
  const order = () =>
    clients.call(token, 'POST', `/api/v1/customers/${scene.account.ban}/orders`, { body: { items: ITEMS } })
  return { ...scene, admin: await people.tenant(world, scene.tenant), order }
}

/** The ways in which a partner orders for a customer. */
const ORDERING = {
  'a person acting under a link': byPerson,
  'an app under a consent': async () => byApp(await openDirect(world, clients)),
  'an app under a resale': async () => byApp(await openWholesale(world, clients)),
}

const TENANT = '/api/v1/tenant/partner-access'

const freeze = ({ admin, partner }: Scene) =>
  world.call(admin, 'POST', `${TENANT}/freeze`, {
    body: { scope: 'partner', partner_id: encodeId('partner', partner) },
  })
const reason = 'Incident'

async function stopAll({ admin, tenant }: Scene) {
  const [row] = await world.sql<{ name: string }>('select name from tenant where id = $1', [tenant])
  return world.call(admin, 'POST', `${TENANT}/stop-all`, { body: { reason, confirm_name: row?.name } })
}

/** What stops what a partner may do: each through its own route, and as the one statement that it comes down to. */
const STOPS = {
  'the stop of everything': {
    act: stopAll,
    sql: `update delegation set status = 'revoked', epoch = epoch + 1 where partner_id = $1 and tenant_id = $2`,
  },
  // As its end, which a second person confirms: both change this one column.
  'a suspension of the partner': {
    act: ({ partner }: Scene) =>
      world.call(provider, 'POST', `/api/v1/admin/partners/${encodeId('partner', partner)}/suspend`, {
        body: { reason },
      }),
    sql: `update partner p set status = 'suspended' from tenant t where p.id = $1 and t.id = $2`,
  },
  'a freeze by the customer': {
    act: freeze,
    sql: `insert into access_freeze (scope, partner_id, tenant_id, set_by, set_by_name, set_by_side) select 'partner', $1, $2, id, name, 'tenant' from person limit 1`,
  },
} as const

const CASES = Object.entries(STOPS).flatMap(([stop, how]) =>
  Object.entries(ORDERING).map(([by, open]) => ({ stop, by, open, ...how })),
)

const count = async ({ tenant }: Scene) =>
  (await world.sql('select id from service_order where tenant_id = $1', [tenant])).length

test.for(CASES)('$stop that comes first refuses the order of $by that came with it (A9)', async (one) => {
  const scene = await one.open()
  const lock = { text: `${one.sql} returning 1`, values: [scene.partner, scene.tenant], tenant: scene.tenant }
  const [answer] = await meetAt(world, lock, [scene.order])
  expect([401, 403], answer?.body).toContain(answer?.statusCode)
  expect(await count(scene)).toBe(0)
})

test.for(CASES)(
  '$stop waits for the order of $by that came before it, and the next is refused (A9)',
  async (one) => {
    const scene = await one.open()
    const done: string[] = []
    const held = {
      text: `select pg_advisory_xact_lock(access.lock_key('billing', $1))`,
      values: [scene.account.id],
    }
    await meetAt(world, held, [
      async () => {
        const answer = await scene.order()
        expect(answer.statusCode, answer.body).toBe(201)
        done.push('ordered')
      },
      async () => {
        while ((await waitingForBilling()) === 0);
        const stopped = await one.act(scene)
        expect([200, 201], stopped.body).toContain(stopped.statusCode)
        done.push(`stopped with ${await count(scene)}`)
      },
    ])
    expect(done.toSorted()).toEqual(['ordered', 'stopped with 1'])
    const late = await scene.order()
    expect([401, 403], late.body).toContain(late.statusCode)
    expect(await count(scene)).toBe(1)
  },
)

/** How many wait for a shared lock: orders do, and what stops them waits alone. */
async function waitingForBilling(): Promise<number> {
  const [row] = await world.sql<{ n: number }>(
    `select count(*)::integer as n from pg_locks where locktype = 'advisory' and mode = 'ShareLock' and not granted
       and database = (select oid from pg_database where datname = current_database())`,
  )
  return row?.n ?? 0
}

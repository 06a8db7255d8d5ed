import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { people } from '#testing/shop.ts'
import { TestWorld } from '#testing/world.ts'
import { idFromUuid } from '@liaison/access'
import { AGE_DEMO_SERVICES, COMPLETE_DEMO_ORDERS, makeDemoOrders, makeOrderRoutes } from './index.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
beforeAll(async () => {
  world = await TestWorld.start(makeOrderRoutes, { tokens })
  clients = new ApiClients(world, tokens)
})
afterAll(() => world[Symbol.asyncDispose]())

/** A UUID of version 7. */
function sortable(at: Date): string {
  const time = at.getTime().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}

/** Writes rows as the loader of the demo world does: in one transaction, with one event that every tenant can read. */
async function load({ rows, completed }: ReturnType<typeof makeDemoOrders>): Promise<void> {
  const tenants = new Set(rows.flatMap(([, list]) => list.map((row) => row['tenant_id'])))
  await world.sql(
    `create function pg_temp_load(lists jsonb, completed uuid[], tenants uuid[]) returns void language plpgsql as $$
     declare entry jsonb; columns text; event uuid; at timestamptz;
     begin
       insert into audit_event (plane, action, outcome, actor_type, source) values ('system', 'test.seeded', 'allowed', 'system', 'job') returning id, occurred_at into event, at;
       insert into audit_scope (kind, scope_id, occurred_at, event_id) select 'tenant', t, at, event from unnest(tenants) t;
       for entry in select * from jsonb_array_elements(lists) loop
         select string_agg(key, ', ') into columns from jsonb_object_keys(entry -> 1 -> 0) key;
         execute format('insert into %I (%s) select %s from jsonb_populate_recordset(null::%I, $1)', entry ->> 0, columns, columns, entry ->> 0) using entry -> 1;
       end loop;
       ${COMPLETE_DEMO_ORDERS.replace('$1', 'pg_temp_load.completed')};
       ${AGE_DEMO_SERVICES.replace('$1', 'pg_temp_load.completed')};
     end $$`,
  )
  await world.sql('select pg_temp_load($1, $2, $3)', [
    JSON.stringify(rows),
    completed,
    [...tenants].filter(Boolean),
  ])
}

test('the demo world of orders loads whole under every rule of the database, and shows each state of an order and of a service', async () => {
  const tenant = await world.tenant('Elbe Netz')
  const { id, ban } = await clients.account(tenant, 'EN-1')
  const staff = await world.person()
  const demo = makeDemoOrders({
    now: new Date(),
    uuid: sortable,
    provider: { id: staff.id, name: staff.name },
    accounts: [{ id, tenantId: tenant, tenantName: 'Elbe Netz', ban, currency: 'EUR' }],
    underConsent: null,
  })
  await load(demo)
  const { parties } = demo
  const provider = await people.provider(world)
  const orders = (await world.call(provider, 'GET', '/api/v1/admin/orders')).json<{
    items: { state: string; billing: { mode: string } }[]
  }>().items
  expect(new Set(orders.map(({ state }) => state))).toEqual(
    new Set(['acknowledged', 'in_progress', 'completed', 'rejected', 'cancelled']),
  )
  expect(new Set(orders.map(({ billing }) => billing.mode))).toEqual(new Set(['direct', 'resale']))
  const admin = await people.tenant(world, idFromUuid('tenant', parties.managed.tenantId))
  const services = await world.call(admin, 'GET', '/api/v1/tenant/services')
  const had = services.json<{ items: { state: string; started_at: string; ended_at: string | null }[] }>()
    .items
  expect(had.map(({ state }) => state).toSorted()).toEqual(['active', 'active', 'ended'])
  expect(had.filter(({ started_at: from, ended_at: to }) => to !== null && to <= from)).toEqual([])
  const resales = await world.call(admin, 'GET', '/api/v1/tenant/resales')
  expect(resales.json()).toMatchObject({
    items: [
      {
        partner_id: publicIdOf('partner', parties.wholesaler.partnerId),
        bans: ['H-2001'],
        status: 'active',
      },
    ],
  })
  const relationships = await world.call(provider, 'GET', '/api/v1/admin/commercial-relationships')
  expect(relationships.json()).toMatchObject({ total: 5 })
  const sandbox = await world.sql('select is_sandbox from tenant where id = $1', [parties.sandbox.tenantId])
  expect(sandbox).toEqual([{ is_sandbox: true }])
})

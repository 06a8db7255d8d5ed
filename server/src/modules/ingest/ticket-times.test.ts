import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeSupportRoutes } from '#modules/support/index.ts'
import { seedTenants, ticketItem } from '#testing/ingest.ts'
import { TestWorld } from '#testing/world.ts'
import { ingestRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...ingestRoutes, ...makeSupportRoutes(services)])
})
afterAll(() => world[Symbol.asyncDispose]())

test('a ticket that is handed in has no promised times, is never called late, and can be worked on (B7, B17)', async () => {
  const { send, tenantIds } = await seedTenants(world)
  await send('tickets', [
    ticketItem('k1', {
      number: 'OLD-1',
      status: 'open',
      priority: 'urgent',
      created_at: '2015-04-22T10:00:00Z',
    }),
  ])
  const [tenant] = tenantIds
  if (!tenant) throw new Error('The source has two tenants.')
  const partner = await world.partner('Northwind')
  const person = await world.person()
  const member = await world.partnerMember(partner, person.id)
  await world.assign(await world.link(partner, tenant, { role: 'msp_support' }), member)
  const caller = await world.signIn(person.id)
  const list = async (query: string) =>
    (await world.call(caller, 'GET', `/api/v1/partner/support/tickets?${query}`)).json()
  const all = await list('')
  expect(all).toMatchObject({
    items: [
      { ticket_number: 'OLD-1', status: 'open', sla: null, sla_breach_at: null, is_sla_breached: false },
    ],
    aggregates: { sla_breach_count: 0 },
  })
  expect(await list('sla_state=breached,at_risk,ok,paused')).toMatchObject({ items: [], total: 0 })
  const options = { headers: { 'if-match': '"v1"' }, body: { status: 'pending' } }
  const changed = await world.call(
    { ...caller, tenantId: tenant },
    'PATCH',
    `/api/v1/partner/support/tickets/${all.items[0].ticket_id}`,
    options,
  )
  expect(changed.json()).toMatchObject({
    status: 'pending',
    sla: null,
    tenant_id: encodeId('tenant', tenant),
  })
})

import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reportRoutes } from '#modules/reports/index.ts'
import { makeSupportRoutes, runSlaClock } from '#modules/support/index.ts'
import { seedTenants, ticketItem } from '#testing/ingest.ts'
import { TestWorld } from '#testing/world.ts'
import { ingestRoutes } from './index.ts'

const REPORT = '/api/v1/partner/reports/sla?month=2015-04&metric=response,resolution'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...ingestRoutes,
    ...makeSupportRoutes(services),
    ...reportRoutes,
  ])
})
afterAll(() => world[Symbol.asyncDispose]())

async function seed() {
  const { send, tenantIds } = await seedTenants(world)
  const [tenant] = tenantIds
  if (!tenant) throw new Error('The source has two tenants.')
  const partner = await world.partner('Northwind')
  const person = await world.person()
  const member = await world.partnerMember(partner, person.id)
  await world.assign(await world.link(partner, tenant, { role: 'msp_full' }), member)
  const caller = { ...(await world.signIn(person.id)), tenantId: tenant }
  const get = async (path: string) => {
    const answer = await world.call(caller, 'GET', path)
    expect(answer.statusCode, answer.body).toBe(200)
    return answer.json()
  }
  const handIn = async (more: object) => {
    const item = ticketItem('k1', { priority: 'urgent', created_at: '2015-04-22T10:00:00Z', ...more })
    expect(await send('tickets', [item])).toMatchObject({ status: 200 })
    await runSlaClock(world.database)
    const { items } = await get('/api/v1/partner/support/tickets')
    return get(`/api/v1/partner/support/tickets/${items[0].ticket_id}`)
  }
  const report = async () => (await get(REPORT)).by_tenant[0]
  return { tenant, caller, handIn, report }
}

test('a ticket that is handed in without its first answer has no promised response that could be missed, and can be worked on (B7, B8, B17)', async () => {
  const { tenant, caller, handIn, report } = await seed()
  const ticket = await handIn({ status: 'open' })
  expect(ticket.clocks).toMatchObject([
    { metric: 'resolution', started_at: '2015-04-22T10:00:00.000Z', met_at: null },
  ])
  expect(ticket.sla).toMatchObject({ metric: 'resolution', due_at: '2015-04-22T14:00:00.000Z' })
  const warned = await world.sql('select distinct metric from ticket_sla_signal where tenant_id = $1', [
    tenant,
  ])
  expect(warned).toEqual([{ metric: 'resolution' }])
  expect(await report()).toMatchObject({ response: null, resolution: { met: 0, breached: 1 } })
  const options = {
    headers: { 'if-match': '"v1"' },
    body: { status: 'pending', comment: { content: 'Hello.' } },
  }
  const changed = await world.call(
    caller,
    'PATCH',
    `/api/v1/partner/support/tickets/${ticket.ticket_id}`,
    options,
  )
  expect(changed.json()).toMatchObject({ status: 'pending', tenant_id: encodeId('tenant', tenant) })
  expect(await report()).toMatchObject({ response: null })
})

test('a ticket that was resolved in time elsewhere is not late, whoever answered it when (B8)', async () => {
  const { handIn, report } = await seed()
  const ticket = await handIn({ status: 'resolved', resolved_at: '2015-04-22T12:00:00Z' })
  expect(ticket).toMatchObject({ is_sla_breached: false, clocks: [{ metric: 'resolution' }] })
  expect(await report()).toMatchObject({ response: null, resolution: { met: 1, breached: 0 } })
})

test.each([
  ['in time', '2015-04-22T10:20:00Z', { met: 1, breached: 0, median_minutes: 20 }, null],
  ['late', '2015-04-22T11:30:00Z', { met: 0, breached: 1, median_minutes: 90 }, '2015-04-22T11:00:00.000Z'],
])(
  'a first answer that the source tells of counts as it was: %s (B8)',
  async (_how, at, counted, breachedAt) => {
    const { handIn, report } = await seed()
    const item = { status: 'resolved', resolved_at: '2015-04-22T12:00:00Z', first_response_at: at }
    const answered = { metric: 'first_response', met_at: new Date(at).toISOString(), breached_at: breachedAt }
    expect((await handIn(item)).clocks[0]).toMatchObject(answered)
    expect(await report()).toMatchObject({ response: counted })
  },
)

test('a first answer that the source tells of later counts from then on, and the first that it told of stays (B8)', async () => {
  const { handIn, report } = await seed()
  await handIn({ status: 'open' })
  await handIn({ status: 'open', first_response_at: '2015-04-22T10:20:00Z' })
  expect(await report()).toMatchObject({ response: { met: 1, breached: 0, median_minutes: 20 } })
  const again = await handIn({ status: 'pending' })
  expect(again.clocks[0]).toMatchObject({ metric: 'first_response', met_at: '2015-04-22T10:20:00.000Z' })
  const steps = again.sla_steps.filter((step: { metric: string }) => step.metric === 'first_response')
  expect(steps.map((step: { kind: string }) => step.kind)).toEqual(['started', 'met'])
})

test('as raw SQL nobody says of a ticket that was opened here when it was answered elsewhere (B8)', async () => {
  const { tenant } = await seed()
  const insert = (columns: string, values: string) =>
    world.seed(
      `insert into ticket (tenant_id, number, subject, created_at, first_response_at${columns}) values ($1, gen_random_uuid()::text, 'Slow', '2015-04-22T10:00:00Z', '2015-04-22T09:00:00Z'::timestamptz + interval '2 hours'${values})`,
      [tenant],
      tenant,
    )
  await expect(insert('', '')).rejects.toThrow('ticket_first_response')
  await insert(', source', `, 'x'`)
  await expect(
    world.seed(
      `update ticket set first_response_at = created_at - interval '1 second' where tenant_id = $1`,
      [tenant],
      tenant,
    ),
  ).rejects.toThrow('ticket_first_response')
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { reportRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => reportRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

async function read(caller: Caller, query = '') {
  const response = await world.call(caller, 'GET', `/api/v1/partner/reports/usage${query && `?${query}`}`)
  expect(response.statusCode, response.body).toBe(200)
  return response.json()
}

test('of a period that runs, the days that are over are compared with as many before it (B8)', async () => {
  const partner = await world.partner('Northwind')
  const person = await world.person()
  const tenant = await world.tenant('Steady')
  await world.assign(
    await world.link(partner, tenant, { role: 'msp_full' }),
    await world.partnerMember(partner, person.id),
  )
  const caller = await world.signIn(person.id)
  const today = new Date().toISOString().slice(0, 10)
  const daysAgo = (days: number) => new Date(Date.parse(today) - days * 86_400_000).toISOString().slice(0, 10)
  await world.seed(
    `insert into usage_day (tenant_id, day, active_subscribers, data_gb) select $1, $2::date - n, 10, 100 from generate_series(1, 120) n`,
    [tenant, today],
    tenant,
  )
  const soon = new Date(Date.parse(today) + 19 * 86_400_000).toISOString().slice(0, 10)
  for (const query of ['', `from_date=${daysAgo(10)}`, `from_date=${daysAgo(10)}&to_date=${soon}`]) {
    const { summary, by_tenant: tenants, previous_period: before } = await read(caller, query)
    expect(summary.delta, query).toMatchObject({ total_data_gb: 0, total_data_percent: 0 })
    expect(tenants[0].delta).toMatchObject({ total_data_gb: 0, total_data_percent: 0 })
    expect(before.coverage).toBe(1)
  }
})

test('seats are the people who are assigned now: nobody of a link that has ended (B8)', async () => {
  const partner = await world.partner('Northwind')
  const tenant = await world.tenant('Acme')
  const [before, now] = [await world.person(), await world.person()]
  const gone = await world.partnerMember(partner, before.id)
  const member = await world.partnerMember(partner, now.id)
  const ended = await world.link(partner, tenant, { role: 'msp_full' })
  await world.assign(ended, gone)
  await world.seed(`update delegation set status = 'revoked' where id = $1`, [ended], tenant)
  await world.assign(await world.link(partner, tenant, { role: 'msp_full' }), member)
  const report = await read(await world.signIn(now.id))
  expect(report.by_tenant[0].seats_used).toBe(1)
  expect(report.summary.seats_used).toBe(1)
})

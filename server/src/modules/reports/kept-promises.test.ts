import type { TenantId } from '@liaison/access'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { comparePromises, joinPromises, reportRoutes } from './index.ts'
import { round } from './sums.ts'

const SLA = '/api/v1/partner/reports/sla'
const DAY_MS = 86_400_000

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => reportRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

async function seedPartner() {
  const partner = await world.partner('Northwind')
  const person = await world.person()
  const member = await world.partnerMember(partner, person.id)
  const add = async (name: string, zone: string) => {
    const tenant = await world.tenant(name)
    await world.seed('update tenant set timezone = $2 where id = $1', [tenant, zone], tenant)
    await world.assign(await world.link(partner, tenant, { role: 'msp_full' }), member)
    return tenant
  }
  const tenants = [await add('Acme', 'America/New_York'), await add('Beta', 'Asia/Kathmandu')]
  return { tenants, caller: await world.signIn(person.id) }
}

/** One change of a tenant's promises. */
type Change =
  | {
      readonly kind: 'promise'
      readonly metric: string
      readonly daysAgo: number
      readonly minute: number
      readonly due: number
      readonly took: number | null
      readonly paused: number
    }
  | { readonly kind: 'meet' | 'pause' | 'move'; readonly pick: number; readonly minutes: number }
  | { readonly kind: 'miss' | 'reopen' | 'halt'; readonly pick: number }
  | { readonly kind: 'join' }

const pick = fc.nat(40)
/** Also on the bounds of bands, where a median may lie on either side. */
const minutes = fc.oneof(fc.constantFrom(0, 1, 15, 60, 1440, 43_200), fc.nat(50_000))
const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('promise' as const),
      metric: fc.constantFrom('first_response', 'resolution'),
      daysAgo: fc.nat(420),
      minute: fc.nat(1439),
      due: fc.integer({ min: 1, max: 3000 }),
      took: fc.option(minutes),
      paused: fc.oneof(fc.constant(0), fc.nat(500)),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('meet' as const, 'pause' as const, 'move' as const),
      pick,
      minutes,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('miss' as const, 'reopen' as const, 'halt' as const),
      pick,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('join' as const) }) },
)

const NTH = `(tenant_id, ticket_id, metric) = (select tenant_id, ticket_id, metric from ticket_sla_clock where tenant_id = $1 order by started_at, ticket_id, metric
  offset $2::integer % greatest(1, (select count(*) from ticket_sla_clock where tenant_id = $1)::integer) limit 1)`
const WITH_MINUTES = {
  meet: `update ticket_sla_clock set met_at = started_at + make_interval(mins => $3) where ${NTH}`,
  pause: `update ticket_sla_clock set paused_ms = paused_ms + $3::bigint * 60000 where ${NTH}`,
  move: `update ticket_sla_clock set due_at = started_at + make_interval(mins => $3) where ${NTH}`,
}
const SIMPLE = {
  miss: `update ticket_sla_clock set breached_at = due_at where ${NTH} and breached_at is null`,
  reopen: `update ticket_sla_clock set met_at = null where ${NTH}`,
  halt: `update ticket_sla_clock set paused_since = started_at + interval '1 hour' where ${NTH}`,
}

async function applyChange(tenant: TenantId, one: Change): Promise<void> {
  if (one.kind === 'join') await joinPromises(world.database)
  else if (one.kind === 'promise')
    await world.seed(
      `with began as (select date_trunc('day', now()) - make_interval(days => $3::integer) + make_interval(mins => $4::integer) as at),
       made as (insert into ticket (tenant_id, number, subject, created_at) select $1, gen_random_uuid()::text, 'Slow', at from began returning tenant_id, id, created_at)
       insert into ticket_sla_clock (tenant_id, ticket_id, metric, target_minutes, started_at, due_at, met_at, paused_ms)
       select tenant_id, id, $2, $5::integer, created_at, created_at + make_interval(mins => $5::integer), created_at + make_interval(mins => $6::integer), $7::bigint * 60000 from made`,
      [tenant, one.metric, one.daysAgo, one.minute, one.due, one.took, one.paused],
      tenant,
    )
  else if ('minutes' in one) await world.seed(WITH_MINUTES[one.kind], [tenant, one.pick, one.minutes], tenant)
  else await world.seed(SIMPLE[one.kind], [tenant, one.pick], tenant)
}

interface Told {
  readonly met: number
  readonly breached: number
  readonly running: number
  readonly median_minutes: number | null
  readonly p95_minutes: number | null
}
interface Row {
  readonly tenant_name: string
  readonly response: Told | null
  readonly resolution: Told | null
}

/** The same figures from the promises one by one, as PostgreSQL itself counts and sorts them. */
async function countOneByOne(tenant: TenantId, metric: string, period: { from: string; to: string }) {
  const [row] = await world.sql<Told>(
    `select count(*) filter (where met_at is not null and not is_late)::integer as met, count(*) filter (where is_late)::integer as breached,
       count(*) filter (where met_at is null and not is_late)::integer as running, percentile_cont(0.5) within group (order by took) as median_minutes,
       percentile_cont(0.95) within group (order by took) as p95_minutes
     from (
       select c.met_at, c.breached_at is not null or coalesce(c.met_at, c.paused_since, now()) > c.due_at as is_late,
         extract(epoch from c.met_at - c.started_at)::float8 / 60 - c.paused_ms::float8 / 60000 as took
       from ticket_sla_clock c join tenant t on t.id = c.tenant_id
       where c.tenant_id = $1 and c.metric = $2 and (c.started_at at time zone t.timezone)::date between $3::date and $4::date and c.started_at < now()) k
     having count(*) > 0`,
    [tenant, metric, period.from, period.to],
  )
  if (!row) return null
  return { ...row, median_minutes: round(row.median_minutes, 1), p95_minutes: round(row.p95_minutes, 1) }
}

async function readPromises(caller: Caller, period: { from: string; to: string }): Promise<Row[]> {
  const response = await world.call(
    caller,
    'GET',
    `${SLA}?from_date=${period.from}&to_date=${period.to}&metric=response,resolution`,
  )
  expect(response.statusCode, response.body).toBe(200)
  return response.json().by_tenant
}

const withoutShare = (told: (Told & { compliance_percentage?: unknown }) | null) => {
  if (told === null) return null
  const { compliance_percentage: _, ...figures } = told
  return figures
}

const dayOf = (daysAgo: number) => new Date(Date.now() - daysAgo * DAY_MS).toISOString().slice(0, 10)

test('after any changes of promises a report of any length says what counting them one by one says, and every kept sum is exact (B8, B16)', async () => {
  const { tenants, caller } = await seedPartner()
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.boolean(), change), { minLength: 3, maxLength: 14 }),
      fc.tuple(fc.nat(190), fc.constantFrom(0, 30, 179, 180, 200, 300, 365)),
      async (changes, [endsAgo, length]) => {
        for (const [isFirst, one] of changes) {
          const tenant = tenants[isFirst ? 0 : 1]
          if (tenant) await applyChange(tenant, one)
        }
        await comparePromises(world.database)
        const period = { from: dayOf(endsAgo + length), to: dayOf(endsAgo) }
        const rows = await readPromises(caller, period)
        for (const [index, tenant] of tenants.entries()) {
          const row = rows[index]
          expect(withoutShare(row?.response ?? null)).toEqual(
            await countOneByOne(tenant, 'first_response', period),
          )
          expect(withoutShare(row?.resolution ?? null)).toEqual(
            await countOneByOne(tenant, 'resolution', period),
          )
        }
      },
    ),
    { numRuns: 40 },
  )
}, 60_000)

const PROMISE = {
  kind: 'promise',
  metric: 'resolution',
  daysAgo: 100,
  minute: 1,
  due: 60,
  took: null,
  paused: 0,
} as const
const ROWS = `select coalesce(sum(promises), 0)::integer as promises, count(*)::integer as rows from promise_month where tenant_id = $1`

test('promises that are met at the same moment lose nothing, while a job joins their sums (B16)', async () => {
  const [tenant] = (await seedPartner()).tenants
  if (!tenant) throw new Error('There is no tenant.')
  for (let made = 0; made < 12; made += 1) await applyChange(tenant, { ...PROMISE, minute: made })
  const clocks = await world.sql<{ id: string }>(
    'select ticket_id as id from ticket_sla_clock where tenant_id = $1',
    [tenant],
  )
  await Promise.all(
    clocks.map(async ({ id }) => {
      await world.seed(
        `update ticket_sla_clock set met_at = started_at + interval '30 minutes' where tenant_id = $1 and ticket_id = $2`,
        [tenant, id],
        tenant,
      )
      await joinPromises(world.database)
    }),
  )
  await joinPromises(world.database)
  await comparePromises(world.database)
  expect(await world.sql(ROWS, [tenant])).toEqual([{ promises: 12, rows: 1 }])
  expect(await joinPromises(world.database)).toBe(0)
})

test('a kept sum of promises that is wrong is found, and counting anew mends it (B16)', async () => {
  const [tenant] = (await seedPartner()).tenants
  if (!tenant) throw new Error('There is no tenant.')
  await applyChange(tenant, { ...PROMISE, took: 90 })
  await comparePromises(world.database)
  for (const wrong of ['promises = promises + 1', 'band = band + 1', 'is_late = not is_late']) {
    await world.sql(`update promise_month set ${wrong} where tenant_id = $1`, [tenant])
    await expect(comparePromises(world.database)).rejects.toThrow('differ from them')
    await world.sql('select private.rebuild_promises()')
    await comparePromises(world.database)
  }
})

test('no login reads or writes the kept sums of promises itself', async () => {
  for (const login of ['liaison_tenant', 'liaison_delegate', 'liaison_program', 'liaison_job'] as const)
    for (const text of ['select 1 from promise_month', 'delete from promise_month'])
      await expect(world.sqlAs(login, text)).rejects.toThrow('permission denied')
  for (const login of ['liaison_tenant', 'liaison_delegate'] as const)
    for (const name of ['single_promises', 'summed_promises'])
      await expect(
        world.sqlAs(login, `select * from access.${name}('{}', '{}', '{}', now())`),
      ).rejects.toThrow('permission denied')
})

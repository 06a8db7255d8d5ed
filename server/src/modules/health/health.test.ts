import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startJobs } from '#platform/jobs.ts'
import type { Jobs } from '#platform/jobs.ts'
import { SOON } from '#testing/patience.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { checkAll } from './checks.ts'
import { makeHealthRoutes, PURPOSES } from './index.ts'

let world: TestWorld
let jobs: Jobs
let admin: Caller
beforeAll(async () => {
  world = await TestWorld.start(makeHealthRoutes)
  jobs = await startJobs({
    database: world.database,
    topics: {
      mail: () => Promise.resolve(),
      news: () => Promise.reject(new Error('The receiver is away')),
    },
    schedules: [{ name: 'link-clock', cron: '* * * * *', run: () => Promise.resolve() }],
    onError: () => undefined,
  })
  const person = await world.person('Sam Ortiz')
  await world.platformAdmin(person.id)
  admin = await world.signIn(person.id)
})
afterAll(async () => {
  await jobs.stop()
  await world[Symbol.asyncDispose]()
})

const get = (caller: Caller, path: string) => world.call(caller, 'GET', `/api/v1/admin/${path}`)

test('administrators read what waits, what runs by the clock and what failed, and nothing of what it was about (X)', async () => {
  await world.sql(`insert into outbox (topic, payload) values ('news', '{"to":"dana@example.test"}')`)
  await jobs.dispatch()
  const read = async () => (await get(admin, 'jobs')).json().items
  await vi.waitFor(async () => {
    const news = (await read()).find(({ name }: { name: string }) => name === 'news')
    expect(news).toMatchObject({ kind: 'queue', cron: null })
    const [row] = await world.sql<{ state: string }>(`select state from job.job where name = 'news'`)
    expect(row?.state).toBe('retry')
  }, SOON)
  await world.sql(
    `update job.job set state = 'failed', completed_on = now(), output = '{"message": "The receiver is away"}' where name = 'news'`,
  )
  const answer = await get(admin, 'jobs')
  expect(answer.statusCode, answer.body).toBe(200)
  const { items } = answer.json()
  expect(items).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        name: 'link-clock',
        kind: 'schedule',
        cron: '* * * * *',
        purpose: PURPOSES['link-clock'],
      }),
      expect.objectContaining({ name: 'news', failed: 1, last_error: 'The receiver is away' }),
      expect.objectContaining({ name: 'dead', kind: 'dead_letters' }),
    ]),
  )
  expect(answer.body).not.toContain('dana@example.test')
  expect(answer.body).not.toContain('__pgboss')
})

test('administrators read how each part stands, refusals by the hour and partners by state (X)', async () => {
  await world.partner('Northwind')
  const answer = await get(admin, 'health')
  expect(answer.statusCode, answer.body).toBe(200)
  const { checks, refusals, partners } = answer.json()
  expect(checks.map(({ name, state }: { name: string; state: string }) => `${name} ${state}`)).toEqual([
    'database ok',
    'sealing ok',
    'audit_months ok',
    'verification unknown',
    'outbox ok',
    'work ok',
    'schedules unknown',
    'webhooks ok',
    'signals ok',
    'alerts unknown',
    'exports ok',
  ])
  expect(refusals).toHaveLength(24)
  expect(partners).toEqual([{ status: 'active', count: 1 }])
})

test('what waits, stands still or was found wrong is told as such, and what nobody knows as unknown', () => {
  const now = new Date('2026-12-01T12:00:00Z')
  const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000)
  const row = {
    waiting: '0',
    running: '0',
    failed: '0',
    oldest_waiting_at: null,
    last_done_at: null,
    last_failed_at: null,
    last_error: null,
  }
  const stateOf = (known: Partial<Parameters<typeof checkAll>[0]>, name: string) =>
    checkAll({ work: [], figures: [], isReady: true, ...known }, now).find((check) => check.name === name)
      ?.state
  const figures = (name: string, value: number | null, at: Date | null) => ({
    figures: [{ name, value, at }],
  })
  expect([30, 90, 301].map((age) => stateOf(figures('outbox', 1, ago(age)), 'outbox'))).toEqual([
    'ok',
    'attention',
    'failing',
  ])
  expect(stateOf({}, 'outbox')).toBe('unknown')
  expect(stateOf({ isReady: false }, 'sealing')).toBe('failing')
  expect(stateOf(figures('verification', 2, ago(60)), 'verification')).toBe('failing')
  expect(stateOf(figures('verification', 0, ago(9 * 86_400)), 'verification')).toBe('attention')
  expect(
    [3, 2, 1, 0, -1].map((months) => stateOf(figures('audit_months', months, null), 'audit_months')),
  ).toEqual(['ok', 'ok', 'attention', 'failing', 'failing'])
  expect(stateOf({}, 'audit_months')).toBe('unknown')
  expect(stateOf(figures('webhooks', 1, ago(5)), 'webhooks')).toBe('attention')
  const clock = { ...row, name: 'link-clock', cron: '* * * * *' }
  expect(stateOf({ work: [{ ...clock, last_done_at: ago(20) }] }, 'schedules')).toBe('ok')
  expect(stateOf({ work: [{ ...clock, last_done_at: ago(301) }] }, 'schedules')).toBe('failing')
  expect(stateOf({ work: [{ ...clock, last_done_at: ago(60), last_failed_at: ago(10) }] }, 'schedules')).toBe(
    'attention',
  )
  expect(
    stateOf(
      { work: [{ ...row, name: 'dead', cron: null, waiting: '3', oldest_waiting_at: ago(9000) }] },
      'work',
    ),
  ).toBe('attention')
  expect(
    stateOf(
      { work: [{ ...row, name: 'mail', cron: null, waiting: '3', oldest_waiting_at: ago(400) }] },
      'work',
    ),
  ).toBe('failing')
})

test('nobody else reads it: no partner, no tenant, no stranger, and no raw SQL in a context of another plane', async () => {
  const [partner, tenant] = [await world.partner('Fjord'), await world.tenant('Acme')]
  const [owner, member] = [await world.person('Ana'), await world.person('Dana')]
  await world.partnerMember(partner, owner.id, 'PARTNER_OWNER')
  await world.tenantMember(tenant, member.id)
  const nobody = { cookie: '' }
  for (const path of ['jobs', 'health']) {
    expect((await get(nobody, path)).statusCode).toBe(401)
    expect((await get(await world.signIn(owner.id), path)).statusCode).toBe(403)
    expect((await get(await world.signIn(member.id), path)).statusCode).toBe(403)
  }
  for (const statement of [
    'select * from access.background_work()',
    'select * from access.service_figures()',
  ]) {
    expect((await world.database.pool('liaison_platform').query(statement)).rows).toEqual([])
    for (const login of ['liaison_program', 'liaison_tenant', 'liaison_delegate'] as const)
      await expect(world.database.pool(login).query(statement)).rejects.toMatchObject({ code: '42501' })
  }
  for (const login of ['liaison_platform', 'liaison_program'] as const)
    await expect(world.database.pool(login).query('select data from job.job')).rejects.toMatchObject({
      code: '42501',
    })
})

import { encodeId, idFromUuid } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ingestRoutes } from '#modules/ingest/index.ts'
import { openEarningScene, payment, refund } from '#testing/earning-acts.ts'
import type { EarningScene } from '#testing/earning-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeEarningRoutes } from './index.ts'

let world: TestWorld
let here: EarningScene
let there: EarningScene
beforeAll(async () => {
  world = await TestWorld.start((services) => [...ingestRoutes, ...makeEarningRoutes(services)])
  here = await openEarningScene(world)
  there = await openEarningScene(world)
  for (const scene of [here, there]) {
    await scene.refer('t1')
    await scene.report([
      payment('i1', { net_minor: 1255 }),
      payment('i2', { currency: 'EUR', occurred_at: '2026-09-05T12:00:00Z' }),
      refund('r1', 'i1', { net_minor: 100 }),
      payment('i0', { net_minor: 0 }),
    ])
  }
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const get = async (caller: Caller, path: string) => {
  const answer = await world.call(caller, 'GET', path)
  return { status: answer.statusCode, body: answer.json() }
}
const LINES = '/api/v1/program/earnings'

test('owners read each earning with its calculation step by step, and what was taken back of it (D6, D8)', async () => {
  const { body } = await get(here.owner, LINES)
  expect(body).toMatchObject({ total: 3 })
  const commission = body.items.find(
    (item: { base: { amount_minor: number } }) => item.base.amount_minor === 1255,
  )
  expect(commission).toMatchObject({
    kind: 'commission',
    tenant_name: 'Tenant t1',
    amount: { amount_minor: 126, currency: 'USD' },
  })
  const one = await get(here.owner, `${LINES}/${commission.earning_id}`)
  expect(one.body.steps).toEqual([
    {
      name: 'net',
      says: 'Paid, without tax and after discounts',
      amount: { amount_minor: 1255, currency: 'USD' },
    },
    { name: 'rate', says: 'Rate 10 %', amount: null },
    {
      name: 'rounding',
      says: 'The share of it, rounded to the smallest unit, halves up',
      amount: { amount_minor: 126, currency: 'USD' },
    },
    { name: 'result', says: 'Earned', amount: { amount_minor: 126, currency: 'USD' } },
  ])
  expect(one.body.taken_back).toMatchObject([
    { kind: 'clawback', amount: { amount_minor: -10, currency: 'USD' } },
  ])
})

test('lists are filtered by month, state, currency and kind, and currencies are never added (D6)', async () => {
  const count = async (query: string) => (await get(here.owner, `${LINES}?${query}`)).body.total
  expect([
    await count('month=2026-09'),
    await count('currency=USD'),
    await count('kind=clawback'),
    await count('state=paid,void'),
    await count('state=pending&currency=EUR'),
  ]).toEqual([1, 2, 1, 0, 1])
  expect((await get(here.owner, `${LINES}?month=2026-13`)).status).toBe(422)
  const { body } = await get(here.owner, `${LINES}/summary`)
  expect(body.totals).toEqual([
    { month: '2026-10', state: 'pending', earnings: 2, amount: { amount_minor: 116, currency: 'USD' } },
    { month: '2026-09', state: 'pending', earnings: 1, amount: { amount_minor: 100, currency: 'EUR' } },
  ])
  expect(body.balances.map(({ balance }: { balance: object }) => balance)).toEqual([
    { amount_minor: 100, currency: 'EUR' },
    { amount_minor: 116, currency: 'USD' },
  ])
})

test('staff read totals and whom to ask, and not one line (D8, F4)', async () => {
  const totals = await get(here.staff, `${LINES}/summary`)
  expect(totals.body).toEqual({ ...(await get(here.owner, `${LINES}/summary`)).body })
  expect(totals.body.owner_names).toEqual(['Nora Lind'])
  const { body } = await get(here.owner, LINES)
  for (const path of [
    LINES,
    `${LINES}/skipped`,
    `${LINES}/${body.items[0].earning_id}`,
    `/api/v1/partners/${encodeId('partner', here.partner)}/earnings`,
  ])
    expect((await get(here.staff, path)).body.code, path).toBe('PERMISSION_DENIED')
})

test('an earning of another partner is not there, and an unknown partner is refused like a foreign one (D3, D8)', async () => {
  const foreign = (await get(there.owner, LINES)).body.items[0].earning_id
  expect(await get(here.owner, `${LINES}/${foreign}`)).toMatchObject({
    status: 404,
    body: { code: 'EARNING_NOT_FOUND' },
  })
  const own = await get(here.owner, `/api/v1/partners/${encodeId('partner', here.partner)}/earnings`)
  expect(own.body).toEqual((await get(here.owner, LINES)).body)
  const unknown = idFromUuid('partner', '01980000-0000-7000-8000-000000000000')
  const refusals = await Promise.all(
    [there.partner, unknown].map(async (id) => {
      const { status, body } = await get(here.owner, `/api/v1/partners/${encodeId('partner', id)}/earnings`)
      return { status, code: body.code, detail: body.detail }
    }),
  )
  expect(refusals[0]).toMatchObject({ status: 403 })
  expect(refusals[1]).toEqual(refusals[0])
})

test('totals tell the month that it is where the program is at home (D10)', async () => {
  // Fourteen hours before and eleven hours behind UTC.
  for (const zone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'UTC']) {
    await world.seed(
      `insert into program_setting (version, live_needs_agreement, contact_kept_days, set_by_name, time_zone) select max(version) + 1, false, 365, 'Test', $1 from program_setting`,
      [zone],
    )
    const [now] = await world.sql<{ month: string }>(
      `select to_char(now() at time zone $1, 'YYYY-MM') as month`,
      [zone],
    )
    expect((await get(here.owner, `${LINES}/summary`)).body.this_month).toBe(now?.month)
  }
})

test('what earned nothing says why, to owners (D6)', async () => {
  const { body } = await get(here.owner, `${LINES}/skipped`)
  expect(body.items).toMatchObject([
    { component: 'commission', reason: 'NOTHING_PAID', says: 'Nothing was paid.' },
  ])
})

test('the provider reads and sums the earnings of all partners, or of one (D6)', async () => {
  const all = await get(here.admin, '/api/v1/admin/earnings')
  expect(all.body.total).toBe(6)
  const one = encodeId('partner', here.partner)
  expect((await get(here.admin, `/api/v1/admin/earnings?partner_id=${one}`)).body.total).toBe(3)
  const summary = await get(here.admin, `/api/v1/admin/earnings/summary?partner_id=${one}`)
  expect(summary.body.totals).toEqual((await get(here.owner, `${LINES}/summary`)).body.totals)
  expect((await get(here.owner, '/api/v1/admin/earnings')).status).toBe(403)
})

import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ingestRoutes } from '#modules/ingest/index.ts'
import { makeReferralRoutes } from '#modules/referrals/index.ts'
import { riskRoutes } from '#modules/risk/index.ts'
import { openEarningScene, payment } from '#testing/earning-acts.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { TestWorld } from '#testing/world.ts'
import { makeEarningRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...ingestRoutes,
    ...makeEarningRoutes(services),
    ...makeReferralRoutes(services),
    ...riskRoutes,
  ])
})
afterAll(() => world[Symbol.asyncDispose]())

const countWaiting = async () =>
  (
    await world.sql<{ n: number }>(
      `select count(*)::integer as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    )
  )[0]?.n ?? 0

/** Does something while a payment that was reported knows whose it is and has earned nothing yet. */
async function duringPayment<Answer>(
  report: () => Promise<unknown>,
  act: () => Promise<Answer>,
): Promise<Answer> {
  const holder = new pg.Client(world.connection)
  await holder.connect()
  try {
    await holder.query('begin')
    await holder.query('lock table earning_volume in access exclusive mode')
    const reported = report()
    while ((await countWaiting()) < 1);
    const progress = { isDone: false }
    const acted = act().finally(() => {
      progress.isDone = true
    })
    while (!progress.isDone && (await countWaiting()) < 2);
    await holder.query('commit')
    await reported
    return await acted
  } finally {
    await holder.end()
  }
}

test('a referral that is withdrawn while its first payment is taken has paid before, and earns; none is void and earns (D5, D6)', async () => {
  const scene = await openEarningScene(world)
  const { referral } = await scene.refer('t1')
  const path = `/api/v1/admin/referrals/${publicIdOf('referral', referral)}/void`
  const voided = await duringPayment(
    () => scene.report([payment('i1')]),
    () => world.call(scene.admin, 'POST', path, { body: { reason: 'Entered twice' } }),
  )
  expect([voided.statusCode, voided.json().code]).toEqual([409, 'REFERRAL_LOCKED'])
  const rows = await world.sql(
    `select r.state, e.state as earning from referral r left join earning e on e.referral_id = r.id where r.id = $1`,
    [referral],
  )
  expect(rows).toEqual([{ state: 'locked', earning: 'pending' }])
})

test('a check that is confirmed while the first payment is taken voids what it earned, and stops the referral (D5, D6)', async () => {
  const scene = await openEarningScene(world)
  const { referral } = await scene.refer('t1')
  const opened = await world.call(scene.admin, 'POST', '/api/v1/admin/risk-cases', {
    body: { referral_id: publicIdOf('referral', referral), note: 'Told by the bank' },
  })
  const decided = await duringPayment(
    () => scene.report([payment('i1')]),
    () =>
      world.call(scene.admin, 'POST', `/api/v1/admin/risk-cases/${opened.json().risk_case_id}/resolve`, {
        body: { decision: 'confirm', reason: 'Not a real sale' },
        headers: { 'if-match': String(opened.headers['etag']) },
      }),
  )
  expect(decided.statusCode, decided.body).toBe(200)
  const rows = await world.sql(
    `select r.state, b.id is not null as is_blocked, e.state as earning from referral r left join referral_block b on b.referral_id = r.id left join earning e on e.referral_id = r.id where r.id = $1`,
    [referral],
  )
  expect(rows).toEqual([{ state: 'locked', is_blocked: true, earning: 'void' }])
})

test('a check that is opened while a payment is taken holds what it earned (D5, D6)', async () => {
  const scene = await openEarningScene(world)
  const { referral } = await scene.refer('t1')
  const opened = await duringPayment(
    () => scene.report([payment('i1')]),
    () =>
      world.call(scene.admin, 'POST', '/api/v1/admin/risk-cases', {
        body: { referral_id: publicIdOf('referral', referral), note: 'Told by the bank' },
      }),
  )
  expect(opened.statusCode, opened.body).toBe(201)
  const rows = await world.sql('select state, hold_kind from earning where referral_id = $1', [referral])
  expect(rows).toEqual([{ state: 'held', hold_kind: 'risk' }])
})

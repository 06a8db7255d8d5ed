import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeEarningRoutes } from '#modules/earnings/index.ts'
import { ingestRoutes } from '#modules/ingest/index.ts'
import { makeReferralRoutes } from '#modules/referrals/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { openEarningScene, payment } from '#testing/earning-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { riskRoutes } from './index.ts'

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

const DAY_MS = 86_400_000

test('what comes in after a check of a partner as a whole was confirmed earns again; what waited is void (D5, D6)', async () => {
  const scene = await openEarningScene(world)
  await scene.refer('t1')
  await scene.report([payment('before')])
  const [opened] = await world.seed<{ id: string }>(
    `insert into risk_case (partner_id, program_id, outcome, rules, category, evidence)
     select $1, m.id, 'hold', array['shared_payout_account'], 'payout_account', '[]' from program m where m.code = 'standard' returning id`,
    [scene.partner],
  )
  const decided = await world.call(
    scene.admin,
    'POST',
    `/api/v1/admin/risk-cases/${publicIdOf('risk_case', opened?.id ?? '')}/resolve`,
    { body: { decision: 'confirm', reason: 'Looked into' }, headers: { 'if-match': '"v1"' } },
  )
  expect(decided.statusCode, decided.body).toBe(200)
  await scene.report([payment('since', { occurred_at: new Date().toISOString() })])
  const earned = `select b.external_id as payment, e.state from earning e join billing_event b on b.id = e.billing_event_id
    where e.partner_id = $1 order by b.occurred_at`
  expect(await world.sql(earned, [scene.partner])).toEqual([
    { payment: 'before', state: 'void' },
    { payment: 'since', state: 'pending' },
  ])
})

test('a referral whose check is confirmed earns nothing from then on, also where it was to be blocked later (D5, D6)', async () => {
  const scene = await openEarningScene(world)
  const { referral } = await scene.refer('t1')
  const id = publicIdOf('referral', referral)
  await scene.report([payment('before')])
  const post = (path: string, body: object, headers = {}) =>
    world.call(scene.admin, 'POST', `/api/v1/admin/${path}`, { body, headers })
  const later = new Date(Date.now() + 30 * DAY_MS).toISOString()
  const blocked = await post(`referrals/${id}/block`, { reason: 'Its agreement ends.', from_at: later })
  expect(blocked.statusCode, blocked.body).toBe(200)
  const now = () => ({ occurred_at: new Date().toISOString() })
  const late = now()
  await scene.report([payment('until then', now())])
  const opened = await post('risk-cases', { referral_id: id, note: 'Told by the bank' })
  expect(opened.statusCode, opened.body).toBe(201)
  const decided = await post(
    `risk-cases/${opened.json().risk_case_id}/resolve`,
    { decision: 'confirm', reason: 'Looked into' },
    { 'if-match': '"v1"' },
  )
  expect(decided.statusCode, decided.body).toBe(200)
  await scene.report([payment('late', late)])
  await scene.report([payment('since', now())])
  const kept = await world.sql(
    `select b.external_id as payment, e.state, s.reason from billing_event b
     left join earning e on e.billing_event_id = b.id left join earning_skip s on s.billing_event_id = b.id
     where b.source = $1 order by b.occurred_at`,
    [scene.source.source],
  )
  expect(kept).toEqual([
    { payment: 'before', state: 'void', reason: null },
    { payment: 'late', state: null, reason: 'REFERRAL_BLOCKED' },
    { payment: 'until then', state: 'void', reason: null },
    { payment: 'since', state: null, reason: 'REFERRAL_BLOCKED' },
  ])
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ingestRoutes } from '#modules/ingest/index.ts'
import { openEarningScene, payment, refund } from '#testing/earning-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeEarningRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...ingestRoutes, ...makeEarningRoutes(services)])
})
afterAll(() => world[Symbol.asyncDispose]())

const EVERY = { trigger: 'invoice' as const, products: null, max_months: null }
const FLAT = { ...EVERY, id: 'flat', model: 'flat' as const, amounts: { USD: 700 } }

describe('why a refund that came before its payment took nothing back', () => {
  const TERMS = { components: [FLAT], clawback: { flat: 'full_only' as const, window_days: 30 } }

  test.each([
    { day: '2026-11-20', reason: 'WINDOW_OVER', component: null },
    { day: '2026-10-07', reason: 'NOT_FULL', component: FLAT.id },
  ])('is $reason once the payment is reported, and no longer that it is unknown (D6)', async (late) => {
    const scene = await openEarningScene(world, TERMS)
    await scene.refer('t1')
    const told = async () =>
      (await world.call(scene.owner, 'GET', '/api/v1/program/earnings/skipped')).json().items
    await scene.report([refund('r1', 'i1', { net_minor: 300, occurred_at: `${late.day}T12:00:00Z` })])
    expect(await told()).toMatchObject([{ reason: 'ORIGINAL_UNKNOWN', component: null }])
    await scene.report([payment('i1')])
    expect(await told()).toMatchObject([{ reason: late.reason, component: late.component }])
  })

  test('is said once: nobody rewrites the reason of then (D6)', async () => {
    const scene = await openEarningScene(world, TERMS)
    await scene.refer('t1')
    await scene.report([payment('i1'), refund('r1', 'i1', { occurred_at: '2026-11-20T12:00:00Z' })])
    await expect(
      world.seed(`update earning_skip set reason = 'NOT_FULL' where partner_id = $1`, [scene.partner]),
    ).rejects.toThrow('what was skipped is history')
  })
})

test('a refund takes back what its payment earned, and the next payment is earned on from where the total stood (D6)', async () => {
  const scene = await openEarningScene(world, {
    components: [
      {
        ...EVERY,
        id: 'steps',
        model: 'graduated',
        window: 'lifetime',
        currency: 'USD',
        brackets: [
          { up_to_minor: 1000, rate_bp: 1000 },
          { up_to_minor: null, rate_bp: 2000 },
        ],
      },
    ],
  })
  await scene.refer('t1')
  await scene.report([payment('i1'), refund('r1', 'i1')])
  await scene.report([payment('i2', { occurred_at: '2026-10-22T12:00:00Z' })])
  expect(
    await world.sql('select amount_minor::integer as minor from earning where partner_id = $1 order by id', [
      scene.partner,
    ]),
  ).toEqual([{ minor: 100 }, { minor: -100 }, { minor: 200 }])
})

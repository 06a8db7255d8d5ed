import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ingestRoutes } from '#modules/ingest/index.ts'
import { earningIdOf, openEarningScene, payment, refund } from '#testing/earning-acts.ts'
import type { EarningScene } from '#testing/earning-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeEarningRoutes, runEarningClock } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...ingestRoutes, ...makeEarningRoutes(services)])
})
afterAll(() => world[Symbol.asyncDispose]())

const rowsOf = (scene: EarningScene) =>
  world.sql<{ id: string; state: string }>(
    'select id, state from earning where partner_id = $1 order by id',
    [scene.partner],
  )
const statesOf = async (scene: EarningScene) => (await rowsOf(scene)).map(({ state }) => state)
const idsOf = async (scene: EarningScene) =>
  (await rowsOf(scene)).map(({ id }) => encodeId('earning', earningIdOf(id)))
const events = async (scene: EarningScene) =>
  (
    await world.sql<{ action: string }>(
      `select action from audit_event where partner_id = $1 and action like 'program.earning.%' order by occurred_at, id`,
      [scene.partner],
    )
  ).map(({ action }) => action.replace('program.earning.', ''))
const act = async (caller: Caller, name: string, ids: readonly string[]) =>
  (await world.call(caller, 'POST', `/api/v1/admin/earnings/${name}`, { body: { earning_ids: ids } })).json()

describe('what is taken back waits as long as what was earned', () => {
  test('approving an earning approves what was taken back of it before, also above the limit (D6)', async () => {
    const scene = await openEarningScene(world, {
      components: [
        {
          id: 'commission',
          trigger: 'invoice',
          model: 'percent',
          rate_bp: 5000,
          products: null,
          max_months: null,
        },
      ],
    })
    await scene.refer('t1')
    const large = { net_minor: 1_000_000 }
    await scene.report([payment('i1', large), refund('r1', 'i1', { net_minor: 900_000 })])
    const [earned, takenBack] = await idsOf(scene)
    await act(scene.admin, 'approve', [String(earned)])
    expect(await statesOf(scene)).toEqual(['pending', 'pending'])
    expect((await act(scene.admin, 'approve', [String(takenBack)])).items).toMatchObject([
      { outcome: 'refused', code: 'EARNING_STATE_CONFLICT' },
    ])
    expect(await act(scene.secondAdmin, 'approve', [String(earned)])).toMatchObject({ done: 1 })
    expect(await statesOf(scene)).toEqual(['approved', 'approved'])
    expect((await events(scene)).slice(2)).toEqual(['approved_first', 'approved', 'approved'])
    await scene.report([payment('i2'), refund('r2', 'i2', { net_minor: 500 })])
    const both = (await idsOf(scene)).slice(2)
    expect(await act(scene.admin, 'approve', both)).toMatchObject({ done: 2, refused: 0 })
    expect(await act(scene.admin, 'approve', [String(takenBack)])).toMatchObject({ refused: 1 })
  })

  test('what the policy approves by itself takes with it what was taken back of it (D6)', async () => {
    const scene = await openEarningScene(world)
    await scene.refer('t1')
    const long = '2026-01-05T12:00:00Z'
    await scene.report([
      payment('i1', { occurred_at: long }),
      refund('r1', 'i1', { net_minor: 500, occurred_at: '2026-01-20T12:00:00Z' }),
    ])
    await world.seed(
      `insert into earning_policy (version, approves_by_itself, two_people_above, set_by_name) select max(version) + 1, true, '{"USD": 99}', 'Test' from earning_policy`,
      [],
    )
    await runEarningClock(world.database)
    expect(await statesOf(scene)).toEqual(['pending', 'pending'])
    await world.seed(
      `insert into earning_policy (version, approves_by_itself, two_people_above, set_by_name) select max(version) + 1, true, '{"USD": 100}', 'Test' from earning_policy`,
      [],
    )
    await runEarningClock(world.database)
    expect(await statesOf(scene)).toEqual(['approved', 'approved'])
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { approvalRoutes } from '#modules/approvals/index.ts'
import { ingestRoutes } from '#modules/ingest/index.ts'
import { earningIdOf, openEarningScene, payment, refund } from '#testing/earning-acts.ts'
import type { EarningScene } from '#testing/earning-acts.ts'
import { encodeId } from '@liaison/access'
import { STANDARD_TERMS } from '#testing/program-acts.ts'
import { confirmRequest } from '#testing/approval-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { EARNING_STATES } from './tables.ts'
import { makeEarningRoutes, runEarningClock } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...ingestRoutes,
    ...makeEarningRoutes(services),
    ...approvalRoutes,
  ])
})
afterAll(() => world[Symbol.asyncDispose]())

const idsOf = async (scene: EarningScene) =>
  (
    await world.sql<{ id: string }>('select id from earning where partner_id = $1 order by id', [
      scene.partner,
    ])
  ).map(({ id }) => encodeId('earning', earningIdOf(id)))
const statesOf = async (scene: EarningScene) =>
  (
    await world.sql<{ state: string }>('select state from earning where partner_id = $1 order by id', [
      scene.partner,
    ])
  ).map(({ state }) => state)
const act = async (caller: Caller, name: string, ids: readonly string[], reason?: string) =>
  (
    await world.call(caller, 'POST', `/api/v1/admin/earnings/${name}`, {
      body: { earning_ids: ids, ...(reason !== undefined && { reason }) },
    })
  ).json()
const events = async (scene: EarningScene) =>
  (
    await world.sql<{ action: string }>(
      `select action from audit_event where partner_id = $1 and action like 'program.earning.%' order by occurred_at, id`,
      [scene.partner],
    )
  ).map(({ action }) => action.replace('program.earning.', ''))

/** Puts the only earning into a state, past every rule. */
async function put(scene: EarningScene, state: string): Promise<void> {
  await world.sql('alter table earning disable trigger user')
  await world.sql('alter table earning drop constraint if exists earning_payout_item')
  await world.seed(
    `update earning set state = $2::text, approved_at = now(), hold_kind = case when $2 = 'held' then 'provider' end, hold_reason = case when $2 = 'held' then 'Doubt' end,
       void_reason = case when $2 = 'void' then 'Wrong' end, payout_item_id = case when $2 in ('in_payout', 'paid') then uuidv7() end, first_approved_by = null, first_approved_at = null where partner_id = $1`,
    [scene.partner, state],
  )
  await world.sql('alter table earning enable trigger user')
}

describe('what becomes of an earning', () => {
  test('each decision moves exactly the states that state_transition lists, and none other (D6)', async () => {
    const rows = await world.sql<{ move: string }>(
      `select action || ' ' || from_state as move from state_transition where entity = 'earning' and actor_kind = 'provider' and action in ('approve', 'hold', 'release', 'void')`,
    )
    const legal = new Set(rows.map(({ move }) => move))
    const scene = await openEarningScene(world)
    await scene.refer('t1')
    await scene.report([payment('i1')])
    const ids = await idsOf(scene)
    for (const state of EARNING_STATES)
      for (const name of ['approve', 'hold', 'release', 'void']) {
        await put(scene, state)
        const reason = name === 'hold' || name === 'void' ? 'A good reason' : undefined
        const outcome = await act(scene.admin, name, ids, reason)
        expect(outcome.items, `${name} from ${state}`).toHaveLength(1)
        expect(outcome.done === 1, `${name} from ${state}: ${JSON.stringify(outcome)}`).toBe(
          legal.has(`${name} ${state}`),
        )
      }
  }, 60_000)

  test('each change of state has exactly one audit event that names it (D9)', async () => {
    const scene = await openEarningScene(world)
    await scene.refer('t1')
    await scene.report([payment('i1'), refund('r1', 'i1', { net_minor: 1 })])
    const [first] = await idsOf(scene)
    const ids = [String(first)]
    await act(scene.admin, 'hold', ids, 'A doubt')
    await act(scene.admin, 'release', ids)
    await act(scene.admin, 'approve', ids)
    await act(scene.admin, 'hold', ids, 'Another doubt')
    await act(scene.admin, 'void', ids, 'It was a mistake')
    expect(await events(scene)).toEqual(['created', 'held', 'released', 'approved', 'held', 'voided'])
    expect(await statesOf(scene)).toEqual(['void'])
  })

  test('an amount above the limit takes two people, and the first is not the second (D6)', async () => {
    const scene = await openEarningScene(world)
    await scene.refer('t1')
    await scene.report([payment('i1', { net_minor: 1_000_100 })])
    const ids = await idsOf(scene)
    expect(await act(scene.admin, 'approve', ids)).toMatchObject({ done: 0, waiting: 1 })
    expect((await act(scene.admin, 'approve', ids)).items).toMatchObject([
      { outcome: 'refused', code: 'EARNING_SECOND_PERSON' },
    ])
    expect(await statesOf(scene)).toEqual(['pending'])
    expect(await act(scene.secondAdmin, 'approve', ids)).toMatchObject({ done: 1 })
    expect(await events(scene)).toEqual(['created', 'approved_first', 'approved'])
  })

  test('nobody approves what the own organisation earned, whatever role the provider gave (D6)', async () => {
    const scene = await openEarningScene(world)
    await scene.refer('t1')
    await scene.report([payment('i1')])
    const both = await world.person('Both Hats')
    await world.partnerMember(scene.partner, both.id, 'PARTNER_OWNER')
    await world.platformAdmin(both.id)
    const outcome = await act(await world.signIn(both.id), 'approve', await idsOf(scene))
    expect(outcome.items).toMatchObject([{ outcome: 'refused', code: 'EARNING_OWN_APPROVAL' }])
  })

  test('a decision about many does what it can and says for each what became of it (D6)', async () => {
    const scene = await openEarningScene(world)
    await scene.refer('t1')
    await scene.report([payment('i1'), payment('i2')])
    const ids = await idsOf(scene)
    await act(scene.admin, 'hold', ids.slice(0, 1), 'A doubt')
    const unknown = encodeId('earning', earningIdOf('01980000-0000-7000-8000-000000000000'))
    const outcome = await act(scene.admin, 'approve', [...ids, unknown])
    expect(outcome).toMatchObject({ done: 1, waiting: 0, refused: 2 })
    expect(
      new Map(
        outcome.items.map((item: { earning_id: string; code: string }) => [item.earning_id, item.code]),
      ),
    ).toEqual(
      new Map([
        [ids[0], 'EARNING_STATE_CONFLICT'],
        [ids[1], null],
        [unknown, 'EARNING_NOT_FOUND'],
      ]),
    )
    const tooMany = await world.call(scene.admin, 'POST', '/api/v1/admin/earnings/approve', {
      body: {
        earning_ids: Array.from({ length: 101 }, (_, index) =>
          encodeId('earning', earningIdOf(`01980000-0000-7000-8000-${String(index).padStart(12, '0')}`)),
        ),
      },
    })
    expect(tooMany.statusCode).toBe(422)
  })

  test('voiding an earning voids what was taken back of it, unless that reached a payout (D6)', async () => {
    const scene = await openEarningScene(world)
    await scene.refer('t1')
    await scene.report([
      payment('i1'),
      refund('r1', 'i1', { net_minor: 500 }),
      payment('i2'),
      refund('r2', 'i2', { net_minor: 500 }),
    ])
    const [row] = await world.sql<{ ids: string[] }>(
      `select array_agg(e.id order by b.external_id) as ids from earning e join billing_event b on b.id = e.billing_event_id where e.partner_id = $1 and e.kind = 'commission'`,
      [scene.partner],
    )
    const [first, second] = (row?.ids ?? []).map((id) => encodeId('earning', earningIdOf(id)))
    expect(await act(scene.admin, 'void', [String(first)], 'Not a real sale')).toMatchObject({ done: 1 })
    await world.sql('alter table earning disable trigger user')
    await world.sql('alter table earning drop constraint if exists earning_payout_item')
    await world.seed(
      `update earning set state = 'paid', payout_item_id = uuidv7(), approved_at = now() where partner_id = $1 and kind = 'clawback' and state = 'pending'`,
      [scene.partner],
    )
    await world.sql('alter table earning enable trigger user')
    expect((await act(scene.admin, 'void', [String(second)], 'Not a real sale')).items).toMatchObject([
      { outcome: 'refused', code: 'EARNING_HAS_CLAWBACKS' },
    ])
    expect((await statesOf(scene)).toSorted()).toEqual(['paid', 'pending', 'void', 'void'])
  })
})

describe('others that move earnings', () => {
  const call = (name: string, referral: string, reason?: string) =>
    world.seed(
      `select private.${name}_earnings($1${reason === undefined ? '' : ', $2'}) as moved`,
      reason === undefined ? [referral] : [referral, reason],
    )

  test('a warning holds what a referral earned, its end releases only that, a confirmed one voids it (D5, D6)', async () => {
    const scene = await openEarningScene(world)
    const { referral } = await scene.refer('t1')
    await scene.report([payment('i1'), payment('i2'), payment('i3')])
    const ids = await idsOf(scene)
    await act(scene.admin, 'hold', ids.slice(0, 1), 'The provider looks')
    await act(scene.admin, 'approve', ids.slice(1, 2))
    expect(await call('hold', referral, 'A check is under way.')).toEqual([{ moved: 2 }])
    expect(await statesOf(scene)).toEqual(['held', 'held', 'held'])
    expect(await call('release', referral)).toEqual([{ moved: 2 }])
    expect(await statesOf(scene)).toEqual(['held', 'pending', 'pending'])
    expect(await call('void', referral, 'It did not pass a check.')).toEqual([{ moved: 3 }])
    expect(await statesOf(scene)).toEqual(['void', 'void', 'void'])
  })

  test('the policy approves by itself once the waiting time is over, up to the limit, and says which version it was (D6)', async () => {
    const scene = await openEarningScene(world, {
      components: STANDARD_TERMS.components.map((component) => ({ ...component, max_months: null })),
    })
    await scene.refer('t1')
    await scene.report([
      payment('i1', { occurred_at: '2026-01-05T00:00:00Z' }),
      payment('i2', { occurred_at: '2026-01-06T00:00:00Z', net_minor: 1_000_100 }),
      payment('i3', { occurred_at: new Date().toISOString() }),
    ])
    expect(await runEarningClock(world.database)).toMatchObject({ approved: 0 })
    const policy = (await world.call(scene.admin, 'GET', '/api/v1/admin/earnings/policy')).json()
    const set = await world.call(scene.admin, 'PUT', '/api/v1/admin/earnings/policy', {
      body: {
        after_version: policy.version,
        approves_by_itself: true,
        two_people_above: policy.two_people_above,
        reason: 'Less work',
      },
    })
    expect(set.json(), set.body).toMatchObject({ version: policy.version, approves_by_itself: false })
    await confirmRequest(world, set.json().asked.request_id, 'earning-settings')
    await runEarningClock(world.database)
    const rows = await world.sql(
      'select state, policy_version, approved_by from earning where partner_id = $1 order by occurred_at',
      [scene.partner],
    )
    expect(rows).toEqual([
      { state: 'approved', policy_version: policy.version + 1, approved_by: null },
      { state: 'pending', policy_version: null, approved_by: null },
      { state: 'pending', policy_version: null, approved_by: null },
    ])
    const stale = await world.call(scene.admin, 'PUT', '/api/v1/admin/earnings/policy', {
      body: {
        after_version: policy.version,
        approves_by_itself: false,
        two_people_above: {},
        reason: 'Stale',
      },
    })
    expect(stale.json().code).toBe('EARNING_POLICY_CONFLICT')
    await world.call(scene.admin, 'PUT', '/api/v1/admin/earnings/policy', {
      body: {
        after_version: policy.version + 1,
        approves_by_itself: false,
        two_people_above: policy.two_people_above,
        reason: 'Back',
      },
    })
  })

  test('what a suspended partner earns is held, and waits again once the partner is active (D6)', async () => {
    const scene = await openEarningScene(world)
    await scene.refer('t1')
    await world.seed(`update partner set status = 'suspended', status_reason = 'Late papers' where id = $1`, [
      scene.partner,
    ])
    await scene.report([payment('i1')])
    expect(await statesOf(scene)).toEqual(['held'])
    await runEarningClock(world.database)
    expect(await statesOf(scene)).toEqual(['held'])
    await world.seed(`update partner set status = 'active' where id = $1`, [scene.partner])
    await runEarningClock(world.database)
    expect(await statesOf(scene)).toEqual(['pending'])
  })
})

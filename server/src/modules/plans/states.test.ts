import { decodeId } from '@liaison/access'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  asPlanSide,
  offerPlan,
  openPlanScene,
  passTime,
  PLAN_SIDES,
  setPolicies,
  subscriptionIdOf,
  takePlan,
} from '#testing/plan-acts.ts'
import type { PlanScene, PlanSide } from '#testing/plan-acts.ts'
import { attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import { planModuleRoutes } from './index.ts'
import { explainAccess, periodEnd } from './rules.ts'
import { PERIODS, SUBSCRIPTION_STATES } from './tables.ts'
import type { SubscriptionState } from './tables.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => planModuleRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

/** Puts a subscription of the scene's user into a state, past every rule; answers its UUID. */
async function seed(
  scene: PlanScene,
  plan: string,
  state: SubscriptionState | 'absent',
): Promise<string | null> {
  await world.seed('delete from subscription_hold where end_user_id = $1', [scene.user])
  await world.seed('delete from subscription where end_user_id = $1', [scene.user])
  if (state === 'absent') return null
  const [row] = await world.seed<{ id: string }>(
    `insert into subscription (partner_id, end_user_id, first_plan_id, status, signed_at, ended_at, end_reason)
     values ($1, $2, $3, $4, case when $4 <> 'signing' then now() end, case when $4 = 'unsigned' then now() end, case when $4 = 'unsigned' then 'ended' end) returning id`,
    [scene.partner, scene.user, decodeId('plan', plan), state],
  )
  if (state === 'suspended')
    await world.seed(
      `insert into subscription_hold (partner_id, end_user_id, subscription_id, kind, reason, placed_by_side) values ($1, $2, $3, 'manual', 'Held', 'partner')`,
      [scene.partner, scene.user, row?.id],
    )
  return row?.id ?? null
}

const REASON_OF: Readonly<Record<PlanSide, Readonly<Record<string, string>>>> = {
  end_user: { signing: 'cancelled', signed: 'cancelled', suspended: 'cancelled' },
  partner: { signing: 'declined', signed: 'ended', suspended: 'ended' },
  provider: { signing: 'ended', signed: 'ended', suspended: 'ended' },
  clock: { signing: 'failed', signed: 'failed', suspended: 'failed' },
}

describe('the state machine of subscriptions', () => {
  test('every move that the table lists is made by its side alone, and no other by raw SQL as any login (C7)', async () => {
    const scene = await openPlanScene(world)
    const plan = await offerPlan(world, scene, { code: 'mine' })
    const listed = await world.sql<{ move: string }>(
      `select actor_kind || ' ' || from_state || ' ' || to_state as move from state_transition where entity = 'subscription'`,
    )
    // Suspended and signed follow from holds; what ends by itself needs its fact. Neither is written by hand.
    const byHand = new Set(
      listed
        .map(({ move }) => move)
        .filter(
          (move) => !/(signed suspended|suspended signed|clock (signed|suspended) unsigned)$/.test(move),
        ),
    )
    for (const from of SUBSCRIPTION_STATES) {
      const id = await seed(scene, plan, from)
      for (const to of SUBSCRIPTION_STATES) {
        for (const side of PLAN_SIDES) {
          if (from === to) continue
          const outcome = await asPlanSide({ world, side, scene }, (client) =>
            attempt(client, 'update subscription set status = $2, end_reason = $3 where id = $1', [
              id,
              to,
              to === 'unsigned' ? (REASON_OF[side][from] ?? 'ended') : null,
            ]),
          )
          const isLegal = byHand.has(`${side} ${from} ${to}`)
          expect(outcome === 'done', `${side} ${from} -> ${to}: ${outcome}`).toBe(isLegal)
        }
      }
    }
  })

  test('suspended follows from holds and is written by nobody; a reason that is not so ends nothing (C7)', async () => {
    const scene = await openPlanScene(world)
    const plan = await offerPlan(world, scene, { code: 'mine' })
    const id = await seed(scene, plan, 'signed')
    for (const side of PLAN_SIDES) {
      const tries = await asPlanSide({ world, side, scene }, async (client) => [
        await attempt(client, `update subscription set status = 'suspended' where id = $1`, [id]),
        await attempt(
          client,
          `update subscription set status = 'unsigned', end_reason = 'role' where id = $1`,
          [id],
        ),
        await attempt(
          client,
          `update subscription set status = 'unsigned', end_reason = 'period_over' where id = $1`,
          [id],
        ),
        await attempt(
          client,
          `update subscription set status = 'unsigned', end_reason = 'discontinued' where id = $1`,
          [id],
        ),
        await attempt(client, `update subscription set cancel_cause = 'role' where id = $1`, [id]),
        await attempt(client, `update subscription set cancel_at = now() where id = $1`, [id]),
        await attempt(client, `update subscription set signed_at = now() where id = $1`, [id]),
      ])
      expect(
        tries.filter((outcome) => outcome === 'done'),
        `${side} ${tries.join(' | ')}`,
      ).toEqual([])
    }
  })

  test('each kind of hold is placed and released by its side alone (C7)', async () => {
    const scene = await openPlanScene(world)
    const plan = await offerPlan(world, scene, { code: 'mine' })
    const id = await seed(scene, plan, 'signed')
    const sides = {
      payment: 'clock',
      policy: 'provider',
      manual: 'partner',
      quota: 'clock',
      partner: 'partner',
    }
    for (const [kind, owner] of Object.entries(sides)) {
      for (const side of PLAN_SIDES) {
        const placed = await asPlanSide({ world, side, scene }, (client) =>
          attempt(
            client,
            `insert into subscription_hold (partner_id, end_user_id, subscription_id, kind, reason) values ($1, $2, $3, $4, 'Held')`,
            [scene.partner, scene.user, id, kind],
          ),
        )
        expect(placed === 'done', `${side} places ${kind}: ${placed}`).toBe(side === owner)
      }
      const [hold] = await world.seed<{ id: string }>(
        `insert into subscription_hold (partner_id, end_user_id, subscription_id, kind, reason, placed_by_side) values ($1, $2, $3, $4, 'Held', $5) returning id`,
        [scene.partner, scene.user, id, kind, owner],
      )
      for (const side of PLAN_SIDES) {
        const released = await asPlanSide({ world, side, scene }, (client) =>
          attempt(client, 'update subscription_hold set released_at = now() where id = $1', [hold?.id]),
        )
        expect(released === 'done', `${side} releases ${kind}: ${released}`).toBe(side === owner)
      }
    }
  })
})

/** What is done to a subscription in the model below; holds are a set of kinds. */
const ACTS = [
  'take',
  'confirm',
  'decline',
  'cancel',
  'end',
  'hold',
  'release',
  'policy',
  'lift',
  'time',
] as const
type Act = (typeof ACTS)[number]

interface Model {
  state: SubscriptionState | 'absent'
  holds: Set<string>
}

/** What each act does to the model; false when it is refused. */
function step(model: Model, act: Act): boolean {
  const { state, holds } = model
  const isLive = state === 'signing' || state === 'signed' || state === 'suspended'
  const derive = () => {
    if (model.state === 'signed' || model.state === 'suspended')
      model.state = holds.size > 0 ? 'suspended' : 'signed'
  }
  const end = () => {
    model.state = 'unsigned'
    holds.clear()
    return true
  }
  if (act === 'take') {
    if (isLive) return false
    model.state = 'signing'
    return true
  }
  if (act === 'confirm') {
    if (state !== 'signing' || holds.size > 0) return false
    model.state = 'signed'
    return true
  }
  if (act === 'decline') return state === 'signing' && end()
  if (act === 'cancel') return isLive && end()
  if (act === 'end') return (state === 'signed' || state === 'suspended') && end()
  if (act === 'time') return state === 'signing' && end()
  const kind = act === 'hold' || act === 'release' ? 'manual' : 'policy'
  const isPlacing = act === 'hold' || act === 'policy'
  if (!isLive || holds.has(kind) === isPlacing) return false
  if (isPlacing) holds.add(kind)
  else holds.delete(kind)
  derive()
  return true
}

describe('a subscription over HTTP', () => {
  test('does what the model says, whatever is tried in whatever order (C7)', async () => {
    const scene = await openPlanScene(world)
    await setPolicies(world, scene.partner, { subscription_confirmation: 'manual' })
    const plan = await offerPlan(world, scene, { code: 'mine' })
    const latest = async () => {
      const [row] = await world.sql<{ id: string; state: SubscriptionState }>(
        'select id, access.subscription_state(s) as state from subscription s where end_user_id = $1 order by asked_at desc, id desc limit 1',
        [scene.user],
      )
      return row
    }
    const openHold = async (id: string, kind: string) =>
      (
        await world.sql<{ id: string }>(
          'select id from subscription_hold where subscription_id = $1 and kind = $2 and released_at is null',
          [id, kind],
        )
      )[0]?.id
    const perform = async (act: Act): Promise<boolean> => {
      const row = await latest()
      if (act === 'take') return (await takePlan(world, scene.caller, plan)).statusCode === 201
      if (!row) return false
      const id = subscriptionIdOf(row.id)
      const partner = `/api/v1/partner/subscriptions/${id}`
      const post = async (caller: typeof scene.owner, path: string, body?: object) =>
        (await world.call(caller, 'POST', path, body ? { body } : {})).statusCode < 300
      if (act === 'time') {
        if (row.state !== 'signing') return false
        await passTime(
          world,
          id,
          `asked_at = now() - interval '25 hours', signing_until = now() - interval '1 hour'`,
        )
        return true
      }
      if (act === 'confirm') return post(scene.owner, `${partner}/confirm`)
      if (act === 'decline') return post(scene.owner, `${partner}/decline`, {})
      if (act === 'end') return post(scene.owner, `${partner}/end`, { when: 'now' })
      if (act === 'cancel') return post(scene.caller, '/api/v1/realm/subscription/cancel', { when: 'now' })
      if (act === 'hold') return post(scene.owner, `${partner}/holds`, { reason: 'Under review' })
      if (act === 'policy')
        return post(scene.admin, `/api/v1/admin/subscriptions/${id}/holds`, { reason: 'Complaint' })
      const hold = await openHold(row.id, act === 'release' ? 'manual' : 'policy')
      if (hold === undefined) return false
      const [caller, base] =
        act === 'release' ? [scene.owner, partner] : [scene.admin, `/api/v1/admin/subscriptions/${id}`]
      const path = `${base}/holds/${encodeHold(hold)}/release`
      return row.state !== 'unsigned' && (await post(caller, path, {}))
    }
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...ACTS), { minLength: 3, maxLength: 9 }), async (acts) => {
        await seed(scene, plan, 'absent')
        const model: Model = { state: 'absent', holds: new Set() }
        for (const act of acts) {
          const before = model.state
          const expected = step(model, act)
          expect(await perform(act), `${before} ${act}`).toBe(expected)
          expect((await latest())?.state ?? 'absent', `${before} ${act}`).toBe(model.state)
        }
        const [stored] = await world.sql<{ wrong: number }>(
          `select count(*)::integer as wrong from subscription s where end_user_id = $1 and status in ('signed', 'suspended')
           and (status = 'suspended') <> (cardinality(access.blocking_holds(s.end_user_id, s.id)) > 0)`,
          [scene.user],
        )
        expect(stored?.wrong).toBe(0)
      }),
      { numRuns: 12 },
    )
  }, 120_000)
})

describe('effective access', () => {
  test('is partner active, user active, signed, not held, for the role and the feature on: every combination (C7)', async () => {
    const scene = await openPlanScene(world)
    const plan = await offerPlan(world, scene, { code: 'mine', requires_flag: 'rockets' })
    for (const state of ['absent', ...SUBSCRIPTION_STATES] as const) {
      await seed(scene, plan, state)
      for (const isPartnerActive of [true, false])
        for (const isUserActive of [true, false])
          for (const isForRole of [true, false])
            for (const isFeatureOn of [true, false]) {
              await world.seed(`update partner set status = $2 where id = $1`, [
                scene.partner,
                isPartnerActive ? 'active' : 'suspended',
              ])
              await world.seed(`update end_user set status = $2 where id = $1`, [
                scene.user,
                isUserActive ? 'active' : 'inactive',
              ])
              await world.sql('alter table plan_role disable trigger user')
              await world.seed('delete from plan_role where plan_id = $1', [decodeId('plan', plan)])
              await world.seed('insert into plan_role (plan_id, partner_id, role) values ($1, $2, $3)', [
                decodeId('plan', plan),
                scene.partner,
                isForRole ? 'basic' : 'company',
              ])
              await world.sql('alter table plan_role enable trigger user')
              const [row] = await world.sql<{ answer: { code: string; allowed: boolean } }>(
                'select access.effective_subscription($1, $2::text[]) as answer',
                [scene.user, isFeatureOn ? [] : ['rockets']],
              )
              const expected = explainAccess({ isPartnerActive, isUserActive, state, isForRole, isFeatureOn })
              expect([row?.answer.code, row?.answer.allowed]).toEqual([expected, expected === 'ALLOWED'])
            }
    }
    await world.seed(`update partner set status = 'active' where id = $1`, [scene.partner])
  }, 120_000)

  test('the end of the paid period is the same in the database as by the rule, in every month (C7)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.date({ min: new Date('2024-01-01'), max: new Date('2028-12-31'), noInvalidDate: true }),
        fc.constantFrom(...PERIODS),
        fc.integer({ min: 0, max: 900 * 86_400 }),
        async (anchor, period, seconds) => {
          const at = new Date(anchor.getTime() + seconds * 1000)
          const [row] = await world.sql<{ at: Date }>('select access.period_end($1, $2, $3) as at', [
            anchor,
            period,
            at,
          ])
          expect(row?.at.toISOString()).toBe(periodEnd(anchor, period, at).toISOString())
        },
      ),
      { numRuns: 150 },
    )
  })
})

function encodeHold(uuid: string): string {
  return subscriptionIdOf(uuid).replace('scn_', 'hld_')
}

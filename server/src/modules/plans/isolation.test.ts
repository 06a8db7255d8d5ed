import { decodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  asPlanSide,
  askToOffer,
  MONTHLY,
  offerPlan,
  openPlanScene,
  PLAN_SIDES,
  takePlan,
} from '#testing/plan-acts.ts'
import type { PlanScene, PlanSide } from '#testing/plan-acts.ts'
import { changedBy } from '#testing/raw-changes.ts'
import { attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { planModuleRoutes } from './index.ts'

const TABLES = [
  'plan',
  'plan_version',
  'plan_role',
  'partner_plan',
  'subscription',
  'subscription_term',
  'subscription_hold',
  'subscription_event',
] as const
const LOGINS = [
  'liaison_auth',
  'liaison_platform',
  'liaison_program',
  'liaison_delegate',
  'liaison_tenant',
  'liaison_realm',
  'liaison_ingest',
  'liaison_job',
  'liaison_sealer',
  'liaison_guard',
] as const

let world: TestWorld
let here: PlanScene
let there: PlanScene
const plans: Record<string, string> = {}
beforeAll(async () => {
  world = await TestWorld.start(() => planModuleRoutes)
  const catalogue = await openPlanScene(world)
  const made = await world.call(catalogue.admin, 'POST', '/api/v1/admin/plans', {
    body: { code: 'lent', name: 'Lent', roles: ['basic'], terms: MONTHLY },
  })
  plans['lent'] = String(made.json().plan_id)
  await askToOffer(world, catalogue.admin, `/api/v1/admin/plans/${plans['lent']}`)
  here = await openPlanScene(world)
  there = await openPlanScene(world)
  for (const [name, scene] of [
    ['here', here],
    ['there', there],
  ] as const) {
    const plan = await offerPlan(world, scene, { code: 'mine' })
    plans[name] = plan
    await world.seed('insert into partner_plan (partner_id, plan_id, is_offered) values ($1, $2, true)', [
      scene.partner,
      decodeId('plan', plans['lent']),
    ])
    const taken = await takePlan(world, scene.caller, plan)
    const id = taken.json().subscription.subscription_id
    await world.call(scene.owner, 'POST', `/api/v1/partner/subscriptions/${id}/holds`, {
      body: { reason: 'Held' },
    })
  }
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const seen = async (side: PlanSide, scene: PlanScene, table: string) =>
  asPlanSide({ world, side, scene }, async (client) => {
    const { rows } = await client.query<{ partner_id: string | null }>(`select partner_id from ${table}`)
    return new Set(rows.map((row) => row.partner_id))
  })

describe('rows of plans and subscriptions', () => {
  test.each([...TABLES, 'payment_event'])(
    '%s: no login sees a row without an access context (C10)',
    async (table) => {
      for (const login of LOGINS) {
        const outcome = await world.sqlAs(login, `select * from ${table}`).then(
          (rows) => `${rows.length} rows`,
          (error: Error) => error.message,
        )
        expect(outcome, login).toMatch(/^0 rows$|permission denied/)
      }
    },
  )

  test.each(TABLES)(
    '%s: end users and partners see their own partner’s rows, the provider those of all (C10)',
    async (table) => {
      for (const side of ['end_user', 'partner'] as const) {
        const rows = await seen(side, here, table)
        expect(rows.has(here.partner), `${side} sees own`).toBe(true)
        expect(rows.has(there.partner), `${side} sees foreign`).toBe(false)
      }
      const all = await seen('provider', here, table)
      expect([all.has(here.partner), all.has(there.partner)]).toEqual([true, true])
    },
  )

  test('what a payment service told is read by its partner alone, kept by the ingest plane alone, and changed by nobody (C10)', async () => {
    const insert = `insert into payment_event (source, event_id, subscription_id, partner_id, kind, occurred_at, outcome)
      select 'billing', $2, s.id, s.partner_id, 'paid', now(), 'no_change' from subscription s where s.end_user_id = $1`
    for (const [index, scene] of [here, there].entries())
      await world.seed(insert, [scene.user, `evt_${index}`])
    expect(await seen('partner', here, 'payment_event')).toEqual(new Set([here.partner]))
    for (const side of ['end_user', 'provider', 'clock'] as const)
      await expect(seen(side, here, 'payment_event'), side).rejects.toThrow('permission denied')
    const outcomes: string[] = []
    for (const side of PLAN_SIDES)
      outcomes.push(
        ...(await asPlanSide({ world, side, scene: here }, async (client) => [
          await attempt(client, insert, [here.user, 'evt_forged']),
          await attempt(client, `update payment_event set outcome = 'signed'`),
          await attempt(client, 'delete from payment_event'),
        ])),
      )
    expect(outcomes.filter((outcome) => outcome === 'done')).toEqual([])
    await expect(world.sql(`update payment_event set outcome = 'signed'`)).rejects.toThrow(
      /append-only|never|refuse|change/,
    )
    await expect(
      world.sqlAs(
        'liaison_ingest',
        `${insert.replace('$1', `'${here.user}'`).replace('$2', `'evt_unset'`)} returning 1`,
      ),
    ).resolves.toEqual([])
  })

  test('an end user sees its own subscription alone, not that of another user of the same realm (C9)', async () => {
    const other = await world.endUser(here.partner)
    const caller = await world.signInEndUser(other)
    await takePlan(world, caller, String(plans['here']))
    for (const table of ['subscription', 'subscription_term', 'subscription_event']) {
      const rows = await asPlanSide({ world, side: 'end_user', scene: here }, (client) =>
        client.query<{ end_user_id: string }>(`select end_user_id from ${table}`),
      )
      expect(new Set(rows.rows.map((row) => row.end_user_id))).toEqual(new Set([here.user]))
    }
  })

  test('a record made up of somebody else’s ids tells nothing of holds and terms (C7, C9)', async () => {
    const other = await world.endUser(here.partner)
    await takePlan(world, await world.signInEndUser(other), String(plans['here']))
    const ask = `select access.own_subscription_state(s) as state, access.paid_until(s) as until
      from (select (jsonb_populate_record(null::subscription, $1)).*) s`
    const told = async (user: string) => {
      const [row] = await world.sql(
        'select to_jsonb(s) as record from subscription s where end_user_id = $1',
        [user],
      )
      return asPlanSide({ world, side: 'end_user', scene: here }, async (client) => {
        const { rows } = await client.query(ask, [row?.['record']])
        return rows[0]
      })
    }
    expect(await told(here.user)).toEqual({ state: 'suspended', until: expect.any(Date) })
    for (const user of [other, there.user]) expect(await told(user)).toEqual({ state: null, until: null })
    const aside = asPlanSide({ world, side: 'end_user', scene: here }, (client) =>
      attempt(client, 'select access.subscription_state(s) from subscription s'),
    )
    expect(await aside).toContain('permission denied')
  })

  test('how many users a plan has is told to owners of its partner, as over the API (C6)', async () => {
    const staff = await world.person()
    await world.partnerMember(here.partner, staff.id, 'PARTNER_STAFF')
    const sql = 'select from access.count_plan_users(array[$1::uuid])'
    const count = async (caller: Caller) =>
      changedBy(world, caller, { sql, values: [decodeId('plan', String(plans['here']))] })
    expect([await count(await world.signIn(staff.id)), await count(here.owner)]).toEqual([0, 1])
  })

  test('an end user sees the plans for its role alone, by row security and not by the query (C6)', async () => {
    const hidden = await offerPlan(world, here, { code: 'hidden', roles: ['company'] })
    const drafted = await world.call(here.owner, 'POST', '/api/v1/partner/plans', {
      body: { code: 'drafted', name: 'Drafted', roles: ['basic'], terms: MONTHLY },
    })
    const names = await asPlanSide({ world, side: 'end_user', scene: here }, async (client) =>
      (await client.query<{ id: string }>('select id from plan')).rows.map(({ id }) => id),
    )
    expect(names).toContain(decodeId('plan', String(plans['here'])))
    expect(names).toContain(decodeId('plan', String(plans['lent'])))
    expect(names).not.toContain(decodeId('plan', hidden))
    expect(names).not.toContain(decodeId('plan', drafted.json().plan_id))
    expect(names).not.toContain(decodeId('plan', String(plans['there'])))
  })

  test('nobody inserts for another partner or another user (C10)', async () => {
    const foreign = await asPlanSide({ world, side: 'partner', scene: here }, async (client) => [
      await attempt(client, `insert into plan (partner_id, code, name) values ($1, 'stolen', 'Stolen')`, [
        there.partner,
      ]),
      await attempt(client, `insert into plan (partner_id, code, name) values (null, 'stolen', 'Stolen')`),
      await attempt(client, `insert into plan_role (plan_id, role) values ($1, 'company')`, [
        decodeId('plan', String(plans['there'])),
      ]),
      await attempt(
        client,
        `insert into subscription_hold (partner_id, end_user_id, kind, reason) values ($1, $2, 'manual', 'Held')`,
        [there.partner, there.user],
      ),
      await attempt(client, `insert into partner_plan (partner_id, plan_id) values ($1, $2)`, [
        here.partner,
        decodeId('plan', String(plans['lent'])),
      ]),
      await attempt(client, `update partner_plan set is_allowed = true`),
      await attempt(
        client,
        `insert into subscription (partner_id, end_user_id, first_plan_id) values ($1, $2, $3)`,
        [here.partner, here.user, decodeId('plan', String(plans['here']))],
      ),
    ])
    expect(
      foreign.filter((outcome) => outcome === 'done'),
      foreign.join(' | '),
    ).toEqual([])
    const stranger = await world.endUser(here.partner)
    const own = await asPlanSide({ world, side: 'end_user', scene: here }, async (client) => [
      await attempt(
        client,
        `insert into subscription (partner_id, end_user_id, first_plan_id) values ($1, $2, $3)`,
        [here.partner, stranger, decodeId('plan', String(plans['here']))],
      ),
      await attempt(
        client,
        `insert into subscription (partner_id, end_user_id, first_plan_id) values ($1, $2, $3)`,
        [there.partner, there.user, decodeId('plan', String(plans['there']))],
      ),
      await attempt(
        client,
        `insert into subscription_hold (partner_id, end_user_id, kind, reason) values ($1, $2, 'manual', 'Held')`,
        [here.partner, here.user],
      ),
      await attempt(client, `update subscription_hold set released_at = now()`),
      await attempt(client, `select private.release_hold($1, null, 'quota', 'x')`, [here.user]),
    ])
    expect(
      own.filter((outcome) => outcome === 'done'),
      own.join(' | '),
    ).toEqual([])
  })

  test('the rules of the database refuse a plan that is not for the role, raw SQL or not (C6)', async () => {
    const scene = await openPlanScene(world)
    const hidden = await offerPlan(world, scene, { code: 'hidden', roles: ['company'] })
    const insert = `insert into subscription (partner_id, end_user_id, first_plan_id) values ($1, $2, $3)`
    const outcome = await asPlanSide({ world, side: 'end_user', scene }, (client) =>
      attempt(client, insert, [scene.partner, scene.user, decodeId('plan', hidden)]),
    )
    expect(outcome).toBe('subscription_not_eligible')
    for (const role of ['guest', 'realm_admin'] as const) {
      const visitor = await openPlanScene(world, role)
      const plan = await offerPlan(world, visitor, { code: 'all', roles: ['basic', 'advanced', 'company'] })
      const refused = await asPlanSide({ world, side: 'end_user', scene: visitor }, (client) =>
        attempt(client, insert, [visitor.partner, visitor.user, decodeId('plan', plan)]),
      )
      expect(refused, role).toBe('subscription_not_eligible')
    }
  })

  test('terms that were offered, and history, are changed by nobody (C6)', async () => {
    for (const side of PLAN_SIDES) {
      const tries = await asPlanSide({ world, side, scene: here }, async (client) => [
        await attempt(client, 'update plan_version set price_minor = 1 where plan_id = $1', [
          decodeId('plan', String(plans['here'])),
        ]),
        await attempt(client, 'delete from plan_version where plan_id = $1', [
          decodeId('plan', String(plans['here'])),
        ]),
        await attempt(client, 'update subscription_term set price_minor = 1'),
        await attempt(client, `update subscription_event set action = 'x'`),
        await attempt(client, 'delete from subscription_event'),
        await attempt(client, 'delete from subscription'),
        await attempt(client, 'delete from subscription_hold'),
      ])
      expect(
        tries.filter((outcome) => outcome === 'done'),
        `${side} ${tries.join(' | ')}`,
      ).toEqual([])
    }
    await expect(
      world.sql('update plan_version set price_minor = 1 where used_at is not null'),
    ).rejects.toThrow(/never change/)
  })

  test('without an audit event no change commits (C10)', async () => {
    await expect(
      world.sql(`update plan set name = 'Quiet' where id = $1`, [decodeId('plan', String(plans['here']))]),
    ).rejects.toThrow(/no audit event/)
    await expect(
      world.sql(
        `insert into subscription_hold (partner_id, end_user_id, kind, reason) values ($1, $2, 'quota', 'x')`,
        [here.partner, here.user],
      ),
    ).rejects.toThrow(/no audit event/)
  })
})

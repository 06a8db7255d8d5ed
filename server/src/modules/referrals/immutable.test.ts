import { encodeId } from '@liaison/access'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import {
  asPerson,
  lockBy,
  makeCodeAs,
  openReferralScene,
  openSignUps,
  seedPayment,
  uuidOf,
} from '#testing/referral-acts.ts'
import type { ReferralScene } from '#testing/referral-acts.ts'
import { makeIngestTestRoutes } from '#testing/referral-routes.ts'
import { attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import { REFERRAL_STATES } from './tables.ts'
import type { ReferralState } from './tables.ts'

let world: TestWorld
let scene: ReferralScene
let rival: ReferralScene
let desk: Awaited<ReturnType<typeof openSignUps>>
beforeAll(async () => {
  world = await TestWorld.start(makeIngestTestRoutes)
  scene = await openReferralScene(world)
  rival = await openReferralScene(world)
  desk = await openSignUps(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const LOGINS = [
  'liaison_auth',
  'liaison_platform',
  'liaison_program',
  'liaison_delegate',
  'liaison_tenant',
  'liaison_realm',
  'liaison_ingest',
  'liaison_job',
] as const

async function refer(state: ReferralState = 'created') {
  const { code } = await makeCodeAs(world, scene.staff)
  const made = await desk.signUp({ code })
  const id = uuidOf('referral', made.referral_id)
  if (state === 'locked') await lockBy(world, id, made.tenant.id)
  if (state === 'voided')
    await world.seed(
      `update referral set voided_at = now(), voided_by_name = 'Test', void_reason = 'Test' where id = $1`,
      [id],
      made.tenant.id,
    )
  return { id, publicId: String(made.referral_id), tenant: made.tenant.id }
}

/** Works as the role that owns the tables, without any login's context, and undoes it. */
async function asOwner(work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
  const pool = new pg.Pool({ ...world.connection, max: 1 })
  const client = await pool.connect()
  try {
    await client.query('begin')
    // What a mistaken policy would open: the triggers stand alone.
    await client
      .query('create policy everything on referral to liaison_owner using (true) with check (true)')
      .catch(() => undefined)
    await client.query('set local role liaison_owner')
    await work(client)
  } finally {
    await client.query('rollback')
    client.release()
    await pool.end()
  }
}

describe('who brought whom', () => {
  test('never changes, locked or not, for any login, the provider and the role that owns the table (D5, F3)', async () => {
    const referral = await refer()
    const elsewhere = await world.tenant('Elsewhere')
    const { id: code } = await makeCodeAs(world, scene.staff)
    const changes: readonly [column: string, value: unknown][] = [
      ['partner_id', rival.partner],
      ['tenant_id', elsewhere],
      ['code_id', uuidOf('referral_code', code)],
      ['method', 'partner_created'],
      ['referred_at', '2020-01-01'],
      ['window_days', 5],
      ['agreement_id', '01900000-0000-7000-8000-000000000001'],
      ['click_id', '01900000-0000-7000-8000-000000000001'],
    ]
    for (const [column, value] of changes) {
      const statement = `update referral set ${column} = $2 where id = $1`
      for (const login of LOGINS) {
        const outcome = await world.sqlAs(login, `${statement} returning id`, [referral.id, value]).then(
          (rows) => (rows.length === 0 ? 'nothing' : 'done'),
          (error: Error) => error.message,
        )
        expect(outcome, `${login} ${column}`).not.toBe('done')
      }
      const provider = await asPerson(world, { plane: 'platform', caller: scene.admin.caller }, (client) =>
        attempt(client, statement, [referral.id, value]),
      )
      expect(provider, column).toContain('permission denied')
      await asOwner(async (client) => {
        expect(await attempt(client, statement, [referral.id, value]), `owner ${column}`).toBe(
          'referral_identity',
        )
      })
    }
  })

  test('no referral, code, sign-up or block is ever deleted or truncated, by nobody (D5)', async () => {
    const referral = await refer('locked')
    await world.call(scene.admin.caller, 'POST', `/api/v1/admin/referrals/${referral.publicId}/block`, {
      body: { reason: 'Found out later.' },
    })
    for (const table of ['referral', 'referral_code', 'referral_sign_up', 'referral_block']) {
      for (const login of LOGINS) {
        for (const statement of [`delete from ${table}`, `truncate ${table} cascade`]) {
          await expect(world.sqlAs(login, statement), `${login} ${statement}`).rejects.toThrow(
            'permission denied',
          )
        }
      }
      // Even the superuser meets the triggers.
      await expect(world.sql(`delete from ${table}`)).rejects.toThrow('its rows are history')
      await expect(world.sql(`truncate ${table} cascade`)).rejects.toThrow('its rows are history')
    }
    await asOwner(async (client) => {
      expect(await attempt(client, 'delete from referral where id = $1', [referral.id])).toContain('history')
      expect(await attempt(client, 'truncate referral cascade')).toContain('history')
    })
  })

  test('a lock is never taken off, nor given another event, by nobody (D5)', async () => {
    const referral = await refer('locked')
    const event = await seedPayment(world, referral.tenant)
    const tries = [
      [`update referral set locked_at = null, locked_by_event = null where id = $1`, [referral.id]],
      [`update referral set locked_by_event = $2 where id = $1`, [referral.id, event]],
      [
        `update referral set voided_at = now(), voided_by_name = 'x', void_reason = 'x' where id = $1`,
        [referral.id],
      ],
    ] as const
    await asOwner(async (client) => {
      for (const [text, values] of tries)
        expect(await attempt(client, text, [...values])).toBe('referral_locked')
    })
    for (const [text, values] of tries)
      await expect(world.sql(text, [...values])).rejects.toThrow('never changes')
  })
})

describe('the lock', () => {
  const lock = (referral: string, event: string) =>
    desk.asIngest((client) =>
      client.query<{ locked: boolean }>('select access.lock_referral($1, $2) as locked', [referral, event]),
    )

  test('comes with the first payment of the tenant, once, and both sides and the webhooks are told (D5, D9)', async () => {
    const referral = await refer()
    const event = await seedPayment(world, referral.tenant)
    expect((await lock(referral.id, event)).rows).toEqual([{ locked: true }])
    expect((await lock(referral.id, event)).rows).toEqual([{ locked: false }])
    const [row] = await world.sql('select state, locked_by_event from referral where id = $1', [referral.id])
    expect(row).toEqual({ state: 'locked', locked_by_event: event })
    const events = await world.sql(
      `select s.kind from audit_event e join audit_scope s on s.event_id = e.id where e.action = 'program.referral.locked' and e.resource_id = $1 order by 1`,
      [referral.id],
    )
    expect(events).toEqual([{ kind: 'partner' }, { kind: 'tenant' }])
    const told = await world.sql(
      `select payload ->> 'state' as state from outbox where topic = 'referral.locked' and payload ->> 'referral_id' = $1`,
      [referral.id],
    )
    expect(told).toEqual([{ state: 'locked' }])
  })

  test('is not made by a refund, nor by the payment of another tenant (D5)', async () => {
    const referral = await refer()
    const refund = await seedPayment(world, referral.tenant, { kind: 'refund' })
    const foreign = await seedPayment(world, (await desk.tenant()).id)
    await expect(lock(referral.id, refund)).rejects.toThrow('only a payment')
    await expect(lock(referral.id, foreign)).rejects.toThrow('only a payment')
  })
})

describe('states', () => {
  test('every move that the table lists is made by its side, and no other by raw SQL (D5)', async () => {
    const listed = new Set(
      (
        await world.sql<{ move: string }>(
          `select actor_kind || ' ' || from_state || ' ' || to_state as move from state_transition where entity = 'referral'`,
        )
      ).map(({ move }) => move),
    )
    const to: Record<ReferralState, string> = {
      created:
        'update referral set locked_at = null, locked_by_event = null, voided_at = null, voided_by_name = null, void_reason = null where id = $1',
      locked: `update referral set locked_at = now(), locked_by_event = '01900000-0000-7000-8000-000000000001' where id = $1`,
      voided: `update referral set voided_at = now(), voided_by_name = 'x', void_reason = 'x' where id = $1`,
    }
    for (const from of REFERRAL_STATES) {
      const referral = await refer(from)
      for (const goal of REFERRAL_STATES) {
        if (from === goal) continue
        const outcomes = {
          provider: await asPerson(world, { plane: 'platform', caller: scene.admin.caller }, (client) =>
            attempt(client, to[goal], [referral.id]),
          ),
          partner: await asPerson(world, { plane: 'program', caller: scene.owner.caller }, (client) =>
            attempt(client, to[goal], [referral.id]),
          ),
          clock: await desk.asIngest((client) => attempt(client, to[goal], [referral.id])),
        }
        for (const [side, outcome] of Object.entries(outcomes)) {
          // Locking is done through its function alone, which the tests of the lock prove.
          const isLegal = listed.has(`${side} ${from} ${goal}`) && goal !== 'locked'
          expect(outcome === 'done', `${side} ${from} -> ${goal}: ${outcome}`).toBe(isLegal)
        }
      }
    }
  })

  test('the provider voids what is not locked with a reason, then refers by hand; the partner and the tenant read of both (D5, D9)', async () => {
    const referral = await refer()
    const path = `/api/v1/admin/referrals/${referral.publicId}/void`
    const bare = await world.call(scene.admin.caller, 'POST', path, { body: {} })
    expect(bare.statusCode).toBe(422)
    const gone = await world.call(scene.admin.caller, 'POST', path, { body: { reason: 'Wrong partner.' } })
    expect(gone.json()).toMatchObject({ state: 'voided', void_reason: 'Wrong partner.' })
    const twice = await world.call(scene.admin.caller, 'POST', path, { body: { reason: 'Again.' } })
    expect([twice.statusCode, twice.json().code]).toEqual([409, 'REFERRAL_STATE_CONFLICT'])
    const manual = {
      body: {
        partner_id: encodeId('partner', rival.partner),
        tenant_id: encodeId('tenant', referral.tenant),
        reason: 'They met at the fair.',
      },
    }
    const made = await world.call(scene.admin.caller, 'POST', '/api/v1/admin/referrals/manual', manual)
    expect([made.statusCode, made.json().method]).toEqual([201, 'manual'])
    const again = await world.call(scene.admin.caller, 'POST', '/api/v1/admin/referrals/manual', manual)
    expect([again.statusCode, again.json().code]).toEqual([409, 'TENANT_ALREADY_REFERRED'])
    const readers = await world.sql(
      `select e.action, array_agg(s.kind order by s.kind) as kinds from audit_event e join audit_scope s on s.event_id = e.id
       where e.resource_id = any ($1) and e.action in ('program.referral.voided', 'program.referral.created') and e.actor_id = $2 group by 1 order by 1`,
      [[referral.id, uuidOf('referral', made.json().referral_id)], scene.admin.id],
    )
    expect(readers).toEqual([
      { action: 'program.referral.created', kinds: ['partner', 'tenant'] },
      { action: 'program.referral.voided', kinds: ['partner', 'tenant'] },
    ])
  })

  test('an attempt on a locked referral changes nothing and is written down, though it is refused (D5, D9)', async () => {
    const referral = await refer('locked')
    const before = await world.sql('select * from referral where id = $1', [referral.id])
    const refused = await world.call(
      scene.admin.caller,
      'POST',
      `/api/v1/admin/referrals/${referral.publicId}/void`,
      {
        body: { reason: 'Please.' },
      },
    )
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'REFERRAL_LOCKED'])
    await asPerson(world, { plane: 'platform', caller: scene.admin.caller, keep: true }, async (client) => {
      const { rowCount } = await client.query(
        `update referral set voided_at = now(), voided_by_name = 'x', void_reason = 'By hand.' where id = $1`,
        [referral.id],
      )
      expect(rowCount).toBe(0)
    })
    expect(await world.sql('select * from referral where id = $1', [referral.id])).toEqual(before)
    const attempts = await world.sql(
      `select outcome, code, actor_id, reason from audit_event where action = 'program.referral.change_blocked' and resource_id = $1 order by occurred_at`,
      [referral.id],
    )
    const told = { outcome: 'error', code: 'REFERRAL_LOCKED', actor_id: scene.admin.id }
    expect(attempts).toEqual([
      { ...told, reason: 'Please.' },
      { ...told, reason: 'By hand.' },
    ])
  })

  test('a block stops what follows and leaves the referral as it is; it is made once, by the provider alone (D5)', async () => {
    const referral = await refer('locked')
    const path = `/api/v1/admin/referrals/${referral.publicId}/block`
    const body = { reason: 'Paid traffic.' }
    const blocked = await world.call(scene.admin.caller, 'POST', path, { body })
    expect(blocked.json()).toMatchObject({ state: 'locked', block_reason: 'Paid traffic.' })
    const twice = await world.call(scene.admin.caller, 'POST', path, { body })
    expect(twice.statusCode).toBe(409)
    const blocks = await world.sql('select reason from referral_block where referral_id = $1', [referral.id])
    expect(blocks).toEqual([{ reason: 'Paid traffic.' }])
    const byPartner = await asPerson(world, { plane: 'program', caller: scene.owner.caller }, (client) =>
      attempt(client, `insert into referral_block (referral_id, reason) values ($1, 'x')`, [referral.id]),
    )
    expect(byPartner).toContain('permission denied')
    await expect(world.sql('update referral_block set from_at = now()')).rejects.toThrow('history')
  })

  test('a sign-up keeps what was reported and what came of it (D11)', async () => {
    const made = await desk.signUp({})
    const [row] = await world.sql<{ id: string }>('select id from referral_sign_up where tenant_id = $1', [
      made.tenant.id,
    ])
    for (const change of [`outcome = 'referred'`, `reason = 'NO_AGREEMENT'`, 'occurred_at = now()'])
      await expect(
        world.sql(`update referral_sign_up set ${change} where id = $1`, [row?.id]),
      ).rejects.toThrow('history')
  })

  test('a code keeps its partner, its maker and what it reads, and is used no more than its limit (D5)', async () => {
    const { id } = await makeCodeAs(world, scene.staff, { usage_limit: 1 })
    const code = uuidOf('referral_code', id)
    for (const change of [
      `code = 'OTHER1'`,
      `partner_id = '${rival.partner}'`,
      `created_by = '${scene.owner.id}'`,
      `usage_limit = null`,
      `created_side = 'provider'`,
    ])
      await expect(
        world.sql(`update referral_code set ${change} where id = $1`, [code]),
        change,
      ).rejects.toThrow('a code keeps')
    await expect(world.sql('update referral_code set used_count = 2 where id = $1', [code])).rejects.toThrow(
      'one by one',
    )
    await world.seed('update referral_code set used_count = 1 where id = $1', [code])
    await expect(world.sql('update referral_code set used_count = 2 where id = $1', [code])).rejects.toThrow(
      'referral_code_used_up',
    )
    await expect(world.sql('update referral_code set used_count = 0 where id = $1', [code])).rejects.toThrow(
      'one by one',
    )
  })

  test('ids of other kinds and unknown ids are not found (D5)', async () => {
    const unknown = publicIdOf('referral', '01900000-0000-7000-8000-000000000001')
    const answer = await world.call(scene.admin.caller, 'POST', `/api/v1/admin/referrals/${unknown}/void`, {
      body: { reason: 'x' },
    })
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'REFERRAL_NOT_FOUND'])
  })
})

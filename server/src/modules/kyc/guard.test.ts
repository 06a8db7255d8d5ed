import { decodeId } from '@liaison/access'
import type pg from 'pg'
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addGuest, openRealmScene, submit, verify } from '#testing/identity-check-acts.ts'
import type { RealmScene } from '#testing/identity-check-acts.ts'
import { attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeIdentityCheckRoutes } from './index.ts'
import { CHECK_STATES } from './rules.ts'

let world: TestWorld
let scene: RealmScene
let other: RealmScene
beforeAll(async () => {
  world = await TestWorld.start(makeIdentityCheckRoutes)
  scene = await openRealmScene(world)
  other = await openRealmScene(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const SIDES = {
  end_user: 'liaison_realm',
  partner: 'liaison_program',
  vendor: 'liaison_job',
  clock: 'liaison_job',
} as const
type Side = keyof typeof SIDES

const tokenOf = ({ cookie }: Caller) => String(cookie).split('=')[1] ?? ''

/** Puts the context of one side into the open transaction. */
async function enter(
  client: pg.PoolClient,
  side: Side,
  of: RealmScene,
  partnerPerson = of.first.caller,
): Promise<void> {
  if (side === 'vendor' || side === 'clock') {
    await client.query('select access.enter_system($1)', [{ actor_name: 'test', route: 'test' }])
    return
  }
  if (side === 'partner') {
    const hash = createHash('sha256').update(tokenOf(partnerPerson)).digest('hex')
    await client.query('select access.enter_person($1)', [
      { session_hash: hash, permission: 'partner_org.users.read', writes: false, source: 'api' },
    ])
    return
  }
  const hash = createHash('sha256')
    .update(`${of.slug} ${tokenOf(of.guest.caller)}`)
    .digest('hex')
  await client.query('select access.enter_end_user($1)', [
    { slug: of.slug, session_hash: hash, permission: 'realm.identity_check.submit', source: 'api' },
  ])
}

async function as<Result>(
  side: Side,
  of: RealmScene,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await world.database.pool(SIDES[side]).connect()
  try {
    await client.query('begin')
    await enter(client, side, of)
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

/** A check in one state, as if every move had been made, with what each side needs to move it on. */
async function seedCheck(of: RealmScene, state: string, provider = 'manual'): Promise<string> {
  await world.seed('delete from kyc_case where end_user_id = $1', [of.guest.id])
  const isOver = ['rejected', 'expired', 'revoked', 'cancelled'].includes(state)
  const wasVerified = ['verified', 'expired', 'revoked'].includes(state)
  const [row] = await world.seed<{ id: string }>(
    `insert into kyc_case (partner_id, end_user_id, target_role, provider, state, legal_name, birth_date, country, document_kind, document_number, created_at, verified_at, expires_at, ended_at)
     values ($1, $2, 'basic', $3, $4, 'Ada', '1990-01-01', 'DE', 'passport', '1', now() - interval '40 days', case when $5 then now() - interval '40 days' end, case when $5 then now() - interval '1 day' end, case when $6 then now() end) returning id`,
    [of.partner, of.guest.id, provider, state, wasVerified, isOver],
  )
  return String(row?.id)
}

const DECISIONS: Readonly<Record<string, string>> = {
  verified: 'approve',
  resubmit: 'resubmit',
  rejected: 'reject',
  revoked: 'revoke',
}

/** Writes down as superuser what a move of this side stands on. */
async function prepare(of: RealmScene, side: Side, { id, to }: { id: string; to: string }): Promise<void> {
  const decision = DECISIONS[to]
  if (side !== 'partner' || decision === undefined) return
  for (const person of [of.first.id, of.second.id])
    await world.seed(
      `insert into kyc_review (partner_id, case_id, attempt, decision, reviewer_id, reviewer_name, reason_codes) values ($1, $2, 1, $3, $4, 'x', '{other}')`,
      [of.partner, id, decision, person],
    )
}

/** The move as its side would write it. */
function moveOf(
  of: RealmScene,
  side: Side,
  { id, to }: { id: string; to: string },
): [text: string, values: unknown[]] {
  if (side === 'partner' && to === 'in_review')
    return [`update kyc_case set state = 'in_review', taken_by = $2 where id = $1`, [id, of.first.id]]
  if (side === 'vendor')
    return [
      `with e as (insert into kyc_event (partner_id, provider, event_id, digest, case_id, occurred_at, outcome)
         values ($2, 'simulated', $3, sha256('x'), $1, now(), 'applied') returning id, occurred_at)
       select id, occurred_at from e`,
      [id, of.partner, `evt ${id} ${to}`],
    ]
  return ['update kyc_case set state = $2 where id = $1', [id, to]]
}

async function tryMove(of: RealmScene, side: Side, move: { id: string; to: string }): Promise<string> {
  await prepare(of, side, move)
  return as(side, of, async (client) => {
    if (side !== 'vendor') return attempt(client, ...moveOf(of, side, move))
    const event = await client.query<{ id: string; occurred_at: Date }>(...moveOf(of, side, move))
    return attempt(
      client,
      'update kyc_case set state = $2, last_event_id = $3, last_event_at = (select occurred_at from kyc_event where id = $3) where id = $1',
      [move.id, move.to, event.rows[0]?.id],
    )
  })
}

describe('the states of identity checks', () => {
  test.each(Object.keys(SIDES) as Side[])(
    'every move that is written down can be made by %s, and no other one (C8)',
    async (side) => {
      const of = await openRealmScene(world)
      const legal = new Set(
        (
          await world.sql<{ move: string }>(
            `select from_state || ' ' || to_state as move from state_transition where entity = 'identity_check' and actor_kind = $1`,
            [side],
          )
        ).map(({ move }) => move),
      )
      expect(legal.size).toBeGreaterThan(2)
      const made = new Set<string>()
      for (const from of CHECK_STATES) {
        for (const to of CHECK_STATES) {
          if (from === to) continue
          const id = await seedCheck(of, from, side === 'vendor' ? 'simulated' : 'manual')
          if ((await tryMove(of, side, { id, to })) === 'done') made.add(`${from} ${to}`)
        }
      }
      expect([...made].toSorted()).toEqual([...legal].toSorted())
    },
    120_000,
  )
})

describe('raw SQL', () => {
  test('one approval does not verify where two people are wanted, nor one written in another name (C8)', async () => {
    const of = await openRealmScene(world)
    const id = await seedCheck(of, 'in_review')
    const review = `insert into kyc_review (partner_id, case_id, attempt, decision, reviewer_id, reviewer_name) values ($1, $2, 1, 'approve', $3, 'x')`
    await as('partner', of, async (client) => {
      expect(await attempt(client, review, [of.partner, id, of.second.id])).toBe('identity_check_actor')
      expect(await attempt(client, review, [of.partner, id, of.guest.id])).toBe('identity_check_actor')
      expect(await attempt(client, `update kyc_case set state = 'verified' where id = $1`, [id])).toBe(
        'identity_check_actor',
      )
      await client.query(review, [of.partner, id, of.first.id])
      expect(await attempt(client, review, [of.partner, id, of.first.id])).toBe('kyc_review_once')
      expect(await attempt(client, `update kyc_case set state = 'verified' where id = $1`, [id])).toBe(
        'identity_check_four_eyes',
      )
      expect(await attempt(client, `update kyc_review set decision = 'reject'`)).toContain(
        'permission denied',
      )
      expect(await attempt(client, 'delete from kyc_review')).toContain('permission denied')
    })
  })

  test('no login promotes a guest without a verification in force, not even one that may set roles (C8)', async () => {
    const of = await openRealmScene(world)
    for (const side of ['partner', 'clock'] as const) {
      await as(side, of, async (client) => {
        for (const role of ['basic', 'advanced', 'company'])
          expect(
            await attempt(client, 'update end_user set role = $2 where id = $1', [of.guest.id, role]),
            `${side} ${role}`,
          ).toBe('end_user_verification')
      })
    }
    const id = await seedCheck(of, 'verified')
    await as('partner', of, async (client) => {
      // The verification has run out, though nobody has noted it.
      expect(await attempt(client, `update end_user set role = 'basic' where id = $1`, [of.guest.id])).toBe(
        'end_user_verification',
      )
    })
    await world.seed(`update kyc_case set expires_at = now() + interval '1 day' where id = $1`, [id])
    await as('partner', of, async (client) => {
      expect(await attempt(client, `update end_user set role = 'basic' where id = $1`, [of.guest.id])).toBe(
        'done',
      )
    })
  })

  test('an end user has nobody else checked, decides nothing, and changes nothing that was sent in (C8)', async () => {
    const of = await openRealmScene(world)
    const friend = await addGuest(world, of.partner)
    const insert = `insert into kyc_case (partner_id, end_user_id, target_role, provider) values ($1, $2, 'basic', 'manual')`
    await as('end_user', of, async (client) => {
      expect(await attempt(client, insert, [of.partner, friend.id])).toBe('identity_check_actor')
      expect(await attempt(client, insert, [other.partner, other.guest.id])).toBe('identity_check_actor')
      expect(await attempt(client, insert, [of.partner, of.guest.id])).toBe('done')
      expect(
        await attempt(
          client,
          `insert into kyc_case (partner_id, end_user_id, target_role, provider, state) values ($1, $2, 'basic', 'manual', 'verified')`,
          [of.partner, of.guest.id],
        ),
      ).toContain('permission denied')
    })
    const id = await submit(world, of.guest.caller)
    await as('end_user', of, async (client) => {
      expect(await attempt(client, `update kyc_case set legal_name = 'Eve'`)).toBe('identity_check_facts')
      for (const column of [
        'expires_at = now()',
        `target_role = 'company'`,
        'verified_at = now()',
        'attempt = 1',
        `reason_codes = '{}'`,
      ])
        expect(await attempt(client, `update kyc_case set ${column}`), column).toContain('permission denied')
      expect(
        await attempt(client, `update kyc_case set state = 'verified' where id = $1`, [
          decodeId('identity_check', id),
        ]),
      ).toBe('identity_check_transition')
    })
  })

  test('the job moves no check without an event of its vendor kept in the same transaction, and none before its time (C8)', async () => {
    const of = await openRealmScene(world)
    const id = await seedCheck(of, 'in_review', 'simulated')
    const [old] = await world.seed<{ id: string; occurred_at: Date }>(
      `insert into kyc_event (partner_id, provider, event_id, digest, case_id, occurred_at, received_at, outcome) values ($1, 'simulated', 'old', sha256('x'), $2, now(), now() - interval '1 hour', 'applied') returning id`,
      [of.partner, id],
    )
    const late = await seedLate(of)
    await as('vendor', of, async (client) => {
      expect(await attempt(client, `update kyc_case set state = 'verified' where id = $1`, [id])).toBe(
        'identity_check_event',
      )
      expect(
        await attempt(
          client,
          `update kyc_case set state = 'verified', last_event_id = $2, last_event_at = (select occurred_at from kyc_event where id = $2) where id = $1`,
          [id, old?.id],
        ),
      ).toBe('identity_check_event')
      expect(await attempt(client, `update kyc_case set state = 'expired' where id = $1`, [late])).toBe(
        'identity_check_transition',
      )
      expect(await attempt(client, `update kyc_event set outcome = 'stale'`)).toContain('permission denied')
    })
  })

  /** A verification of another end user of the partner that lasts. */
  async function seedLate(of: RealmScene): Promise<string> {
    const friend = await addGuest(world, of.partner)
    const id = await submit(world, friend.caller)
    await verify(world, of, id)
    return decodeId('identity_check', id) ?? ''
  }

  test('each login sees its own rows, none of another partner, and nothing without a context (C8, C10)', async () => {
    for (const of of [scene, other]) {
      const id = decodeId('identity_check', await submit(world, of.guest.caller))
      await world.seed(
        `insert into kyc_event (partner_id, provider, event_id, digest, occurred_at, outcome) values ($1, 'simulated', 'e', sha256('x'), now(), 'unknown_reference')`,
        [of.partner],
      )
      await world.seed(
        `insert into kyc_secret (id, partner_id, provider, sealed_secret, created_by_name) values (uuidv7(), $1, 'simulated', 'x', 'x')`,
        [of.partner],
      )
      await world.seed(
        `insert into kyc_review (partner_id, case_id, attempt, decision, reviewer_id, reviewer_name) values ($1, $2, 1, 'approve', uuidv7(), 'x')`,
        [of.partner, id],
      )
    }
    const tables = ['kyc_case', 'kyc_review', 'kyc_event', 'kyc_secret']
    const partners = async (client: pg.PoolClient, table: string) =>
      (await client.query<{ partner_id: string }>(`select distinct partner_id from ${table}`)).rows.map(
        (row) => row.partner_id,
      )
    await as('partner', scene, async (client) => {
      for (const table of tables) expect(await partners(client, table), table).toEqual([scene.partner])
      expect(await attempt(client, 'select sealed_secret from kyc_secret')).toContain('permission denied')
      expect(
        await attempt(client, `update kyc_case set message = 'x' where partner_id = $1`, [other.partner]),
      ).toBe('nothing')
      expect(
        await attempt(
          client,
          `insert into kyc_secret (id, partner_id, provider, sealed_secret, created_by_name) values (uuidv7(), $1, 'simulated', 'x', 'x')`,
          [other.partner],
        ),
      ).toContain('row-level security')
    })
    await as('end_user', scene, async (client) => {
      const { rows } = await client.query<{ end_user_id: string }>('select end_user_id from kyc_case')
      expect(new Set(rows.map((row) => row.end_user_id))).toEqual(new Set([scene.guest.id]))
      for (const table of tables.slice(1))
        expect(await attempt(client, `select 1 from ${table}`), table).toContain('permission denied')
      expect(await attempt(client, 'select provider_ref from kyc_case')).toContain('permission denied')
    })
    await as('clock', scene, async (client) => {
      for (const table of tables) expect((await partners(client, table)).length, table).toBeGreaterThan(1)
    })
    for (const login of ['liaison_realm', 'liaison_program', 'liaison_job'] as const)
      expect(await world.sqlAs(login, 'select id from kyc_case'), login).toEqual([])
    for (const login of [
      'liaison_tenant',
      'liaison_delegate',
      'liaison_platform',
      'liaison_auth',
      'liaison_ingest',
      'liaison_guard',
      'liaison_sealer',
    ] as const)
      for (const table of tables)
        await expect(world.sqlAs(login, `select 1 from ${table}`), `${login} ${table}`).rejects.toThrow(
          'permission denied',
        )
    for (const call of [
      `access.kyc_secrets('simulated', 'x')`,
      'access.identity_check_figures()',
      `access.has_verification(uuidv7())`,
    ])
      await expect(world.sqlAs('liaison_program', `select ${call}`), call).rejects.toThrow(
        'permission denied',
      )
  })

  test('what a partner asks about the rules of another one is not told (C8)', async () => {
    const rows = await as(
      'partner',
      scene,
      async (client) =>
        (await client.query('select access.identity_check_rules($1) as rules', [other.partner])).rows,
    )
    expect(rows).toEqual([{ rules: null }])
  })

  test('every change of a check needs its audit event (C8, X1)', async () => {
    const of = await openRealmScene(world)
    await seedCheck(of, 'verified')
    const client = await world.database.pool('liaison_job').connect()
    try {
      await client.query('begin')
      await enter(client, 'clock', of)
      await client.query(`update kyc_case set state = 'expired' where end_user_id = $1`, [of.guest.id])
      await expect(client.query('commit')).rejects.toThrow('no audit event')
    } finally {
      await client.query('rollback').catch(() => undefined)
      client.release()
    }
  })

  test('what becomes of a check is heard by the endpoints of its own partner alone (C8)', async () => {
    const [of, foreign] = [await openRealmScene(world), await openRealmScene(world)]
    const id = await seedCheck(of, 'verified')
    const endpointOf = async (partner: string) =>
      (
        await world.seed<{ id: string }>(
          `insert into webhook_endpoint (partner_id, url, event_types, created_by, created_by_name, created_at)
           values ($1, 'https://x.example/', '{kyc.verified}', uuidv7(), 'x', now() - interval '1 day') returning id`,
          [partner],
        )
      )[0]?.id
    const endpoints = [await endpointOf(of.partner), await endpointOf(foreign.partner)]
    const audience = (partner: string) =>
      as('clock', of, async (client) => {
        const event = { type: 'kyc.verified', about: 'realm', partner_id: partner, identity_check_id: id }
        const asked = `select access.webhook_audience($1::jsonb || jsonb_build_object('occurred_at', now())) as told`
        return (await client.query<{ told: unknown }>(asked, [event])).rows[0]?.told
      })
    expect(await audience(of.partner)).toMatchObject({ endpoints: [endpoints[0]], state: 'verified' })
    expect(await audience(foreign.partner)).toMatchObject({ endpoints: [endpoints[1]], state: null })
  })
})

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOGINS } from '#platform/database.ts'
import { HEALTHY, seedWorld } from '#testing/drawn-worlds.ts'
import type { Drawn, Seeded } from '#testing/drawn-worlds.ts'
import {
  change,
  enter,
  LIST,
  ONES,
  questionOf,
  reached,
  READ,
  resumes,
  servedCode,
  ticketOf,
  withDelegate,
  withLogin,
} from '#testing/kept-decisions.ts'
import type { Change, Question } from '#testing/kept-decisions.ts'
import { inTime } from '#testing/patience.ts'
import { permissionProbes } from '#testing/permission-probes.ts'
import type { PermissionName } from '#testing/permission-probes.ts'
import { configure } from '#testing/realm-acts.ts'
import { tablesBehind } from '#testing/tables-behind.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => permissionProbes)
})
afterAll(() => world[Symbol.asyncDispose]())

/**
 * Whether a request that was let in just before the idle time was over is noted just after it: a use like any other, from
 * which the idle time begins anew.
 */
async function wasUsedInTheLastMoment({ person }: Seeded): Promise<boolean> {
  const [session] = await world.sql(
    `select seen_at > clock_timestamp() - interval '30 seconds' as anew from session where person_id = $1`,
    [person],
  )
  return session?.['anew'] === true
}

/** Lets each term of a decision end so many milliseconds from now; false when less was still open before than is needed to tell. */
async function endsTerms(leadMs: number): Promise<boolean> {
  const soon = `now() + interval '${leadMs} milliseconds'`
  const cases: readonly (readonly [string, PermissionName, Drawn, Change])[] = [
    ['link', READ, HEALTHY, change(`update delegation set ends_at = ${soon} where id = :link`)],
    ['review', READ, HEALTHY, change(`update delegation set review_stops_at = ${soon} where id = :link`)],
    ['assignment', READ, HEALTHY, change(`update link_member set ends_at = ${soon} where link_id = :link`)],
    ['session', READ, HEALTHY, change(`update session set ends_at = ${soon} where person_id = :person`)],
    [
      'idle session',
      READ,
      HEALTHY,
      change(
        `update session set idle_seconds = 60, seen_at = ${soon} - interval '60 seconds' where person_id = :person`,
      ),
    ],
    [
      'a factor that grows stale',
      READ,
      HEALTHY,
      async (of, seeded) => {
        await change(`update delegation set conditions = '{"mfa_max_age_s": 3600}' where id = :link`)(
          of,
          seeded,
        )
        await change(
          `update session set factor = 'otp', factor_at = ${soon} - interval '3600 seconds' where person_id = :person`,
        )(of, seeded)
      },
    ],
    [
      "the partner's longest sign-in",
      READ,
      HEALTHY,
      async (of, seeded) => {
        await configure(of, seeded.partner, { sessions: { staff: { idle_s: 600, absolute_s: 3600 } } })
        await change(
          `update session set created_at = ${soon} - interval '3600 seconds' where person_id = :person`,
        )(of, seeded)
      },
    ],
    [
      'elevation',
      'partner.reports.export',
      HEALTHY,
      change(
        `update link_member set elevation_id = gen_random_uuid(), elevated_mask = ${ONES}, elevated_from = now() - interval '1 day', elevated_until = ${soon} where link_id = :link`,
      ),
    ],
  ]
  const running = await Promise.all(
    cases.map(
      async ([name, permission, drawn, shorten]): Promise<{
        name: string
        permission: PermissionName
        seeded: Seeded
      }> => {
        const seeded = await seedWorld(world, drawn)
        await ticketOf(world, seeded)
        await shorten(world, seeded)
        return { name, permission, seeded }
      },
    ),
  )
  const [last] = await world.sql(`select clock_timestamp() + interval '${leadMs + 100} milliseconds' as ends`)
  const [allowed, late] = [new Set<string>(), new Set<string>()]
  for (let isOver = false; !isOver;) {
    const [clock] = await world.sql('select clock_timestamp() > $1 as over', [last?.['ends']])
    isOver = clock?.['over'] === true
    for (const { name, permission, seeded } of running)
      if ((await servedCode(world, seeded, permission)) === 'ALLOWED') (isOver ? late : allowed).add(name)
  }
  const idle = running.find(({ name }) => name === 'idle session')
  const isIdleAnew = idle !== undefined && (await wasUsedInTheLastMoment(idle.seeded))
  expect([...late].filter((name) => !isIdleAnew || name !== idle.name)).toEqual([])
  if (isIdleAnew) return false
  return allowed.size > 4
}

describe('the ticket of a decision that is kept', () => {
  test(
    'each term ends at its moment, without a change (access.md)',
    () => inTime(endsTerms, [3000, 3000, 8000]),
    30_000,
  )

  test('the ticket serves the same question of the same session and login, and whoever guesses one is let in by none', async () => {
    const [seeded, other] = [await seedWorld(world, HEALTHY), await seedWorld(world, HEALTHY)]
    const [ticket, others] = [await ticketOf(world, seeded), await ticketOf(world, other)]
    const letsIn = (whose: Seeded, more: Question) =>
      withDelegate(world, async (client) => (await enter(client, whose, more)).resumed === true)
    expect(await letsIn(seeded, { ticket })).toBe(true)
    expect(await letsIn(other, { ticket })).toBe(false)
    expect(await letsIn(seeded, { ticket, permission: LIST })).toBe(false)
    expect(await letsIn(seeded, { ticket, tenant_id: other.tenant })).toBe(false)
    expect(await letsIn(seeded, { ticket, tenant_id: null })).toBe(false)
    expect(await letsIn(seeded, { ticket: others })).toBe(false)
    expect(await letsIn(seeded, { ticket: randomUUID() })).toBe(false)
    for (const login of ['liaison_tenant', 'liaison_program', 'liaison_platform'] as const)
      await withLogin(world, login, async (client) => {
        expect(await resumes(client, ticket, { question: questionOf(seeded) }), login).toBe(false)
      })
  })

  test('SQL that somebody injected and that names a ticket reaches nothing with a guessed one, one of another login, or one that lapsed', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const ticket = await ticketOf(world, seeded)
    const reachedWith = (login: 'liaison_delegate' | 'liaison_tenant', named: string) =>
      withLogin(world, login, async (client) => {
        await client.query(`select set_config('liaison.ticket', $1, true)`, [named])
        const context = await client.query<{ plane: string | null }>('select access.context_plane() as plane')
        const written = await client.query(`select access.reach('ticket', 'update') as id`)
        return { reached: await reached(client), written: written.rows, plane: context.rows[0]?.plane }
      })
    const nothing = { reached: [], written: [], plane: null }
    expect(await reachedWith('liaison_delegate', randomUUID())).toEqual(nothing)
    expect(await reachedWith('liaison_tenant', ticket)).toEqual(nothing)
    await expect(reachedWith('liaison_delegate', 'any')).rejects.toThrow(/invalid input syntax/)
    // The id alone opens what its row says to a look, and puts no context in force: nothing is written, least of all in anybody's name.
    expect(await reachedWith('liaison_delegate', ticket)).toEqual({ ...nothing, reached: [seeded.tenant] })
    await world.seed(`update delegation set status = 'suspended' where id = $1`, [seeded.link], seeded.tenant)
    expect(await reachedWith('liaison_delegate', ticket)).toEqual(nothing)
  })

  test('a ticket is of its own context alone: whatever is entered after it takes it out of force', async () => {
    const [seeded, other] = [await seedWorld(world, HEALTHY), await seedWorld(world, HEALTHY)]
    const ticket = await ticketOf(world, seeded)
    await withDelegate(world, async (client) => {
      expect(await enter(client, seeded, { ticket })).toHaveProperty('resumed', true)
      await enter(client, other, { writes: true })
      expect(await reached(client)).toEqual([other.tenant])
    })
  })

  test('nothing that decides is said along with a ticket, and to read nothing of the request is needed', async () => {
    const [seeded, other] = [await seedWorld(world, HEALTHY), await seedWorld(world, HEALTHY)]
    const ticket = await ticketOf(world, seeded)
    const question = questionOf(seeded)
    for (const said of [{ client_id: other.person }, { tenant_ids: [other.tenant] }, { plane: 'platform' }])
      expect(
        await withDelegate(world, (client) =>
          resumes(client, ticket, { question, request: { source: 'api', ...said } }),
        ),
        JSON.stringify(said),
      ).toBe(false)
    for (const request of [null, { request_id: 'req_0123456789', source: 'api' }])
      await withDelegate(world, async (client) => {
        expect(await resumes(client, ticket, { question, request })).toBe(true)
        expect(await reached(client)).toEqual([seeded.tenant])
      })
  })

  test('a ticket is there for others once the transaction that decided has committed, and not at all if it does not', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    await ticketOf(world, seeded)
    const question = questionOf(seeded)
    const resumesElsewhere = (ticket: string) =>
      withDelegate(world, (client) => resumes(client, ticket, { question }))
    const committed = await withDelegate(world, async (client) => {
      const ticket = String((await enter(client, seeded)).ticket_id)
      expect(await reached(client)).toEqual([seeded.tenant])
      expect(await resumesElsewhere(ticket)).toBe(false)
      await client.query('commit')
      return ticket
    })
    expect(await resumesElsewhere(committed)).toBe(true)
    const undone = await withDelegate(world, async (client) => (await enter(client, seeded)).ticket_id)
    expect(await resumesElsewhere(String(undone))).toBe(false)
  })

  test('the ticket is good for five minutes, and never past the moment at which its session is idle', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const secondsOf = async (ticket: string) => {
      const [row] = await world.sql<{ seconds: number }>(
        `select extract(epoch from until - clock_timestamp())::float8 as seconds from access.kept_ticket where id = $1`,
        [ticket],
      )
      return row?.seconds ?? 0
    }
    const long = await secondsOf(await ticketOf(world, seeded))
    expect(long).toBeGreaterThan(240)
    expect(long).toBeLessThanOrEqual(300)
    await world.seed(
      `update session set idle_seconds = 200, seen_at = now() - interval '100 seconds' where person_id = $1`,
      [seeded.person],
    )
    const short = await secondsOf(await ticketOf(world, seeded))
    expect(short).toBeGreaterThan(40)
    expect(short).toBeLessThanOrEqual(100)
  })

  test('a crash takes the tickets together with the stamps, so that nothing holds that was kept', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const ticket = await ticketOf(world, seeded)
    const unlogged = await world.sql<{ name: string }>(
      `select relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'access' and c.relkind = 'r' and c.relpersistence = 'u' order by 1`,
    )
    const names = unlogged.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['kept_ticket', 'stamp', 'stamp_era']))
    await world.sql(`truncate ${names.map((name) => `access.${name}`).join(', ')}`)
    expect(await withDelegate(world, (client) => enter(client, seeded, { ticket }))).not.toHaveProperty(
      'resumed',
    )
    expect(await servedCode(world, seeded, READ)).toBe('ALLOWED')
  })

  test('a ticket is forgotten a minute after its end, and not before, because what it let in is recorded until then', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const ticket = await ticketOf(world, seeded)
    const isThereAfter = async (seconds: number) => {
      await world.sql(
        `update access.kept_ticket set until = now() - make_interval(secs => $2) where id = $1`,
        [ticket, seconds],
      )
      await world.database.pool('liaison_job').query('select access.forget_stamps()')
      return (await world.sql('select from access.kept_ticket where id = $1', [ticket])).length === 1
    }
    expect(await isThereAfter(50)).toBe(true)
    expect(await withDelegate(world, (client) => enter(client, seeded, { ticket }))).not.toHaveProperty(
      'resumed',
    )
    expect(await isThereAfter(61)).toBe(false)
  })

  test('a session in use is noted, and what was decided outlives it', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const ticket = await ticketOf(world, seeded)
    await world.seed('update session set seen_at = now() where person_id = $1', [seeded.person])
    expect(await withDelegate(world, (client) => enter(client, seeded, { ticket }))).toHaveProperty(
      'resumed',
      true,
    )
  })

  test('a decision that was made behind a write of the same transaction is not kept', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    await ticketOf(world, seeded)
    await withDelegate(world, async (client) => {
      await client.query('select pg_current_xact_id()')
      expect(await enter(client, seeded)).toMatchObject({ kept: null, ticket_id: null })
    })
  })

  test('no login reads or writes a stamp or a ticket', async () => {
    for (const login of LOGINS)
      for (const text of [
        'select * from access.stamp',
        'delete from access.stamp',
        `insert into access.stamp (key) values (gen_random_uuid())`,
        'select * from access.stamp_era',
        'insert into access.stamp_era default values',
        'select id from access.kept_ticket',
        'select id from access.held_ticket',
        `update access.kept_ticket set until = 'infinity'`,
        'delete from access.kept_ticket',
        'insert into access.kept_ticket select * from access.kept_ticket',
        `select access.write_ticket('{}', null, '')`,
      ])
        await expect(world.database.pool(login).query(text), `${login} ${text}`).rejects.toThrow(
          /permission denied/,
        )
  })
})

/** Functions and views from which a person's read is decided, whole. */
const DECIDING = [
  'access.enter_person',
  'access.portfolio',
  'access.keep',
  'access.reach',
  'access.restricted_reach',
]
/** What these name, but no read that is kept depends on: tokens of clients, locks of writes, and the stamps themselves. */
const APART = new Set([
  'access.reach_by_token',
  'access.hold_for_write',
  'access.sign',
  'access.context_key',
  'access.stamp',
  'access.stamp_era',
  'access.kept_ticket',
])

test('every table that a kept decision is read from stamps each of its changes', async () => {
  const tables = await tablesBehind(world, DECIDING, APART)
  const expected = [
    'access_freeze',
    'configuration_in_force',
    'delegation',
    'link',
    'link_member',
    'link_override',
    'partner',
    'partner_member',
    'partner_network_rule',
    'permission',
    'person',
    'platform_staff',
    'relation_permission',
    'role_permission',
    'session',
    'tenant',
    'tenant_member',
    'tenant_partner_policy',
  ]
  expect(tables.map(({ name }) => name)).toEqual(expected.map((name) => `public.${name}`))
  const operations = ['delete', 'insert', 'update']
  expect(tables).toEqual(tables.map(({ name }) => ({ name, operations })))
})

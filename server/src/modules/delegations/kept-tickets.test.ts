import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Ticket } from '#platform/facts.ts'
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
  expect([...late]).toEqual([])
  return allowed.size > 4
}

describe('the ticket of a decision that is kept', () => {
  test(
    'each term ends at its moment, without a change (access.md)',
    () => inTime(endsTerms, [3000, 8000]),
    20_000,
  )

  test('the ticket serves the same question of the same session, as it was signed, and no write', async () => {
    const [seeded, other] = [await seedWorld(world, HEALTHY), await seedWorld(world, HEALTHY)]
    const ticket = await ticketOf(world, seeded)
    const letsIn = (whose: Seeded, more: Question) =>
      withDelegate(world, async (client) => (await enter(client, whose, more)).resumed === true)
    expect(await letsIn(seeded, { ticket })).toBe(true)
    expect(await letsIn(other, { ticket })).toBe(false)
    expect(await letsIn(seeded, { ticket, permission: LIST })).toBe(false)
    expect(await letsIn(seeded, { ticket, tenant_id: other.tenant })).toBe(false)
    expect(await letsIn(seeded, { ticket, tenant_id: null })).toBe(false)
    const inAll = (from: string | RegExp, to: string): Ticket => {
      const entries = Object.entries(ticket).map(([part, text]) => [part, text.replaceAll(from, to)])
      return { ...ticket, ...Object.fromEntries(entries) }
    }
    for (const forged of [
      inAll(/"20(?=\d\d-)/g, '"21'),
      inAll(seeded.tenant, other.tenant),
      inAll(seeded.person, other.person),
      inAll('partner.support.tickets.read', LIST),
      { ...ticket, code: '0'.repeat(64) },
      { ...ticket, reached: (await ticketOf(world, other)).reached },
      { ...ticket, context: (await ticketOf(world, other)).context },
      { ...ticket, stands: (await ticketOf(world, seeded)).stands },
      // The code of a context, of what is reached or of a reader is no code of a ticket.
      { ...ticket, code: ticket.context_code },
      { ...ticket, code: ticket.reached_code },
      { ...ticket, code: ticket.reader_code },
    ]) {
      expect(forged).not.toEqual(ticket)
      expect(await letsIn(seeded, { ticket: forged })).toBe(false)
    }
  })

  test('the parts of a ticket hold where they were cut, and each is believed under its own code alone', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const ticket = await ticketOf(world, seeded)
    const question = questionOf(seeded)
    const lets = (changed: Partial<Ticket>, more: Partial<Parameters<typeof resumes>[2]> = {}) =>
      withDelegate(world, (client) => resumes(client, { ...ticket, ...changed }, { question, ...more }))
    const { stands, reached: reaches, context } = ticket
    expect(await lets({})).toBe(true)
    expect(await lets({ reached: reaches + context.slice(0, 1), context: context.slice(1) })).toBe(false)
    expect(await lets({ reached: reaches.slice(0, -1), context: reaches.slice(-1) + context })).toBe(false)
    expect(await lets({ stands: `${stands} `, reached: reaches.slice(1) })).toBe(false)
    expect(await lets({ context: context + question.slice(0, 1) }, { question: question.slice(1) })).toBe(
      false,
    )
    for (const [changed, asks] of [
      [{ context_code: ticket.reader_code }, `select access.context_id('tenant_id') as id`],
      [{ reached_code: ticket.context_code }, `select access.reach('ticket', 'select') as id`],
    ] as const)
      await expect(
        withDelegate(world, async (client) => {
          expect(await resumes(client, { ...ticket, ...changed }, { question, request: null })).toBe(true)
          await client.query(asks)
        }),
      ).rejects.toThrow(/forged/)
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

  test('a login of another plane is not let in by it', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const ticket = await ticketOf(world, seeded)
    const question = questionOf(seeded)
    for (const login of ['liaison_tenant', 'liaison_program', 'liaison_platform'] as const) {
      const client = await world.database.pool(login).connect()
      try {
        expect(await resumes(client, ticket, { question }), login).toBe(false)
      } finally {
        client.release()
      }
    }
  })

  test('a server of the version before is given no ticket, and what it holds lets nobody in', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const { code, context } = await ticketOf(world, seeded)
    await withDelegate(world, async (client) => {
      expect(await enter(client, seeded)).not.toHaveProperty('ticket')
      const { rows } = await client.query('select access.resume($1, $2, $3) as now', [
        code + context,
        questionOf(seeded),
        {},
      ])
      expect(rows).toEqual([{ now: null }])
    })
  })

  test('the ticket is good for five minutes, and never past the moment at which its session is idle', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const secondsOf = async ({ stands }: Ticket) => {
      const until = /"(20\d\d-[^"]+)"/.exec(stands)?.[1]
      const [row] = await world.sql<{ seconds: number }>(
        `select extract(epoch from $1::timestamptz - clock_timestamp())::float8 as seconds`,
        [until],
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

  test('with the stamps a crash takes everything that was kept', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const ticket = await ticketOf(world, seeded)
    await world.sql('truncate access.stamp, access.stamp_era')
    expect(await withDelegate(world, (client) => enter(client, seeded, { ticket }))).not.toHaveProperty(
      'resumed',
    )
    expect(await servedCode(world, seeded, READ)).toBe('ALLOWED')
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
      expect(await enter(client, seeded)).toHaveProperty('kept', null)
    })
  })

  test('no login reads or writes a stamp', async () => {
    for (const login of [
      'liaison_delegate',
      'liaison_tenant',
      'liaison_program',
      'liaison_platform',
      'liaison_job',
      'liaison_auth',
      'liaison_ingest',
    ] as const)
      for (const text of [
        'select * from access.stamp',
        'delete from access.stamp',
        `insert into access.stamp (key) values (gen_random_uuid())`,
        'select * from access.stamp_era',
        'insert into access.stamp_era default values',
      ])
        await expect(world.database.pool(login).query(text)).rejects.toThrow(/permission denied/)
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

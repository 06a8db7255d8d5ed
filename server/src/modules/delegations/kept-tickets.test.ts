import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HEALTHY, seedWorld } from '#testing/drawn-worlds.ts'
import type { Drawn, Seeded } from '#testing/drawn-worlds.ts'
import {
  change,
  enter,
  LIST,
  ONES,
  READ,
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
    const resumes = (whose: Seeded, more: Question) =>
      withDelegate(world, async (client) => (await enter(client, whose, more)).resumed === true)
    expect(await resumes(seeded, { ticket })).toBe(true)
    expect(await resumes(other, { ticket })).toBe(false)
    expect(await resumes(seeded, { ticket, permission: LIST })).toBe(false)
    expect(await resumes(seeded, { ticket, tenant_id: other.tenant })).toBe(false)
    expect(await resumes(seeded, { ticket, tenant_id: null })).toBe(false)
    for (const forged of [
      ticket.replace(/"20(?=\d\d-)/, '"21'),
      ticket.replaceAll(seeded.tenant, other.tenant),
      ticket.replaceAll('partner.support.tickets.read', LIST),
      `${'0'.repeat(64)}${ticket.slice(64)}`,
    ]) {
      expect(forged).not.toBe(ticket)
      expect(await resumes(seeded, { ticket: forged })).toBe(false)
    }
    const context = await withDelegate(world, async (client) => {
      await enter(client, seeded, { ticket })
      const { rows } = await client.query<{ mac: string; context: string }>(
        `select current_setting('liaison.mac') as mac, current_setting('liaison.context') as context`,
      )
      return rows[0]
    })
    // The code of a context is no code of a ticket.
    expect(await resumes(seeded, { ticket: `${context?.mac}${context?.context}` })).toBe(false)
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

  test('a session in use is noted once a minute at most, and what was decided outlives it', async () => {
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
      expect(await enter(client, seeded)).toHaveProperty('ticket', null)
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

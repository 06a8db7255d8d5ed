import { decide } from '@liaison/access'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeFacts, toFacts } from '#platform/facts.ts'
import { HEALTHY, liftFreeze, seedFreeze, seedWorld } from '#testing/drawn-worlds.ts'
import type { Drawn, Seeded } from '#testing/drawn-worlds.ts'
import { permissionProbes } from '#testing/permission-probes.ts'
import type { PermissionName } from '#testing/permission-probes.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => permissionProbes)
})
afterAll(() => world[Symbol.asyncDispose]())

const READ = 'partner.support.tickets.read' satisfies PermissionName
const LIST = 'partner.tenants.list' satisfies PermissionName

interface Entered {
  readonly resumed?: boolean
  readonly ticket?: string
}

const hashOf = ({ caller }: Seeded): string =>
  createHash('sha256')
    .update(String(caller.cookie).split('=')[1] ?? '')
    .digest('hex')

async function withDelegate<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
  const client = await world.database.pool('liaison_delegate').connect()
  try {
    await client.query('begin')
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

async function enter(client: pg.PoolClient, seeded: Seeded, more: object = {}): Promise<Entered> {
  const request = {
    session_hash: hashOf(seeded),
    tenant_id: seeded.tenant,
    permission: READ,
    writes: false,
    source: 'api',
  }
  const { rows } = await client.query<{ facts: Entered }>('select access.enter_person($1) as facts', [
    { ...request, ...more },
  ])
  return rows[0]?.facts ?? {}
}

const reached = async (client: pg.PoolClient): Promise<string[]> =>
  (await client.query<{ id: string }>(`select access.reach('ticket', 'select') as id`)).rows.map(
    ({ id }) => id,
  )

const reachedBy = (seeded: Seeded, more: object): Promise<string[]> =>
  withDelegate(async (client) => {
    await enter(client, seeded, more)
    return reached(client)
  })

async function ticketOf(seeded: Seeded): Promise<string> {
  // The first entry of all begins the era within which decisions are kept.
  await withDelegate(async (client) => {
    await enter(client, seeded)
    await client.query('commit')
  })
  const { ticket } = await withDelegate((client) => enter(client, seeded))
  if (!ticket) throw new Error('No ticket was given.')
  return ticket
}

async function freshCode(seeded: Seeded, permission: PermissionName): Promise<string> {
  const facts = await withDelegate((client) => enter(client, seeded, { permission }))
  return decide(toFacts(decodeFacts(facts), '127.0.0.1'), { permission }).code
}

async function servedCode({ caller }: Seeded, permission: PermissionName): Promise<string> {
  const response = await world.call(caller, 'GET', `/api/v1/probe/${permission}`)
  return response.statusCode === 200 ? 'ALLOWED' : String(response.json().code)
}

type Change = (seeded: Seeded) => Promise<unknown>

const change =
  (text: string): Change =>
  ({ link, tenant, partner, person }) => {
    const ids: Readonly<Record<string, string>> = { link, tenant, partner, person }
    const values: string[] = []
    const numbered = text.replaceAll(
      /(?<!:):(link|tenant|partner|person)\b/g,
      (_, name: string) => `$${values.push(ids[name] ?? '')}::uuid`,
    )
    return world.seed(numbered, values, tenant)
  }

const freezing =
  (freeze: NonNullable<Drawn['freeze']>): Change =>
  async (seeded) => {
    await seedFreeze(world, seeded, { freeze, isLifted: false })
  }

const liftAll: Change = async () => {
  for (const { id } of await world.sql<{ id: string }>(
    'select id from access_freeze where lifted_at is null',
  ))
    await liftFreeze(world, id)
}

const ZERO = `repeat('0', 256)::bit(256)`
const ONES = `repeat('1', 256)::bit(256)`

/** What takes access, and what gives it back; every relation that decides is among them. */
const CHANGES: Readonly<Record<string, readonly [Change, Change]>> = {
  'the status of the link': [
    change(`update delegation set status = 'suspended' where id = :link`),
    change(`update delegation set status = 'active' where id = :link`),
  ],
  'the permissions of the link': [
    change(`update delegation set mask = ${ZERO}, role_mask = ${ZERO} where id = :link`),
    change(`update delegation set mask = ${ONES}, role_mask = ${ONES} where id = :link`),
  ],
  'the end of the link': [
    change(`update delegation set ends_at = now() where id = :link`),
    change(`update delegation set ends_at = now() + interval '9 days' where id = :link`),
  ],
  'the start of the link': [
    change(`update delegation set starts_at = now() + interval '1 day' where id = :link`),
    change(`update delegation set starts_at = now() - interval '1 day' where id = :link`),
  ],
  'a review that is overdue': [
    change(`update delegation set review_stops_at = now() where id = :link`),
    change(`update delegation set review_stops_at = null where id = :link`),
  ],
  'a condition of the link': [
    change(`update delegation set conditions = '{"phishing_resistant": true}' where id = :link`),
    change(`update delegation set conditions = '{}' where id = :link`),
  ],
  'the role of the link': [
    change(`update link set access_role = 'msp_billing' where id = :link`),
    change(`update link set access_role = 'msp_support' where id = :link`),
  ],
  'an override': [
    change(
      `insert into link_override (link_id, tenant_id, partner_id, pattern, effect, mask, set_by_side) values (:link, :tenant, :partner, 'partner.support.tickets.*', 'deny', ${ONES}, 'tenant')`,
    ),
    change(`delete from link_override where link_id = :link`),
  ],
  'the assignment': [
    change(`update link_member set ends_at = now() where link_id = :link`),
    change(`update link_member set ends_at = null where link_id = :link`),
  ],
  'the role in the link': [
    change(`update link_member set mask = ${ZERO}, role = 'msp_billing' where link_id = :link`),
    change(`update link_member set mask = ${ONES}, role = null where link_id = :link`),
  ],
  'the member': [
    change(`update partner_member set status = 'inactive' where person_id = :person`),
    change(`update partner_member set status = 'active' where person_id = :person`),
  ],
  'the person': [
    change(`update person set status = 'inactive' where id = :person`),
    change(`update person set status = 'active' where id = :person`),
  ],
  'the partner': [
    change(`update partner set status = 'suspended' where id = :partner`),
    change(`update partner set status = 'active' where id = :partner`),
  ],
  'the tenant': [
    change(`update tenant set status = 'closed' where id = :tenant`),
    change(`update tenant set status = 'active' where id = :tenant`),
  ],
  'the rules of the tenant': [
    change(
      `insert into tenant_partner_policy (tenant_id, conditions) values (:tenant, '{"phishing_resistant": true}') on conflict (tenant_id) do update set conditions = excluded.conditions`,
    ),
    change(`update tenant_partner_policy set conditions = '{}' where tenant_id = :tenant`),
  ],
  'the networks of the partner': [
    change(
      `insert into partner_network_rule (partner_id, ip_mode, ip_allow) values (:partner, 'enforce', '{192.0.2.0/24}')`,
    ),
    change(`delete from partner_network_rule where partner_id = :partner`),
  ],
  'the factor of the session': [
    change(`update session set factor = 'none', factor_at = null where person_id = :person`),
    change(`update session set factor = 'otp', factor_at = now() where person_id = :person`),
  ],
  'the end of the session': [
    change(`update session set ended_at = now() where person_id = :person`),
    change(`update session set ended_at = null where person_id = :person`),
  ],
  'a session that was not used': [
    change(`update session set seen_at = now() - interval '2 hours' where person_id = :person`),
    change(`update session set seen_at = now() where person_id = :person`),
  ],
  'a freeze of everything': [freezing('platform'), liftAll],
  'a freeze of the partner': [freezing('partner'), liftAll],
  'a freeze of the tenant': [freezing('tenant'), liftAll],
  'a freeze of the link': [freezing('delegation'), liftAll],
  'a freeze of the person': [freezing('person'), liftAll],
  'a freeze of the partner in the tenant': [freezing('partner in tenant'), liftAll],
}

describe('a decision that is kept', () => {
  test.each(Object.entries(CHANGES))(
    'after a warm read, %s is felt by the very next read, in HTTP and in the row policies (P6)',
    async (_, [take, give]) => {
      const seeded = await seedWorld(world, HEALTHY)
      const ticket = await ticketOf(seeded)
      for (const _warm of [1, 2, 3]) expect(await servedCode(seeded, READ)).toBe('ALLOWED')
      await take(seeded)
      const [served, byTicket] = [await servedCode(seeded, READ), await reachedBy(seeded, { ticket })]
      expect(served === 'ALLOWED' && byTicket.length > 0).toBe(false)
      expect(served).toBe(await freshCode(seeded, READ))
      expect(byTicket).toEqual(await reachedBy(seeded, { writes: true }))
      expect(await withDelegate((client) => enter(client, seeded, { ticket }))).not.toHaveProperty('resumed')
      await give(seeded)
      expect(await servedCode(seeded, READ)).toBe('ALLOWED')
      expect(await servedCode(seeded, READ)).toBe('ALLOWED')
    },
  )

  test('whatever changes in whatever order, each read is answered as one that nobody kept anything of (P6)', async () => {
    const steps = fc.array(
      fc.tuple(fc.constantFrom(...Object.keys(CHANGES)), fc.constantFrom(0 as const, 0 as const, 1 as const)),
      { minLength: 6, maxLength: 10 },
    )
    const codes = new Set<string>()
    for (const drawn of fc.sample(steps, { seed: 815, numRuns: 12 })) {
      const seeded = await seedWorld(world, HEALTHY)
      for (const [name, direction] of drawn) {
        const before = await withDelegate((client) => enter(client, seeded))
        for (const permission of [READ, LIST]) await servedCode(seeded, permission)
        await CHANGES[name]?.[direction](seeded).catch((error: unknown) => {
          // A rule or a second row of its kind stood against it: then nothing changed.
          expect(error).toHaveProperty('code', expect.stringMatching(/^23/))
        })
        for (const permission of [READ, LIST]) {
          const served = await servedCode(seeded, permission)
          codes.add(served)
          expect(served, JSON.stringify(drawn)).toBe(await freshCode(seeded, permission))
        }
        const [kept, fresh] = [before.ticket ? { ticket: before.ticket } : {}, { writes: true }]
        const [byTicket, live] = [await reachedBy(seeded, kept), await reachedBy(seeded, fresh)]
        expect(byTicket, `${name} ${direction} ${JSON.stringify(drawn)}`).toEqual(live)
      }
      await liftAll(seeded)
    }
    expect(codes.size).toBeGreaterThan(6)
  }, 60_000)

  test('a change that commits within a transaction is felt by its next statement (P6)', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const ticket = await ticketOf(seeded)
    await withDelegate(async (client) => {
      expect(await enter(client, seeded, { ticket })).toHaveProperty('resumed', true)
      expect(await reached(client)).toEqual([seeded.tenant])
      await world.seed(`update delegation set status = 'revoked' where id = $1`, [seeded.link], seeded.tenant)
      expect(await reached(client)).toEqual([])
    })
  })

  test('a change that is not committed yet is not seen, and is felt once it is (P6)', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const changer = new pg.Client({ ...world.connection })
    await changer.connect()
    try {
      await changer.query('begin')
      await changer.query(
        `with event as (insert into audit_event (plane, action, outcome, actor_type, source) values ('system', 'test.seeded', 'allowed', 'system', 'job') returning id, occurred_at)
         insert into audit_scope (kind, scope_id, occurred_at, event_id) select 'tenant', $1, occurred_at, id from event`,
        [seeded.tenant],
      )
      await changer.query(`update delegation set status = 'revoked' where id = $1`, [seeded.link])
      // Decided while the change is under way: the number of its transaction is older than this decision.
      const ticket = await ticketOf(seeded)
      expect(await servedCode(seeded, READ)).toBe('ALLOWED')
      expect(await withDelegate((client) => enter(client, seeded, { ticket }))).toHaveProperty(
        'resumed',
        true,
      )
      await changer.query('commit')
      expect(await withDelegate((client) => enter(client, seeded, { ticket }))).not.toHaveProperty('resumed')
      expect(await servedCode(seeded, READ)).not.toBe('ALLOWED')
    } finally {
      await changer.end()
    }
  })

  test('each term ends at its moment, without a change (access.md)', async () => {
    const soon = `now() + interval '1500 milliseconds'`
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
          `update session set idle_seconds = 60, seen_at = now() - interval '58500 milliseconds' where person_id = :person`,
        ),
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
      cases.map(async ([name, permission, drawn, shorten]) => {
        const seeded = await seedWorld(world, drawn)
        await ticketOf(seeded)
        await shorten(seeded)
        return { name, permission, seeded }
      }),
    )
    const [{ ends }] = (await world.sql<{ ends: Date }>(
      `select clock_timestamp() + interval '1600 milliseconds' as ends`,
    )) as [{ ends: Date }]
    const allowed = new Set<string>()
    for (let isOver = false; !isOver;) {
      const [{ over }] = (await world.sql<{ over: boolean }>(`select clock_timestamp() > $1 as over`, [
        ends,
      ])) as [{ over: boolean }]
      for (const { name, permission, seeded } of running) {
        const code = await servedCode(seeded, permission)
        if (code === 'ALLOWED') allowed.add(name)
        if (over) expect(`${name} ${code}`).not.toBe(`${name} ALLOWED`)
      }
      isOver = over
    }
    expect(allowed.size).toBeGreaterThan(4)
  }, 20_000)

  test('the ticket serves the same question of the same session, as it was signed, and no write', async () => {
    const [seeded, other] = [await seedWorld(world, HEALTHY), await seedWorld(world, HEALTHY)]
    const ticket = await ticketOf(seeded)
    const resumes = (whose: Seeded, more: object) =>
      withDelegate(async (client) => (await enter(client, whose, more)).resumed === true)
    expect(await resumes(seeded, { ticket })).toBe(true)
    expect(await resumes(other, { ticket })).toBe(false)
    expect(await resumes(seeded, { ticket, permission: LIST })).toBe(false)
    expect(await resumes(seeded, { ticket, tenant_id: other.tenant })).toBe(false)
    expect(await resumes(seeded, { ticket, tenant_id: null })).toBe(false)
    expect(await resumes(seeded, { ticket, writes: true })).toBe(false)
    for (const forged of [
      ticket.replace('"until": "20', '"until": "21'),
      ticket.replaceAll(seeded.tenant, other.tenant),
      `${'0'.repeat(64)}${ticket.slice(64)}`,
      'x',
      '',
    ])
      expect(await resumes(seeded, { ticket: forged })).toBe(false)
    const context = await withDelegate(async (client) => {
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
    const ticket = await ticketOf(seeded)
    await world.sql('truncate access.stamp, access.stamp_era')
    expect(await withDelegate((client) => enter(client, seeded, { ticket }))).not.toHaveProperty('resumed')
    expect(await servedCode(seeded, READ)).toBe('ALLOWED')
  })

  test('a session in use is noted once a minute at most, and what was decided outlives it', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const ticket = await ticketOf(seeded)
    await world.seed('update session set seen_at = now() where person_id = $1', [seeded.person])
    expect(await withDelegate((client) => enter(client, seeded, { ticket }))).toHaveProperty('resumed', true)
  })

  test('a decision that was made behind a write of the same transaction is not kept', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    await ticketOf(seeded)
    await withDelegate(async (client) => {
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
  'access.stamp',
  'access.stamp_era',
])

async function namesIn(name: string): Promise<string[]> {
  const rows = await world.sql<{ name: string }>(
    `with of_function as (select p.oid, p.prosrc from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname || '.' || p.proname = $1),
       depending as (
         select 'pg_proc'::regclass as class, oid from of_function
         union all
         select 'pg_rewrite'::regclass, r.oid from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace where n.nspname || '.' || c.relname = $1 and c.relkind = 'v')
     select m[1] || '.' || m[2] as name from of_function, regexp_matches(prosrc, '(access|public)\\.(\\w+)', 'g') m
     union
     select n.nspname || '.' || c.relname from depending d join pg_depend x on x.classid = d.class and x.objid = d.oid and x.refclassid = 'pg_class'::regclass join pg_class c on c.oid = x.refobjid join pg_namespace n on n.oid = c.relnamespace
     union
     select n.nspname || '.' || p.proname from depending d join pg_depend x on x.classid = d.class and x.objid = d.oid and x.refclassid = 'pg_proc'::regclass join pg_proc p on p.oid = x.refobjid join pg_namespace n on n.oid = p.pronamespace`,
    [name],
  )
  return rows.map((row) => row.name)
}

test('every table that a kept decision is read from stamps each of its changes', async () => {
  const seen = new Set<string>()
  const open = [...DECIDING]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name) || APART.has(name)) continue
    seen.add(name)
    open.push(...(await namesIn(name)))
  }
  const tables = await world.sql<{ name: string; operations: string[] | null }>(
    `select n.nspname || '.' || c.relname as name, array(
       select distinct operation from pg_trigger t join pg_proc p on p.oid = t.tgfoid and p.proname in ('stamp_change', 'stamp_session'),
         lateral (values (4, 'insert'), (8, 'delete'), (16, 'update')) o (bit, operation)
       where t.tgrelid = c.oid and t.tgenabled = 'O' and (t.tgtype & o.bit) <> 0 and cardinality(t.tgattr::int2[]) = 0 and t.tgqual is null order by operation) as operations
     from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p') and n.nspname || '.' || c.relname = any ($1) order by name`,
    [[...seen]],
  )
  const expected = [
    'access_freeze',
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
  // A new session is part of no decision that was made before it.
  for (const { name, operations } of tables)
    expect({ name, operations }).toEqual({
      name,
      operations: name === 'public.session' ? ['delete', 'update'] : ['delete', 'insert', 'update'],
    })
})

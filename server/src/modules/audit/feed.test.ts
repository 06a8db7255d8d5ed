import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '#platform/config.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import { LOGINS } from '#platform/database.ts'
import { sealAll } from '#testing/sealing.ts'
import { people } from '#testing/shop.ts'
import { ownerOf } from '#testing/webhook-acts.ts'
import { TEST_SECRET_KEY, TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeAuditKey, makeAuditRoutes, startSealer } from './index.ts'
import type { Sealer } from './index.ts'

const PARTNER = '/api/v1/partner/audit'
const TENANT = '/api/v1/tenant/partner-access/activity'
const ADMIN = '/api/v1/admin/audit'

let world: TestWorld
let folder: string
let sealer: Sealer
let own: Awaited<ReturnType<typeof makeSides>>

async function makeSides() {
  const [partner, otherPartner] = [await world.partner('Northwind'), await world.partner('Southbank')]
  const [tenant, other] = [await world.tenant('Acme'), await world.tenant('Globex')]
  const member = await world.person('Ursula Roth')
  await world.tenantMember(tenant, member.id, 'TENANT_USER')
  return {
    partner,
    otherPartner,
    tenant,
    other,
    owner: await ownerOf(world, partner),
    stranger: await ownerOf(world, otherPartner),
    admin: await people.tenant(world, tenant),
    otherAdmin: await people.tenant(world, other),
    member: await world.signIn(member.id, { tenantId: tenant }),
    staff: await people.provider(world),
  }
}

beforeAll(async () => {
  world = await TestWorld.start((services) => makeAuditRoutes(services))
  folder = await mkdtemp(join(tmpdir(), 'liaison-feed-'))
  sealer = await startSealer({
    database: world.database,
    key: makeAuditKey(makeVault(TEST_SECRET_KEY), readConfig({}).auditOrigin),
    checkpointFile: join(folder, 'checkpoints.txt'),
    intervalMs: 3_600_000,
  })
  own = await makeSides()
})
afterAll(async () => {
  await sealer.stop()
  await world[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

type Scope = readonly [kind: 'tenant' | 'partner', id: string]
type Run = (text: string, values: unknown[]) => Promise<unknown>

const WRITE = `with told as (
    insert into audit_event (plane, action, outcome, actor_type, actor_name, partner_id, tenant_id, ip, reason, source, resource_type, resource_label)
    values ('delegation', $1, 'allowed', 'person', 'Lee Park', $2, $3, '192.0.2.7', 'their own reason', 'api', 'ticket', $4) returning id, occurred_at)
  insert into audit_scope (kind, scope_id, occurred_at, event_id)
  select s.kind, s.id, told.occurred_at, told.id from told, jsonb_to_recordset($5) s (kind text, id uuid)`

/** An event of the partner's people with its readers; `label` is what a test finds it by. */
async function write(
  scopes: readonly Scope[],
  label: string,
  run: Run = (text, values) => world.sql(text, values),
) {
  const readers = JSON.stringify(scopes.map(([kind, id]) => ({ kind, id })))
  await run(WRITE, ['support.tickets.update', own.partner, own.tenant, label, readers])
}

const both = (): readonly Scope[] => [
  ['partner', own.partner],
  ['tenant', own.tenant],
]

interface Item {
  readonly event_id: string
  readonly leaf_index: number
  readonly previous_leaf_index: number | null
  readonly action: string
  readonly row_count: number | null
  readonly resource: { readonly label: string | null } | null
}

interface Page {
  readonly items: readonly Item[]
  readonly next_after: number | null
  readonly has_more: boolean
}

async function take(caller: Caller, base: string, query = ''): Promise<Page> {
  const answer = await world.call(caller, 'GET', `${base}/feed?${query}`)
  expect({ status: answer.statusCode, body: answer.body }).toMatchObject({ status: 200 })
  return answer.json()
}

/** Everything of a feed behind a place, as a consumer takes it: with the last leaf that it stored, page by page. */
async function follow(
  caller: Caller,
  base: string,
  limit = 100,
  from: number | null = null,
): Promise<Item[]> {
  const found: Item[] = []
  let after = from
  for (;;) {
    const page: Page = await take(caller, base, `limit=${limit}${after === null ? '' : `&after=${after}`}`)
    found.push(...page.items)
    if (!page.has_more) return found
    after = page.items.at(-1)?.leaf_index ?? page.next_after
  }
}

const labels = (items: readonly Item[]) => items.flatMap(({ resource }) => resource?.label ?? [])
const end = async (): Promise<number> => {
  const [row] = await world.sql<{ end: string }>(
    'select coalesce(max(leaf_index), -1) as end from audit_leaf',
  )
  return Number(row?.end)
}

/** Whether each event names the one before it, beginning with the one that was stored last. */
function isChained(items: readonly Item[], stored: number | null): boolean {
  return items.every((item, place) => item.previous_leaf_index === (items[place - 1]?.leaf_index ?? stored))
}

describe('the feed of the audit log (R4)', () => {
  test('each side follows its own sealed events in the order of the log, page by page, each naming the one before', async () => {
    for (let number = 0; number < 7; number += 1) {
      await write([['tenant', own.other]], 'of others')
      await write(both(), `both ${number}`)
      await write([['partner', own.otherPartner]], 'of others')
    }
    expect(labels((await take(own.owner, PARTNER)).items)).not.toContain('both 0')
    await sealAll(sealer)
    for (const [caller, base] of [
      [own.owner, PARTNER],
      [own.admin, TENANT],
    ] as const) {
      for (const limit of [1, 2, 3, 100]) {
        const items = await follow(caller, base, limit)
        const told = items.filter(({ action }) => action === 'support.tickets.update')
        expect(labels(told)).toEqual([0, 1, 2, 3, 4, 5, 6].map((number) => `both ${number}`))
        expect(items.map((item) => item.leaf_index)).toEqual(
          items.map((item) => item.leaf_index).toSorted((a, b) => a - b),
        )
        expect(isChained(items, null)).toBe(true)
      }
    }
  })

  test('a consumer that asks again with what it stored last gets what follows, and nothing twice but what it asks for twice', async () => {
    const start = await end()
    const stored = (await follow(own.owner, PARTNER)).at(-1)?.leaf_index ?? null
    await write(both(), 'later 1')
    await write([['tenant', own.other]], 'of others')
    await write(both(), 'later 2')
    await sealAll(sealer)
    const later = await follow(own.owner, PARTNER, 1, stored)
    expect(labels(later)).toEqual(['later 1', 'later 2'])
    expect(isChained(later, stored)).toBe(true)
    expect(labels(await follow(own.owner, PARTNER, 100, stored))).toEqual(['later 1', 'later 2'])
    // The end of the log as another page told it is as good as the last event.
    expect(isChained(await follow(own.owner, PARTNER, 100, start), stored)).toBe(true)
    const last = await take(own.owner, PARTNER, `after=${later.at(-1)?.leaf_index}`)
    expect(labels(last.items)).toEqual([])
  })

  test('an event that somebody took out of the log is a gap that the consumer sees', async () => {
    const stored = (await follow(own.admin, TENANT)).at(-1)?.leaf_index ?? null
    for (const label of ['before', 'taken out', 'after']) await write(both(), label)
    await sealAll(sealer)
    await world.sql('alter table audit_event disable trigger user')
    await world.sql(`delete from audit_event where resource_label = 'taken out'`)
    await world.sql('alter table audit_event enable trigger user')
    const items = (await follow(own.admin, TENANT, 100, stored)).filter(({ resource }) => resource?.label)
    expect(labels(items)).toEqual(['before', 'after'])
    expect(isChained(items.slice(0, 1), stored)).toBe(true)
    expect(items[1]?.previous_leaf_index).not.toBe(items[0]?.leaf_index)
  })

  test('the whole log is dense, and is for the provider alone', async () => {
    const items = await follow(own.staff, ADMIN, 500)
    expect(labels(items)).toContain('of others')
    expect(
      items.every(
        (item) => item.previous_leaf_index === (item.leaf_index === 0 ? null : item.leaf_index - 1),
      ),
    ).toBe(true)
    for (const [caller, base] of [
      [own.owner, ADMIN],
      [own.admin, ADMIN],
      [own.member, TENANT],
      [own.staff, PARTNER],
    ] as const) {
      const [feed, list] = [
        await world.call(caller, 'GET', `${base}/feed`),
        await world.call(caller, 'GET', base),
      ]
      expect(feed.statusCode).toBeGreaterThanOrEqual(400)
      expect([feed.statusCode, feed.json<object>()]).toMatchObject([
        list.statusCode,
        { code: list.json<{ code: string }>().code },
      ])
    }
  })

  test('a place behind the end of the log is refused, for a log that was put back must not look as if nothing happened', async () => {
    const answer = await world.call(own.owner, 'GET', `${PARTNER}/feed?after=${(await end()) + 1}`)
    expect({ status: answer.statusCode, body: answer.json() }).toMatchObject({
      status: 409,
      body: { code: 'AUDIT_FEED_AHEAD' },
    })
    expect((await take(own.owner, PARTNER, `after=${await end()}`)).items).toEqual([])
  })

  test('each side is shown what its list shows: no address and no reason of the other side, and no page of the other feed', async () => {
    await write(both(), 'shown')
    await sealAll(sealer)
    const of = async (caller: Caller, base: string, path: string) => {
      const answer = await world.call(caller, 'GET', `${base}${path}`)
      const { items } = answer.json<{ items: Item[] }>()
      return items.find(({ resource }) => resource?.label === 'shown')
    }
    const after = `/feed?after=${(await end()) - 5}`
    for (const [caller, base, ip] of [
      [own.owner, PARTNER, '192.0.2.7'],
      [own.admin, TENANT, null],
      [own.staff, ADMIN, '192.0.2.7'],
    ] as const) {
      const listed = await of(caller, base, '?limit=20')
      expect(listed).toMatchObject({ ip, reason: ip === null ? null : 'their own reason' })
      expect(await of(caller, base, after)).toEqual({
        ...listed,
        leaf_index: expect.any(Number),
        previous_leaf_index: expect.any(Number),
      })
    }
    for (const [caller, base] of [
      [own.stranger, PARTNER],
      [own.otherAdmin, TENANT],
    ] as const) {
      expect(labels(await follow(caller, base))).not.toContain('shown')
    }
  })
})

describe('the order of the feed (R4, rule 3)', () => {
  test('is that of the seal, whichever transaction commits first, and no event is ever passed over', async () => {
    const stored = await end()
    const clients = await Promise.all(
      [0, 1, 2].map(async () => {
        const client = new pg.Client(world.connection)
        await client.connect()
        return client
      }),
    )
    const [slow, quick, late] = clients
    try {
      await slow?.query('begin')
      await write(both(), 'slow 1', async (text, values) => slow?.query(text, values))
      await write(both(), 'quick', async (text, values) => quick?.query(text, values))
      await write(both(), 'slow 2', async (text, values) => slow?.query(text, values))
      // What began before still runs: what came later waits with it.
      await sealer.sealNow()
      expect(labels((await take(own.owner, PARTNER, `after=${stored}`)).items)).toEqual([])
      await write(both(), 'late', async (text, values) => late?.query(text, values))
      await slow?.query('commit')
      await sealAll(sealer)
      const items = await follow(own.owner, PARTNER, 1, stored)
      expect(labels(items)).toEqual(['slow 1', 'slow 2', 'quick', 'late'])
      expect(labels(await follow(own.admin, TENANT, 2, stored))).toEqual([
        'slow 1',
        'slow 2',
        'quick',
        'late',
      ])
    } finally {
      await Promise.all(clients.map(async (client) => client.end()))
    }
  })

  test('holds while twenty write and a consumer follows: each event once, in one chain', async () => {
    const stored = await end()
    const known = (await follow(own.owner, PARTNER)).at(-1)?.leaf_index ?? null
    const wanted = Array.from({ length: 60 }, (_, number) => `many ${number}`)
    const seen: Item[] = []
    const writing = Promise.all(wanted.map((label) => write(both(), label)))
    let after = stored
    for (let round = 0; round < 8; round += 1) {
      await sealer.sealNow()
      seen.push(...(await follow(own.owner, PARTNER, 7, after)))
      after = seen.at(-1)?.leaf_index ?? after
    }
    await writing
    await sealAll(sealer)
    seen.push(...(await follow(own.owner, PARTNER, 7, after)))
    expect(labels(seen).toSorted()).toEqual(wanted.toSorted())
    expect(isChained(seen, known)).toBe(true)
  })

  test('finds what lies far apart: an organisation with two events in a long log', async () => {
    const sparse = await world.tenant('Sparse')
    const admin = await people.tenant(world, sparse)
    await sealAll(sealer)
    const start = await end()
    await write([['tenant', sparse]], 'first')
    await sealAll(sealer)
    const first = await end()
    // Leaves of events that nobody can read stand for those of others.
    await world.sql(
      `insert into audit_leaf (leaf_index, event_id, occurred_at, hash)
       select $1::bigint + n, uuidv7(), now(), sha256('x') from generate_series(1, 400000) n`,
      [first],
    )
    await world.sql(
      `with told as (insert into audit_event (plane, action, outcome, actor_type, source, resource_type, resource_label) values ('system', 'test.told', 'allowed', 'system', 'job', 'ticket', 'second') returning id, occurred_at),
       seen as (insert into audit_scope (kind, scope_id, occurred_at, event_id) select 'tenant', $2, occurred_at, id from told)
       insert into audit_leaf (leaf_index, event_id, occurred_at, hash) select $1::bigint + 400001, id, occurred_at, sha256('x') from told`,
      [first, sparse],
    )
    const page = await take(admin, TENANT, `after=${first}`)
    expect(page).toMatchObject({ items: [], has_more: true })
    expect(page.next_after).toBeGreaterThan(first + 200_000)
    const items = await follow(admin, TENANT, 10, start)
    expect(
      items.map(({ resource, leaf_index: leaf, previous_leaf_index: previous }) => [
        resource?.label,
        leaf,
        previous,
      ]),
    ).toEqual([
      ['first', first, expect.anything()],
      ['second', first + 400_001, first],
    ])
  })
})

describe('reading the feed', () => {
  test('is an event, of which a collector that asks without end writes no more than one in a minute', async () => {
    const count = async () => {
      const [row] = await world.sql<{ n: number }>(
        `select count(*)::integer as n from audit_event where action = 'partner_org.audit.feed.read' and partner_id = $1`,
        [own.otherPartner],
      )
      return row?.n
    }
    await world.sql(`delete from audit_read_window`)
    const before = (await count()) ?? 0
    for (let round = 0; round < 12; round += 1) await take(own.stranger, PARTNER)
    expect(await count()).toBe(before + 1)
  })

  test('through the database is for those planes alone that have a log, each for its own (I1)', async () => {
    for (const login of LOGINS) {
      const seen = await world.sqlAs(login, 'select * from audit.feed(-1, 10)').then(
        (rows) => rows.length,
        (error: unknown) => String(error),
      )
      expect(seen === 0 || /permission denied/.test(String(seen)), `${login} ${seen}`).toBe(true)
      const upto = `select audit.leaf_of_scope_upto('tenant', '${own.tenant}', 5)`
      await expect(world.sqlAs(login, upto)).rejects.toThrow(/permission denied/)
    }
  })
})

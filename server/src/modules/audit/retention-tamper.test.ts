import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '#platform/config.ts'
import { LOGINS } from '#platform/database.ts'
import { joinNotes, makeNoteSigner } from '#platform/signed-log/index.ts'
import type { NoteSigner } from '#platform/signed-log/index.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import { CommandBench } from '#testing/command.ts'
import { sealDatabase } from '#testing/sealing.ts'
import { TEST_SECRET_KEY, TestWorld } from '#testing/world.ts'
import { readNotes } from './checkpoint-file.ts'
import { checkpointFileIn, exportLog, makeAuditKey, verifyDatabase } from './index.ts'
import type { AdminClient } from './log-store.ts'
import { verifyExport } from './offline-verify.ts'
import { LeafDigest, toRetentionText } from './retention-note.ts'
import type { Retention } from './retention-note.ts'

const KEY = makeAuditKey(makeVault(TEST_SECRET_KEY), readConfig({}).auditOrigin)
const THIEF = makeNoteSigner(KEY.name, Buffer.alloc(32, 7))
const [OLD, YOUNG] = [50, 20]
const EACH = 4

let world: TestWorld
let bench: CommandBench
let client: pg.Client
beforeAll(async () => {
  world = await TestWorld.start(() => [])
  bench = await CommandBench.start(world)
  bench.now = new Date()
  client = new pg.Client({ ...world.connection, options: '-c TimeZone=UTC' })
  await client.connect()
  for (const months of [OLD, YOUNG]) {
    await world.sql(`select private.add_audit_months(${monthAgo(months)}::date, 1)`)
    await world.sql(
      `insert into audit_event (plane, action, outcome, actor_type, source, occurred_at)
       select 'tenant', action, 'allowed', 'person', 'api', ${monthAgo(months)} + interval '9 days' + n * interval '1 hour'
       from unnest(array['links.approve', 'support.tickets.create']) action, generate_series(1, ${EACH}) n`,
    )
  }
  await sealDatabase(world.connection, bench.folder)
  const file = join(bench.folder, 'before.jsonl')
  await bench.run(['audit', 'export', '--reason', 'Archive', '--output', file])
  await bench.run(['audit', 'retain', '--export', file, '--reason', 'Their time is over'])
  await sealDatabase(world.connection, bench.folder)
})
afterAll(async () => {
  await client.end()
  await bench[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const monthAgo = (months: number) => `(date_trunc('month', now()) - interval '${months} months')`
const within = (months: number) =>
  `occurred_at >= ${monthAgo(months)} and occurred_at < ${monthAgo(months - 1)}`
const one = (months: number, action: string) =>
  `id = (select id from audit_event where action = '${action}' and ${within(months)} order by occurred_at limit 1)`

/** Verification opens transactions of its own; here everything happens in the one that is rolled back. */
const inside: AdminClient = {
  query: ((text: string, values?: unknown[]) =>
    client.query(/^(begin|commit)/.test(text) ? 'select 1' : text, values)) as pg.ClientBase['query'],
}

/** Does something to the log with the rights of a superuser, verifies it both ways, and undoes it. */
async function tamper(...deeds: (() => Promise<unknown>)[]): Promise<[boolean, boolean]> {
  await client.query('begin')
  try {
    await client.query('set local session_replication_role = replica')
    for (const deed of deeds) await deed()
    const outside = await readNotes(checkpointFileIn(bench.folder))
    const online = await verifyDatabase(inside, outside, KEY.verifierKey)
    const files = { log: join(bench.folder, 'now.jsonl'), checkpoints: join(bench.folder, 'outside.txt') }
    let text = ''
    for await (const line of exportLog(inside, new Date())) text += line
    await writeFile(files.log, text)
    await writeFile(files.checkpoints, joinNotes(outside))
    const offline = await verifyExport(files, KEY.verifierKey)
    return [online.ok, offline.ok]
  } finally {
    await client.query('rollback')
  }
}

const sql =
  (text: string, values: unknown[] = []) =>
  () =>
    client.query(text, values)

/** A note of all that has no event in a month, as somebody would make it who knows how. */
const claim =
  (months: number, signer: NoteSigner, more: Partial<Retention> = {}) =>
  async () => {
    const { rows } = await client.query<{ leaf_index: string; hash: Buffer }>(
      `select leaf_index, hash from audit_leaf l where ${within(months)}
         and not exists (select from audit_event e where e.id = l.event_id) order by leaf_index`,
    )
    const [bounds] = (
      await client.query<{ from: Date; until: Date; size: string }>(
        `select ${monthAgo(months)} as "from", ${monthAgo(months - 1)} as until, max(size) as size from audit_checkpoint`,
      )
    ).rows
    if (!bounds) throw new Error('There is no time.')
    const digest = new LeafDigest()
    for (const row of rows) digest.add(Number(row.leaf_index), row.hash)
    const { from, until, size } = bounds
    const note = signer.sign(
      toRetentionText({
        origin: KEY.name,
        size: Number(size),
        from,
        until,
        kept: 'long',
        signedAt: new Date(),
        gone: digest.count,
        digest: digest.finish(),
        ...more,
      }),
    )
    await client.query(
      `insert into audit_retention (from_at, until_at, kept, removed, note) values ($1, $2, 'long', 0, $3)`,
      [from, until, note],
    )
  }

const REMOVE_YOUNG = sql(`delete from audit_event where ${one(YOUNG, 'support.tickets.create')}`)
const REMOVE_KEPT = sql(`delete from audit_event where ${one(OLD, 'links.approve')}`)

test('a log of which only what is past its time is gone holds both ways (retention)', async () => {
  const [row] = await world.sql<{ removed: string }>('select removed from audit_retention')
  expect(row?.removed).toBe(String(EACH))
  expect(await tamper()).toEqual([true, true])
})

describe('is never excused by what was taken out after its time (retention, R4):', () => {
  test.each<[string, (() => Promise<unknown>)[]]>([
    ['an event within its time that was deleted', [REMOVE_YOUNG]],
    ['an event that is kept seven years', [REMOVE_KEPT]],
    [
      'a month whose time is not over, with all its events',
      [sql(`delete from audit_event where ${within(YOUNG)}`)],
    ],
    [
      'a young event whose leaf was given a moment of the old month',
      [
        sql(
          `update audit_leaf set occurred_at = ${monthAgo(OLD)} + interval '1 day' where event_id = (select id from audit_event where ${one(YOUNG, 'support.tickets.create')})`,
        ),
        REMOVE_YOUNG,
      ],
    ],
    [
      'another event than the one that went, in the same number',
      [
        sql(
          `update audit_leaf set event_id = gen_random_uuid() where leaf_index = (select min(leaf_index) from audit_leaf l join audit_event e on e.id = l.event_id where ${within(OLD).replaceAll('occurred_at', 'l.occurred_at')})`,
        ),
        sql(
          `delete from audit_leaf where leaf_index = (select max(leaf_index) from audit_leaf l where ${within(OLD)} and not exists (select from audit_event e where e.id = l.event_id))`,
        ),
      ],
    ],
    ['a note that was taken away', [sql('delete from audit_retention')]],
    ['a note of another key', [REMOVE_KEPT, claim(OLD, THIEF)]],
    ['a note that was altered', [sql(`update audit_retention set note = replace(note, 'long', 'nothing')`)]],
    ['a signed note for a month whose time was not over', [REMOVE_YOUNG, claim(YOUNG, KEY)]],
    [
      'a signed note of a time that is still to come',
      [REMOVE_YOUNG, claim(YOUNG, KEY, { signedAt: new Date('2099-01-01T00:00:00Z') })],
    ],
    ['a note of another log', [REMOVE_KEPT, claim(OLD, KEY, { origin: 'log.example/other' })]],
    [
      'a leaf that was altered with its event gone',
      [
        sql(
          `update audit_leaf l set hash = sha256('x') where ${within(OLD)} and not exists (select from audit_event e where e.id = l.event_id)`,
        ),
      ],
    ],
  ])('%s', async (_, deeds) => {
    expect(await tamper(...deeds)).toEqual([false, false])
  })
})

describe('in the database', () => {
  const retire = (month: string, kept: string, removing: number, note: string) =>
    `select audit.retire(${month}, '${kept}', ${removing}, E'${note}')`
  const fake = (kept: string, gone: number) => `log retention\\n1\\na b\\n${kept}\\nz\\n${gone}\\nd\\n`

  test('no login takes anything out of the log, and the role that may owns and reads nothing (R4)', async () => {
    for (const login of LOGINS)
      for (const text of [
        retire(monthAgo(OLD), 'long', 0, fake('long', EACH)),
        'set role liaison_retention',
        `delete from audit_event`,
        'delete from audit_retention',
        `insert into audit_retention (from_at, until_at, kept, removed, note) values (now(), now() + interval '1 day', 'long', 0, 'x')`,
      ])
        await expect(world.sqlAs(login, text), `${login}: ${text}`).rejects.toThrow('permission denied')
    await client.query('begin; set local role liaison_retention')
    for (const text of [
      'select 1 from audit_event',
      'delete from audit_event',
      'insert into audit_retention default values',
      'alter table audit_event detach partition audit_event_2024_01',
    ]) {
      await client.query('savepoint s')
      await expect(client.query(text), text).rejects.toThrow(/permission denied|must be owner|does not exist/)
      await client.query('rollback to savepoint s')
    }
    await client.query('rollback')
    const [role] = await world.sql(
      `select rolcanlogin, rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = 'liaison_retention'`,
    )
    expect(role).toEqual({ rolcanlogin: false, rolsuper: false, rolbypassrls: false, rolcreaterole: false })
  })

  test('even that role takes nothing whose time is not over, that is not counted, or without an event (R4)', async () => {
    const refused = async (text: string, because: string) => {
      await client.query('begin; set local role liaison_retention')
      await expect(client.query(text), text).rejects.toThrow(because)
      await client.query('rollback')
    }
    await refused(retire(monthAgo(YOUNG), 'long', EACH, fake('long', EACH)), 'is not over')
    await refused(retire(monthAgo(OLD), 'nothing', EACH, fake('nothing', 2 * EACH)), 'is not over')
    await refused(retire(monthAgo(OLD), 'all', 0, fake('all', EACH)), 'is not over')
    await refused(retire(monthAgo(OLD), 'long', 1, fake('long', EACH + 1)), 'does not tell')
    await refused(retire(monthAgo(OLD), 'long', 0, fake('long', 0)), 'does not tell')
    await refused(retire(`${monthAgo(OLD)} + interval '1 day'`, 'long', 0, fake('long', 0)), 'no such month')
    await client.query('begin; set local role liaison_retention')
    await client.query(retire(monthAgo(OLD), 'long', 0, fake('long', EACH)))
    await expect(client.query('commit')).rejects.toThrow('audit event')
    await world.sql(
      `insert into audit_event (plane, action, outcome, actor_type, source, occurred_at) values ('tenant', 'x.late', 'allowed', 'person', 'api', ${monthAgo(OLD)})`,
    )
    await refused(retire(monthAgo(OLD), 'long', 0, fake('long', EACH)), 'under no checkpoint')
  })

  test('what was recorded of it stays as it was written (R4)', async () => {
    for (const text of [
      `update audit_retention set removed = 0`,
      'delete from audit_retention',
      'truncate audit_retention',
    ])
      await expect(world.sql(text), text).rejects.toThrow('history')
  })
})

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { CommandBench } from '#testing/command.ts'
import { runStatements } from '#testing/database.ts'
import { sealDatabase } from '#testing/sealing.ts'
import { TestWorld } from '#testing/world.ts'

const ACTIONS = [
  'program.earning.paid',
  'program.agreement.signed',
  'links.approve',
  'billing.invoices.export',
  'platform.staff.remove',
  'billing.invoices.read',
  'support.tickets.create',
  'identity.sign_in',
]
const REST = ['billing.invoices.read', 'identity.sign_in', 'support.tickets.create']
const LONG = ACTIONS.filter((action) => !REST.includes(action)).toSorted()
const EACH = 3
/** How many months ago. */
const [ANCIENT, OLD, YOUNG] = [100, 50, 20]

let world: TestWorld
let bench: CommandBench
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

const monthAgo = (months: number) => `(date_trunc('month', now()) - interval '${months} months')`

async function write(months: number, actions = ACTIONS): Promise<void> {
  await world.sql(
    `with e as (
       insert into audit_event (plane, action, outcome, actor_type, actor_name, source, occurred_at)
       select 'tenant', action, 'allowed', 'person', 'Lee Park', 'api', ${monthAgo(months)} + interval '9 days' + n * interval '1 hour'
       from unnest($1::text[]) action, generate_series(1, ${EACH}) n returning id, occurred_at)
     insert into audit_scope (kind, scope_id, occurred_at, event_id) select 'tenant', gen_random_uuid(), occurred_at, id from e`,
    [actions],
  )
}

/** Events that are years old are made by writing them so: the log begins anew for each test. */
beforeEach(async () => {
  bench = await CommandBench.start(world)
  bench.now = new Date()
  await runStatements(world.connection, [
    `set session_replication_role = 'replica'`,
    ...['event', 'scope', 'leaf', 'publication', 'checkpoint', 'watermark', 'retention', 'verification'].map(
      (name) => `delete from audit_${name}`,
    ),
    ...[ANCIENT, OLD, YOUNG].map((months) => `select private.add_audit_months(${monthAgo(months)}::date, 1)`),
  ])
  for (const months of [ANCIENT, OLD, YOUNG]) await write(months)
  await sealDatabase(world.connection, bench.folder)
  return () => bench[Symbol.asyncDispose]()
})

const file = (name: string) => join(bench.folder, name)
const exportTo = (name: string) =>
  bench.run(['audit', 'export', '--reason', 'Archive', '--output', file(name)])
const retain = (name: string) =>
  bench.run(['audit', 'retain', '--export', file(name), '--reason', 'Their time is over'])
const verify = () => bench.run(['audit', 'verify'])
const verifyFile = (name: string) => bench.run(['audit', 'verify', '--export', file(name), '--json'])

async function actionsOf(months: number): Promise<string[]> {
  const rows = await world.sql<{ action: string }>(
    `select distinct action from audit_event where occurred_at >= ${monthAgo(months)} and occurred_at < ${monthAgo(months - 1)} order by 1`,
  )
  return rows.map(({ action }) => action)
}

async function tableOf(months: number): Promise<boolean> {
  const [row] = await world.sql<{ there: boolean }>(
    `select to_regclass('audit_event' || to_char(${monthAgo(months)}, '"_"YYYY"_"MM')) is not null as there`,
  )
  return row?.there === true
}

const count = async (table: string) =>
  Number((await world.sql<{ n: string }>(`select count(*) as n from ${table}`))[0]?.n)

test('after three years money, agreements, delegations, exports and administration are left, after seven nothing, and the log holds (retention, access.md section 6)', async () => {
  const leaves = await count('audit_leaf')
  expect(leaves).toBe(3 * ACTIONS.length * EACH)
  await exportTo('before.jsonl')
  expect(await retain('before.jsonl')).toMatchObject({
    status: 0,
    err: '',
    out: expect.stringContaining('the month is gone'),
  })
  expect(await actionsOf(YOUNG)).toEqual(ACTIONS.toSorted())
  expect(await actionsOf(OLD)).toEqual(LONG)
  expect([await tableOf(ANCIENT), await tableOf(OLD)]).toEqual([false, true])
  // Nobody is shown an event that is not there, and what is left is as shut as before.
  expect(
    await world.sql(
      'select from audit_scope s where not exists (select from audit_event e where e.id = s.event_id)',
    ),
  ).toHaveLength(0)
  expect(await count('audit_leaf')).toBe(leaves)
  const gone = ACTIONS.length * EACH + REST.length * EACH
  expect(await verify()).toMatchObject({
    status: 0,
    out: expect.stringMatching(new RegExp(`^The log holds\\.[^]*${gone} events are past their retention`)),
  })
  // In an export made afterwards, and in the one from before, which still holds everything.
  await exportTo('after.jsonl')
  const [before, after] = [await verifyFile('before.jsonl'), await verifyFile('after.jsonl')]
  expect([before.status, after.status]).toEqual([0, 0])
  expect(JSON.parse(before.out)).toMatchObject({ ok: true, past_retention: 0 })
  expect(JSON.parse(after.out)).toMatchObject({ ok: true, past_retention: gone, sealed: leaves })
  const told = await world.sql<{ row_count: string; reason: string; actor_name: string }>(
    `select row_count, reason, actor_name from audit_event where action = 'platform.audit.retain' order by occurred_at`,
  )
  expect(told).toEqual(
    [ACTIONS.length * EACH, REST.length * EACH].map((n) => ({
      row_count: String(n),
      reason: 'Their time is over',
      actor_name: 'root@test',
    })),
  )
  await sealDatabase(world.connection, bench.folder)
  await exportTo('later.jsonl')
  expect((await retain('later.jsonl')).out).toBe('Nothing is past its time.\n')
})

test('a month loses its rest first and the others years later, by the clock; both are told by one count (retention)', async () => {
  bench.now = new Date(Date.now() - 4 * 365 * 86_400_000)
  await exportTo('first.jsonl')
  expect((await retain('first.jsonl')).status).toBe(0)
  expect(await actionsOf(ANCIENT)).toEqual(LONG)
  expect(await actionsOf(OLD)).toEqual(ACTIONS.toSorted())
  await sealDatabase(world.connection, bench.folder)
  bench.now = new Date()
  await exportTo('second.jsonl')
  // A server that runs goes on sealing after the export was made.
  await sealDatabase(world.connection, bench.folder)
  expect((await retain('second.jsonl')).status).toBe(0)
  expect(await tableOf(ANCIENT)).toBe(false)
  await exportTo('third.jsonl')
  const { out } = await verifyFile('third.jsonl')
  expect(JSON.parse(out)).toMatchObject({
    ok: true,
    past_retention: ACTIONS.length * EACH + REST.length * EACH,
  })
  expect((await verify()).status).toBe(0)
})

test('what is kept of a month is as before: proved, append-only, forced row security, the same indexes, and the sides read it (R4)', async () => {
  await exportTo('before.jsonl')
  await retain('before.jsonl')
  const [event] = await world.sql<{ id: string; part: string }>(
    `select id, tableoid::regclass::text as part from audit_event where occurred_at < ${monthAgo(OLD - 1)} limit 1`,
  )
  const proof = await bench.run(['audit', 'prove', publicIdOf('audit_event', event?.id ?? '')])
  expect(proof.status).toBe(0)
  await writeFile(file('proof.json'), proof.out)
  expect((await bench.run(['audit', 'prove', '--check', file('proof.json')])).out).toBe('The proof holds.\n')
  for (const table of ['audit_event', 'audit_scope']) {
    const part = event?.part.replace('audit_event', table) ?? ''
    const [row] = await world.sql(
      `select relrowsecurity and relforcerowsecurity as shut, relacl is null as bare, relowner::regrole::text as owner,
         (select count(*) from pg_index where indrelid = c.oid) = (select count(*) from pg_index where indrelid = $2::regclass) as indexed,
         (select count(*) from pg_constraint where conrelid = c.oid and conname = 'within') as left_over
       from pg_class c where oid = $1::regclass`,
      [part, table],
    )
    expect(row).toEqual({ shut: true, bare: true, owner: 'liaison_owner', indexed: true, left_over: '0' })
    for (const text of [`truncate ${part}`, `delete from ${part}`, `delete from ${table}`])
      await expect(world.sql(text), text).rejects.toThrow('history')
  }
  await expect(world.sql(`update audit_event set action = 'x'`)).rejects.toThrow('history')
})

test('nothing goes that the export does not hold, or that no checkpoint outside the database covers, or without a reason (retention)', async () => {
  await exportTo('before.jsonl')
  const events = await count('audit_event')
  const lines = (await readFile(file('before.jsonl'), 'utf8')).split('\n')
  await writeFile(file('short.jsonl'), lines.toSpliced(5, 1).join('\n'))
  await writeFile(file('empty.jsonl'), `${lines[0]}\n`)
  await writeFile(file('altered.jsonl'), lines.join('\n').replace('Lee Park', 'Lee Parc'))
  for (const name of ['short.jsonl', 'empty.jsonl', 'altered.jsonl'])
    await expect(retain(name), name).rejects.toThrow('Nothing was taken out')
  await expect(bench.run(['audit', 'retain', '--export', file('before.jsonl')])).rejects.toThrow('--reason')
  await expect(bench.run(['audit', 'retain', '--reason', 'x'])).rejects.toThrow('--export')
  await write(OLD, ['support.tickets.create'])
  await expect(retain('before.jsonl')).rejects.toThrow('THE LOG DOES NOT HOLD')
  expect(await count('audit_event')).toBe(events + EACH)
  await sealDatabase(world.connection, bench.folder)
  // The export is from before these: it holds, but not all that would go.
  await expect(retain('before.jsonl')).rejects.toThrow('does not hold all')
  expect(await count('audit_event')).toBe(events + EACH)
})

test('the report tells of each month what it holds by class, what was taken out and what is past its time (retention)', async () => {
  const report = async () => JSON.parse((await bench.run(['audit', 'retention', '--json'])).out)
  const classes = { money: EACH, agreements: EACH, delegations: EACH, exports: EACH, administration: EACH }
  const whole = {
    events: ACTIONS.length * EACH,
    classes: { ...classes, rest: REST.length * EACH },
    removed: 0,
  }
  const [ancient, old, young] = await report()
  expect(ancient).toMatchObject({ ...whole, past_retention: ACTIONS.length * EACH })
  expect(old).toMatchObject({ ...whole, past_retention: REST.length * EACH })
  expect(young).toMatchObject({ ...whole, past_retention: 0 })
  await exportTo('before.jsonl')
  await retain('before.jsonl')
  const [first, second] = await report()
  expect(first).toMatchObject({ events: LONG.length * EACH, removed: REST.length * EACH, past_retention: 0 })
  expect(second).toMatchObject({ events: ACTIONS.length * EACH, removed: 0 })
  expect((await bench.run(['audit', 'retention'])).out).toContain(
    `15 events (administration ${EACH}, agreements ${EACH}, delegations ${EACH}, exports ${EACH}, money ${EACH}), ${REST.length * EACH} taken out, 0 past their time\n`,
  )
})

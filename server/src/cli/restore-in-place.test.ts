import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkpointFileIn } from '#modules/audit/index.ts'
import { makeSupportRoutes } from '#modules/support/index.ts'
import { withAdminClient } from '#platform/admin.ts'
import type { ConnectionSettings } from '#platform/embedded/index.ts'
import { CommandBench } from '#testing/command.ts'
import { runStatements, testConnection } from '#testing/database.ts'
import { sealDatabase } from '#testing/sealing.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'

/** A copy of a database is made while everybody else's are. */
const LONG_MS = 120_000

let world: TestWorld
let bench: CommandBench
let caller: Caller
const copies: string[] = []

beforeAll(async () => {
  world = await TestWorld.start(makeSupportRoutes)
  bench = await CommandBench.start(world)
  const [partner, tenantId, person] = [
    await world.partner('Northwind'),
    await world.tenant('Acme'),
    await world.person(),
  ]
  await world.assign(await world.link(partner, tenantId), await world.partnerMember(partner, person.id))
  caller = { ...(await world.signIn(person.id)), tenantId }
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
  for (const name of copies)
    await runStatements(testConnection(), [`drop database if exists ${name} with (force)`])
})

async function openTicket(subject: string): Promise<void> {
  const body = { subject, description: 'Around a moment.', priority: 'normal', category: 'network' }
  const answer = await world.call(caller, 'POST', '/api/v1/partner/support/tickets', { body })
  expect(answer.statusCode).toBe(201)
}

/** The files of the database as they are now: what PostgreSQL brings back when it is restored to this moment. */
async function momentOf(source: ConnectionSettings): Promise<ConnectionSettings> {
  const name = `moment_${randomUUID().replaceAll('-', '')}`
  copies.push(name)
  await runStatements(testConnection(), [
    `alter database ${source.database} allow_connections false`,
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${source.database}'`,
    `create database ${name} template ${source.database}`,
    `alter database ${source.database} allow_connections true`,
  ])
  return { ...source, database: name }
}

async function ask(connection: ConnectionSettings, text: string): Promise<unknown> {
  return withAdminClient(connection, async (client) => (await client.query(text)).rows[0])
}

async function countEvents(): Promise<number> {
  const [row] = await world.sql<{ n: number }>('select count(*)::integer as n from audit_event')
  return row?.n ?? 0
}

const ALIVE = `select (select count(*)::integer from session where ended_at is null) as sessions,
  (select count(*)::integer from signing_key) as keys,
  (select count(*)::integer from delegation d where access.in_force(d)) as delegations,
  (select count(*)::integer from ticket) as tickets`

test(
  'a database that PostgreSQL brought back to a moment is taken into use: no session lives on, nothing is open to partners, everything is sealed, and its log holds up to that moment (R10)',
  async () => {
    await openTicket('sealed before')
    await sealDatabase(world.connection, bench.folder)
    const signed = await countEvents()
    await openTicket('committed before, and sealed by nobody')
    const connection = await momentOf(world.connection)
    // What the moment does not know, and what was signed of it.
    await openTicket('after')
    await sealDatabase(world.connection, bench.folder)
    const lacking = (await countEvents()) - signed
    await using target = await CommandBench.start({ connection })
    const kept = checkpointFileIn(bench.folder)
    const { status, out } = await target.run(['restore', '--in-place', '--checkpoints', kept, '--json'])
    expect(status).toBe(0)
    const outcome = JSON.parse(out)
    expect(outcome).toMatchObject({ sessions_ended: 1, is_frozen: true, audit: { unsealed: 0 } })
    expect(outcome.audit.sealed).toBe(outcome.audit.events)
    expect(lacking).toBeGreaterThanOrEqual(2)
    expect(outcome.audit.lacking).toBe(lacking)
    expect(await ask(connection, ALIVE)).toEqual({ sessions: 0, keys: 0, delegations: 0, tickets: 2 })
    // The folder of the restored installation has checkpoints of its own now, and sealing goes on from there.
    expect((await target.run(['audit', 'verify'])).status).toBe(0)
    await sealDatabase(connection, target.folder)
    expect((await target.run(['audit', 'verify'])).status).toBe(0)
    const old = await target.run(['audit', 'verify', '--checkpoints', kept])
    expect([old.status, old.out]).toEqual([1, expect.stringContaining('DOES NOT HOLD')])
  },
  LONG_MS,
)

test(
  'what was altered before the moment is found, however many published checkpoints nobody kept, and the freeze is set all the same (R4, R10)',
  async () => {
    for (let count = 0; count < 3; count += 1) {
      await openTicket(`round ${count}`)
      await sealDatabase(world.connection, bench.folder)
    }
    const connection = await momentOf(world.connection)
    await runStatements(connection, [
      `set session_replication_role = 'replica'`,
      // As if many more had been published that nobody kept.
      `insert into audit_publication (size, place) select 1000000 + n, 'file' from generate_series(1, 150) n`,
      `update audit_event set actor_name = 'Somebody else' where id = (select event_id from audit_leaf order by leaf_index limit 1)`,
    ])
    await using target = await CommandBench.start({ connection })
    await expect(
      target.run(['restore', '--in-place', '--checkpoints', checkpointFileIn(bench.folder)]),
    ).rejects.toThrow('is not what was sealed')
    expect(await ask(connection, ALIVE)).toMatchObject({ sessions: 0, delegations: 0 })
  },
  LONG_MS,
)

test(
  'a restore in place refuses a database in which a server works, an old checkpoint file and a folder beside it, and changes nothing',
  async () => {
    await openTicket('while a server works')
    const before = await ask(world.connection, ALIVE)
    await using live = await CommandBench.start(world)
    await expect(live.run(['restore', '--in-place'])).rejects.toThrow('Stop them first')
    await expect(live.run(['restore', '--in-place', join(live.folder, 'x')])).rejects.toThrow('not both')
    await expect(bench.run(['restore', '--in-place'])).rejects.toThrow('Keep it elsewhere')
    expect(await ask(world.connection, ALIVE)).toEqual(before)
  },
  LONG_MS,
)

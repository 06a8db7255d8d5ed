import { copyFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeSupportRoutes } from '#modules/support/index.ts'
import { startEmbeddedPostgres } from '#platform/embedded/index.ts'
import type { ConnectionSettings, EmbeddedPostgres } from '#platform/embedded/index.ts'
import { makeClusterFolder } from '#testing/cluster-folder.ts'
import { CommandBench } from '#testing/command.ts'
import { runStatements, TEMPLATE_DATABASE, testConnection, testRoleSecret } from '#testing/database.ts'
import { layPreparedCluster, layPreparedInstallation } from '#testing/prepared-cluster.ts'
import { sealDatabase } from '#testing/sealing.ts'
import { TEST_SECRET_KEY, TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'

let world: TestWorld
let bench: CommandBench
let caller: Caller
let other: EmbeddedPostgres
let otherFolder: string
/** Where whole installations of this file stand. */
let installations: string

/** A restore into a bare database makes the schema first. */
const LONG_MS = 120_000
const BARE = 'template0'
const BREATH_MS = 50

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
  otherFolder = await makeClusterFolder()
  installations = await makeClusterFolder()
  await layPreparedCluster(otherFolder)
  other = await startEmbeddedPostgres({ dataDir: otherFolder, durability: 'fast' })
})
afterAll(async () => {
  await other.stop()
  await rm(otherFolder, { recursive: true, force: true })
  await rm(installations, { recursive: true, force: true })
  await bench[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

async function openTicket(subject: string): Promise<void> {
  const body = {
    subject,
    description: 'Written while a backup ran.',
    priority: 'normal',
    category: 'network',
  }
  const answer = await world.call(caller, 'POST', '/api/v1/partner/support/tickets', { body })
  expect(answer.statusCode).toBe(201)
}

/** Backs up while tickets are opened one after the other in three places; says how many were there before, and how many were opened meanwhile. */
async function backUpUnderLoad(
  folder: string,
): Promise<{ before: number; during: number; manifest: { rows: number } }> {
  await Promise.all(Array.from({ length: 5 }, (_, index) => openTicket(`before ${index}`)))
  const [{ count } = { count: 0 }] = await world.sql<{ count: number }>(
    'select count(*)::integer as count from ticket',
  )
  const finished = new AbortController()
  let during = 0
  const write = async () => {
    while (!finished.signal.aborted) {
      await openTicket('during')
      during += 1
      // Else most of the work would be the tickets'.
      await delay(BREATH_MS)
    }
  }
  const writers = [write(), write(), write()]
  const { out } = await bench.run(['backup', folder, '--json'])
  finished.abort()
  await Promise.all(writers)
  return { before: count, during, manifest: JSON.parse(out) }
}

const sealAndPublish = () => sealDatabase(world.connection, bench.folder)

/** A database without records in the other cluster, of the schema already unless it is to be bare; a restore takes either. */
async function createDatabase(name: string, template = TEMPLATE_DATABASE): Promise<ConnectionSettings> {
  await runStatements(other.connection, [`create database ${name} template ${template} strategy file_copy`])
  return { ...other.connection, database: name }
}

async function ask(connection: ConnectionSettings, text: string): Promise<Record<string, unknown>> {
  const client = new pg.Client({ ...connection })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(text)).rows[0]
  } finally {
    await client.end()
  }
}

const DIFFERENCES = `select (select count(*)::integer from ticket) as tickets,
  (select count(*)::integer from ticket t where not exists (select from audit_event e where e.resource_id = t.id)) as without_event,
  (select count(*)::integer from audit_event e where e.action = 'partner.support.tickets.create' and not exists (select from ticket t where t.id = e.resource_id)) as without_ticket,
  (select count(*)::integer from session where ended_at is null) as sessions,
  (select count(*)::integer from audit_event e where not exists (select from audit_leaf l where l.event_id = e.id) and e.action not in ('platform.backups.restore', 'platform.freezes.set')) as unsealed,
  (select count(*)::integer from audit_watermark) as watermarks`

/** What a restore brings back to life of what may have been ended after the moment of the backup. */
const REVIVED = `select (select count(*)::integer from delegation d where access.in_force(d)) as delegations,
  (select count(*)::integer from oauth_grant where ended_at is null) as grants, (select count(*)::integer from oauth_artifact) as artifacts`

test(
  'a backup under load is one moment: restored into an empty database of another cluster it holds every acknowledged write once, each with its event, its log verifies, and it opens nothing to partners until somebody has looked (R10)',
  async () => {
    const folder = join(bench.folder, 'under-load')
    await world.seed(
      `insert into oauth_artifact (model, id_hash, payload, expires_at) values ('RefreshToken', 'a token', '{}', now() + interval '1 day')`,
      [],
    )
    const { before, during } = await backUpUnderLoad(folder)
    expect(during).toBeGreaterThan(10)
    expect((await bench.run(['backup', '--check', folder])).status).toBe(0)
    const connection = await createDatabase('restored', BARE)
    await using target = await CommandBench.start({ connection })
    const { status, out } = await target.run(['restore', folder, '--json'])
    expect(status).toBe(0)
    const found = await ask(connection, DIFFERENCES)
    expect(found).toMatchObject({ without_event: 0, without_ticket: 0, sessions: 0, unsealed: 0 })
    expect(Number(found['tickets'])).toBeGreaterThanOrEqual(before)
    expect(Number(found['tickets'])).toBeLessThanOrEqual(before + during)
    expect(JSON.parse(out)).toMatchObject({ sessions_ended: 1, is_frozen: true, audit: { unsealed: 0 } })
    expect(await ask(connection, REVIVED)).toEqual({ delegations: 0, grants: 0, artifacts: 0 })
    const lift = await target.run(['unfreeze', 'platform', '--reason', 'All delegations were looked through'])
    expect(lift.status).toBe(1)
    expect((await target.run(['audit', 'verify'])).status).toBe(0)
  },
  LONG_MS,
)

test(
  'after a restore nothing of the old numbering is lost: what is written then is sealed once and mails that waited are sent on',
  async () => {
    const folder = join(bench.folder, 'watermark')
    await sealAndPublish()
    await world.seed(`insert into outbox (topic, payload, xid) values ('mail', '{}', '900000000000')`, [])
    await world.seed(`insert into tenant (name, slug, domain) values ('Late', 'late', 'late.example')`, [])
    await bench.run(['backup', folder])
    const connection = await createDatabase('renumbered')
    await using target = await CommandBench.start({ connection })
    const { out } = await target.run(['restore', folder, '--open', '--json'])
    const { audit } = JSON.parse(out)
    expect(audit).toMatchObject({ unsealed: 0, lacking: 0, sealed: audit.events })
    expect(await ask(connection, REVIVED)).toMatchObject({ delegations: 1 })
    expect(
      await ask(
        connection,
        `select count(*)::integer as waiting from outbox where topic = 'mail' and xid < pg_snapshot_xmin(pg_current_snapshot())`,
      ),
    ).toEqual({ waiting: 1 })
    expect((await target.run(['freeze', 'platform', '--reason', 'Written after the restore'])).status).toBe(0)
    const sealed = await sealDatabase(connection, target.folder)
    expect(sealed).toBe(1)
    expect((await target.run(['audit', 'verify'])).status).toBe(0)
  },
  LONG_MS,
)

test(
  'checkpoints kept elsewhere show what a restored log lacks, and a foreign log is refused, with nothing open to partners (R10)',
  async () => {
    const folder = join(bench.folder, 'older')
    await sealAndPublish()
    await bench.run(['backup', folder])
    await openTicket('after the backup')
    await sealAndPublish()
    const kept = join(bench.folder, 'audit-checkpoints.txt')
    const connection = await createDatabase('older')
    await using target = await CommandBench.start({ connection })
    const { out } = await target.run(['restore', folder, '--checkpoints', kept, '--json'])
    expect(JSON.parse(out).audit.lacking).toBeGreaterThan(0)
    const [note = ''] = (await readFile(kept, 'utf8')).split('\n\n\n', 1)
    const foreign = await target.file('foreign.txt', note.replaceAll('A', 'B'))
    const again = await createDatabase('unsigned')
    await using second = await CommandBench.start({ connection: again })
    await expect(second.run(['restore', folder, '--checkpoints', foreign])).rejects.toThrow('did not sign')
    // The rows are in then, and with them what was revoked since.
    expect(await ask(again, REVIVED)).toMatchObject({ delegations: 0 })
  },
  LONG_MS,
)

test(
  'a restore refuses a database with records, another key, an altered or unfinished backup, and changes nothing',
  async () => {
    const folder = join(bench.folder, 'refused')
    await bench.run(['backup', folder])
    await expect(bench.run(['backup', folder])).rejects.toThrow('exists already')
    await expect(bench.run(['restore', folder])).rejects.toThrow(/holds records already|Keep it elsewhere/)
    const connection = await createDatabase('refusing')
    await using target = await CommandBench.start({ connection })
    const nowhere = join(target.folder, 'nowhere.txt')
    await expect(target.run(['restore', folder, '--checkpoints', nowhere])).rejects.toThrow('nowhere.txt')
    expect(await ask(connection, 'select count(*)::integer as tenants from tenant')).toEqual({ tenants: 0 })
    const file = join(folder, 'public.person.copy.gz')
    const whole = await readFile(file)
    await writeFile(file, gzipSync('01900000-0000-7000-8000-000000000001\tx@example.test\tEve\n'))
    await expect(target.run(['backup', '--check', folder])).rejects.toThrow('public.person')
    await expect(target.run(['restore', folder])).rejects.toThrow(/person/)
    expect(await ask(connection, 'select count(*)::integer as tenants from tenant')).toEqual({ tenants: 0 })
    await writeFile(file, whole)
    const manifest = join(folder, 'manifest.json')
    const text = await readFile(manifest, 'utf8')
    await writeFile(manifest, text.replace(/"rows": [1-9]\d*/, '"rows": 0'))
    await expect(target.run(['restore', folder])).rejects.toThrow('was altered')
    await rm(manifest)
    await expect(target.run(['restore', folder])).rejects.toThrow('not a whole backup')
    await writeFile(manifest, text)
    expect((await target.run(['restore', folder])).status).toBe(0)
  },
  LONG_MS,
)

/** The secrets of an installation, as its first start writes them. */
const writeSecrets = (dataDir: string) =>
  writeFile(
    join(dataDir, 'secrets.json'),
    JSON.stringify({ role_secret: testRoleSecret(), secret_key: TEST_SECRET_KEY }),
  )

test(
  'an embedded installation is backed up and restored into an empty data directory, once its secrets are there',
  async () => {
    const folder = join(bench.folder, 'embedded')
    const [first, second] = [join(installations, 'first'), join(installations, 'second')]
    await layPreparedInstallation(first)
    await writeSecrets(first)
    expect(await bench.spawn(['backup', folder], { LIAISON_DATA_DIR: first })).toMatchObject({ status: 0 })
    const restore = () => bench.spawn(['restore', folder], { LIAISON_DATA_DIR: second })
    expect(await restore()).toMatchObject({ status: 1, err: expect.stringContaining('secrets.json') })
    await copyFile(join(first, 'secrets.json'), join(second, 'secrets.json'))
    expect(await restore()).toMatchObject({ status: 0, out: expect.stringContaining('The audit log holds') })
    expect(await bench.spawn(['doctor'], { LIAISON_DATA_DIR: second })).toMatchObject({ status: 0 })
  },
  LONG_MS,
)

test('a login that does not see every row cannot make a backup that silently lacks some', async () => {
  const cluster = testConnection()
  await runStatements({ ...cluster, database: world.connection.database }, [
    `create role half_blind login password 'half'`,
    `grant liaison_owner, liaison_platform to half_blind`,
  ])
  const connection = { ...world.connection, user: 'half_blind', password: 'half' }
  await using blind = await CommandBench.start({ connection })
  await expect(blind.run(['backup', join(blind.folder, 'blind')])).rejects.toThrow('sees every row')
  await runStatements({ ...cluster, database: world.connection.database }, [
    'drop owned by half_blind',
    'drop role half_blind',
  ])
})

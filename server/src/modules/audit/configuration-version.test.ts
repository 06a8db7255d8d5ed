import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeVault } from '#platform/credentials/vault.ts'
import { sealAll } from '#testing/sealing.ts'
import { TestWorld } from '#testing/world.ts'
import { auditCommands, makeAuditKey, makeAuditRoutes, startSealer } from './index.ts'

const KEY = makeAuditKey(makeVault('a root secret of a test'), 'log.example/audit')

let world: TestWorld
let folder: string
beforeAll(async () => {
  world = await TestWorld.start(makeAuditRoutes)
  folder = await mkdtemp(join(tmpdir(), 'liaison-configuration-version-'))
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

async function verify(): Promise<{ status: number; text: string }> {
  let text = ''
  const command = auditCommands.find(({ name }) => name === 'verify')
  const client = new pg.Client({ ...world.connection, options: '-c TimeZone=UTC' })
  await client.connect()
  try {
    const status = await command?.run([], {
      connect: () => Promise.resolve(client),
      dataDir: folder,
      verifierKey: KEY.verifierKey,
      signer: KEY,
      now: new Date('2030-01-01T00:00:00Z'),
      write: (part) => (text += part),
      record: () => Promise.resolve(),
      recordWithin: () => Promise.resolve(),
    })
    return { status: status ?? -1, text }
  } finally {
    await client.end()
  }
}

test('the version of the configuration is shown to the partner, stands in its file, and is under the seal (C2)', async () => {
  const partner = await world.partner('Sealed')
  const person = await world.person()
  await world.partnerMember(partner, person.id, 'PARTNER_OWNER')
  await world.seed(
    `insert into partner_config_version (partner_id, document, created_by, created_by_name) values ($1, '{}', gen_random_uuid(), 'Somebody')`,
    [partner],
  )
  await world.seed(
    `insert into partner_configuration (partner_id, active_version, kind, reason, activated_by, activated_by_name) values ($1, 1, 'activate', 'Seed', gen_random_uuid(), 'Somebody')`,
    [partner],
  )
  const caller = await world.signIn(person.id)
  await world.call(caller, 'GET', '/api/v1/partner/audit')
  const page = await world.call(caller, 'GET', '/api/v1/partner/audit')
  expect(page.json<{ items: unknown[] }>().items[0]).toMatchObject({ configuration_version: 1 })
  const file = await world.call(caller, 'GET', '/api/v1/partner/audit/export?format=csv')
  expect(file.body.split('\r\n')[0]).toMatch(/,configuration_version,filters$/)
  expect(file.body.split('\r\n')[1]).toMatch(/,1,"[^"]+"$/)

  const sealer = await startSealer({
    database: world.database,
    key: KEY,
    checkpointFile: join(folder, 'audit-checkpoints.txt'),
    intervalMs: 3_600_000,
  })
  await sealAll(sealer)
  await sealer.stop()
  expect(await readFile(join(folder, 'audit-checkpoints.txt'), 'utf8')).not.toBe('')
  expect(await verify()).toMatchObject({ status: 0, text: expect.stringContaining('The log holds.') })

  await world.sql('alter table audit_event disable trigger append_only')
  await world.sql(
    `do $$ declare part regclass; begin
       for part in select inhrelid::regclass from pg_inherits where inhparent = 'audit_event'::regclass loop
         execute format('alter table %s disable trigger user', part);
       end loop; end $$`,
  )
  await world.sql('update audit_event set config_version = 2 where config_version = 1')
  expect(await verify()).toMatchObject({ status: 1 })
})

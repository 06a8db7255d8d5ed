import { appendFile, cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { vi } from 'vitest'
import { query } from '../../chaos/world.ts'
import type { World } from '../../chaos/world.ts'
import { startEmbeddedPostgres } from '../../server/src/platform/embedded/index.ts'

/** Copies the files of the running database between the two calls that PostgreSQL asks for. */
export async function copyRunning(world: World, target: string): Promise<void> {
  const client = new pg.Client({ ...world.connection })
  await client.connect()
  try {
    await client.query(`select pg_backup_start('a copy', true)`)
    await cp(world.folder, target, {
      recursive: true,
      filter: (path) => !/postmaster\.pid$|pg_wal\/.+|\/socket|audit-|supervisor/.test(path),
    })
    const { rows } = await client.query<{ label: string }>('select labelfile as label from pg_backup_stop()')
    await writeFile(join(target, 'pg', 'backup_label'), rows[0]?.label ?? '')
  } finally {
    await client.end()
  }
}

/** A replica of a world's database, which follows it and takes no writes until it is promoted. */
export interface Standby {
  readonly world: World
  promote(): Promise<void>
  stop(): Promise<void>
}

const PATIENCE = { timeout: 60_000, interval: 50 }

/**
 * Starts a replica of a running database in a folder. From then on no commit of the first one returns before the replica
 * has it, as the operator's page asks for: what was acknowledged is never lost with one machine.
 */
export async function startStandby(world: World, folder: string): Promise<Standby> {
  await appendFile(
    join(world.folder, 'pg', 'pg_hba.conf'),
    '\nlocal replication all scram-sha-256\nhost replication all 127.0.0.1/32 scram-sha-256\n',
  )
  await query(world, 'select pg_reload_conf()')
  await copyRunning(world, folder)
  const { host, port, user, password } = world.connection
  await appendFile(
    join(folder, 'pg', 'postgresql.auto.conf'),
    `primary_conninfo = 'host=${host} port=${port} user=${user} password=${password} application_name=standby'\n`,
  )
  await writeFile(join(folder, 'pg', 'standby.signal'), '')
  const postgres = await startEmbeddedPostgres({ dataDir: folder })
  const connection = { ...postgres.connection, database: world.connection.database }
  const there = { ...world, connection, folder }
  await query(world, `alter system set synchronous_standby_names = 'standby'`)
  await query(world, 'select pg_reload_conf()')
  await vi.waitUntil(async () => {
    const [row] = await query<{ state: string }>(world, 'select sync_state as state from pg_stat_replication')
    return row?.state === 'sync'
  }, PATIENCE)
  return {
    world: there,
    async promote() {
      await query(there, 'select pg_promote(true, 60)')
    },
    stop: () => postgres.stop(),
  }
}

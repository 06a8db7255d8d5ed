import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../server/src/platform/embedded/index.ts'
import type { ConnectionSettings } from '../server/src/platform/embedded/index.ts'
import { prepareDatabase } from '../server/src/prepare-database.ts'

export const ROLE_SECRET = 'a role secret of a database that is thrown away'
const TEMPLATE = 'bench_template'
/** Clock ticks of /proc/PID/stat; 100 a second on every Linux that Node runs on. */
const TICK_MICROSECONDS = 10_000

/** One durable PostgreSQL for all benchmarks of a run. */
export interface Cluster {
  readonly version: string
  /** A prepared, empty database. */
  createDatabase(name: string): Promise<ConnectionSettings>
  /** Processor time of PostgreSQL so far, in microseconds; undefined where the system does not tell. */
  cpuMicroseconds(): Promise<number | undefined>
  stop(): Promise<void>
}

async function runAsSuperuser(connection: ConnectionSettings, text: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ ...connection })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await client.query(text)
  } finally {
    await client.end()
  }
}

async function readTicks(pid: string, postmaster: string): Promise<number> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[1] !== postmaster && pid !== postmaster) return 0
    const own = Number(fields[11]) + Number(fields[12])
    // What connections that have ended took is kept by the process that started them; without it a sum could shrink.
    return pid === postmaster ? own + Number(fields[13]) + Number(fields[14]) : own
  } catch {
    // The process ended between the listing and the look.
    return 0
  }
}

async function sumProcessorTime(folder: string): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined
  const [postmaster = ''] = (await readFile(join(folder, 'pg', 'postmaster.pid'), 'utf8')).split('\n', 1)
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const ticks = await Promise.all(pids.map((pid) => readTicks(pid, postmaster.trim())))
  return ticks.reduce((sum, count) => sum + count, 0) * TICK_MICROSECONDS
}

/** Starts PostgreSQL with full durability in a temporary folder, which `stop` removes. */
export async function startCluster(): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'liaison-bench-'))
  const postgres = await startEmbeddedPostgres({ dataDir: folder })
  const { connection } = postgres
  const stop = async () => {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await runAsSuperuser(connection, `create database ${TEMPLATE}`)
    await prepareDatabase({ ...connection, database: TEMPLATE }, { roleSecret: ROLE_SECRET })
    const { rows } = await runAsSuperuser(connection, 'show server_version')
    return {
      version: String(rows[0]?.['server_version']),
      async createDatabase(name) {
        await runAsSuperuser(connection, `create database ${name} template ${TEMPLATE}`)
        return { ...connection, database: name }
      },
      cpuMicroseconds: () => sumProcessorTime(folder),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

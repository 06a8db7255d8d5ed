import { statfs } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { inAdminTransaction } from '#platform/admin.ts'
import { refuseUnservable, warnOfUnsent } from '#platform/config/serving.ts'
import { warnOfUnknown } from '#platform/config.ts'
import { openDatabase, refuseUnsafeLogins } from '#platform/database.ts'
import type { Installation } from '#platform/installation.ts'
import { listMigrationNames } from '#platform/migrate.ts'
import { refuseOtherMarks } from '../installation-marks.ts'
import { STATUS, writeJson } from './command.ts'
import type { Command, Surroundings } from './command.ts'

const OLDEST_POSTGRES = 180_000
const LARGEST_LAG_S = 300
const LEAST_MONTHS_AHEAD = 2
const LEAST_FREE_BYTES = 1024 ** 3

/** One thing that was looked at. */
interface Finding {
  readonly check: string
  readonly ok: boolean
  readonly detail: string
}

type Look = (installation: Installation, surroundings: Surroundings) => Promise<Omit<Finding, 'check'>>

const askOne = (installation: Installation, text: string) =>
  inAdminTransaction(installation.admin, async (run) => (await run(text))[0] ?? {})

const lookAtDatabase: Look = async (installation) => {
  const row = await askOne(
    installation,
    `select current_setting('server_version_num')::integer as number, current_setting('server_version') as version`,
  )
  const ok = Number(row['number']) >= OLDEST_POSTGRES
  return {
    ok,
    detail: `PostgreSQL ${String(row['version'])}${installation.isEmbedded ? ', embedded' : ''}${ok ? '' : '; 18 or later is needed'}`,
  }
}

const lookAtMigrations: Look = async (installation) => {
  const names = await listMigrationNames()
  const row = await askOne(
    installation,
    `select to_regclass('public.liaison_migration') is not null as exists`,
  )
  if (row['exists'] !== true)
    return { ok: false, detail: 'no migration was run; run: npm run liaison -- migrate' }
  const done = await inAdminTransaction(installation.admin, (run) =>
    run('select name from liaison_migration'),
  )
  const applied = new Set(done.map((entry) => String(entry['name'])))
  const missing = names.filter((name) => !applied.has(name))
  const foreign = [...applied].filter((name) => !names.includes(name))
  if (foreign.length > 0)
    return { ok: false, detail: `the database is newer than this code: ${foreign.join(', ')}` }
  return missing.length === 0
    ? { ok: true, detail: `all ${names.length} were run` }
    : { ok: false, detail: `${missing.length} wait: ${missing.join(', ')}; run: npm run liaison -- migrate` }
}

const lookAtMarks: Look = async (installation, { config }) => {
  await refuseOtherMarks(installation, config)
  return { ok: true, detail: 'the root key and the name of the audit log are those of this database' }
}

const lookAtLogins: Look = async (installation, { config }) => {
  const database = openDatabase({
    connection: installation.admin,
    pooler: config.databasePooler,
    roleSecret: installation.roleSecret,
    poolSize: 1,
  })
  try {
    await refuseUnsafeLogins(database)
    return { ok: true, detail: 'every login opens, owns nothing and is bound by row security' }
  } finally {
    await database.close()
  }
}

const lookAtSealer: Look = async (installation) => {
  const row = await askOne(
    installation,
    `select count(*)::integer as waiting, coalesce(extract(epoch from clock_timestamp() - min(e.occurred_at)), 0)::integer as oldest,
       exists (select from pg_stat_activity a where a.datname = current_database() and a.usename = 'liaison_sealer') as is_running
     from audit_event e where not exists (select from audit_leaf l where l.event_id = e.id)`,
  )
  const [waiting, oldest] = [Number(row['waiting']), Number(row['oldest'])]
  if (waiting === 0) return { ok: true, detail: 'every event is sealed' }
  if (row['is_running'] !== true) return { ok: true, detail: `${waiting} events wait until a server runs` }
  return {
    ok: oldest <= LARGEST_LAG_S,
    detail: `${waiting} events wait for their seal, the oldest for ${oldest} s`,
  }
}

const LARGEST_UNPUBLISHED_S = 300

const lookAtCheckpoints: Look = async (installation) => {
  const row = await askOne(
    installation,
    `select count(*)::integer as waiting, coalesce(extract(epoch from clock_timestamp() - min(c.sealed_at)), 0)::integer as oldest
     from audit_checkpoint c where c.size > coalesce((select max(p.size) from audit_publication p where p.place = 'file'), 0)`,
  )
  const [waiting, oldest] = [Number(row['waiting']), Number(row['oldest'])]
  if (waiting === 0) return { ok: true, detail: 'every checkpoint was written to the file of the server' }
  return {
    ok: oldest <= LARGEST_UNPUBLISHED_S,
    detail: `${waiting} checkpoints are in no file, the oldest for ${oldest} s: the server cannot write into its LIAISON_DATA_DIR, or does not run`,
  }
}

const lookAtMonths: Look = async (installation) => {
  const months = Number((await askOne(installation, 'select audit.months_ahead() as months'))['months'])
  if (months >= LEAST_MONTHS_AHEAD) return { ok: true, detail: `there are tables for ${months} more months` }
  return {
    ok: false,
    detail: `there are tables for ${Math.max(months, 0)} more months, afterwards nothing can be done; run: npm run liaison -- migrate`,
  }
}

const lookAtDisk: Look = async (_installation, { config }) => {
  const { bavail, bsize } = await statfs(config.dataDir)
  const free = bavail * bsize
  return {
    ok: free >= LEAST_FREE_BYTES,
    detail: `${(free / 1024 ** 3).toFixed(1)} GiB free at ${config.dataDir}`,
  }
}

const LOOKS: readonly (readonly [check: string, look: Look])[] = [
  ['database', lookAtDatabase],
  ['migrations', lookAtMigrations],
  ['installation', lookAtMarks],
  ['logins', lookAtLogins],
  ['audit sealing', lookAtSealer],
  ['checkpoints', lookAtCheckpoints],
  ['audit months', lookAtMonths],
  ['disk', lookAtDisk],
]

/** Reading it is what made this command start at all; a server needs more of it than commands do. */
function lookAtConfiguration({ config }: Surroundings): Finding {
  const check = 'configuration'
  try {
    refuseUnservable(config)
  } catch (error) {
    return { check, ok: false, detail: error instanceof Error ? error.message.replaceAll('\n', '; ') : '' }
  }
  const unsent = warnOfUnsent(config)
  const said = ['every variable can be used', ...warnOfUnknown(), ...unsent]
  return { check, ok: unsent.length === 0, detail: said.join('; ') }
}

async function examine(surroundings: Surroundings): Promise<Finding[]> {
  const findings: Finding[] = [lookAtConfiguration(surroundings)]
  let installation: Installation
  try {
    installation = await surroundings.open()
  } catch (error) {
    return [
      ...findings,
      { check: 'installation', ok: false, detail: error instanceof Error ? error.message : String(error) },
    ]
  }
  for (const [check, look] of LOOKS) {
    try {
      findings.push({ check, ...(await look(installation, surroundings)) })
    } catch (error) {
      findings.push({ check, ok: false, detail: error instanceof Error ? error.message : String(error) })
    }
  }
  return findings
}

export const doctor: Command = {
  name: 'doctor',
  help: 'doctor [--json]\n  Looks at the configuration, the database and its version, the migrations, the root key and the name of the audit log,\n  the database logins, the sealing of the audit log, the file of its checkpoints, its months ahead and the free disk.\n  Ends with status 1 when anything is not as it should be.',
  async run(args, surroundings) {
    const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean' } } })
    const findings = await examine(surroundings)
    const ok = findings.every((finding) => finding.ok)
    if (values.json) writeJson(surroundings, { ok, findings })
    else
      for (const finding of findings)
        surroundings.out(
          `${finding.ok ? 'ok    ' : 'FAULT '} ${finding.check.padEnd(14)} ${finding.detail}\n`,
        )
    return ok ? STATUS.done : STATUS.failed
  },
}

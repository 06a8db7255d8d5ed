import { createWriteStream } from 'node:fs'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { ROLE_SECRET, startCluster } from '../bench/cluster.ts'
import { readNotes } from '../server/src/modules/audit/checkpoint-file.ts'
import { exportLog, makeAuditKey, startSealer, verifyDatabase } from '../server/src/modules/audit/index.ts'
import { verifyExport } from '../server/src/modules/audit/offline-verify.ts'
import { openDatabase } from '../server/src/platform/database.ts'
import type { ConnectionSettings } from '../server/src/platform/embedded/index.ts'
import { makeVault } from '../server/src/platform/credentials/vault.ts'
import type { Part, PartResult } from './part.ts'

/** In the usual run; fifty times as many are the ten million of the specification. */
const EVENTS = 200_000
const AT_ONCE = 10_000
const HOUR_MS = 3_600_000
const WANTED_PER_SECOND = 50_000
/** Where one event is changed as the positive control. */
const CHANGED = 123_456
const KEY = makeAuditKey(makeVault('a root secret of a database that is thrown away'), 'log.example/audit')

interface Timed<Report> {
  readonly report: Report
  readonly perSecond: number
}

interface Found {
  readonly sealing: number
  readonly online: Timed<{ readonly ok: boolean; readonly events: number; readonly root: string }>
  readonly offline: Timed<{ readonly ok: boolean; readonly events: number; readonly root: string }>
  /** What the two said of one changed event among all: where, in the database. */
  readonly changedAt: number | undefined
  readonly isChangeSeenOffline: boolean
}

const perSecond = (events: number, startedMs: number): number =>
  events / ((performance.now() - startedMs) / 1000)

async function fill(client: pg.Client, events: number): Promise<void> {
  for (let count = 0; count < events; count += AT_ONCE)
    await client.query(
      `with e as (
         insert into audit_event (plane, action, outcome, actor_type, actor_name, tenant_name, resource_label, row_count, changes, ip, user_agent, source)
         select 'delegation', 'support.tickets.update', 'allowed', 'person', 'Lee Park', 'Acme', 'T-' || n, n, jsonb_build_object('status', n), '192.0.2.7', 'A browser', 'api'
         from generate_series(1, $1::integer) n returning id, occurred_at)
       insert into audit_scope (kind, scope_id, occurred_at, event_id, row_count)
       select kind, gen_random_uuid(), occurred_at, id, 1 from e, unnest(array['tenant', 'partner']) kind`,
      [AT_ONCE],
    )
}

async function seal(
  connection: ConnectionSettings,
  { checkpointFile, events }: { readonly checkpointFile: string; readonly events: number },
): Promise<number> {
  const database = openDatabase({ connection, roleSecret: ROLE_SECRET, poolSize: 2 })
  const startedMs = performance.now()
  const sealer = await startSealer({ database, key: KEY, checkpointFile, intervalMs: HOUR_MS })
  try {
    const waiting = await sealer.sealEverything(HOUR_MS)
    if (waiting > 0) throw new Error(`${waiting} events still wait for their seal.`)
    return perSecond(events, startedMs)
  } finally {
    await sealer.stop()
    await database.close()
  }
}

/** Changes one event as a superuser could, and verifies again. */
async function lookAfterChange(
  client: pg.Client,
  {
    notes,
    log,
    checkpoints,
  }: { readonly notes: readonly string[]; readonly log: string; readonly checkpoints: string },
): Promise<Pick<Found, 'changedAt' | 'isChangeSeenOffline'>> {
  await client.query(`set session_replication_role = replica`)
  await client.query(
    `update audit_event set outcome = 'denied' where id = (select event_id from audit_leaf where leaf_index = $1)`,
    [CHANGED],
  )
  const online = await verifyDatabase(client, notes, KEY.verifierKey)
  await pipeline(exportLog(client, new Date()), createWriteStream(log))
  const offline = await verifyExport({ log, checkpoints }, KEY.verifierKey)
  return { changedAt: online.faults[0]?.at, isChangeSeenOffline: !offline.ok }
}

async function look(
  client: pg.Client,
  {
    connection,
    folder,
    events,
  }: { readonly connection: ConnectionSettings; readonly folder: string; readonly events: number },
): Promise<Found> {
  const [outside, log, checkpoints] = ['audit-checkpoints.txt', 'log.jsonl', 'outside.txt'].map((name) =>
    join(folder, name),
  )
  if (!outside || !log || !checkpoints) throw new Error('A file has no name.')
  const sealing = await seal(connection, { checkpointFile: outside, events })
  const notes = await readNotes(outside)
  let startedMs = performance.now()
  const online = await verifyDatabase(client, notes, KEY.verifierKey)
  const onlinePerSecond = perSecond(events, startedMs)
  await pipeline(exportLog(client, new Date()), createWriteStream(log))
  await copyFile(outside, checkpoints)
  startedMs = performance.now()
  const offline = await verifyExport({ log, checkpoints }, KEY.verifierKey)
  const offlinePerSecond = perSecond(events, startedMs)
  const changed = await lookAfterChange(client, { notes, log, checkpoints })
  return {
    sealing,
    online: { report: online, perSecond: onlinePerSecond },
    offline: { report: offline, perSecond: offlinePerSecond },
    ...changed,
  }
}

const rate = (perSecond: number): string => Math.round(perSecond).toLocaleString('en')

function judge(
  { sealing, online, offline, changedAt, isChangeSeenOffline }: Found,
  events: number,
): PartResult {
  const count = `${events.toLocaleString('en')} events`
  const claim = (what: string, result: string) => ({ requirement: 'R4', claim: what, count, result })
  const wanted = `the specification asks for ${rate(WANTED_PER_SECOND)}`
  return {
    claims: [
      claim('Events that wait are sealed', `all, ${rate(sealing)} a second`),
      claim(
        'The command verifies the log in the database',
        `holds, ${rate(online.perSecond)} events a second; ${wanted}`,
      ),
      claim(
        'The verifier without a database verifies the export',
        `holds with the same root, ${rate(offline.perSecond)} events a second; ${wanted}`,
      ),
    ],
    positiveControl: `event ${CHANGED.toLocaleString('en')} was changed and is found by both, by the command at its place.`,
    wrong: [
      ...(online.report.ok && online.report.events === events ? [] : ['the log does not hold']),
      ...(offline.report.ok && offline.report.root === online.report.root
        ? []
        : ['the export does not hold']),
      ...(changedAt === CHANGED && isChangeSeenOffline ? [] : ['the changed event was not found']),
    ],
  }
}

async function measureVerifier(times: number): Promise<PartResult> {
  const events = EVENTS * times
  const folder = await mkdtemp(join(tmpdir(), 'liaison-verifier-'))
  const cluster = await startCluster()
  const connection = await cluster.createDatabase('verifier')
  const client = new pg.Client({ ...connection, options: '-c TimeZone=UTC' })
  try {
    await client.connect()
    await fill(client, events)
    return judge(await look(client, { connection, folder, events }), events)
  } finally {
    await client.end()
    await cluster.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** How fast a large log is sealed and verified, and that one changed event in it is found (reliability.md section 3, 13). */
export const verifierPart: Part = {
  name: 'verifier',
  title: 'Verifying a large audit log',
  source: 'evidence/verifier.ts',
  run: measureVerifier,
}

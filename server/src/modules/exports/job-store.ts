import { sql } from 'kysely'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { AnyExportMandate } from '#platform/export-source.ts'
import { MOST_ATTEMPTS, MOST_AT_ONCE } from './rules.ts'
import type { ExportRow } from './store.ts'
import type { ExportTables } from './tables.ts'

/** How long a process may be silent about an export before another one takes it over, in seconds. */
const LEASE_SECONDS = 30
const LOOKED_AT = 20
/** Stands for the provider, which is no organisation of its own. */
const PROVIDER = '00000000-0000-0000-0000-000000000000'

interface Waiting {
  id: string
  partner_id: string | null
  tenant_id: string | null
  attempt: number
}

/**
 * The oldest that wait and whose organisation has a place, and before them those whose process fell silent: these hold
 * places for which others wait.
 */
async function lookForWaiting(mandate: Mandate<'system'>): Promise<Waiting[]> {
  const { rows } = await sql<Waiting>`
    select e.id, e.partner_id, e.tenant_id, e.attempt from export e
    where (e.status = 'processing' and e.claimed_until <= statement_timestamp())
      or (e.status = 'queued' and ${MOST_AT_ONCE} > (
        select count(*) from export o
        where o.status = 'processing' and o.partner_id is not distinct from e.partner_id and o.tenant_id is not distinct from e.tenant_id))
    order by e.status = 'queued', e.created_at limit ${LOOKED_AT}`.execute(tables<ExportTables>(mandate))
  return rows
}

/** Takes a place for an export, if its organisation has one free; undefined when it has none. */
async function claim(
  mandate: Mandate<'system'>,
  waiting: Waiting,
  claimHash: Buffer,
): Promise<ExportRow | undefined> {
  const organisation = waiting.partner_id ?? waiting.tenant_id ?? PROVIDER
  // Two processes that look at one organisation choose its places, and from what waits, one after the other.
  await runStatements(mandate, [
    { text: `select pg_advisory_xact_lock(access.lock_key('export', $1::uuid))`, values: [organisation] },
  ])
  const { rows } = await sql<ExportRow>`
    with free as (
      select n as slot from generate_series(1, ${MOST_AT_ONCE}::integer) n
      where not exists (
        select from export o
        where o.status = 'processing' and o.slot = n and o.id <> ${waiting.id}
          and o.partner_id is not distinct from ${waiting.partner_id}::uuid and o.tenant_id is not distinct from ${waiting.tenant_id}::uuid)
      order by n limit 1)
    update export e set status = 'processing', slot = free.slot, claim_hash = ${claimHash}, claimed_until = statement_timestamp() + make_interval(secs => ${LEASE_SECONDS}),
      attempt = e.attempt + 1, rows_done = 0, started_at = statement_timestamp()
    from free where e.id = ${waiting.id} and e.attempt = ${waiting.attempt}
      and (e.status = 'queued' or (e.status = 'processing' and e.claimed_until <= statement_timestamp()))
    returning e.id, e.kind, e.plane, e.partner_id, e.tenant_id, e.ordered_by, e.ordered_by_name, e.permissions, e.tenant_ids, e.manifest, e.format, e.columns, e.options,
      e.filter, e.row_estimate, e.billing_party, e.status, e.attempt, e.created_at, e.expires_at`.execute(
    tables<ExportTables>(mandate),
  )
  return rows[0]
}

/** What a look at the queue came to. */
export type Claimed =
  | { readonly outcome: 'taken'; readonly row: ExportRow }
  /** It was taken over too often: its file is given up. */
  | { readonly outcome: 'given_up'; readonly id: string }

/**
 * Takes the next export that waits, at most three of one organisation at once whatever the number of processes, and removes
 * what an attempt before left behind. Undefined when none can be taken. Source: managed-tenants.md section 7 row 5.
 */
export async function claimNext(mandate: Mandate<'system'>, claimHash: Buffer): Promise<Claimed | undefined> {
  for (const waiting of await lookForWaiting(mandate)) {
    if (waiting.attempt >= MOST_ATTEMPTS) return { outcome: 'given_up', id: waiting.id }
    const row = await claim(mandate, waiting, claimHash)
    if (!row) continue
    await removeBytes(mandate, row.id)
    return { outcome: 'taken', row }
  }
  return undefined
}

/** Deletes the bytes of an export. */
async function removeBytes(mandate: Mandate<'system'>, id: string): Promise<void> {
  await tables<ExportTables>(mandate).deleteFrom('export_chunk').where('export_id', '=', id).execute()
}

/** Ends an export that has no file; undefined when it has ended meanwhile. */
export async function endExport(
  mandate: Mandate<'system'>,
  id: string,
  end: { readonly status: 'failed' | 'cancelled'; readonly reason: string },
): Promise<ExportRow | undefined> {
  await removeBytes(mandate, id)
  return tables<ExportTables>(mandate)
    .updateTable('export')
    .set({
      status: end.status,
      status_reason: end.reason,
      finished_at: sql<Date>`statement_timestamp()`,
      slot: null,
      claim_hash: null,
      claimed_until: null,
    })
    .where('id', '=', id)
    .where('status', 'in', ['queued', 'processing'])
    .returningAll()
    .executeTakeFirst()
}

/** Gives a place back at once, so that another process need not wait for the lease to end. */
export async function giveBack(mandate: Mandate<'system'>, id: string, attempt: number): Promise<void> {
  await removeBytes(mandate, id)
  await tables<ExportTables>(mandate)
    .updateTable('export')
    .set({
      status: 'queued',
      slot: null,
      claim_hash: null,
      claimed_until: null,
      rows_done: 0,
      attempt: attempt - 1,
    })
    .where('id', '=', id)
    .where('attempt', '=', attempt)
    .where('status', '=', 'processing')
    .execute()
}

/** The finished exports whose time is over, and those that ended with bytes left behind. */
export async function findEnded(mandate: Mandate<'system'>): Promise<ExportRow[]> {
  return tables<ExportTables>(mandate)
    .selectFrom('export')
    .selectAll()
    .where('status', '=', 'completed')
    .where('expires_at', '<=', sql<Date>`statement_timestamp()`)
    .orderBy('expires_at')
    .limit(100)
    .forUpdate()
    .skipLocked()
    .execute()
}

/** Marks an export as expired, its bytes deleted. */
export async function expire(mandate: Mandate<'system'>, id: string): Promise<void> {
  await removeBytes(mandate, id)
  await tables<ExportTables>(mandate)
    .updateTable('export')
    .set({ status: 'expired' })
    .where('id', '=', id)
    .where('status', '=', 'completed')
    .execute()
}

/** Bytes of exports that have no file: cancelled by a person while a process was writing. */
export async function removeOrphans(mandate: Mandate<'system'>): Promise<void> {
  await sql`
    delete from export_chunk c using export e
    where e.id = c.export_id and (e.status in ('queued', 'failed', 'cancelled', 'expired') or c.attempt < e.attempt)`.execute(
    tables<ExportTables>(mandate),
  )
}

/** What a batch has made. */
export interface Made {
  readonly chunks: readonly Buffer[]
  readonly firstPlace: number
  readonly rowsDone: number
}

/** Stores bytes and says how far the file is. False when the export was stopped, or is another process's by now. */
export async function storeBytes(
  mandate: AnyExportMandate,
  { id, attempt }: { id: string; attempt: number },
  made: Made,
): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    update export set rows_done = ${made.rowsDone}, claimed_until = statement_timestamp() + make_interval(secs => ${LEASE_SECONDS})
    where id = ${id} and attempt = ${attempt} and status = 'processing' returning id`.execute(
    tables<ExportTables>(mandate),
  )
  if (rows.length === 0) return false
  if (made.chunks.length > 0)
    await runStatements(
      mandate,
      made.chunks.map((bytes, index) => ({
        text: 'insert into export_chunk (export_id, attempt, place, bytes) values ($1, $2, $3, $4)',
        values: [id, attempt, made.firstPlace + index, bytes],
      })),
    )
  return true
}

/** What is known of a file that is whole. */
export interface Whole {
  readonly manifest: ExportRow['manifest']
  readonly rows: number
  readonly bytes: number
  readonly sha256: Buffer
}

/** Publishes a file: from here on it can be downloaded. False when it was stopped meanwhile. */
export async function publish(
  mandate: AnyExportMandate,
  { id, attempt }: { id: string; attempt: number },
  whole: Whole,
): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    update export set status = 'completed', slot = null, claim_hash = null, claimed_until = null, finished_at = statement_timestamp(),
      rows_done = ${whole.rows}, row_count = ${whole.rows}, file_size_bytes = ${whole.bytes}, sha256 = ${whole.sha256}, manifest = ${whole.manifest}
    where id = ${id} and attempt = ${attempt} and status = 'processing' returning id`.execute(
    tables<ExportTables>(mandate),
  )
  return rows.length > 0
}

/** Mails the person who ordered an export. */
export async function mailOrderer(
  mandate: Mandate,
  id: string,
  mail: { subject: string; text: string },
): Promise<void> {
  await runStatements(mandate, [
    { text: 'select access.mail_export($1, $2, $3)', values: [id, mail.subject, mail.text] },
  ])
}

import type pg from 'pg'
import { asTexts, readLeafShape } from './leaf.ts'
import type { LeafShape, SealedEvent, TextRow } from './leaf.ts'
import type { Checkpoints, LogEntry } from './verify.ts'

/** A connection that reads everything: the operator's, on the machine. */
export type AdminClient = Pick<pg.ClientBase, 'query'>

/** Few enough that what one page leaves behind is gone before the next one: larger pages take longer for each event. */
const PAGE_ROWS = 500

/** An entry of the log with its event. */
export interface StoredEntry extends LogEntry {
  readonly event: SealedEvent | null
}

// A page is small and the log is large: each leaf looks its event up, instead of reading the whole log for every page.
const LOOK_UP =
  'set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_seqscan = off'
const AS_USUAL =
  'set local enable_hashjoin = on; set local enable_mergejoin = on; set local enable_seqscan = on'

const leafTime = `l.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`

const readPage = async (client: AdminClient, shape: LeafShape, after: number): Promise<TextRow[]> =>
  (
    await client.query<(string | null)[]>(
      asTexts(
        `select l.leaf_index, encode(l.hash, 'hex'), case when e.id is null then to_char(${leafTime}) end, ${shape.columns}
         from (select * from audit_leaf where leaf_index > $1 order by leaf_index limit ${PAGE_ROWS}) l
         left join audit_event e on e.id = l.event_id and e.occurred_at = l.occurred_at
         order by l.leaf_index`,
        [after],
      ),
    )
  ).rows

function toStoredEntry(shape: LeafShape, row: TextRow): StoredEntry {
  const event = shape.toEvent(row, 3)
  return {
    index: Number(row[0]),
    leaf: event?.leaf ?? null,
    storedHash: Buffer.from(row[1] ?? '', 'hex'),
    goneAt: typeof row[2] === 'string' ? new Date(row[2]) : null,
    ageSeconds: 0,
    event,
  }
}

async function* readSealed(client: AdminClient, shape: LeafShape): AsyncGenerator<readonly StoredEntry[]> {
  await client.query(LOOK_UP)
  let coming: Promise<TextRow[]> | null = readPage(client, shape, -1)
  try {
    while (coming) {
      const rows: TextRow[] = await coming
      // The database reads the next page while this one is looked at.
      coming = rows.length < PAGE_ROWS ? null : readPage(client, shape, Number(rows.at(-1)?.[0]))
      yield rows.map((row) => toStoredEntry(shape, row))
    }
  } finally {
    // Whoever stops in the middle leaves a page that nobody waits for.
    await coming?.catch(() => undefined)
  }
  await client.query(AS_USUAL)
}

async function* readUnsealed(client: AdminClient, shape: LeafShape): AsyncGenerator<readonly StoredEntry[]> {
  const { rows } = await client.query<(string | null)[]>(
    asTexts(
      `select extract(epoch from clock_timestamp() - e.occurred_at), ${shape.columns}
       from audit_event e
       where not exists (select from audit_leaf l where l.event_id = e.id and l.occurred_at = e.occurred_at)
       order by e.xid, e.id`,
    ),
  )
  yield rows.map((row) => {
    const event = shape.toEvent(row, 1)
    return { index: null, leaf: event?.leaf ?? null, storedHash: null, ageSeconds: Number(row[0]), event }
  })
}

/**
 * The whole log page by page, in a transaction of the caller: sealed events in the order of their leaves, then those that
 * wait for their seal.
 */
export async function* readLog(client: AdminClient): AsyncGenerator<readonly StoredEntry[]> {
  const shape = await readLeafShape(client)
  yield* readSealed(client, shape)
  yield* readUnsealed(client, shape)
}

/** The notes of what was taken out after its time, oldest first. */
export async function readRetentionNotes(client: AdminClient): Promise<string[]> {
  const { rows } = await client.query<{ note: string }>('select note from audit_retention order by number')
  return rows.map((row) => row.note)
}

/** The checkpoints in the database, with which of them it says are kept outside. */
export async function readAllCheckpoints(client: AdminClient): Promise<Omit<Checkpoints, 'outside'>> {
  const notes = await client.query<{ note: string }>('select note from audit_checkpoint order by size')
  const out = await client.query<{ size: string }>(
    `select size from audit_publication where place = 'file' order by size`,
  )
  return {
    inside: notes.rows.map((row) => row.note),
    published: out.rows.map((row) => Number(row.size)),
    retentions: await readRetentionNotes(client),
  }
}

/** How many scope rows show an event that does not exist. */
export async function countOrphanScopes(client: AdminClient): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    `select count(*) from audit_scope s where not exists (select from audit_event e where e.id = s.event_id and e.occurred_at = s.occurred_at)`,
  )
  return Number(rows[0]?.count ?? 0)
}

/** The hashes of all leaves below a size, in order. */
export async function readLeafHashes(client: AdminClient, size: number): Promise<Buffer[]> {
  const { rows } = await client.query<{ hash: Buffer }>(
    'select hash from audit_leaf where leaf_index < $1 order by leaf_index',
    [size],
  )
  return rows.map((row) => row.hash)
}

/** Where one event stands in the log; null when it is not sealed or does not exist. */
export async function readSealedEvent(
  client: AdminClient,
  eventId: string,
): Promise<{ index: number; event: SealedEvent } | null> {
  const shape = await readLeafShape(client)
  const { rows } = await client.query<(string | null)[]>(
    asTexts(
      `select l.leaf_index, ${shape.columns}
       from audit_leaf l join audit_event e on e.id = l.event_id and e.occurred_at = l.occurred_at where l.event_id = $1`,
      [eventId],
    ),
  )
  const [row] = rows
  const event = row && shape.toEvent(row, 1)
  return event ? { index: Number(row[0]), event } : null
}

/** The smallest checkpoint that covers a leaf and is not of a stolen key, or from before one. */
export async function readCheckpointCovering(
  client: AdminClient,
  index: number,
): Promise<{ size: number; note: string } | null> {
  const { rows } = await client.query<{ size: string; note: string }>(
    `select size, note from audit_checkpoint
     where size > greatest($1, (select max(after_size) from audit_key where is_predecessor_stolen)) order by size limit 1`,
    [index],
  )
  return rows[0] ? { size: Number(rows[0].size), note: rows[0].note } : null
}

/** Notes in the database that the whole log was verified, for its readers; a standby, which takes no writes, keeps no such note. */
export async function noteVerification(
  client: AdminClient,
  report: { readonly events: number; readonly sealed: number; readonly fault_count: number },
): Promise<void> {
  const { rows } = await client.query<{ standby: boolean }>('select pg_is_in_recovery() as standby')
  if (rows[0]?.standby === true) return
  await client.query('insert into audit_verification (events, sealed, fault_count) values ($1, $2, $3)', [
    report.events,
    report.sealed,
    report.fault_count,
  ])
}

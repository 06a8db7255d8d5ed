import type pg from 'pg'
import { LEAF_COLUMNS, toSealedEvent } from './leaf.ts'
import type { LeafRow, SealedEvent } from './leaf.ts'
import type { Checkpoints, LogEntry } from './verify.ts'

/** A connection that reads everything: the operator's, on the machine. */
export type AdminClient = Pick<pg.ClientBase, 'query'>

const PAGE_ROWS = 5000

/** An entry of the log with its event. */
export interface StoredEntry extends LogEntry {
  readonly event: SealedEvent | null
}

type LeafPageRow = LeafRow & { leaf_index: string; hash: Buffer }

// A page is small and the log is large: each leaf looks its event up, instead of reading the whole log for every page.
const LOOK_UP =
  'set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_seqscan = off'
const AS_USUAL =
  'set local enable_hashjoin = on; set local enable_mergejoin = on; set local enable_seqscan = on'

async function* readSealed(client: AdminClient): AsyncGenerator<StoredEntry> {
  await client.query(LOOK_UP)
  let next = -1
  for (;;) {
    const { rows } = await client.query<LeafPageRow>(
      `select l.leaf_index, l.hash, ${LEAF_COLUMNS}
       from (select * from audit_leaf where leaf_index > $1 order by leaf_index limit ${PAGE_ROWS}) l
       left join audit_event e on e.id = l.event_id and e.occurred_at = l.occurred_at
       order by l.leaf_index`,
      [next],
    )
    for (const row of rows) {
      const event = row.id === null ? null : toSealedEvent(row)
      yield {
        index: Number(row.leaf_index),
        leaf: event?.leaf ?? null,
        storedHash: row.hash,
        ageSeconds: 0,
        event,
      }
    }
    if (rows.length < PAGE_ROWS) break
    next = Number(rows.at(-1)?.leaf_index)
  }
  await client.query(AS_USUAL)
}

async function* readUnsealed(client: AdminClient): AsyncGenerator<StoredEntry> {
  const { rows } = await client.query<LeafRow & { age: string }>(
    `select extract(epoch from clock_timestamp() - e.occurred_at) as age, ${LEAF_COLUMNS}
     from audit_event e
     where not exists (select from audit_leaf l where l.event_id = e.id and l.occurred_at = e.occurred_at)
     order by e.xid, e.id`,
  )
  for (const row of rows) {
    const event = toSealedEvent(row)
    yield { index: null, leaf: event.leaf, storedHash: null, ageSeconds: Number(row.age), event }
  }
}

/** The whole log, in a transaction of the caller: sealed events in the order of their leaves, then those that wait for their seal. */
export async function* readLog(client: AdminClient): AsyncGenerator<StoredEntry> {
  yield* readSealed(client)
  yield* readUnsealed(client)
}

/** The checkpoints in the database, with which of them it says are kept outside. */
export async function readAllCheckpoints(client: AdminClient): Promise<Omit<Checkpoints, 'outside'>> {
  const notes = await client.query<{ note: string }>('select note from audit_checkpoint order by size')
  const out = await client.query<{ size: string }>(
    `select size from audit_publication where place = 'file' order by size`,
  )
  return { inside: notes.rows.map((row) => row.note), published: out.rows.map((row) => Number(row.size)) }
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
  const { rows } = await client.query<LeafPageRow>(
    `select l.leaf_index, l.hash, ${LEAF_COLUMNS}
     from audit_leaf l join audit_event e on e.id = l.event_id and e.occurred_at = l.occurred_at where l.event_id = $1`,
    [eventId],
  )
  const row = rows[0]
  return row ? { index: Number(row.leaf_index), event: toSealedEvent(row) } : null
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

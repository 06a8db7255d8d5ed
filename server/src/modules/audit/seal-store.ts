import type pg from 'pg'
import { asTexts, readLeafShape } from './leaf.ts'
import type { SealedEvent } from './leaf.ts'
import { splitHashes } from './node-store.ts'

/** Up to where events are sealed: this transaction and id. */
export interface SealPosition {
  readonly xid: string
  readonly id: string
}

/** The sealed log as the database holds it. */
export interface SealState {
  readonly size: number
  readonly peaks: readonly Buffer[]
  readonly position: SealPosition
  readonly clusterId: string
  /** The cluster that sealing last began in; null before it ever began. */
  readonly begunIn: string | null
}

const NIL = '00000000-0000-0000-0000-000000000000'
/** The one place at which sealing happens, as the number of an advisory lock. */
export const LOCK = `hashtextextended('liaison audit sealer', 0)`

type Client = Pick<pg.ClientBase, 'query'>

/**
 * Keeps the planner to the index on (xid, id) for the transaction: it cannot know how many transactions have ended, and
 * would rather sort the whole backlog for every round.
 */
export async function preferIndexes(client: Client): Promise<void> {
  await client.query('set local enable_seqscan = off; set local enable_sort = off')
}

/** Takes the one place at which sealing happens, if it is free. */
export async function tryLock(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(`select pg_try_advisory_lock(${LOCK}) as taken`)
  return rows[0]?.taken === true
}

/** Gives the place back. */
export async function unlock(client: Client): Promise<void> {
  await client.query(`select pg_advisory_unlock(${LOCK})`)
}

interface StateRow {
  readonly cluster_id: string
  readonly size: string | null
  readonly peaks: Buffer | null
  readonly last_xid: string | null
  readonly last_id: string | null
  readonly begun_in: string | null
  readonly begun_size: string | null
  readonly from_xid: string | null
}

/** Reads how far the log is sealed. */
export async function readState(client: Client): Promise<SealState> {
  const { rows } = await client.query<StateRow>(
    `select (select system_identifier::text from pg_control_system()) as cluster_id,
       c.size, c.peaks, c.last_xid::text as last_xid, c.last_id, w.cluster_id as begun_in, w.size as begun_size, w.from_xid::text as from_xid
     from (select) one
     left join lateral (select * from audit_checkpoint order by size desc limit 1) c on true
     left join lateral (select * from audit_watermark order by number desc limit 1) w on true`,
  )
  const row = rows[0]
  if (!row) throw new Error('The state of the audit log cannot be read.')
  const size = Number(row.size ?? 0)
  const isBehindWatermark = row.last_xid === null || Number(row.begun_size ?? 0) >= size
  return {
    size,
    peaks: splitHashes(row.peaks ?? Buffer.alloc(0)),
    position: isBehindWatermark
      ? { xid: row.from_xid ?? '0', id: NIL }
      : { xid: row.last_xid ?? '0', id: row.last_id ?? NIL },
    clusterId: row.cluster_id,
    begunIn: row.begun_in,
  }
}

const UNSEALED = `(select l.leaf_index from audit_leaf l where l.event_id = e.id) is null`

async function readEvents(client: Client, rest: string, values: readonly unknown[]): Promise<SealedEvent[]> {
  const shape = await readLeafShape(client)
  const { rows } = await client.query<(string | null)[]>(
    asTexts(`select ${shape.columns} from audit_event e ${rest}`, values),
  )
  return rows.flatMap((row) => shape.toEvent(row, 0) ?? [])
}

/**
 * The next events whose transactions have all ended, in the order of their transactions. An id alone would lose the rows
 * of a transaction that began early and commits late. Source: reliability.md, rule 3.
 */
export function readNext(client: Client, position: SealPosition, limit: number): Promise<SealedEvent[]> {
  return readEvents(
    client,
    `where (e.xid, e.id) > ($1::xid8, $2::uuid) and e.xid < pg_snapshot_xmin(pg_current_snapshot()) and ${UNSEALED}
     order by e.xid, e.id limit $3`,
    [position.xid, position.id, limit],
  )
}

/** Events without a leaf, wherever they stand: for the first rounds in a restored cluster, whose transactions count anew. */
export function readLeftOver(client: Client, limit: number): Promise<SealedEvent[]> {
  return readEvents(
    client,
    `where not exists (select from audit_leaf l where l.event_id = e.id) order by e.xid, e.id limit $1`,
    [limit],
  )
}

/** Notes that sealing begins in this cluster. `null` takes the oldest transaction that still runs. */
export async function insertWatermark(
  client: Client,
  mark: { clusterId: string; size: number; fromXid: string | null },
): Promise<void> {
  await client.query(
    `insert into audit_watermark (size, cluster_id, from_xid) values ($1, $2, coalesce($3::xid8, pg_snapshot_xmin(pg_current_snapshot())))`,
    [mark.size, mark.clusterId, mark.fromXid],
  )
}

/** One leaf to store. */
export interface NewLeaf {
  readonly index: number
  readonly eventId: string
  readonly occurredAt: string
  readonly hash: Buffer
}

/** Stores the leaves of a round. */
export async function insertLeaves(client: Client, leaves: readonly NewLeaf[]): Promise<void> {
  await client.query(
    `insert into audit_leaf (leaf_index, event_id, occurred_at, hash)
     select * from unnest($1::bigint[], $2::uuid[], $3::timestamptz[], $4::bytea[])`,
    [
      leaves.map((leaf) => leaf.index),
      leaves.map((leaf) => leaf.eventId),
      leaves.map((leaf) => leaf.occurredAt),
      leaves.map((leaf) => leaf.hash),
    ],
  )
}

/** One signed root to store. */
export interface NewCheckpoint {
  readonly size: number
  readonly root: Buffer
  readonly peaks: readonly Buffer[]
  readonly last: SealPosition
  readonly note: string
}

/** Stores the checkpoint of a round. */
export async function insertCheckpoint(client: Client, made: NewCheckpoint): Promise<void> {
  await client.query(
    `insert into audit_checkpoint (size, root, peaks, last_xid, last_id, note) values ($1, $2, $3, $4::xid8, $5, $6)`,
    [made.size, made.root, Buffer.concat(made.peaks), made.last.xid, made.last.id, made.note],
  )
}

/** The root of the checkpoint of this size, if the database has one. */
export async function readRoot(client: Client, size: number): Promise<Buffer | null> {
  const { rows } = await client.query<{ root: Buffer }>('select root from audit_checkpoint where size = $1', [
    size,
  ])
  return rows[0]?.root ?? null
}

/** The newest checkpoint; null before the first. */
export async function readNewestNote(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ note: string }>(
    'select note from audit_checkpoint order by size desc limit 1',
  )
  return rows[0]?.note ?? null
}

/** The checkpoints above a size, oldest first. */
export async function readNotesAbove(
  client: Client,
  size: number,
  limit: number,
): Promise<{ size: number; note: string }[]> {
  const { rows } = await client.query<{ size: string; note: string }>(
    'select size, note from audit_checkpoint where size > $1 order by size limit $2',
    [size, limit],
  )
  return rows.map((row) => ({ size: Number(row.size), note: row.note }))
}

/** Notes that checkpoints have left the database. */
export async function insertPublications(
  client: Client,
  sizes: readonly number[],
  place: string,
): Promise<void> {
  await client.query(
    `insert into audit_publication (size, place) select size, $2 from unnest($1::bigint[]) size on conflict do nothing`,
    [sizes, place],
  )
}

/** The committed events that wait for their seal. */
export interface WaitingEvents {
  /** How long the oldest has waited. */
  readonly seconds: number
  /** Counted up to 10,000. */
  readonly unsealed: number
  /** Whether one of them could be sealed now: no transaction that still runs began before it. */
  readonly isDue: boolean
}

/** Reads what waits behind a position. */
export async function readLag(client: Client, position: SealPosition): Promise<WaitingEvents> {
  const { rows } = await client.query<{ unsealed: string; seconds: string | null; is_due: boolean | null }>(
    `select count(*) as unsealed, extract(epoch from clock_timestamp() - min(occurred_at)) as seconds,
       bool_or(xid < pg_snapshot_xmin(pg_current_snapshot())) as is_due
     from (select e.occurred_at, e.xid from audit_event e where (e.xid, e.id) > ($1::xid8, $2::uuid) and ${UNSEALED} order by e.xid, e.id limit 10000) waiting`,
    [position.xid, position.id],
  )
  const [row] = rows
  return {
    seconds: Math.max(0, Number(row?.seconds ?? 0)),
    unsealed: Number(row?.unsealed ?? 0),
    isDue: row?.is_due === true,
  }
}

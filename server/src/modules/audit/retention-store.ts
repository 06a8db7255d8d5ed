import type { AdminClient } from './log-store.ts'
import { classOf } from './retention-class.ts'
import type { Kept, RetentionClass } from './retention-class.ts'

/** One month of the log, as its table has it. */
export interface LogMonth {
  readonly from: Date
  readonly until: Date
}

/** The months of which the log has tables, oldest first. */
export async function readMonths(client: AdminClient): Promise<LogMonth[]> {
  const { rows } = await client.query<LogMonth>(
    `select private.bound_of(i.inhrelid::regclass, 'FROM') as "from", private.bound_of(i.inhrelid::regclass, 'TO') as until
     from pg_inherits i where i.inhparent = 'audit_event'::regclass order by 1`,
  )
  return rows
}

/** How many events of each class a month holds. */
export async function countClasses(
  client: AdminClient,
  { from, until }: LogMonth,
): Promise<Partial<Record<RetentionClass, number>>> {
  const { rows } = await client.query<{ action: string; n: number }>(
    `select action, count(*)::integer as n from audit_event where occurred_at >= $1 and occurred_at < $2 group by action`,
    [from, until],
  )
  const counts: Partial<Record<RetentionClass, number>> = {}
  for (const { action, n } of rows) counts[classOf(action)] = (counts[classOf(action)] ?? 0) + n
  return counts
}

/** How many events were taken out of each month, by its beginning in milliseconds. */
export async function countRemoved(client: AdminClient): Promise<Map<number, number>> {
  const { rows } = await client.query<{ from_at: Date; n: string }>(
    'select from_at, sum(removed) as n from audit_retention group by from_at',
  )
  return new Map(rows.map((row) => [row.from_at.getTime(), Number(row.n)]))
}

/** How many events are under a checkpoint. */
export async function readSignedSize(client: AdminClient): Promise<number> {
  const { rows } = await client.query<{ size: string }>(
    'select coalesce(max(size), 0) as size from audit_checkpoint',
  )
  return Number(rows[0]?.size)
}

/**
 * Takes out of a month what the note says, as the role that may do nothing else. Within a transaction of the caller, which
 * holds the event that tells of it.
 */
export async function retire(
  client: AdminClient,
  step: { readonly from: Date; readonly kept: Kept; readonly removing: number; readonly note: string },
): Promise<void> {
  await client.query('set local role liaison_retention')
  await client.query('select audit.retire($1, $2, $3, $4)', [step.from, step.kept, step.removing, step.note])
  await client.query('reset role')
}

import { sql } from 'kysely'
import { z } from 'zod'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { EVENT_COLUMNS, IN_ORDER_OF_THE_INDEX } from './store.ts'
import type { EventRow } from './store.ts'
import type { AuditTables } from './tables.ts'

/** Who follows the log: people of a partner, of an organisation or of the provider, and an organisation's own API client. */
export type FollowingMandate = Mandate<'program' | 'tenant' | 'platform' | 'api'>

/** The organisation whose log is followed; null for the whole log. */
export type FeedScope = { readonly kind: 'partner' | 'tenant'; readonly id: string } | null

const bigint = z.coerce.number()

const Leaves = z.object({
  leaves: z.array(bigint),
  events: z.array(z.string()),
  /** With microseconds, which a Date does not hold. */
  times: z.array(z.string()),
  /** The leaf of the reader's own log before the first of these; null when there is none. */
  previous: bigint.nullable(),
  /** Up to where the log was looked through. */
  looked_upto: bigint,
  /** How many events of everybody are sealed. */
  size: bigint,
})

/** Which sealed events follow a leaf. */
export type Leaves = z.output<typeof Leaves>

/** The leaves of the reader's own log behind a place, as the database decides whose that is; null when it opens none. */
export async function readLeaves(
  mandate: FollowingMandate,
  after: number,
  limit: number,
): Promise<Leaves | null> {
  const [result] = await runStatements(mandate, [
    {
      text: 'select leaves, events, times, previous, looked_upto, size from audit.feed($1, $2)',
      values: [after, limit],
    },
  ])
  const [found] = result?.rows ?? []
  return found === undefined ? null : Leaves.parse(found)
}

/** These events as the reader's list of them shows each, by their ids; what it does not show is not there. */
export async function readEventsOf(
  mandate: FollowingMandate,
  scope: FeedScope,
  { events, times }: Pick<Leaves, 'events' | 'times'>,
): Promise<Map<string, EventRow>> {
  if (events.length === 0) return new Map()
  await runStatements(mandate, [IN_ORDER_OF_THE_INDEX])
  const asked = sql`(select * from unnest(${times}::timestamptz[], ${events}::uuid[]))`
  const columns = [...EVENT_COLUMNS, sql<string>`e.occurred_at::text`.as('at')] as const
  const rows =
    scope === null
      ? await tables<AuditTables>(mandate)
          .selectFrom('audit_event as e')
          .where(sql<boolean>`(e.occurred_at, e.id) in ${asked}`)
          .select([...columns, 'e.row_count'])
          .execute()
      : await tables<AuditTables>(mandate)
          .selectFrom('audit_scope as s')
          .innerJoin('audit_event as e', (join) =>
            join.onRef('e.id', '=', 's.event_id').onRef('e.occurred_at', '=', 's.occurred_at'),
          )
          .where('s.kind', '=', scope.kind)
          .where('s.scope_id', '=', scope.id)
          .where(sql<boolean>`(s.occurred_at, s.event_id) in ${asked}`)
          .select([...columns, 's.row_count'])
          .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

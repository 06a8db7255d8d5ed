import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { isFreeToPay } from './batch-store.ts'
import { BATCH_LINES, chooseLines } from './rules.ts'
import type { Candidate, Line } from './rules.ts'
import type { PayoutTables } from './tables.ts'

/** Which rows of a partner with more than a batch holds make its payout: `oldest` needs no list. */
type LineChoice = { readonly by: 'oldest' } | { readonly by: 'size'; readonly ids: readonly string[] }

/**
 * Looks which earnings of a partner that has more than one batch holds make a payout: all debits with the oldest credits
 * where that comes to the least amount, else the largest of both. Null where neither does. Source: program.md section 10, F10.
 */
export async function findLineChoice(
  mandate: Mandate<'platform'>,
  candidate: Candidate,
  cutoffAt: Date,
): Promise<LineChoice | null> {
  const { partnerId, currency, amountMinor: balance } = candidate
  const free = sql`from earning e where e.partner_id = ${partnerId} and e.currency = ${currency}
    and ${isFreeToPay(cutoffAt)}`
  const { rows: sums } = await sql<{ least: number; oldest: number }>`
    select access.payout_minimum(${partnerId}, ${currency}) as least, (select sum(o.amount_minor)::bigint from
      (select e.amount_minor ${free} order by e.amount_minor >= 0, e.id limit ${BATCH_LINES}) o) as oldest`.execute(
    tables<PayoutTables>(mandate),
  )
  const { least = 0, oldest = 0 } = sums[0] ?? {}
  if (oldest >= least) return { by: 'oldest' }
  const { rows } = await sql<{ id: string; amount_minor: number }>`
    (select e.id, e.amount_minor ${free} and e.amount_minor < 0 order by e.amount_minor, e.id limit ${BATCH_LINES})
    union all
    (select e.id, e.amount_minor ${free} and e.amount_minor >= 0 order by e.amount_minor desc, e.id limit ${BATCH_LINES})`.execute(
    tables<PayoutTables>(mandate),
  )
  const lines: Line[] = rows.map((row) => ({ id: row.id, amountMinor: row.amount_minor }))
  const chosen = chooseLines(lines, { least, balance })
  return chosen && { by: 'size', ids: chosen.map(({ id }) => id) }
}

import { sql } from 'kysely'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { PaymentNews } from './payments.ts'
import type { PlanTables, SubscriptionState } from './tables.ts'

type IngestMandate = Mandate<'ingest'>
export type Outcome = 'held' | 'released' | 'ended' | 'no_change'

/** What came of an event before, waiting for one that is being worked on; null for a new one. */
export async function findOutcome(mandate: IngestMandate, eventId: string): Promise<Outcome | null> {
  await runStatements(mandate, [
    {
      text: `select pg_advisory_xact_lock(hashtextextended('payment ' || $1 || ' ' || $2, 0))`,
      values: [mandate.source, eventId],
    },
  ])
  const row = await tables<PlanTables>(mandate)
    .selectFrom('payment_event')
    .select('outcome')
    .where('source', '=', mandate.source)
    .where('event_id', '=', eventId)
    .executeTakeFirst()
  return row?.outcome ?? null
}

/**
 * A subscription that money came in for, or did not, in its state now; other news of it waits for this transaction. Throws
 * SUBSCRIPTION_NOT_FOUND.
 */
export async function getPaid(mandate: IngestMandate, id: string) {
  await runStatements(mandate, [
    {
      text: `select pg_advisory_xact_lock(hashtextextended('payments of ' || $1, 0))`,
      values: [id],
    },
  ])
  const row = await tables<PlanTables>(mandate)
    .selectFrom('subscription as s')
    .select(['s.id', 's.partner_id', 's.end_user_id', 's.status'])
    .select(sql<SubscriptionState>`access.subscription_state(s)`.as('state'))
    .where('s.id', '=', id)
    .executeTakeFirst()
  if (!row) throw new ProblemError(404, 'SUBSCRIPTION_NOT_FOUND', 'No subscription has this id.')
  return row
}

export type PaidRow = Awaited<ReturnType<typeof getPaid>>

/** Whether something is known that happened to the subscription's payments after an instant: what is told late then says nothing new. */
export async function isOvertaken(mandate: IngestMandate, row: PaidRow, at: Date): Promise<boolean> {
  const later = await tables<PlanTables>(mandate)
    .selectFrom('payment_event')
    .select('event_id')
    .where('partner_id', '=', row.partner_id)
    .where('subscription_id', '=', row.id)
    .where('occurred_at', '>', at)
    .limit(1)
    .executeTakeFirst()
  return later !== undefined
}

/** Keeps the event with what came of it. */
export async function keepEvent(
  mandate: IngestMandate,
  row: PaidRow,
  kept: { readonly news: PaymentNews; readonly outcome: Outcome },
): Promise<void> {
  await tables<PlanTables>(mandate)
    .insertInto('payment_event')
    .values({
      source: mandate.source,
      event_id: kept.news.eventId,
      subscription_id: row.id,
      partner_id: row.partner_id,
      kind: kept.news.kind,
      occurred_at: kept.news.occurredAt,
      outcome: kept.outcome,
    })
    .execute()
}

/** Holds a subscription until it is paid; tells whether that is new. */
export async function holdForPayment(mandate: IngestMandate, row: PaidRow): Promise<boolean> {
  const inserted = await tables<PlanTables>(mandate)
    .insertInto('subscription_hold')
    .values({
      partner_id: row.partner_id,
      end_user_id: row.end_user_id,
      subscription_id: row.id,
      kind: 'payment',
      reason: 'A payment failed.',
      placed_by_name: mandate.source,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['end_user_id', 'subscription_id', 'kind'])
        .where('released_at', 'is', null)
        .doNothing(),
    )
    .executeTakeFirst()
  return (inserted.numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Releases the hold for a payment; tells whether there was one. */
export async function releasePayment(mandate: IngestMandate, row: PaidRow): Promise<boolean> {
  const updated = await tables<PlanTables>(mandate)
    .updateTable('subscription_hold')
    .set({
      released_at: mandate.origin.now,
      released_by_name: mandate.source,
      release_reason: 'The payment came in.',
    })
    .where('subscription_id', '=', row.id)
    .where('kind', '=', 'payment')
    .where('released_at', 'is', null)
    .executeTakeFirst()
  return updated.numUpdatedRows > 0n
}

import { sql } from 'kysely'
import { z } from 'zod'
import type { Attempted } from '#platform/outgoing/attempts.ts'
import type { ClaimLimits } from '#platform/outgoing/deliverer.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { guarded } from './refusals.ts'
import type { PayoutTables } from './tables.ts'

type Provider = Mandate<'platform'>
type System = Mandate<'system'>

/** How many payouts one message holds: as many as one call that says what became of them. */
const PART_PAYOUTS = 500

/** The messages by which a batch is handed over, in order. */
export function listHandOvers(mandate: Provider, batchId: string) {
  return tables<PayoutTables>(mandate)
    .selectFrom('payout_hand_over')
    .selectAll()
    .where('batch_id', '=', batchId)
    .orderBy('part')
    .execute()
}

export type HandOverRow = Awaited<ReturnType<typeof listHandOvers>>[number]

/** Writes the messages that hand a batch over, those that are there already left as they are. */
export async function insertHandOvers(mandate: Provider, batchId: string, payouts: number): Promise<void> {
  const parts = Math.ceil(payouts / PART_PAYOUTS)
  await guarded(
    tables<PayoutTables>(mandate)
      .insertInto('payout_hand_over')
      .values(Array.from({ length: parts }, (_, index) => ({ batch_id: batchId, part: index + 1, parts })))
      .onConflict((conflict) => conflict.columns(['batch_id', 'part']).doNothing())
      .execute(),
  )
}

/** Has every message of a batch that has ended sent again, each under its own id; answers how many. */
export async function sendAgain(mandate: Provider, batchId: string): Promise<number> {
  const changed = await guarded(
    tables<PayoutTables>(mandate)
      .updateTable('payout_hand_over')
      .set({
        status: 'waiting',
        attempt: 0,
        next_attempt_at: sql<Date>`statement_timestamp()`,
        claimed_until: null,
        response_code: null,
        outcome: null,
        duration_ms: null,
        response_excerpt: null,
        finished_at: null,
      })
      .where('batch_id', '=', batchId)
      .where('status', '<>', 'waiting')
      .executeTakeFirst(),
  )
  return Number(changed.numUpdatedRows)
}

const Claimed = z.object({
  id: z.string(),
  batch_id: z.string(),
  part: z.int(),
  parts: z.int(),
  attempt: z.int(),
  created_at: z.date(),
  url: z.string(),
})

/** A message that this process sends now. */
export type ClaimedHandOver = z.output<typeof Claimed>

/** Takes messages that are due, so that no other process sends them until the claim ends. What nobody is to be paid by any more is dropped. */
export async function claimDue(mandate: System, limits: ClaimLimits): Promise<ClaimedHandOver[]> {
  const isFree = `h.status = 'waiting' and h.next_attempt_at <= statement_timestamp() and (h.claimed_until is null or h.claimed_until <= statement_timestamp())`
  const [, result] = await runStatements(mandate, [
    {
      text: `update payout_hand_over h set status = 'cancelled', claimed_until = null, finished_at = statement_timestamp()
        where ${isFree} and not exists (select from access.payout_hand_over_items(h.id))`,
      values: [],
    },
    {
      text: `with receiver as (select r.url from payout_receiver r order by r.version desc limit 1),
        due as (
          select h.id, r.url from payout_hand_over h cross join receiver r
          where ${isFree} and r.url is not null
          order by h.next_attempt_at, h.id limit least($1::integer, $2::integer) for update of h skip locked)
        update payout_hand_over h set attempt = h.attempt + 1, claimed_until = statement_timestamp() + make_interval(secs => $3)
        from due where h.id = due.id
        returning h.id, h.batch_id, h.part, h.parts, h.attempt, h.created_at, due.url`,
      values: [limits.most, limits.perReceiver, limits.claimSeconds],
    },
  ])
  return z.array(Claimed).parse(result?.rows ?? [])
}

const Payout = z.object({
  batch_number: z.int(),
  item_id: z.string(),
  partner_id: z.string(),
  currency: z.string(),
  amount_minor: z.number(),
  method: z.string(),
  label: z.string(),
  account_id: z.string(),
  sealed_details: z.instanceof(Buffer).nullable(),
})

/** A payout as a message tells it. */
export type ToldPayout = z.output<typeof Payout>

/** The payouts of a message that are still to be paid. */
export async function listToldPayouts(mandate: System, id: string): Promise<ToldPayout[]> {
  const [result] = await runStatements(mandate, [
    { text: 'select * from access.payout_hand_over_items($1)', values: [id] },
  ])
  return z.array(Payout).parse(result?.rows ?? [])
}

/** The sealed secrets that sign now, the newest first. */
export function findSecrets(mandate: System) {
  return tables<PayoutTables>(mandate)
    .selectFrom('payout_receiver_secret')
    .select(['id', 'sealed_secret', 'sealed_signing_key'])
    .where((builder) =>
      builder.or([builder('ends_at', 'is', null), builder('ends_at', '>', sql<Date>`statement_timestamp()`)]),
    )
    .orderBy('ends_at', (order) => order.desc().nullsFirst())
    .execute()
}

/** Writes down how an attempt went; `delayMs` until the next one, null when there is none. Answers whether it still counted. */
export async function noteAttempt(
  mandate: System,
  handOver: Pick<ClaimedHandOver, 'id' | 'attempt'>,
  { attempted, delayMs }: { readonly attempted: Attempted; readonly delayMs: number | null },
): Promise<boolean> {
  const isDelivered = attempted.outcome === 'delivered'
  const isDone = isDelivered || delayMs === null
  const changed = await tables<PayoutTables>(mandate)
    .updateTable('payout_hand_over')
    .set({
      status: isDelivered ? 'delivered' : isDone ? 'failed' : 'waiting',
      claimed_until: null,
      response_code: attempted.code,
      outcome: attempted.outcome,
      duration_ms: attempted.durationMs,
      response_excerpt: attempted.excerpt,
      finished_at: isDone ? sql<Date>`statement_timestamp()` : null,
      ...(!isDone && {
        next_attempt_at: sql<Date>`statement_timestamp() + make_interval(secs => ${delayMs / 1000})`,
      }),
    })
    .where('id', '=', handOver.id)
    .where('status', '=', 'waiting')
    // An attempt whose claim ended, and that somebody else has repeated since, says nothing any more.
    .where('attempt', '=', handOver.attempt)
    .executeTakeFirst()
  return changed.numUpdatedRows === 1n
}

/** Mails whoever runs payouts about a message that failed. */
export async function mailAdmins(
  mandate: System,
  id: string,
  mail: { readonly subject: string; readonly text: string },
): Promise<void> {
  await runStatements(mandate, [
    { text: 'select access.mail_payout_admins($1, $2, $3)', values: [id, mail.subject, mail.text] },
  ])
}

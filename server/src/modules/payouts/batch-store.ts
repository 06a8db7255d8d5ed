import { sql } from 'kysely'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { guarded } from './refusals.ts'
import { BATCH_LINES } from './rules.ts'
import type { Candidate } from './rules.ts'
import type { BatchState, Obstacle, PayoutTables, Rail, Skipped } from './tables.ts'

type Provider = Mandate<'platform'>
/** Whoever may ask what could be paid: the provider about everybody, an owner about the own partner. */
export type MoneyMandate = Mandate<'platform' | 'program'>

/** What could be paid up to an instant: every partner that has something, with what stands against it. */
export async function listCandidates(
  mandate: MoneyMandate,
  asked: { readonly currency: string | null; readonly cutoffAt: Date },
): Promise<(Candidate & { readonly itemId: string })[]> {
  const { rows } = await sql<{
    partner_id: string
    partner_name: string
    currency: string
    amount_minor: number
    row_count: number
    obstacles: Obstacle[]
    item_id: string
  }>`select c.*, uuidv7() as item_id from access.payout_candidates(${asked.currency}, ${asked.cutoffAt}) c`.execute(
    tables<PayoutTables>(mandate),
  )
  return rows.map((row) => ({
    partnerId: row.partner_id,
    partnerName: row.partner_name,
    currency: row.currency,
    amountMinor: row.amount_minor,
    rowCount: row.row_count,
    obstacles: row.obstacles,
    itemId: row.item_id,
  }))
}

/** What stands between one partner and its payout, apart from the amount unless one is given. */
export async function listObstacles(
  mandate: MoneyMandate,
  asked: { readonly partnerId: string; readonly currency: string; readonly amountMinor: number | null },
): Promise<readonly Obstacle[]> {
  const { rows } = await sql<{ obstacles: Obstacle[] | null }>`
    select access.payout_obstacles(${asked.partnerId}, ${asked.currency}, ${asked.amountMinor}) as obstacles`.execute(
    tables<PayoutTables>(mandate),
  )
  return rows[0]?.obstacles ?? []
}

/** The last moment of a calendar day where the program is at home. */
export async function endOfDay(mandate: Mandate<'platform'>, day: string): Promise<Date> {
  const { rows } = await sql<{ at: Date }>`select access.end_of_program_day(${day}) as at`.execute(
    tables<PayoutTables>(mandate),
  )
  const [row] = rows
  if (!row) throw new Error('The database told no end of a day.')
  return row.at
}

/** That the earning `e` is free to be paid up to an instant: the one condition by which candidates are counted, chosen and claimed. */
export const isFreeToPay = (cutoffAt: Date) =>
  sql<boolean>`access.is_free_to_pay(e.state, e.payout_item_id, e.available_on, (select access.program_day(${cutoffAt}::timestamptz)))`

/** Rows that were claimed for one item. */
export interface Claim {
  readonly itemId: string
  readonly partnerId: string
  readonly amountMinor: number
  readonly rowCount: number
}

/**
 * Claims what is approved and free for the chosen partners, debits like credits, in one UPDATE: whoever claims at the same
 * time gets none of the same rows. Of more than one batch holds those that were chosen, else all debits and the oldest
 * credits, so that never too much is paid. Amounts are the sums of what came back. Source: program.md section 10, F10.
 */
export async function claimEarnings(
  mandate: Provider,
  chosen: readonly { readonly partnerId: string; readonly itemId: string }[],
  asked: { readonly currency: string; readonly cutoffAt: Date; readonly lines: readonly string[] | null },
): Promise<Claim[]> {
  const partners = chosen.map(({ partnerId }) => partnerId)
  const items = chosen.map(({ itemId }) => itemId)
  const { rows } = await sql<{
    item_id: string
    partner_id: string
    amount_minor: number
    row_count: number
  }>`
    with chosen as (select * from unnest(${partners}::uuid[], ${items}::uuid[]) c (partner_id, item_id)),
    picked as materialized (
      select e.id, c.item_id from earning e join chosen c on c.partner_id = e.partner_id
      where e.currency = ${asked.currency} and ${isFreeToPay(asked.cutoffAt)}
        ${asked.lines === null ? sql`` : sql`and e.id = any(${asked.lines}::uuid[])`}
      order by e.amount_minor >= 0, e.id limit ${BATCH_LINES} for no key update of e),
    claimed as (
      update earning e set state = 'in_payout', payout_item_id = p.item_id from picked p
      where e.id = p.id and ${isFreeToPay(asked.cutoffAt)}
      returning e.payout_item_id as item_id, e.partner_id, e.amount_minor)
    select item_id, partner_id, sum(amount_minor)::bigint as amount_minor, count(*) as row_count from claimed group by 1, 2`.execute(
    tables<PayoutTables>(mandate),
  )
  return rows.map((row) => ({
    itemId: row.item_id,
    partnerId: row.partner_id,
    amountMinor: row.amount_minor,
    rowCount: row.row_count,
  }))
}

/** Gives the rows of items back: they are approved and free again. */
export async function returnEarnings(mandate: Provider, itemIds: readonly string[]): Promise<void> {
  await runStatements(mandate, [
    {
      text: `update earning set state = 'approved', payout_item_id = null where payout_item_id = any($1::uuid[]) and state = 'in_payout'`,
      values: [itemIds],
    },
  ])
}

/** What a new batch says of itself. */
export interface NewBatch {
  readonly currency: string
  readonly cutoffAt: Date
  readonly rail: Rail
  readonly note: string | null
  readonly skipped: readonly Skipped[]
}

/** Writes a batch over claimed rows, with an item for each partner and a line for each row. Answers its UUID. */
export async function insertBatch(
  mandate: Provider,
  batch: NewBatch,
  claims: readonly Claim[],
): Promise<string> {
  const { actor } = mandate
  const { id } = await guarded(
    tables<PayoutTables>(mandate)
      .insertInto('payout_batch')
      .values({
        currency: batch.currency,
        cutoff_at: batch.cutoffAt,
        rail: batch.rail,
        note: batch.note,
        skipped: sql`${JSON.stringify(batch.skipped)}::jsonb`,
        total_minor: claims.reduce((sum, claim) => sum + claim.amountMinor, 0),
        item_count: claims.length,
        row_count: claims.reduce((sum, claim) => sum + claim.rowCount, 0),
        created_by: actor.id,
        created_by_name: actor.name,
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  )
  const items = claims.map(({ itemId }) => itemId)
  await runStatements(mandate, [
    {
      text: `insert into payout_item (id, batch_id, partner_id, currency, amount_minor, row_count, payout_account_id, account_method, account_label)
        select c.item_id, $1, c.partner_id, $2, c.amount_minor, c.row_count, a.id, a.method, a.label
        from unnest($3::uuid[], $4::uuid[], $5::bigint[], $6::integer[]) c (item_id, partner_id, amount_minor, row_count)
        join payout_account a on a.partner_id = c.partner_id and a.ended_at is null`,
      values: [
        id,
        batch.currency,
        items,
        claims.map(({ partnerId }) => partnerId),
        claims.map(({ amountMinor }) => amountMinor),
        claims.map(({ rowCount }) => rowCount),
      ],
    },
    {
      text: `insert into payout_line (item_id, earning_id, partner_id, amount_minor)
        select e.payout_item_id, e.id, e.partner_id, e.amount_minor from earning e where e.payout_item_id = any($1::uuid[])`,
      values: [items],
    },
  ])
  return id
}

/** Which batches a list shows. */
export interface BatchFilter {
  readonly state?: readonly BatchState[] | undefined
  readonly currency?: string | undefined
}

function filtered(mandate: Provider, filter: BatchFilter) {
  let query = tables<PayoutTables>(mandate).selectFrom('payout_batch')
  if (filter.state) query = query.where('state', 'in', [...filter.state])
  if (filter.currency !== undefined) query = query.where('currency', '=', filter.currency)
  return query
}

/** A page of batches, newest first, with how many there are. */
export async function listBatches(
  mandate: Provider,
  filter: BatchFilter,
  page: { readonly limit: number; readonly offset: number },
) {
  const rows = await filtered(mandate, filter)
    .selectAll()
    .orderBy('id', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const { total } = await filtered(mandate, filter)
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { rows, total }
}

type Settling = Mandate<'platform' | 'ingest'>

function one(mandate: Settling, id: string) {
  return tables<PayoutTables>(mandate).selectFrom('payout_batch').selectAll().where('id', '=', id)
}

export type BatchRow = Awaited<ReturnType<typeof listBatches>>['rows'][number]

/** One batch. Throws PAYOUT_BATCH_NOT_FOUND. */
export async function getBatch(mandate: Provider, id: string): Promise<BatchRow> {
  const row = await one(mandate, id).executeTakeFirst()
  if (!row) throw new ProblemError(404, 'PAYOUT_BATCH_NOT_FOUND', 'No batch has this id.')
  return row
}

/** One batch, held until the transaction ends: moves of one batch come one after the other. */
export async function lockBatch(mandate: Settling, id: string): Promise<BatchRow> {
  const row = await one(mandate, id).forUpdate().executeTakeFirst()
  if (!row) throw new ProblemError(404, 'PAYOUT_BATCH_NOT_FOUND', 'No batch has this id.')
  return row
}

/** What a move writes besides the state. */
export interface BatchMove {
  readonly state: BatchState
  readonly cancelReason?: string
}

/** Moves a batch; who did it and when is written by the database's own clock. */
export async function moveBatch(mandate: Provider, id: string, move: BatchMove): Promise<BatchRow> {
  const { actor } = mandate
  return guarded(
    tables<PayoutTables>(mandate)
      .updateTable('payout_batch')
      .set({
        state: move.state,
        ...(move.state === 'submitted' && {
          submitted_by: actor.id,
          submitted_by_name: actor.name,
          submitted_at: mandate.origin.now,
        }),
        ...(move.state === 'approved' && {
          approved_by: actor.id,
          approved_by_name: actor.name,
          approved_at: mandate.origin.now,
        }),
        ...(move.cancelReason !== undefined && { cancel_reason: move.cancelReason }),
      })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow(),
  )
}

/** Ends a batch whose items have all ended. */
export function endBatch(
  mandate: Settling,
  id: string,
  state: 'completed' | 'partially_failed',
): Promise<BatchRow> {
  return guarded(
    tables<PayoutTables>(mandate)
      .updateTable('payout_batch')
      .set({ state })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow(),
  )
}

import { sql } from 'kysely'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { guarded } from './refusals.ts'
import type { ItemState, PayoutTables } from './tables.ts'

type Provider = Mandate<'platform'>
/** Whoever reads items: the provider all of them, an owner those of the own partner that are approved. */
type Reader = Mandate<'platform' | 'program'>

function joined(mandate: Reader | Settling) {
  return tables<PayoutTables>(mandate)
    .selectFrom('payout_item as i')
    .innerJoin('partner as p', 'p.id', 'i.partner_id')
    .selectAll('i')
    .select('p.name as partner_name')
}

/** Which items a list shows. */
export interface ItemFilter {
  readonly batchId?: string | undefined
  readonly state?: readonly ItemState[] | undefined
  readonly currency?: string | undefined
}

/** A page of items, newest first in a list of a partner, by name in a batch. */
export async function listItems(
  mandate: Reader,
  filter: ItemFilter,
  page: { readonly limit: number; readonly offset: number },
) {
  let query = joined(mandate)
  let counted = tables<PayoutTables>(mandate).selectFrom('payout_item as i')
  if (filter.batchId !== undefined) {
    query = query.where('i.batch_id', '=', filter.batchId)
    counted = counted.where('i.batch_id', '=', filter.batchId)
  }
  if (filter.state) {
    query = query.where('i.state', 'in', [...filter.state])
    counted = counted.where('i.state', 'in', [...filter.state])
  }
  if (filter.currency !== undefined) {
    query = query.where('i.currency', '=', filter.currency)
    counted = counted.where('i.currency', '=', filter.currency)
  }
  const ordered = filter.batchId === undefined ? query.orderBy('i.id', 'desc') : query.orderBy('p.name')
  const rows = await ordered.orderBy('i.id').limit(page.limit).offset(page.offset).execute()
  const { total } = await counted
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { rows, total }
}

export type ItemRow = Awaited<ReturnType<typeof listItems>>['rows'][number]

/** One item. Throws PAYOUT_NOT_FOUND. */
export async function getItem(mandate: Reader, id: string): Promise<ItemRow> {
  const row = await joined(mandate).where('i.id', '=', id).executeTakeFirst()
  if (!row) throw new ProblemError(404, 'PAYOUT_NOT_FOUND', 'No payout that you can see has this id.')
  return row
}

/** Every item of a batch, held until the transaction ends. */
export async function lockItems(mandate: Provider, batchId: string): Promise<ItemRow[]> {
  return joined(mandate).where('i.batch_id', '=', batchId).orderBy('i.id').forUpdate(['i']).execute()
}

/** The states of a batch's items. */
export async function listStates(mandate: Settling, batchId: string): Promise<ItemState[]> {
  const rows = await tables<PayoutTables>(mandate)
    .selectFrom('payout_item')
    .select('state')
    .distinct()
    .where('batch_id', '=', batchId)
    .execute()
  return rows.map(({ state }) => state)
}

/** How the items of batches stand: how many in each state, and their sums. */
export async function countStates(mandate: Provider, batchIds: readonly string[]) {
  return tables<PayoutTables>(mandate)
    .selectFrom('payout_item')
    .select([
      'batch_id',
      'state',
      sql<number>`count(*)`.as('items'),
      sql<number>`sum(amount_minor)::bigint`.as('minor'),
    ])
    .where('batch_id', 'in', [...batchIds, '00000000-0000-0000-0000-000000000000'])
    .groupBy(['batch_id', 'state'])
    .execute()
}

/** Shows the items of an approved batch to their partners. */
export async function showItems(mandate: Provider, batchId: string): Promise<void> {
  await guarded(
    tables<PayoutTables>(mandate)
      .updateTable('payout_item')
      .set({ approved_at: mandate.origin.now })
      .where('batch_id', '=', batchId)
      .execute(),
  )
}

/** Moves items that have no end of their own yet to be sent. */
export async function sendItems(mandate: Provider, ids: readonly string[]): Promise<void> {
  await guarded(
    tables<PayoutTables>(mandate)
      .updateTable('payout_item')
      .set({ state: 'sent' })
      .where('id', 'in', [...ids])
      .execute(),
  )
}

/** How an item ends. */
export type ItemEnd =
  | { readonly state: 'paid'; readonly reference: string }
  | { readonly state: 'failed'; readonly reason: string }
  | { readonly state: 'cancelled' }

/** Whoever settles payouts: people of the provider, or its finance system. */
export type Settling = Mandate<'platform' | 'ingest'>

/** The items with these UUIDs that the reader may settle. */
export function findItems(mandate: Settling, ids: readonly string[]): Promise<ItemRow[]> {
  return joined(mandate)
    .where('i.id', 'in', [...ids])
    .execute()
}

/** In whose name something is settled. */
const nameOf = (mandate: Settling) =>
  mandate.kind === 'ingest' ? { id: mandate.keyId, name: mandate.source } : mandate.actor

/** Ends an item in the own name; its rows follow it, paid or free again. */
export async function endItem(mandate: Settling, id: string, end: ItemEnd): Promise<void> {
  const actor = nameOf(mandate)
  await guarded(
    tables<PayoutTables>(mandate)
      .updateTable('payout_item')
      .set({
        state: end.state,
        settled_by: actor.id,
        settled_by_name: actor.name,
        ...(end.state === 'paid' && { rail_ref: end.reference }),
        ...(end.state === 'failed' && { failure_reason: end.reason }),
      })
      .where('id', '=', id)
      .execute(),
  )
  if (mandate.kind === 'ingest') {
    await runStatements(mandate, [{ text: 'select access.follow_payout_item($1)', values: [id] }])
    return
  }
  const text =
    end.state === 'paid'
      ? `update earning set state = 'paid' where payout_item_id = $1 and state = 'in_payout'`
      : `update earning set state = 'approved', payout_item_id = null where payout_item_id = $1 and state = 'in_payout'`
  await runStatements(mandate, [{ text, values: [id] }])
}

/** The items that may not be sent any more, with the reason: what was so when the batch was built may have changed. */
export async function findBlocked(mandate: Provider, batchId: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ id: string; reason: string }>`
    select x.id, x.reason from (
      select i.id, case
        when a.ended_at is not null then 'The account was replaced after the batch was built.'
        when exists (select from payout_line l join earning e on e.id = l.earning_id where l.item_id = i.id
          and access.check_of_earning(e.partner_id, e.referral_id, e.state_changed_at) is not null) then 'Earnings in it are being checked, or did not pass a check.'
        else (select 'Payouts to this partner are stopped: ' || replace(o ->> 'code', '_', ' ') || '.'
          from jsonb_array_elements(access.payout_obstacles(i.partner_id, i.currency, null)) o where (o ->> 'blocks')::boolean limit 1) end as reason
      from payout_item i join payout_account a on a.id = i.payout_account_id
      where i.batch_id = ${batchId} and i.state = 'queued') x
    where x.reason is not null`.execute(tables<PayoutTables>(mandate))
  return new Map(rows.map(({ id, reason }) => [id, reason]))
}

/** One earning of an item, as it was claimed. */
export interface LineRow {
  readonly earning_id: string
  readonly kind: string
  readonly component: string
  readonly period_month: string
  readonly amount_minor: number
}

/** The earnings that an item was made of, oldest first. */
export async function listLines(mandate: Reader, itemId: string): Promise<LineRow[]> {
  const { rows } = await sql<LineRow>`
    select l.earning_id, e.kind, e.component, e.period_month, l.amount_minor
    from payout_line l join earning e on e.id = l.earning_id where l.item_id = ${itemId} order by e.occurred_at, e.id limit 10000`.execute(
    tables<PayoutTables>(mandate),
  )
  return rows
}

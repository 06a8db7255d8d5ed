import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { Action, ItemParameters, OperationParameters, OperationTables } from './tables.ts'

/** For how long a process may work on an operation before another one may take it over. */
const LEASE_SECONDS = 60

/** An operation that this process has claimed. */
export interface Claimed {
  readonly id: string
  readonly action: Action
  readonly parameters: OperationParameters
}

/** An item that waits. */
export interface WaitingItem {
  readonly place: number
  readonly link_id: string | null
  readonly parameters: ItemParameters
}

/** What became of an item. */
export interface ItemOutcome {
  readonly outcome: 'done' | 'unchanged' | 'refused'
  readonly code: string | null
  readonly detail: string | null
}

/** Claims come one after another, so that two of them never take up two operations of one partner. */
const TAKE_TURNS = `select pg_advisory_xact_lock(access.lock_key('operations', null))`

const CLAIM = `with turn as materialized (
    select w.partner_id, (select max(s.served_at) from bulk_operation s where s.partner_id = w.partner_id) as served_at
    from (select distinct partner_id from bulk_operation where status in ('queued', 'processing')) w
    where not exists (select from bulk_operation b where b.partner_id = w.partner_id and b.status = 'processing' and b.claimed_until > statement_timestamp()))
  update bulk_operation set status = 'processing', claim_hash = $1, claimed_until = statement_timestamp() + make_interval(secs => $2)
  where id = (
    select o.id from bulk_operation o join turn on turn.partner_id = o.partner_id
    where o.status in ('queued', 'processing')
    order by turn.served_at nulls first, (o.action = 'suspend') desc, o.created_at, o.id limit 1 for update of o skip locked)
  returning id, action, parameters`

/**
 * Takes up an operation that nobody works on, also one whose process is gone: of the partner that was served longest ago and
 * has none that is worked on, what stops access first, then the oldest. Null when there is none.
 */
export async function claimNext(mandate: Mandate<'system'>, claimHash: Buffer): Promise<Claimed | null> {
  const [, result] = await runStatements(mandate, [
    { text: TAKE_TURNS, values: [] },
    { text: CLAIM, values: [claimHash, LEASE_SECONDS] },
  ])
  const row: unknown = result?.rows[0]
  // The columns are those that the statement returns.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return row === undefined ? null : (row as Claimed)
}

/** The items of a claimed operation that wait, as many as are worked on in one turn. */
export function listWaiting(mandate: Mandate<'system'>, id: string, most: number): Promise<WaitingItem[]> {
  return tables<OperationTables>(mandate)
    .selectFrom('bulk_item')
    .select(['place', 'link_id', 'parameters'])
    .where('operation_id', '=', id)
    .where('outcome', '=', 'waiting')
    .orderBy('place')
    .limit(most)
    .execute()
}

/** Keeps a claim for another while; false when another process has taken over. */
export async function renewLease(
  mandate: Mandate<'system'>,
  id: string,
  claimHash: Buffer,
): Promise<boolean> {
  const [result] = await runStatements(mandate, [
    {
      text: `update bulk_operation set claimed_until = statement_timestamp() + make_interval(secs => $3) where id = $1 and status = 'processing' and claim_hash = $2 returning id`,
      values: [id, claimHash, LEASE_SECONDS],
    },
  ])
  return result?.rows.length === 1
}

/** Writes what became of an item that waited; false when that was written already. */
export async function settleItem(
  mandate: Mandate<'system' | 'program'>,
  item: { readonly operationId: string; readonly place: number },
  { outcome, code, detail }: ItemOutcome,
): Promise<boolean> {
  const updated = await tables<OperationTables>(mandate)
    .updateTable('bulk_item')
    .set({ outcome, code, detail, done_at: mandate.origin.now })
    .where('operation_id', '=', item.operationId)
    .where('place', '=', item.place)
    .where('outcome', '=', 'waiting')
    .executeTakeFirst()
  return updated.numUpdatedRows === 1n
}

/** Ends the turn of an operation: it is through when its items are all settled, and else waits for its next turn. */
export async function endTurn(mandate: Mandate<'system'>, id: string, claimHash: Buffer): Promise<void> {
  await runStatements(mandate, [
    {
      text: `update bulk_operation o set status = 'completed', finished_at = statement_timestamp(), claim_hash = null, claimed_until = null
        where o.id = $1 and o.claim_hash = $2 and not exists (select from bulk_item i where i.operation_id = o.id and i.outcome = 'waiting')`,
      values: [id, claimHash],
    },
    {
      text: `update bulk_operation set claimed_until = statement_timestamp() where id = $1 and claim_hash = $2`,
      values: [id, claimHash],
    },
  ])
}

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

/** Takes the oldest operation that nobody works on, also one whose process is gone; null when there is none. */
export async function claimNext(mandate: Mandate<'system'>, claimHash: Buffer): Promise<Claimed | null> {
  const [result] = await runStatements(mandate, [
    {
      text: `update bulk_operation set status = 'processing', claim_hash = $1, claimed_until = statement_timestamp() + make_interval(secs => $2)
        where id = (select id from bulk_operation where status = 'queued' or (status = 'processing' and claimed_until <= statement_timestamp()) order by created_at, id limit 1 for update skip locked)
        returning id, action, parameters`,
      values: [claimHash, LEASE_SECONDS],
    },
  ])
  const row: unknown = result?.rows[0]
  // The columns are those that the statement returns.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return row === undefined ? null : (row as Claimed)
}

/** The items of a claimed operation that wait. */
export function listWaiting(mandate: Mandate<'system'>, id: string): Promise<WaitingItem[]> {
  return tables<OperationTables>(mandate)
    .selectFrom('bulk_item')
    .select(['place', 'link_id', 'parameters'])
    .where('operation_id', '=', id)
    .where('outcome', '=', 'waiting')
    .orderBy('place')
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

/** Ends an operation whose items are all settled. */
export async function finish(mandate: Mandate<'system'>, id: string, claimHash: Buffer): Promise<void> {
  await runStatements(mandate, [
    {
      text: `update bulk_operation o set status = 'completed', finished_at = statement_timestamp(), claim_hash = null, claimed_until = null
        where o.id = $1 and o.claim_hash = $2 and not exists (select from bulk_item i where i.operation_id = o.id and i.outcome = 'waiting')`,
      values: [id, claimHash],
    },
  ])
}

import { idFromUuid } from '@liaison/access'
import type { IdOf } from '@liaison/access'
import { sql } from 'kysely'
import { guardedBy } from '#platform/guarded.ts'
import { enqueue, factsOf, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type {
  Action,
  ItemParameters,
  OperationParameters,
  OperationTables,
  Outcome,
  Status,
} from './tables.ts'

export type OperationId = IdOf<'operation'>

/** The outbox topic that wakes the worker. */
export const OPERATION_TOPIC = 'operation'

/** An operation with how far it is. */
export interface OperationRow {
  readonly id: string
  readonly action: Action
  readonly status: Status
  readonly ordered_by_name: string
  readonly created_at: Date
  readonly finished_at: Date | null
  readonly items_count: number
  readonly done: number
  readonly unchanged: number
  readonly refused: number
  readonly cancelled: number
  /** Who stopped it before all of it was done. */
  readonly cancelled_by_name: string | null
}

/** One link of an operation. */
export interface ItemRow {
  readonly place: number
  /** Null for a request, which names a tenant by its code. */
  readonly link_id: string | null
  readonly tenant_slug: string | null
  readonly tenant_name: string | null
  readonly member_id: string | null
  readonly member_name: string | null
  readonly outcome: Outcome
  readonly code: string | null
  readonly detail: string | null
}

/** What is ordered. */
export interface Order {
  readonly action: Action
  readonly parameters: OperationParameters
  readonly items: readonly { readonly linkId: string | null; readonly parameters: ItemParameters }[]
}

const guarded = guardedBy({
  bulk_operation_waiting: [
    'TOO_MANY_OPERATIONS',
    'Your organisation has 20 operations that are not through. Wait for one of them, or stop it.',
  ],
})

/** Writes an order with its items and wakes the worker at the commit. Throws TOO_MANY_OPERATIONS. */
export async function insertOperation(mandate: Mandate<'program'>, order: Order): Promise<OperationId> {
  const db = tables<OperationTables>(mandate)
  const inserting = db
    .insertInto('bulk_operation')
    .values({
      partner_id: mandate.partner.id,
      action: order.action,
      parameters: JSON.stringify(order.parameters),
      ordered_by: mandate.actor.id,
      ordered_by_name: mandate.actor.name,
      session_id: mandate.actor.sessionId,
      factor: factsOf(mandate).actor?.factor ?? 'none',
      items_count: order.items.length,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const row = await guarded(inserting)
  await db
    .insertInto('bulk_item')
    .values(
      order.items.map(({ linkId, parameters }, place) => ({
        operation_id: row.id,
        partner_id: mandate.partner.id,
        place,
        link_id: linkId,
        parameters: JSON.stringify(parameters),
      })),
    )
    .execute()
  await enqueue(mandate, OPERATION_TOPIC, { operation_id: row.id })
  return idFromUuid('operation', row.id)
}

function operations(mandate: Mandate<'program'>) {
  const counted = (outcome: Outcome) =>
    sql<number>`(select count(*)::integer from bulk_item i where i.operation_id = o.id and i.outcome = ${outcome})`
  return tables<OperationTables>(mandate)
    .selectFrom('bulk_operation as o')
    .select([
      'o.id',
      'o.action',
      'o.status',
      'o.ordered_by_name',
      'o.created_at',
      'o.finished_at',
      'o.items_count',
      'o.cancelled_by_name',
      counted('done').as('done'),
      counted('unchanged').as('unchanged'),
      counted('refused').as('refused'),
      counted('cancelled').as('cancelled'),
    ])
    .where('o.partner_id', '=', mandate.partner.id)
}

/** The operations of the partner, newest first. */
export async function listOperations(
  mandate: Mandate<'program'>,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: OperationRow[]; total: number }> {
  const rows = await operations(mandate)
    .orderBy('o.id', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const counted = await tables<OperationTables>(mandate)
    .selectFrom('bulk_operation')
    .select(sql<number>`count(*)::integer`.as('total'))
    .where('partner_id', '=', mandate.partner.id)
    .executeTakeFirst()
  return { rows, total: counted?.total ?? 0 }
}

/** One operation of the partner. Throws OPERATION_NOT_FOUND. */
export async function getOperation(mandate: Mandate<'program'>, id: OperationId): Promise<OperationRow> {
  const row = await operations(mandate).where('o.id', '=', id).executeTakeFirst()
  if (!row)
    throw new ProblemError(
      404,
      'OPERATION_NOT_FOUND',
      'Your organisation has ordered no operation with this id.',
    )
  return row
}

/**
 * Stops what still waits of an operation; the database cancels its items in the same statement. Answers how many those were:
 * null when the operation was stopped before. An item that is being worked on now is waited for. Throws OPERATION_NOT_FOUND
 * and OPERATION_FINISHED.
 */
export async function cancelOperation(mandate: Mandate<'program'>, id: OperationId): Promise<number | null> {
  const held = await tables<OperationTables>(mandate)
    .selectFrom('bulk_operation')
    .select('status')
    .where('partner_id', '=', mandate.partner.id)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (held?.status === 'cancelled') return null
  if (held && held.status !== 'completed')
    await tables<OperationTables>(mandate)
      .updateTable('bulk_operation')
      .set({ status: 'cancelled', cancelled_by: mandate.actor.id, cancelled_by_name: mandate.actor.name })
      .where('id', '=', id)
      .execute()
  const { cancelled } = await getOperation(mandate, id)
  // The last item may have been through while it was waited for; then nothing was stopped, and nothing of this is kept.
  if (cancelled === 0)
    throw new ProblemError(
      409,
      'OPERATION_FINISHED',
      'All of it is through; nothing waits that could be stopped.',
    )
  return cancelled
}

/** The links of an operation in the order in which they were asked for. A link that the partner does not have has no name. */
export async function listItems(mandate: Mandate<'program'>, id: OperationId): Promise<ItemRow[]> {
  const { rows } = await sql<ItemRow>`
    select i.place, i.link_id, i.parameters ->> 'tenant_slug' as tenant_slug, t.name as tenant_name, i.parameters ->> 'member_id' as member_id, p.name as member_name, i.outcome, i.code, i.detail
    from bulk_item i
    left join link l on l.id = i.link_id
    left join tenant t on t.id = l.tenant_id
    left join partner_member m on m.id = (i.parameters ->> 'member_id')::uuid
    left join person p on p.id = m.person_id
    where i.operation_id = ${id} order by i.place`.execute(tables<OperationTables>(mandate))
  return rows
}

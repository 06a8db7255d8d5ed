import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { BatchRow } from './batch-store.ts'
import type { ItemRow } from './item-store.ts'

type BatchAction =
  | 'created'
  | 'submitted'
  | 'approved'
  | 'exported'
  | 'sent_again'
  | 'cancelled'
  | 'completed'
  | 'partially_failed'

/** Records a move of a batch, for the provider. */
export function recordBatch(
  mandate: Mandate<'platform' | 'ingest'>,
  batch: BatchRow,
  event: {
    readonly action: BatchAction
    readonly before?: string
    readonly reason?: string
    readonly messages?: number
  },
): void {
  recordEvent(mandate, {
    action: `program.payout_batch.${event.action}`,
    resource: { type: 'payout_batch', id: batch.id, label: `Payout ${batch.number}` },
    changes: {
      state: { ...(event.before !== undefined && { before: event.before }), after: batch.state },
      amount_minor: batch.total_minor,
      currency: batch.currency,
      items: batch.item_count,
      ...(event.messages !== undefined && { messages: event.messages }),
    },
    ...(event.reason !== undefined && { reason: event.reason }),
  })
}

type ItemAction = 'approved' | 'sent' | 'paid' | 'failed' | 'cancelled'

/** Records what became of one payout, for the partner and the provider. Its earnings record their own moves. */
export function recordItem(
  mandate: Mandate<'platform' | 'ingest'>,
  item: Pick<ItemRow, 'id' | 'partner_id' | 'partner_name' | 'amount_minor' | 'currency' | 'account_label'>,
  event: { readonly action: ItemAction; readonly reason?: string; readonly reference?: string },
): void {
  recordEvent(mandate, {
    action: `program.payout_item.${event.action}`,
    partnerId: item.partner_id,
    partnerName: item.partner_name,
    resource: { type: 'payout_item', id: item.id, label: item.account_label },
    changes: {
      amount_minor: item.amount_minor,
      currency: item.currency,
      ...(event.reference !== undefined && { reference: event.reference }),
    },
    ...(event.reason !== undefined && { reason: event.reason }),
  })
}

import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { SubscriptionRow } from './subscription-store.ts'

/** The stable names of what is done to subscriptions by somebody; what time and other changes do the database records itself. */
type SubscriptionAction =
  | 'start'
  | 'confirm'
  | 'decline'
  | 'cancel'
  | 'plan_cancel'
  | 'keep'
  | 'change_plan'
  | 'keep_plan'
  | 'end'
  | 'hold'
  | 'release'
  | 'pay'

/** Records what somebody did to a subscription, for its partner and the provider. The plan names it: no person is named. */
export function recordSubscription(
  mandate: Mandate<'platform' | 'program' | 'realm' | 'ingest'>,
  row: Pick<SubscriptionRow, 'id' | 'partner_id' | 'plan_name'>,
  event: {
    readonly action: SubscriptionAction
    readonly changes?: Readonly<Record<string, unknown>>
    readonly reason?: string | undefined
  },
): void {
  recordEvent(mandate, {
    action: `subscriptions.${event.action}`,
    partnerId: row.partner_id,
    resource: { type: 'subscription', id: row.id, ...(row.plan_name !== null && { label: row.plan_name }) },
    ...(event.changes && { changes: event.changes }),
    ...(event.reason !== undefined && { reason: event.reason }),
  })
}

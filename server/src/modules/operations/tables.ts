import type { LinkRole } from '@liaison/access'
import type { ColumnType, Generated } from 'kysely'

export const ACTIONS = [
  'assign',
  'unassign',
  'renew',
  'suspend',
  'set_auto_renew',
  'set_alerts',
  'request',
] as const
export type Action = (typeof ACTIONS)[number]

export const OUTCOMES = ['waiting', 'done', 'unchanged', 'refused', 'cancelled'] as const
export type Outcome = (typeof OUTCOMES)[number]

export const STATUSES = ['queued', 'processing', 'completed', 'cancelled'] as const
export type Status = (typeof STATUSES)[number]

/** What an operation says of all its links. */
export interface OperationParameters {
  readonly reason?: string | null
  /** What the template said when the order was made. */
  readonly request?: unknown
  readonly auto_renew_days?: 0 | 180
  readonly alerts?: {
    readonly notify_on_sla_breach?: boolean | undefined
    readonly notify_on_billing_threshold?: boolean | undefined
    readonly billing_alert_threshold?: { amount_minor: number; currency: string } | null | undefined
  }
}

/** What an operation says of one of its links: whom to assign or to take out. */
export interface ItemParameters {
  readonly member_id?: string
  /** The code of a tenant that is asked for a link. */
  readonly tenant_slug?: string
  readonly role?: LinkRole | null
  readonly ends_at?: string | null
}

export interface OperationTables {
  bulk_operation: {
    id: Generated<string>
    partner_id: string
    action: Action
    parameters: ColumnType<OperationParameters, string, never>
    ordered_by: string
    ordered_by_name: string
    session_id: string
    factor: string
    status: Generated<Status>
    claim_hash: ColumnType<Buffer | null, never, Buffer | null>
    claimed_until: ColumnType<Date | null, never, Date | null>
    items_count: number
    created_at: Generated<Date>
    finished_at: ColumnType<Date | null, never, Date | null>
    cancelled_by: ColumnType<string | null, never, string>
    cancelled_by_name: ColumnType<string | null, never, string>
  }
  bulk_item: {
    operation_id: string
    partner_id: string
    place: number
    link_id: string | null
    parameters: ColumnType<ItemParameters, string, never>
    outcome: Generated<Outcome>
    code: ColumnType<string | null, never, string | null>
    detail: ColumnType<string | null, never, string | null>
    done_at: ColumnType<Date | null, never, Date | null>
  }
}

import type { Statement } from './statement.ts'

/** What a module says of an action; who acts, where from and under which permission comes from the mandate. */
export interface AuditEvent {
  /** Stable dotted name, for example `support.tickets.create`. */
  readonly action: string
  readonly outcome?: 'allowed' | 'error'
  readonly code?: string
  /** Further readers of the event than the mandate's own tenant and partner. */
  readonly tenantId?: string
  readonly tenantName?: string
  readonly partnerId?: string
  readonly partnerName?: string
  /** A read across several tenants: each sees its own row count. */
  readonly tenants?: readonly { readonly tenantId: string; readonly rowCount: number }[]
  readonly delegationId?: string
  readonly delegationEpoch?: number
  readonly role?: string
  readonly resource?: { readonly type: string; readonly id?: string; readonly label?: string }
  /** Before and after of the fields that may be shown to both sides. */
  readonly changes?: Readonly<Record<string, unknown>>
  readonly rowCount?: number
  readonly billingParty?: string
  readonly reason?: string
}

function toRecord(event: AuditEvent): Record<string, unknown> {
  return {
    action: event.action,
    outcome: event.outcome,
    code: event.code,
    tenant_id: event.tenantId,
    tenant_name: event.tenantName,
    partner_id: event.partnerId,
    partner_name: event.partnerName,
    tenants: event.tenants?.map(({ tenantId, rowCount }) => ({ tenant_id: tenantId, row_count: rowCount })),
    delegation_id: event.delegationId,
    delegation_epoch: event.delegationEpoch,
    role: event.role,
    resource_type: event.resource?.type,
    resource_id: event.resource?.id,
    resource_label: event.resource?.label,
    changes: event.changes,
    row_count: event.rowCount,
    billing_party: event.billingParty,
    reason: event.reason,
  }
}

/** The statement that writes the event in the transaction of its action. */
export function recordStatement(event: AuditEvent): Statement {
  return { text: 'select audit.record($1)', values: [toRecord(event)] }
}

const RECORD_READ = 'select audit.record_read($1)'

/** The statement that writes or counts a read. */
export function recordReadStatement(event: AuditEvent): Statement {
  return { text: RECORD_READ, values: [toRecord(event)] }
}

/** The event of a read, as the database takes it, where that is all that these statements write. */
export function loneReadOf(statements: readonly Statement[]): unknown {
  const [only, ...more] = statements
  return only?.text === RECORD_READ && more.length === 0 ? only.values[0] : undefined
}

/** The argument of `audit.record_read`, for a statement that does more than that. */
export const toReadRecord: (event: AuditEvent) => Readonly<Record<string, unknown>> = toRecord

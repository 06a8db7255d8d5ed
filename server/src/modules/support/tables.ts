import type { Generated } from 'kysely'
import type { Priority, SlaMetric, TicketStatus } from './rules.ts'
import type { StepKind } from './steps.ts'

/** The tables of this module, as its queries see them. */
export interface SupportTables {
  ticket: {
    tenant_id: string
    id: string
    number: string
    subscriber_id: string | null
    customer_name: string | null
    subject: string
    description: string
    status: TicketStatus
    priority: Priority
    category: string
    tags: string[]
    assigned_to: string | null
    assigned_to_name: string | null
    created_by: string | null
    created_by_name: string | null
    created_by_partner_id: string | null
    created_by_partner_name: string | null
    delegation_id: string | null
    billing_party: string | null
    sla_response_hours: number | null
    sla_metric: SlaMetric | null
    sla_due_at: Date | null
    sla_target_minutes: number | null
    sla_paused_since: Date | null
    sla_breached_at: Date | null
    sla_base_id: string | null
    sla_floor_id: string | null
    sla_timezone: string | null
    sla_version_id: string | null
    sla_is_business: boolean | null
    sla_at_risk_at: Date | null
    last_response_at: Date | null
    first_response_at: Date | null
    response_count: Generated<number>
    opening_mailed: Generated<boolean>
    resolved_at: Date | null
    version: Generated<number>
    created_at: Date
    updated_at: Date
  }
  ticket_comment: {
    tenant_id: string
    id: string
    ticket_id: string
    author_id: string | null
    author_name: string
    author_partner_id: string | null
    author_partner_name: string | null
    is_internal: boolean
    content: string
    created_at: Date
  }
  ticket_sla_clock: {
    tenant_id: string
    ticket_id: string
    metric: SlaMetric
    target_minutes: number
    started_at: Date
    due_at: Date
    paused_since: Date | null
    paused_ms: string | number
    paused_business_ms: string | number
    policy_version_id: string | null
    is_business: boolean
    at_risk_at: Date | null
    next_signal_at: Date | null
    met_at: Date | null
    breached_at: Date | null
  }
  ticket_sla_signal: {
    tenant_id: string
    ticket_id: string
    metric: SlaMetric
    level: number
    occurred_at: Date
    noted_at: Generated<Date>
  }
  ticket_sla_step: {
    tenant_id: string
    id: Generated<string>
    ticket_id: string
    metric: SlaMetric
    kind: StepKind
    at: Date
    due_at: Date
    paused_ms: string | number | null
    reason: string | null
  }
  ticket_sla_justification: {
    tenant_id: string
    ticket_id: string
    metric: SlaMetric
    code: string
    note: string
    author_id: string
    author_name: string
    author_partner_name: string | null
    created_at: Date
  }
  ticket_sla_arrival: { tenant_id: string; ticket_id: string; arrived_at: Generated<Date> }
  state_transition: {
    entity: string
    from_state: string
    to_state: string
    action: string
    actor_kind: string
  }
  link: { id: string; sla_response_hours: number | null }
}

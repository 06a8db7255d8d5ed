import type { Generated } from 'kysely'

export const ASSISTED_STATES = ['requested', 'active', 'ended', 'declined', 'withdrawn', 'lapsed'] as const
export type AssistedState = (typeof ASSISTED_STATES)[number]

export const ASSISTED_MODES = ['ask', 'allow', 'refuse'] as const
export type AssistedMode = (typeof ASSISTED_MODES)[number]

interface AccessTable {
  id: Generated<string>
  tenant_id: string
  partner_id: string | null
  person_id: string
  person_name: string
  case_number: string
  reason: string
  duration_minutes: number
  status: Generated<AssistedState>
  basis: Generated<'asked' | 'standing'>
  requested_at: Generated<Date>
  answer_by: Generated<Date>
  first_approved_by: string | null
  first_approved_by_name: string | null
  first_approved_at: Date | null
  decided_by: string | null
  decided_by_name: string | null
  decided_at: Date | null
  started_at: Date | null
  ends_at: Date | null
  ended_at: Date | null
  ended_by_side: 'tenant' | 'provider' | 'clock' | null
  ended_by_name: string | null
  end_reason: string | null
}

interface RuleTable {
  tenant_id: string
  mode: AssistedMode
  set_by: string
  set_by_name: string
  set_at: Generated<Date>
}

interface InvoiceView {
  delegation_id: string
  id: string
  number: string
  issued_on: string
  due_on: string
  status: string
  currency: string
  total_minor: number
  paid_minor: number
  balance_minor: number
}

interface PaymentView {
  delegation_id: string
  id: string
  invoice_id: string
  amount_minor: number
  currency: string
  received_at: Date
  method: string
}

interface TicketView {
  delegation_id: string
  id: string
  number: string
  subject: string
  description: string
  status: string
  priority: string
  category: string
  assigned_to_name: string | null
  created_at: Date
  updated_at: Date
}

interface CommentView {
  delegation_id: string
  id: string
  ticket_id: string
  author_name: string
  content: string
  created_at: Date
}

interface OrderView {
  delegation_id: string
  id: string
  ban: string
  status: string
  status_reason: string | null
  reference: string | null
  requested_on: string
  currency: string
  once_total_minor: number
  monthly_total_minor: number
  placed_at: Date
}

/** A row as a side reads it; `state` is as time has made it, `status` as a job has noted it. */
type Overview = { [Column in keyof AccessTable]: AccessTable[Column] } & {
  tenant_name: string | null
  partner_name: string | null
  state: AssistedState
}

export interface AssistanceTables {
  assisted_access: AccessTable
  assisted_overview: Overview
  assisted_rule: RuleTable
  tenant: { id: string; name: string }
  'access.assisted_invoice': InvoiceView
  'access.assisted_payment': PaymentView
  'access.assisted_ticket': TicketView
  'access.assisted_ticket_comment': CommentView
  'access.assisted_order': OrderView
}

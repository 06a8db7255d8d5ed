import type { Generated } from 'kysely'

export const ENGAGEMENTS = ['sales', 'support', 'billing', 'managed'] as const
export const ACCOUNT_STATUSES = ['requested', 'active', 'ended', 'declined', 'withdrawn'] as const

export type AccountStatus = (typeof ACCOUNT_STATUSES)[number]

interface PartnerAccountTable {
  id: Generated<string>
  tenant_id: string
  partner_id: string
  tenant_name: string
  partner_name: string
  subscriber_id: string | null
  subscriber_name: string | null
  asked_for: string | null
  engagement: (typeof ENGAGEMENTS)[number]
  status: AccountStatus
  initiated_by: 'partner' | 'tenant'
  message: string | null
  requested_by: string
  requested_by_name: string
  requested_at: Generated<Date>
  attached_by: string | null
  attached_by_name: string | null
  attached_at: Date | null
  ends_at: Date | null
  ended_at: Date | null
  ended_by_side: 'partner' | 'tenant' | null
  ended_by_name: string | null
  end_reason: string | null
}

/** What this module reads and writes. */
export interface AccountTables {
  partner_account: PartnerAccountTable
  subscriber: {
    id: string
    tenant_id: string
    name: string
    status: string
    city: string | null
    plan: string | null
  }
  partner: { id: string; name: string; slug: string }
  link_overview: {
    id: string
    tenant_id: string
    tenant_name: string | null
    partner_id: string
    status: string
  }
}

/** The tables of this module and the terms of a link, as its queries see them. */
export interface TenantTables {
  tenant: {
    id: string
    name: string
    slug: string
    domain: string | null
    status: 'active' | 'suspended' | 'trial' | 'closed'
    plan_type: string
    contact: unknown
    address: unknown
    timezone: string
    currency: string
    billing_cycle: 'monthly' | 'quarterly' | 'annual'
    current_mrr_minor: number | null
    max_users: number | null
    trial_ends_at: Date | null
    subscription_starts_at: Date | null
    subscription_ends_at: Date | null
    created_at: Date
    updated_at: Date
  }
  link: {
    id: string
    sla_response_hours: number | null
    sla_uptime_target: number | null
    notify_on_sla_breach: boolean
    notify_on_billing_threshold: boolean
    billing_alert_threshold_minor: number | null
    billing_alert_currency: string | null
  }
}

import type { Generated } from 'kysely'
import type { AlertArea, AlertState, Severity } from './rules.ts'

/** The tables of this module, as its queries see them. */
export interface AlertTables {
  alert: {
    id: string
    audience: 'partner' | 'tenant' | 'provider'
    partner_id: string | null
    tenant_id: string | null
    delegation_id: string | null
    type: string
    area: AlertArea
    severity: Severity
    state: AlertState
    title: string
    message: string
    metadata: Record<string, unknown>
    occurrences: number
    /** How far the condition has gone; 0 once it has cleared. */
    level: number
    channels: string[]
    triggered_at: Date
    last_raised_at: Date
    acknowledged_at: Date | null
    acknowledged_by: string | null
    acknowledged_by_name: string | null
    resolved_at: Date | null
    resolved_by: string | null
    resolved_by_name: string | null
    note: string | null
    snoozed_until: Date | null
    assigned_to: string | null
    assigned_to_name: string | null
    ticket_id: string | null
    outage_id: string | null
    version: number
  }
  alert_default: {
    type: string
    area: AlertArea
    title: string
    warning: number | null
    critical: number | null
    unit: 'percent' | 'days' | 'times' | 'count' | null
    rearm_percent: number
    is_adjustable: boolean
  }
  alert_rule: {
    id: Generated<string>
    partner_id: string
    type: string
    applies_to: 'all' | 'group' | 'link'
    group_id: string | null
    link_id: string | null
    tenant_id: string | null
    is_enabled: boolean
    warning: number | null
    critical: number | null
    channels: string[]
    digest: 'none' | 'hourly' | 'daily'
    version: Generated<number>
    created_by: string
    created_by_name: string
    created_at: Generated<Date>
    updated_at: Generated<Date>
  }
  tenant_group: { id: string; partner_id: string; name: string }
  tenant: { id: string; name: string }
  partner: { id: string; name: string }
}

import type { Generated } from 'kysely'

export const ELEVATION_STATES = [
  'requested',
  'approved',
  'active',
  'ended',
  'denied',
  'withdrawn',
  'lapsed',
] as const

export type ElevationState = (typeof ELEVATION_STATES)[number]

interface ElevationTable {
  id: Generated<string>
  link_id: string
  tenant_id: string
  partner_id: string
  member_id: string
  person_id: string
  person_name: string
  permissions: readonly string[]
  /** The bits of a mask. */
  mask: string
  reason: string
  ticket_id: string | null
  ticket_number: string | null
  duration_minutes: number
  status: Generated<ElevationState>
  requested_at: Generated<Date>
  answer_by: Generated<Date>
  partner_decided_by: string | null
  partner_decided_by_name: string | null
  partner_decided_at: Date | null
  tenant_decided_by: string | null
  tenant_decided_by_name: string | null
  tenant_decided_at: Date | null
  started_at: Date | null
  ends_at: Date | null
  ended_at: Date | null
  ended_by_side: 'partner' | 'tenant' | 'clock' | 'ticket' | null
  ended_by_name: string | null
  end_reason: string | null
}

/** A row as both sides read it; `state` is as time has made it, `status` as a job has noted it. */
type ElevationOverview = { [Column in keyof ElevationTable]: ElevationTable[Column] } & {
  tenant_name: string | null
  partner_name: string | null
  state: ElevationState
  /** Whether the partner's approval that waits for the tenant counts still. */
  approval_counts: boolean | null
}

export interface ElevationTables {
  link_elevation: ElevationTable
  elevation_overview: ElevationOverview
}

import type { Generated } from 'kysely'

export const HOME_STATES = [
  'waiting',
  'offered',
  'active',
  'declined',
  'withdrawn',
  'lapsed',
  'ended',
] as const
export type HomeState = (typeof HOME_STATES)[number]

interface HomeTable {
  id: Generated<string>
  tenant_id: string
  partner_id: string
  tenant_name: Generated<string>
  partner_name: Generated<string>
  status: Generated<HomeState>
  asked_by: string | null
  asked_by_name: string
  asked_at: Generated<Date>
  answer_by: Generated<Date>
  confirmed_by: string | null
  confirmed_by_name: string | null
  offered_at: Date | null
  accepted_by: string | null
  accepted_by_name: string | null
  accepted_at: Date | null
  ended_at: Date | null
  ended_by_side: 'tenant' | 'partner' | null
  ended_by_name: string | null
  end_reason: string | null
}

/** The tables that this module reads and writes. */
export interface HomeTables {
  partner_home: HomeTable
  /** The table, with the state that the clock makes of it. */
  partner_home_overview: HomeTable & { state: HomeState }
}

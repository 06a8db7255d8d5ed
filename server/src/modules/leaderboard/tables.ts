export const MEASURES = ['sign_ups', 'earnings'] as const
export type Measure = (typeof MEASURES)[number]

interface EntryTable {
  partner_id: string
  measure: Measure
  period: string
  currency: string
  score: number
  taken_at: Date
}

interface ChoiceTable {
  partner_id: string
  is_named: boolean
}

/** What the provider shows, every version: the newest counts. */
interface SettingTable {
  version: number
  shows_sign_up_ranks: boolean
  shows_earning_ranks: boolean
}

export interface LeaderboardTables {
  leaderboard_entry: EntryTable
  leaderboard_choice: ChoiceTable
  program_setting: SettingTable
  partner: { id: string; name: string; status: string }
}

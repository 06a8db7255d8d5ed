import type { Generated, JSONColumnType } from 'kysely'
import type { Definition, FeatureStatus, PartnerChoice } from './definition.ts'

interface FeatureFlagTable {
  id: Generated<string>
  key: string
  name: string
  description: string
  owner_name: string
  status: Generated<FeatureStatus>
  partner_choice: PartnerChoice
  prerequisites: readonly string[]
  definition: JSONColumnType<Definition>
  built_in: Generated<boolean>
  clean_up_by: string | null
  reason: string
  version: Generated<number>
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

interface FeatureRampStepTable {
  id: Generated<string>
  flag_id: string
  starts_at: Date
  share_bp: number
  created_by_name: string
  created_at: Generated<Date>
  noted_at: Generated<Date | null>
  withdrawn_at: Generated<Date | null>
}

interface PartnerFeatureTable {
  partner_id: string
  flag_id: string
  override: 'on' | 'off' | null
  override_until: Date | null
  override_by_name: string | null
  override_at: Date | null
  reason: string | null
  choice: 'in' | 'out' | null
  choice_by: string | null
  choice_by_name: string | null
  choice_at: Date | null
}

interface FeatureHistoryTable {
  id: Generated<string>
  flag_id: string
  partner_id: string | null
  about: 'feature' | 'ramp' | 'override' | 'choice'
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  reason: string | null
  actor_name: string
  occurred_at: Date
}

export interface FeatureTables {
  feature_flag: FeatureFlagTable
  feature_ramp_step: FeatureRampStepTable
  partner_feature: PartnerFeatureTable
  feature_history: FeatureHistoryTable
  partner: { id: string; name: string; slug: string; status: string }
}

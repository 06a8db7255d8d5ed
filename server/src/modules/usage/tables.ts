import type { RealmRole } from '@liaison/access'
import type { Generated } from 'kysely'
import type { Consequence, Layer, LimitKey, LimitValue } from './limits.ts'

interface LimitPolicyTable {
  role: RealmRole
  key: LimitKey
  value: LimitValue
  relaxable: Generated<boolean>
  fixed: Generated<boolean>
  maximum: number | null
}

interface LimitOverrideTable {
  id: Generated<string>
  partner_id: string
  end_user_id: string
  role: RealmRole
  key: LimitKey
  value: LimitValue
  reason: string
  set_by: string
  set_by_name: string
  set_at: Generated<Date>
  expires_at: Date | null
  lifted_at: Date | null
  lifted_by: string | null
  lifted_by_name: string | null
}

interface UsageBucketTable {
  partner_id: string
  end_user_id: string
  /** `YYYY-MM-DD`, a day of UTC. */
  day: string
  operations: number
  counted: number
  beyond: Generated<number>
}

interface UsageConsequenceTable {
  id: Generated<string>
  partner_id: string
  end_user_id: string
  kind: Consequence
  limit_key: 'ops.per_day' | 'ops.per_7d'
  limit_value: number
  decided_by: Layer
  status: Generated<'in_force' | 'lifted'>
  started_at: Date
  ends_at: Date | null
  hold_id: string | null
  lifted_at: Date | null
  lifted_by_side: 'partner' | 'decider' | null
  lifted_by: string | null
  lifted_by_name: string | null
  lift_reason: string | null
  reviewed_at: Date | null
  reviewed_by: string | null
  reviewed_by_name: string | null
  review_note: string | null
}

/** The users of realms as this module reads them. */
interface EndUserTable {
  id: string
  partner_id: string
  role: RealmRole
  status: string
  name: string | null
  email: string
}

export interface UsageTables {
  limit_policy: LimitPolicyTable
  limit_override: LimitOverrideTable
  usage_bucket: UsageBucketTable
  usage_consequence: UsageConsequenceTable
  end_user: EndUserTable
}

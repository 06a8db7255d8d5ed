import type { ColumnType, Generated } from 'kysely'

type Json = ColumnType<unknown, string, never>

interface VersionTable {
  id: Generated<string>
  partner_id: string
  version: Generated<number>
  document: Json
  sha256: Generated<string>
  based_on: Generated<number | null>
  note: string | null
  created_by: string
  created_by_name: string
  created_at: Generated<Date>
}

export type ActivationKind = 'activate' | 'roll_back' | 'branding'

interface PointerTable {
  partner_id: string
  active_version: number
  kind: ActivationKind
  reason: string
  activated_by: string
  activated_by_name: string
  activated_at: Generated<Date>
  version: Generated<number>
}

export interface ConfigurationTables {
  partner: { id: string; name: string; slug: string; status: string }
  partner_config_version: VersionTable
  partner_configuration: PointerTable
  partner_config_activation: {
    id: string
    partner_id: string
    version: number
    previous_version: number | null
    kind: ActivationKind
    reason: string
    activated_by: string
    activated_by_name: string
    activated_at: Date
  }
  partner_logo: {
    partner_id: string
    sha256: string
    media_type: string
    width: number
    height: number
    bytes: Buffer
    created_by: string
    created_at: Generated<Date>
  }
}

import type { Generated } from 'kysely'

export type PartnerStatus = 'pending' | 'active' | 'suspended' | 'terminated'

interface PartnerTable {
  id: Generated<string>
  name: string
  slug: string
  kinds: readonly string[]
  status: PartnerStatus
  status_reason: string | null
  website: string | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

export interface PartnerTables {
  partner: PartnerTable
  partner_member: { id: string; partner_id: string; person_id: string; role: string; status: string }
  person: { id: string; name: string; email: string; status: string }
  delegation: { id: string; partner_id: string; kind: string; status: string; ends_at: Date | null }
}

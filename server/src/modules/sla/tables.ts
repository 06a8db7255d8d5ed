import type { Generated } from 'kysely'
import type { TermsValues } from './terms.ts'

export type PolicyKind = 'default' | 'link' | 'floor'

/** The tables of this module, and what it reads of others, as its queries see them. */
export interface SlaTables {
  sla_policy_version: {
    tenant_id: string
    id: Generated<string>
    kind: PolicyKind
    delegation_id: string | null
    version: number
    terms: TermsValues
    note: string
    created_by: string | null
    created_by_name: string
    created_by_partner_name: string | null
    created_at: Date
  }
  link: { id: string; tenant_id: string; sla_response_hours: number | null }
}

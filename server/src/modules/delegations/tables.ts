import type { Decision } from '@liaison/access'
import type { Generated } from 'kysely'

export type FreezeScope = 'platform' | 'partner' | 'tenant' | 'delegation' | 'person'

interface FreezeTable {
  id: Generated<string>
  scope: FreezeScope
  partner_id: string | null
  tenant_id: string | null
  delegation_id: string | null
  person_id: string | null
  set_by: string
  set_by_name: string
  set_by_side: 'partner' | 'tenant' | 'provider'
  reason: string | null
  created_at: Generated<Date>
  lift_asked_by: string | null
  lift_asked_at: Date | null
  lifted_by: string | null
  lifted_at: Date | null
  lift_reason: string | null
}

/** A decision as it is kept, with what the person could do then. */
export type KeptDecision = Decision & { readonly effective_permissions?: readonly string[] }

/** A refusal of somebody who is no person of a partner: an API client, an end user, a call at a gateway. */
export interface KeptRefusal {
  readonly effect: 'deny'
  readonly code: string
  readonly steps?: readonly {
    readonly order: number
    readonly check: string
    readonly state: 'pass' | 'fail' | 'not_evaluated'
  }[]
  /** What the caller was told. */
  readonly told?: { readonly sentence: string; readonly next_step: string | null }
}

interface ExplanationTable {
  id: Generated<string>
  created_at: Generated<Date>
  ends_at: Generated<Date>
  person_id: string | null
  partner_id: string | null
  tenant_id: string | null
  permission: string
  code: string
  decision: KeptDecision | KeptRefusal
  /** Which version of the partner's configuration was in force; the database says it. */
  config_version: Generated<number | null>
}

export interface DelegationTables {
  access_freeze: FreezeTable
  access_explanation: ExplanationTable
  delegation: { id: string; tenant_id: string; partner_id: string; kind: string; status: string }
  partner: { id: string; name: string }
  tenant: { id: string; name: string }
  person: { id: string; name: string }
  partner_member: { id: string; partner_id: string; person_id: string; status: string }
}

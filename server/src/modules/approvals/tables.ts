import type { Generated } from 'kysely'

/** What two people of the provider do: the one asks, the other confirms. */
export const REQUEST_KINDS = [
  'partner_termination',
  'agreement_care',
  'earning_policy',
  'identity_care',
] as const

export type RequestKind = (typeof REQUEST_KINDS)[number]

export const REQUEST_STATES = ['waiting', 'confirmed', 'declined', 'withdrawn', 'lapsed'] as const

export type RequestState = (typeof REQUEST_STATES)[number]

interface RequestTable {
  id: Generated<string>
  kind: RequestKind
  partner_id: string | null
  proposed: Generated<unknown>
  reason: string
  state: Generated<RequestState>
  asked_by: Generated<string>
  asked_by_name: Generated<string>
  asked_at: Generated<Date>
  ends_at: Generated<Date>
  decided_by: string | null
  decided_by_name: string | null
  decided_at: Date | null
  decision_reason: string | null
}

export interface ApprovalTables {
  second_person_request: RequestTable
  partner: { id: string; name: string; status: string }
}

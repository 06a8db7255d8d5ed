import type { Action, Conditions, LinkStatus, Scope } from '@liaison/access'
import type { ColumnType, Generated } from 'kysely'
import type { Language } from '#platform/words/language.ts'
import type { Vouched } from './party.ts'

export type Side = 'partner' | 'tenant' | 'provider' | 'clock'

/** Who is charged for what belongs to an account, as `access.billing_of` tells it. */
export interface Payer {
  readonly kind: 'direct' | 'resale'
  readonly payer_tenant_id: string
  readonly payer_name: string
  readonly payer_ban: string
}

export interface ConsentAccount {
  readonly id: string
  readonly ban: string
  /** What stands for it with the partner; null where that is told the number. */
  readonly customer_ref?: string | null
  readonly currency: string
  readonly status: 'active' | 'closed'
  /** Null for the partner's side. */
  readonly name: string | null
  /** Null for the partner's side, and when nobody was said to pay. */
  readonly payer: Payer | null
}

export interface ConsentCard {
  readonly client: {
    readonly id: string
    readonly name: string
    readonly environment: 'sandbox' | 'live'
    readonly status: string
  }
  readonly accounts: readonly ConsentAccount[]
  /** Whether calls have to come from networks that were named, and which: null to the partner, and where there are none. */
  readonly has_networks: boolean
  readonly networks: readonly string[] | null
  readonly last_used_at: string | null
  /** What the provider vouches for of the partner; null to the partner itself. */
  readonly vouched: Vouched | null
  readonly approver_is_here: boolean | null
}

/** What orders may cost in a calendar month, in minor units by currency; a currency that is not named has no limit. */
export type OrderLimits = Readonly<Record<string, number>>

export type ApproverLeaves = 'suspend' | 'keep' | 'ask'

/** A consent as `consent_overview` shows it. */
export interface ConsentRow {
  readonly id: string
  readonly tenant_id: string
  readonly tenant_name: string | null
  readonly partner_id: string
  readonly partner_name: string | null
  readonly status: LinkStatus
  readonly stored_status: LinkStatus
  readonly status_reason: string | null
  readonly status_changed_at: Date
  readonly status_changed_by_side: Side | null
  readonly starts_at: Date
  readonly ends_at: Date
  readonly epoch: number
  readonly requested_by: string | null
  readonly requested_at: Date
  readonly approved_at: Date | null
  readonly approved_by: string | null
  readonly approved_by_name: string | null
  readonly version: number
  readonly client_id: string
  readonly scopes: readonly Scope[]
  readonly actions: readonly Action[]
  readonly purpose: string | null
  readonly reference: string | null
  readonly approver_leaves: ApproverLeaves
  readonly reconfirm_due_at: Date | null
  readonly first_approved_by_name: string | null
  readonly first_approved_at: Date | null
  readonly card: ConsentCard
  readonly order_limits: OrderLimits
  /** How many seconds after a revocation anything may still be opened; null where it was not bounded. */
  readonly max_revocation_seconds: number | null
  readonly ordered_this_month: OrderLimits
}

export type GrantAction = 'create' | 'merge' | 'replace'
export type RequestStatus = 'open' | 'waiting' | 'approved' | 'denied' | 'ended'

/** What was chosen of what was asked. */
export interface Choice {
  readonly accounts: readonly string[]
  readonly actions: readonly Action[]
  readonly ends_at: string
  /** Missing in what was chosen before there were limits. */
  readonly order_limits?: OrderLimits
  /** Missing in what was chosen before it could be bounded how long a revocation may take. */
  readonly max_revocation_seconds?: number | null
  /** The networks that calls may come from; none where they may come from anywhere, missing in what was chosen before. */
  readonly networks?: readonly string[]
}

/** What an approver was shown of a consent, kept as it was. */
export interface ShownConsent {
  readonly text_version: number
  /** In which language; what was kept before there was a choice was English, and says nothing of it. */
  readonly language?: Language
  readonly partner: string
  /** As the provider verified it; missing where it knew none, and in what was kept before pages showed it. */
  readonly legal_name?: string
  /** Where it helps people of tenants, as the provider had approved it; missing likewise. */
  readonly support_contact?: string
  /** Its agreement with the provider that was in force; missing likewise. */
  readonly agreement?: { readonly title: string; readonly version: number }
  readonly client: string
  /** The digest of the client's logo; missing where there was none. */
  readonly logo?: string
  readonly purpose: string | null
  readonly actions: readonly Action[]
  readonly scopes: readonly Scope[]
  readonly can: readonly string[]
  /** What the client said it does not work without; missing in what was kept before clients said so. */
  readonly needed?: readonly Action[]
  /** What orders may cost; missing in what was kept before there were limits. */
  readonly limits?: readonly string[]
  /** How soon a revocation counts; missing where that was not bounded. */
  readonly stops?: string
  readonly networks?: string
  readonly cannot: readonly string[]
  readonly accounts: readonly {
    readonly id: string
    readonly ban: string
    readonly name: string
    readonly pays: string
  }[]
  readonly starts_at: string
  readonly ends_at: string
  /** The same as the second of two approvers read it, who may have read it in another language. */
  readonly second?: Omit<ShownConsent, 'second'>
}

interface RequestTable {
  id: Generated<string>
  uid_hash: Buffer
  client_id: string
  partner_id: string
  scopes: readonly Scope[]
  actions: readonly Action[]
  customer_hint: string | null
  access_duration_seconds: number
  purpose: string | null
  reference: string | null
  grant_action: GrantAction
  delegation_id: string | null
  person_id: string
  person_name: string
  tenant_id: string | null
  status: Generated<RequestStatus>
  choice: ColumnType<Choice | null, string | null, string | null>
  shown: ColumnType<ShownConsent | null, string | null, string | null>
  result_id: string | null
  access_request_id: string | null
  backchannel_request_id: string | null
  consent_ask_id: string | null
  first_approved_by: string | null
  first_approved_by_name: string | null
  first_approved_at: Date | null
  decided_by: string | null
  decided_by_name: string | null
  decided_at: Date | null
  created_at: Generated<Date>
  ends_at: Generated<Date>
}

interface DelegationTable {
  id: Generated<string>
  tenant_id: string
  partner_id: string
  kind: 'consent'
  status: LinkStatus
  status_reason: string | null
  status_changed_at: Date
  status_changed_by: string | null
  status_changed_by_side: Side | null
  role_mask: string
  mask: string
  starts_at: Date
  ends_at: Date
  requested_by: string | null
  approved_by: string | null
  approved_by_name: string | null
  approved_at: Date | null
  approval_basis: string | null
  approval_snapshot: ColumnType<ShownConsent | null, string | null, string | null>
  conditions: ColumnType<Partial<Conditions>, string | undefined, string>
  version: Generated<number>
}

interface ConsentTable {
  id: string
  tenant_id: string
  partner_id: string
  client_id: string
  scopes: readonly Scope[]
  actions: readonly Action[]
  purpose: string | null
  reference: string | null
  approver_leaves: Generated<ApproverLeaves>
  reconfirm_due_at: Date | null
  first_approved_by: string | null
  first_approved_by_name: string | null
  first_approved_at: Date | null
  order_limits: ColumnType<OrderLimits, string | undefined, string>
  max_revocation_seconds: ColumnType<number | null, number | null | undefined, number | null>
}

interface AccountTable {
  id: string
  tenant_id: string
  ban: string
  name: string
  status: 'active' | 'closed'
}

interface DelegationAccountTable {
  delegation_id: string
  tenant_id: string
  partner_id: string
  account_id: string
  position: number
  added_at: Generated<Date>
}

interface HistoryTable {
  delegation_id: string
  tenant_id: string
  partner_id: string | null
  changed_at: Generated<Date>
  version: number
  event: string
  detail: Record<string, unknown>
}

export type AccessRequestStatus = 'pending' | 'waiting' | 'approved' | 'denied' | 'lapsed'

interface AccessRequestTable {
  id: Generated<string>
  delegation_id: string
  tenant_id: string
  partner_id: string
  client_id: string
  partner_name: string
  client_name: string
  tenant_name: string
  scopes: readonly Scope[]
  actions: readonly Action[]
  customer_hint: string | null
  purpose: string | null
  reference: string | null
  status: Generated<AccessRequestStatus>
  answer_id: string | null
  created_at: Generated<Date>
  ends_at: Generated<Date>
  decided_at: Date | null
}

interface BackchannelRequestTable {
  id: Generated<string>
  auth_req_hash: Buffer
  delegation_id: string
  tenant_id: string
  partner_id: string
  client_id: string
  partner_name: string
  client_name: string
  tenant_name: string
  scopes: readonly Scope[]
  actions: readonly Action[]
  customer_hint: string | null
  binding_message: string
  reference: string | null
  access_duration_seconds: number
  status: Generated<AccessRequestStatus>
  answer_id: string | null
  created_at: Generated<Date>
  ends_at: Date
  decided_at: Date | null
}

export type AskStatus = 'sent' | 'withdrawn' | 'approved' | 'denied'

interface AskTable {
  id: Generated<string>
  partner_id: string
  client_id: string
  partner_name: string
  client_name: string
  asked: string
  scopes: readonly Scope[]
  actions: readonly Action[]
  purpose: string
  access_duration_days: number
  requested_by: string
  requested_by_name: string
  status: Generated<AskStatus>
  created_at: Generated<Date>
  ends_at: Generated<Date>
  decided_at: Date | null
  consent_id: string | null
  tenant_id: string | null
  person_id: string | null
  answer_id: string | null
}

interface PolicyTable {
  tenant_id: string
  who_may_ask: 'any' | 'listed' | 'unlisted' | 'none'
  listed_partner_ids: readonly string[]
  max_duration_days: number
  dual_approval: boolean
  conditions: Partial<Conditions>
  version: number
}

interface PartnerTable {
  id: string
  name: string
  kinds: readonly string[]
  status: string
  approved_website: string | null
  legal_name: string | null
  approved_support_contact: string | null
  created_at: Date
}

export interface ConsentTables {
  partner: PartnerTable
  consent_overview: ConsentRow
  consent_request: RequestTable
  access_request: AccessRequestTable
  backchannel_request: BackchannelRequestTable
  consent_ask: AskTable
  consent: ConsentTable
  delegation: DelegationTable
  delegation_account: DelegationAccountTable
  delegation_history: HistoryTable
  billing_account: AccountTable
  tenant_partner_policy: PolicyTable
  tenant: { id: string; name: string; status: string; is_sandbox: boolean }
  tenant_member: { tenant_id: string; person_id: string; role: string; status: string }
  api_client: {
    id: string
    partner_id: string | null
    name: string
    mask: string
    status: string
    environment: 'sandbox' | 'live'
  }
  api_client_use: { client_id: string; last_used_at: Date | null }
}

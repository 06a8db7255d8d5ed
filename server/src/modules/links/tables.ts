import type {
  BillingParties,
  BillingParty,
  Conditions,
  LinkRole,
  LinkStatus,
  RelationshipType,
} from '@liaison/access'
import type { ColumnType, Generated } from 'kysely'
import type { Language } from '#platform/words/language.ts'

export type Side = 'partner' | 'tenant' | 'provider' | 'clock'

/** An override as the views hand it out: its end is still text. */
export interface StoredOverride {
  readonly pattern: string
  readonly effect: 'grant' | 'deny'
  readonly reason?: string | null
  readonly expires_at?: string | null
}

/** A link as `link_overview` and `link_list_of_partner` show it. */
export interface LinkRow {
  readonly id: string
  readonly tenant_id: string | null
  readonly tenant_name: string | null
  readonly tenant_slug: string | null
  readonly partner_id: string
  readonly partner_name: string | null
  readonly partner_slug: string | null
  readonly status: LinkStatus
  readonly stored_status: LinkStatus
  readonly status_reason: string | null
  readonly status_changed_at: Date
  readonly status_changed_by_side: Side | null
  readonly starts_at: Date
  readonly ends_at: Date | null
  readonly epoch: number
  readonly billing_party: BillingParty
  readonly has_conditions: boolean
  readonly requested_by: string | null
  readonly requested_at: Date
  readonly approved_at: Date | null
  readonly approved_by_name: string | null
  readonly version: number
  readonly created_at: Date
  readonly updated_at: Date
  readonly relationship_type: RelationshipType
  readonly access_role: LinkRole
  readonly role_version: number
  readonly initiated_by: 'partner' | 'tenant' | 'provider'
  readonly request_message: string | null
  readonly request_expires_at: Date
  readonly auto_renew_days: number
  readonly sla_response_hours: number | null
  readonly sla_uptime_target: number | null
  readonly notify_on_sla_breach: boolean
  readonly notify_on_billing_threshold: boolean
  readonly billing_alert_threshold_minor: number | null
  readonly billing_alert_currency: string | null
  readonly overrides: readonly StoredOverride[]
  readonly members_count: number
  readonly last_used_at: Date | null
  readonly review_due_at: Date | null
  readonly via_partner_name: string | null
  readonly attestation_ref: string | null
  readonly objection_until: Date | null
  readonly own_accounts_only: boolean
  readonly billing_parties: BillingParties
  /** Whether only this keeps it from beginning: nobody of the partner has a second factor. */
  readonly waits_for_factor: boolean
}

interface DelegationTable {
  id: Generated<string>
  tenant_id: string
  partner_id: string
  kind: string
  status: LinkStatus
  status_reason: string | null
  status_changed_at: Date
  status_changed_by: string | null
  status_changed_by_side: Side | null
  suspended_by_side: Side | null
  role_mask: string
  mask: string
  has_timed_overrides: boolean
  conditions: Partial<Conditions>
  starts_at: Date
  ends_at: Date | null
  epoch: number
  requested_by: string | null
  requested_at: Date
  approved_by: string | null
  approved_by_name: string | null
  approved_at: Date | null
  approval_basis: string | null
  approval_snapshot: ApprovalSnapshot | null
  version: number
  billing_party: BillingParty
  api_calls_party: BillingParty
  seats_party: BillingParty
  exports_party: BillingParty
}

interface LinkTable {
  id: string
  access_role: LinkRole
  role_version: number
  auto_renew_days: number
  initiated_by: string
  first_approved_by: string | null
  first_approved_by_name: string | null
  first_approved_at: Date | null
  first_accepted: unknown
  review_due_at: Date | null
  notes_partner: string | null
  notes_tenant: string | null
  metadata: ColumnType<Record<string, unknown>, string, string>
  notify_on_sla_breach: boolean
  notify_on_billing_threshold: boolean
  billing_alert_threshold_minor: number | null
  billing_alert_currency: string | null
  via_partner_id: string | null
  via_partner_name: string | null
}

interface LinkOverrideTable {
  link_id: string
  tenant_id: string
  partner_id: string
  pattern: string
  effect: 'grant' | 'deny'
  mask: string
  reason: string | null
  expires_at: Date | null
  set_by_side: Side
}

interface LinkMemberTable {
  link_id: string
  tenant_id: string
  partner_id: string
  member_id: string
  person_id: string
  role: LinkRole | null
  mask: string
  ends_at: Date | null
  assigned_by: string | null
  assigned_at: Generated<Date>
  via_team_id: Generated<string | null>
}

export interface ChangeRequestRow {
  readonly id: string
  readonly link_id: string
  readonly tenant_id: string
  readonly partner_id: string
  readonly status: 'waiting' | 'approved' | 'declined' | 'withdrawn' | 'lapsed'
  readonly proposal: Proposal
  readonly difference: readonly StoredDifference[]
  readonly reason: string | null
  readonly requested_by: string
  readonly requested_by_name: string
  readonly requested_at: Date
  readonly expires_at: Date
  readonly decided_at: Date | null
  readonly begun_by: 'partner' | 'tenant'
  /** Who of the tenant approved first, and a digest of what that person read; the partner's side does not read them. */
  readonly first_approved_by?: string | null
  readonly first_approved_by_name?: string | null
  readonly first_approved_at?: Date | null
  readonly first_read?: string | null
}

/** What somebody asked to change; only the fields that were named. Conditions are named by the tenant alone. */
export interface Proposal {
  readonly access_role?: LinkRole
  readonly role_version?: number
  readonly overrides?: readonly StoredOverride[]
  readonly ends_at?: string | null
  readonly auto_renew_days?: number
  readonly own_accounts_only?: boolean
  readonly billing_parties?: Partial<BillingParties>
  readonly conditions?: Conditions
}

export interface StoredDifference {
  readonly field: string
  readonly label: string
  readonly before: string
  readonly after: string
  readonly direction: 'widening' | 'narrowing' | 'mixed' | 'neutral'
}

/** What the approver of a link saw, kept as it was. */
export interface ApprovalSnapshot {
  readonly text_version: number
  /** The legal name of the partner as the provider had verified it; missing where nobody was shown it. */
  readonly legal_name?: string | null
  /** Where it helps people of tenants, as the provider had approved it; missing likewise. */
  readonly support_contact?: string | null
  /** Its agreement with the provider that was in force; missing likewise. */
  readonly agreement?: { readonly title: string; readonly version: number } | null
  /** In which language; missing where nobody read a page, and for what was kept before there was a choice, which was English. */
  readonly language?: Language
  readonly access_role: LinkRole
  readonly role_version: number
  readonly relationship_type: RelationshipType
  readonly permissions: readonly string[]
  readonly overrides: readonly StoredOverride[]
  readonly conditions: Partial<Conditions>
  readonly starts_at: string
  readonly ends_at: string | null
  readonly auto_renew_days: number
  readonly own_accounts_only?: boolean
  /** Missing in what was kept before a link said who pays for what. */
  readonly billing_parties?: BillingParties
  /** Within how many hours the partner promised to answer; null without a promise. */
  readonly sla_response_hours?: number | null
}

interface ChangeRequestTable {
  id: Generated<string>
  link_id: string
  tenant_id: string
  partner_id: string
  status: Generated<ChangeRequestRow['status']>
  proposal: ColumnType<Proposal, string, never>
  difference: ColumnType<readonly StoredDifference[], string, never>
  reason: string | null
  requested_by: string
  requested_by_name: string
  requested_at: Generated<Date>
  expires_at: Generated<Date>
  decided_by: string | null
  decided_at: Date | null
  begun_by: Generated<'partner' | 'tenant'>
  first_approved_by: string | null
  first_approved_by_name: string | null
  first_approved_at: Date | null
  first_read: string | null
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

interface PolicyTable {
  tenant_id: string
  who_may_ask: 'any' | 'listed' | 'unlisted' | 'none'
  listed_partner_ids: readonly string[]
  roles_allowed: readonly LinkRole[]
  max_duration_days: number
  dual_approval: boolean
  acting_minutes: number
  sends_digest: boolean
  conditions: Partial<Conditions>
  version: number
  updated_at: Generated<Date>
  proposed: ColumnType<WaitingRules | null, string | null>
  proposed_by: string | null
  proposed_by_name: string | null
  proposed_at: Date | null
  proposed_until: Date | null
}

/** Looser rules as they wait for a second person. */
type WaitingRules = Pick<
  PolicyTable,
  | 'who_may_ask'
  | 'listed_partner_ids'
  | 'roles_allowed'
  | 'max_duration_days'
  | 'dual_approval'
  | 'acting_minutes'
  | 'sends_digest'
  | 'conditions'
>

interface RequestSentTable {
  id: string
  partner_id: string
  tenant_slug: string
  requested_at: Date
  expires_at: Date
  withdrawn_at: Date | null
}

export interface LinkTables {
  link_overview: LinkRow
  link_list_of_partner: LinkRow
  delegation: DelegationTable
  link: LinkTable
  link_override: LinkOverrideTable
  link_member: LinkMemberTable
  link_change_request: ChangeRequestTable
  delegation_history: HistoryTable
  tenant_partner_policy: PolicyTable
  link_request_sent: RequestSentTable
  link_news: {
    id: Generated<string>
    link_id: string
    tenant_id: string
    partner_id: string
    side: 'partner' | 'tenant'
    news: string
    sentence: string
    created_at: Generated<Date>
  }
  link_news_read: { person_id: string; organisation_id: string; read_until: Date }
  link_calendar: {
    id: Generated<string>
    person_id: string
    partner_id: string | null
    tenant_id: string | null
    key_digest: Buffer
    created_at: Generated<Date>
    revoked_at: Date | null
  }
  link_handover: {
    old_link_id: string
    new_link_id: string
    tenant_id: string
    ends: 'now' | 'at_acceptance'
    decided_by: string
    decided_by_name: string
    decided_at: Generated<Date>
  }
  link_checklist: {
    link_id: string
    tenant_id: string
    item: 'tickets' | 'passwords' | 'apps' | 'networks' | 'documents' | 'contacts'
    created_at: Generated<Date>
    done_at: Date | null
    done_by_name: string | null
  }
  partner_network_rule: {
    partner_id: string
    ip_mode: 'off' | 'monitor' | 'enforce'
    ip_allow: readonly string[]
    version: Generated<number>
  }
  link_template: {
    id: Generated<string>
    partner_id: string
    name: string
    terms: ColumnType<unknown, string, string>
    version: Generated<number>
    created_by_name: string
    created_at: Generated<Date>
    updated_at: Generated<Date>
  }
  tenant_security_contact: {
    tenant_id: string
    email: string | null
    language: Language
    version: Generated<number>
    updated_at: Generated<Date>
  }
  tenant_invitation_code: {
    id: Generated<string>
    tenant_id: string
    code_hash: Buffer
    hint: string
    note: string | null
    made_by: string
    made_by_name: string
    made_at: Generated<Date>
    expires_at: Date
    withdrawn_by: string | null
    withdrawn_by_name: string | null
    withdrawn_at: Date | null
    used_at: Date | null
    used_by: string | null
    link_id: string | null
  }
  link_notice: { link_id: string; ends_at: Date; days: number; sent_at: Generated<Date> }
  partner: {
    id: string
    name: string
    slug: string
    status: string
    kinds: readonly string[]
    approved_website: string | null
    legal_name: string | null
    approved_support_contact: string | null
    created_at: Date
  }
  partner_member: { id: string; partner_id: string; person_id: string; role: string; status: string }
  person: { id: string; name: string }
  tenant: { id: string; name: string; slug: string; status: string }
}

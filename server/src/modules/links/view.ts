import {
  LINK_ROLES,
  LINK_STATUSES,
  linkStatusWord,
  permissionsOf,
  RELATIONSHIP_TYPES,
  ROLE_TITLES,
} from '@liaison/access'
import { z } from 'zod'
import { Money, toMoney } from '#platform/money.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { sentAt } from '#platform/route.ts'
import { isoOf } from '#platform/instant.ts'
import { nameOfRequest } from './invitation-code.ts'
import { BillingPartiesBody } from './payers.ts'
import { daysUntil, isReviewOverdue, maskOfTerms, renewableUntil, sentencesOf, termsOf } from './rules.ts'
import type { LinkPerson } from './people-store.ts'
import type { ChangeRequestRow, LinkRow } from './tables.ts'

const OverrideBody = z.strictObject({
  pattern: z.string(),
  effect: z.enum(['grant', 'deny']),
  reason: z.string().nullable(),
  expires_at: z.string().nullable(),
})

/** What both sides of a link read of it. */
export const linkFields = {
  link_id: z.string(),
  tenant_id: z.string().nullable().meta({ description: 'Null until a tenant answered the request.' }),
  tenant_name: z.string(),
  tenant_slug: z.string(),
  partner_id: z.string(),
  partner_name: z.string(),
  status: z.enum(LINK_STATUSES),
  status_word: z.string(),
  status_reason: z.string().nullable(),
  status_changed_at: z.string(),
  status_changed_by: z.enum(['partner', 'tenant', 'provider', 'clock']).nullable(),
  relationship_type: z.enum(RELATIONSHIP_TYPES),
  access_role: z.enum(LINK_ROLES),
  role_title: z.string(),
  role_version: z.int(),
  initiated_by: z.enum(['partner', 'tenant', 'provider']),
  starts_at: z.string(),
  waits_for: z.enum(['start', 'second_factor']).nullable().meta({
    description:
      'What an approved link waits for before it begins by itself: its first day, or that somebody of the partner has set up a second factor.',
  }),
  ends_at: z.string().nullable(),
  expires_in_days: z.int().nullable(),
  renewable_until: z.string().nullable(),
  requested_at: z.string(),
  request_message: z.string().nullable(),
  request_expires_at: z.string(),
  approved_at: z.string().nullable(),
  approved_by_name: z.string().nullable(),
  permissions: z.array(z.string()),
  overrides: z.array(OverrideBody),
  custom_permissions: z
    .record(z.string(), z.boolean())
    .meta({ description: 'The same as the source contract writes it: true grants, false denies.' }),
  conditions_in_force: z.boolean(),
  auto_renew_days: z.int(),
  billing_party: z.enum(['tenant', 'partner', 'split']).meta({
    description: 'Who pays for services and the work on them; billing_parties says it for each kind.',
  }),
  billing_parties: BillingPartiesBody,
  sla_response_hours: z.int().nullable(),
  sla_uptime_target: z.number().nullable(),
  notify_on_sla_breach: z.boolean(),
  notify_on_billing_threshold: z.boolean(),
  billing_alert_threshold: Money.nullable(),
  members_count: z.int(),
  last_used_at: z.string().nullable(),
  review_due_at: z
    .string()
    .nullable()
    .meta({ description: 'By when the tenant confirms that the access is still right.' }),
  review_overdue: z.boolean(),
  via_partner_name: z
    .string()
    .nullable()
    .meta({ description: 'The distributor between the two; it opens nothing.' }),
  attestation_ref: z.string().nullable(),
  objection_until: z.string().nullable(),
  own_accounts_only: z.boolean().meta({
    description: "Whether the link opens the partner's own accounts alone, and nothing of all of the tenant.",
  }),
  version: z.int(),
} as const

export const LinkBody = z.strictObject({
  ...linkFields,
  conditions: z.strictObject({ in_force: z.boolean() }).nullable(),
})

export const PersonBody = z.strictObject({
  member_id: z.string(),
  person_id: z.string(),
  name: z.string(),
  role: z.enum(LINK_ROLES).nullable(),
  ends_at: z.string().nullable(),
  assigned_at: z.string(),
  factor: z.enum(['none', 'otp', 'phishing_resistant']),
  last_used_at: z.string().nullable(),
  via_team: z
    .strictObject({ team_id: z.string(), name: z.string() })
    .nullable()
    .meta({ description: 'The team that brings the person; null for a direct assignment.' }),
})

export const HistoryBody = z.strictObject({
  changed_at: z.string(),
  version: z.int(),
  event: z.string(),
  by: z.string().nullable(),
  name: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
})

export const DiffRow = z.strictObject({
  field: z.string(),
  label: z.string(),
  before: z.string(),
  after: z.string(),
  direction: z.enum(['widening', 'narrowing', 'mixed', 'neutral']),
})

export const ChangeBody = z.strictObject({
  change_request_id: z.string(),
  link_id: z.string(),
  status: z.enum(['waiting', 'approved', 'declined', 'withdrawn', 'lapsed']),
  rows: z.array(DiffRow),
  reason: z.string().nullable(),
  requested_by_name: z.string(),
  requested_at: z.string(),
  expires_at: z.string(),
  decided_at: z.string().nullable(),
  begun_by: z.enum(['partner', 'tenant']).meta({
    description:
      'The tenant where one of its people wants to open more and a second one is asked; partners read their own alone.',
  }),
})

function toThreshold({ billing_alert_threshold_minor: amount, billing_alert_currency: currency }: LinkRow) {
  return amount === null || currency === null ? null : toMoney(amount, currency)
}

/** Overrides as the source contract's map; of a pattern that is granted and denied the denial counts. */
function mapOfOverrides({ overrides }: LinkRow): Record<string, boolean> {
  const granted = overrides.filter(({ effect }) => effect === 'grant')
  const denied = overrides.filter(({ effect }) => effect === 'deny')
  return Object.fromEntries(
    [...granted, ...denied].map(({ pattern, effect }) => [pattern, effect === 'grant']),
  )
}

/** What keeps an approved link from beginning; null for every other one, and where the clock is about to begin it. */
export function waitsFor(row: LinkRow, now: Date): 'start' | 'second_factor' | null {
  if (row.status !== 'approved') return null
  if (row.starts_at > now) return 'start'
  return row.waits_for_factor ? 'second_factor' : null
}

/** When a link begins, ends, is reviewed and can be objected to. */
function datesOf(row: LinkRow, now: Date) {
  return {
    starts_at: row.starts_at.toISOString(),
    waits_for: waitsFor(row, now),
    ends_at: isoOf(row.ends_at),
    expires_in_days: daysUntil(row.ends_at, now),
    renewable_until: isoOf(renewableUntil(row)),
    requested_at: row.requested_at.toISOString(),
    request_expires_at: row.request_expires_at.toISOString(),
    approved_at: isoOf(row.approved_at),
    review_due_at: isoOf(row.review_due_at),
    review_overdue: isReviewOverdue(row, now),
    objection_until: isoOf(row.objection_until),
  }
}

/** What a tenant is called: of one that has not decided the partner reads what it typed. */
function tenantNameOf({ tenant_id: id, tenant_name: name }: LinkRow): string {
  return id === null ? nameOfRequest(name ?? '') : (name ?? '')
}

/** The public form of a link. `now` decides what its state is called and how many days are left. */
export function toLink(row: LinkRow, now: Date) {
  const terms = termsOf(row)
  return {
    link_id: publicIdOf('link', row.id),
    tenant_id: row.tenant_id && publicIdOf('tenant', row.tenant_id),
    tenant_name: tenantNameOf(row),
    tenant_slug: row.tenant_slug ?? '',
    partner_id: publicIdOf('partner', row.partner_id),
    partner_name: row.partner_name ?? '',
    status: row.status,
    status_word: linkStatusWord(row, now).word,
    status_reason: row.status_reason,
    status_changed_at: row.status_changed_at.toISOString(),
    status_changed_by: row.status_changed_by_side,
    relationship_type: row.relationship_type,
    access_role: row.access_role,
    role_title: ROLE_TITLES[row.access_role],
    role_version: row.role_version,
    initiated_by: row.initiated_by,
    ...datesOf(row, now),
    request_message: row.request_message,
    approved_by_name: row.approved_by_name,
    permissions: permissionsOf(maskOfTerms(terms, now)) as string[],
    overrides: row.overrides.map(({ pattern, effect, reason, expires_at: end }) => ({
      pattern,
      effect,
      reason: reason ?? null,
      expires_at: end ? new Date(end).toISOString() : null,
    })),
    custom_permissions: mapOfOverrides(row),
    conditions_in_force: row.has_conditions,
    auto_renew_days: row.auto_renew_days,
    billing_party: row.billing_party,
    billing_parties: row.billing_parties,
    sla_response_hours: row.sla_response_hours,
    sla_uptime_target: row.sla_uptime_target,
    notify_on_sla_breach: row.notify_on_sla_breach,
    notify_on_billing_threshold: row.notify_on_billing_threshold,
    billing_alert_threshold: toThreshold(row),
    members_count: row.members_count,
    last_used_at: isoOf(row.last_used_at),
    via_partner_name: row.via_partner_name,
    attestation_ref: row.attestation_ref,
    own_accounts_only: row.own_accounts_only,
    version: row.version,
  }
}

/** A link as the partner and the provider read it: that the tenant has conditions, not which. */
export function toPartnerLink(row: LinkRow, now: Date, partnerName?: string): z.output<typeof LinkBody> {
  return {
    ...toLink(row, now),
    ...(partnerName !== undefined && { partner_name: partnerName }),
    conditions: row.has_conditions ? { in_force: true } : null,
  }
}

/** The sentences of what a link allows now and what it does not. */
export function canAndCannot(row: LinkRow, now: Date): { can: string[]; cannot: string[] } {
  return sentencesOf(maskOfTerms(termsOf(row), now))
}

export function toPerson(person: LinkPerson): z.output<typeof PersonBody> {
  return {
    member_id: publicIdOf('member', person.member_id),
    person_id: publicIdOf('person', person.person_id),
    name: person.name,
    role: person.role,
    ends_at: isoOf(person.ends_at),
    assigned_at: person.assigned_at.toISOString(),
    factor: person.factor,
    last_used_at: isoOf(person.last_used_at),
    via_team:
      person.team_id === null || person.team_name === null
        ? null
        : { team_id: publicIdOf('team', person.team_id), name: person.team_name },
  }
}

interface HistoryRow {
  readonly changed_at: Date
  readonly version: number
  readonly event: string
  readonly detail: Record<string, unknown>
}

export function toHistory({
  changed_at: at,
  version,
  event,
  detail,
}: HistoryRow): z.output<typeof HistoryBody> {
  const { by, name, ...rest } = detail
  return {
    changed_at: at.toISOString(),
    version,
    event,
    by: typeof by === 'string' ? by : null,
    name: typeof name === 'string' ? name : null,
    detail: rest,
  }
}

export function toChange(
  row: ChangeRequestRow,
  rows: z.output<typeof DiffRow>[],
): z.output<typeof ChangeBody> {
  return {
    change_request_id: publicIdOf('change_request', row.id),
    link_id: publicIdOf('link', row.link_id),
    status: row.status,
    rows,
    reason: row.reason,
    requested_by_name: row.requested_by_name,
    requested_at: row.requested_at.toISOString(),
    expires_at: row.expires_at.toISOString(),
    decided_at: isoOf(row.decided_at),
    begun_by: row.begun_by,
  }
}

/** An answer with the version of the link, so that the next change can name what was read. */
export function withVersion<Body>(body: Body, row: { readonly version: number }) {
  return sentAt(body, row.version)
}

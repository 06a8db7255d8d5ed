import { createHash } from 'node:crypto'
import {
  billingOf,
  ceilingOf,
  compilePatterns,
  describeMask,
  EXPIRES_SOON_DAYS,
  findPermission,
  isRoleOffered,
  newestRoleTemplate,
  NO_CONDITIONS,
  permissionsOf,
  resolveGrant,
  toBits,
  withoutWhole,
} from '@liaison/access'
import type {
  ChangeRow,
  Conditions,
  LinkRole,
  LinkTerms,
  Mask,
  Override,
  PermissionEntry,
  RelationshipType,
} from '@liaison/access'
import type { Language } from '#platform/words/language.ts'
import type { ApprovalSnapshot, LinkRow, Proposal, StoredOverride } from './tables.ts'
import { LINK_WORDS } from './words/index.ts'
import type { LinkWords } from './words/index.ts'

const DAY_MS = 86_400_000
const DEFAULT_DURATION_DAYS = 365
export const MAXIMUM_DURATION_DAYS = 730
const RENEWABLE_DAYS = 30
/** How long a request waits for an answer; the database gives each this long. */
export const REQUEST_DAYS = 30
const REVIEW_DAYS = 180
const REVIEW_GRACE_DAYS = 30
export const LONGEST_VISIT_MINUTES = 60
export const SHORTEST_VISIT_MINUTES = 5
export const EXPIRES_SOON_MS = EXPIRES_SOON_DAYS * DAY_MS

/** The version of the words that approval pages say; raised with every change of them. */
const TEXT_VERSION = 5

/** The kernel's form of an override. */
function toOverride(stored: StoredOverride): Override {
  return {
    pattern: stored.pattern,
    effect: stored.effect,
    expires_at: stored.expires_at ? new Date(stored.expires_at) : null,
  }
}

/** Stored conditions with everything that they leave out. */
export function toConditions(stored: Partial<Conditions> | null): Conditions {
  return { ...NO_CONDITIONS, ...stored }
}

/** Conditions as they are stored: nothing when they ask for nothing, so that a link tells whether it has any. */
export function toStoredConditions(conditions: Conditions): Partial<Conditions> {
  return JSON.stringify(toConditions(conditions)) === JSON.stringify(NO_CONDITIONS) ? {} : conditions
}

/** The terms of a link for the kernel's comparison; the partner's side knows no conditions. */
export function termsOf(row: LinkRow, conditions: Partial<Conditions> | null = null): LinkTerms {
  return {
    role: row.access_role,
    role_version: row.role_version,
    relationship_type: row.relationship_type,
    starts_at: row.starts_at,
    ends_at: row.ends_at,
    auto_renew_days: row.auto_renew_days,
    overrides: row.overrides.map(toOverride),
    conditions: toConditions(conditions),
    own_accounts_only: row.own_accounts_only,
    billing_parties: row.billing_parties,
  }
}

/** What the terms would give at an instant if they opened all of the tenant. */
function unrestrictedMask(terms: LinkTerms, now: Date): Mask {
  return resolveGrant({
    role: terms.role,
    roleVersion: terms.role_version,
    relationshipType: terms.relationship_type,
    overrides: terms.overrides,
    now,
  }).mask
}

/** What the terms give at an instant. */
export function maskOfTerms(terms: LinkTerms, now: Date): Mask {
  const mask = unrestrictedMask(terms, now)
  return terms.own_accounts_only === true ? withoutWhole(mask) : mask
}

/** The columns in which the database keeps the rights of a link. */
export interface StoredMasks {
  readonly role_mask: string
  readonly mask: string
  readonly has_timed_overrides: boolean
}

/** The rights of terms as the database decides them, before a restriction to own accounts takes its part: the role, the role with lasting overrides, and whether some end. */
export function masksOfTerms(terms: LinkTerms, now: Date): StoredMasks {
  const lasting = terms.overrides.filter((override) => !override.expires_at)
  return {
    role_mask: toBits(unrestrictedMask({ ...terms, overrides: [] }, now)),
    mask: toBits(unrestrictedMask({ ...terms, overrides: lasting }, now)),
    has_timed_overrides: lasting.length < terms.overrides.length,
  }
}

/** What one override means in a link: a grant never more than the ceiling. */
export function maskOfOverride(override: Override, terms: LinkTerms): string {
  const { mask } = compilePatterns([override.pattern], { plane: 'delegation' })
  const ceiling = ceilingOf(terms.role, terms.role_version, terms.relationship_type)
  return toBits(override.effect === 'grant' ? mask & ceiling : mask)
}

/** What a partner asks for, as terms of a link with the newest version of the role. */
export function withRole(terms: LinkTerms, role: LinkRole): LinkTerms {
  if (role === terms.role) return terms
  // A link with the full role never renews itself (managed-tenants.md section 2).
  const renews = role === 'msp_full' ? 0 : terms.auto_renew_days
  return { ...terms, role, role_version: newestRoleTemplate(role).version, auto_renew_days: renews }
}

/** The terms after an edit that names some of them. */
export function withProposal(terms: LinkTerms, proposal: Proposal): LinkTerms {
  const base = proposal.access_role === undefined ? terms : withRole(terms, proposal.access_role)
  return {
    ...base,
    ...(proposal.overrides && { overrides: proposal.overrides.map(toOverride) }),
    ...(proposal.role_version !== undefined && { role_version: proposal.role_version }),
    ...(proposal.ends_at !== undefined && {
      ends_at: proposal.ends_at === null ? null : new Date(proposal.ends_at),
    }),
    ...(proposal.auto_renew_days !== undefined && { auto_renew_days: proposal.auto_renew_days }),
    ...(proposal.own_accounts_only !== undefined && { own_accounts_only: proposal.own_accounts_only }),
    ...(proposal.billing_parties && {
      billing_parties: { ...billingOf(terms.billing_parties), ...proposal.billing_parties },
    }),
    ...(proposal.conditions && { conditions: proposal.conditions }),
  }
}

/** What a tenant chooses when it approves or edits a link; `deny` lists all denied patterns. */
export interface TenantChoice {
  readonly access_role?: LinkRole | undefined
  readonly deny?: readonly string[] | undefined
  readonly ends_at?: Date | null | undefined
  readonly conditions?: Conditions | undefined
  readonly auto_renew_days?: 0 | 180 | undefined
  readonly own_accounts_only?: boolean | undefined
}

/** The terms after a tenant's choice; what it does not name stays. */
export function withChoice(terms: LinkTerms, choice: TenantChoice): LinkTerms {
  const base = choice.access_role === undefined ? terms : withRole(terms, choice.access_role)
  return {
    ...base,
    ...(choice.deny && {
      overrides: [
        ...terms.overrides.filter(({ effect }) => effect === 'grant'),
        ...choice.deny.map((pattern): Override => {
          const known = terms.overrides.find((one) => one.effect === 'deny' && one.pattern === pattern)
          return known ?? { pattern, effect: 'deny', expires_at: null }
        }),
      ],
    }),
    ...(choice.ends_at !== undefined && { ends_at: choice.ends_at }),
    ...(choice.conditions && { conditions: choice.conditions }),
    ...(choice.auto_renew_days !== undefined && { auto_renew_days: choice.auto_renew_days }),
    ...(choice.own_accounts_only !== undefined && { own_accounts_only: choice.own_accounts_only }),
  }
}

/** The denied patterns of terms. */
export function deniedPatterns(terms: LinkTerms): string[] {
  return terms.overrides.filter(({ effect }) => effect === 'deny').map(({ pattern }) => pattern)
}

/** Overrides as they are stored and sent. */
export function toStoredOverrides(overrides: readonly Override[]): StoredOverride[] {
  return overrides.map(({ pattern, effect, expires_at: end }) => ({
    pattern,
    effect,
    expires_at: end ? end.toISOString() : null,
  }))
}

/** What an approver sees of terms, in the form that is kept for ever. */
export function toSnapshot(
  terms: LinkTerms,
  now: Date,
  promise: Pick<LinkRow, 'sla_response_hours'>,
): ApprovalSnapshot {
  return {
    text_version: TEXT_VERSION,
    access_role: terms.role,
    role_version: terms.role_version,
    relationship_type: terms.relationship_type,
    permissions: permissionsOf(maskOfTerms(terms, now)),
    overrides: toStoredOverrides(terms.overrides),
    conditions: toStoredConditions(terms.conditions),
    starts_at: terms.starts_at.toISOString(),
    ends_at: terms.ends_at?.toISOString() ?? null,
    auto_renew_days: terms.auto_renew_days,
    own_accounts_only: terms.own_accounts_only ?? false,
    billing_parties: billingOf(terms.billing_parties),
    sla_response_hours: promise.sla_response_hours,
  }
}

/** A digest of what somebody was shown: the same only while nothing of it has changed. */
export function tokenOf(...shown: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url')
}

/** The sentences for what terms allow and what they do not, in the order of the catalogue. */
export function sentencesOf(
  mask: Mask,
  { permissions }: Pick<LinkWords, 'permissions'> = LINK_WORDS.en,
): { can: string[]; cannot: string[] } {
  const areas = describeMask(mask)
  const tell = ({ name, sentence }: PermissionEntry) => permissions[name] ?? sentence
  return {
    can: areas.flatMap(({ can }) => can.map(tell)),
    cannot: areas.flatMap(({ cannot }) => cannot.map(tell)),
  }
}

/** What a permission lets somebody do, in a language; its name where nobody has said it. */
export function tellPermission(name: string, language: Language): string {
  return LINK_WORDS[language].permissions[name] ?? findPermission(name)?.sentence ?? name
}

/** The permissions that a change of terms allows and takes away, by name. */
export function turnedBetween(before: LinkTerms, after: LinkTerms, now: Date) {
  const [had, has] = [maskOfTerms(before, now), maskOfTerms(after, now)]
  return { added: permissionsOf(has & ~had), removed: permissionsOf(had & ~has) }
}

/** Whether a permission only looks. */
export function isReading(name: string): boolean {
  return /\.(list|read|export|switch_context)$/.test(name)
}

/** Whether the mask lets anybody change something. */
export function allowsWriting(mask: Mask): boolean {
  return permissionsOf(mask).some((name) => !isReading(name))
}

/** Whole days until an end, rounded up; negative after it, null without an end. */
export function daysUntil(end: Date | null, now: Date): number | null {
  return end === null ? null : Math.ceil((end.getTime() - now.getTime()) / DAY_MS)
}

/** The last instant at which an expired link can be renewed; null for any other. */
export function renewableUntil(row: Pick<LinkRow, 'status' | 'ends_at'>): Date | null {
  if (row.status !== 'expired' || row.ends_at === null) return null
  return new Date(row.ends_at.getTime() + RENEWABLE_DAYS * DAY_MS)
}

export function addDays(instant: Date, days: number): Date {
  return new Date(instant.getTime() + days * DAY_MS)
}

/** Why a role may not be asked for in a relationship, or null. */
export function findRoleFault(role: LinkRole, type: RelationshipType): string | null {
  return isRoleOffered(role, type) ? null : `The role ${role} gives more than ${type} allows.`
}

/** The end of a new link: as asked, by default a year, never longer than the tenant allows; none for subsidiaries. */
export function endOf(
  start: Date,
  asked: {
    readonly days: number | null | undefined
    readonly maximumDays: number
    readonly type: RelationshipType
  },
): Date | null {
  if (asked.days === null && asked.type === 'enterprise_subsidiary') return null
  return addDays(start, Math.min(asked.days ?? DEFAULT_DURATION_DAYS, asked.maximumDays))
}

/**
 * The end after a renewal: the length of the first term, from `firstEnd` back to its approval or later start, counted from
 * the old end or from now, whichever is later. Every renewal is as long as the first term, however often it was renewed.
 */
export function renewedEnd(
  row: Pick<LinkRow, 'starts_at' | 'approved_at' | 'ends_at'>,
  { firstEnd, now, maximumDays }: { firstEnd: Date; now: Date; maximumDays: number },
): Date | null {
  if (row.ends_at === null) return null
  const begin = Math.max(row.starts_at.getTime(), row.approved_at?.getTime() ?? 0)
  const length = firstEnd.getTime() - begin
  const days = Math.min(Math.max(1, Math.round(length / DAY_MS)), maximumDays)
  const from = row.ends_at.getTime() > now.getTime() ? row.ends_at : now
  const end = addDays(from, days)
  const latest = addDays(now, maximumDays)
  return end.getTime() < latest.getTime() ? end : latest
}

/** The rows of a comparison as they are stored and sent. */
export function toDifference(rows: readonly ChangeRow[]): ChangeRow[] {
  return rows.map(({ field, label, before, after, direction }) => ({
    field,
    label,
    before,
    after,
    direction,
  }))
}

/** Whether the access review of a link is due: then nothing renews it until the tenant confirms. */
export function isReviewOverdue(row: Pick<LinkRow, 'review_due_at'>, now: Date): boolean {
  return row.review_due_at !== null && row.review_due_at <= now
}

/** When the next review is due, from the one that is made now. */
export function nextReview(now: Date): Date {
  return addDays(now, REVIEW_DAYS)
}

/** When a review that nobody makes suspends the link; null while none is planned. */
export function reviewStops(row: Pick<LinkRow, 'review_due_at'>): Date | null {
  return row.review_due_at && addDays(row.review_due_at, REVIEW_GRACE_DAYS)
}

/** The earliest time at which a partner may ask again, from the times at which it was declined; null when now. */
export function mayAskFrom(declinedAt: readonly Date[], now: Date): Date | null {
  const sorted = declinedAt.map((date) => date.getTime()).toSorted((left, right) => right - left)
  const inYear = sorted.filter((time) => time > now.getTime() - 365 * DAY_MS)
  const afterThird = inYear[2] === undefined ? 0 : inYear[2] + 365 * DAY_MS
  const afterLast = inYear[0] === undefined ? 0 : inYear[0] + 7 * DAY_MS
  const earliest = Math.max(afterThird, afterLast)
  return earliest > now.getTime() ? new Date(earliest) : null
}

/** When a visit that begins now ends: after the tenant's minutes, and with the link at the latest. */
export function endOfVisit(now: Date, minutes: number, linkEnd: Date | null): Date {
  const end = new Date(now.getTime() + minutes * 60_000)
  return linkEnd !== null && linkEnd < end ? linkEnd : end
}

/** What a tenant lets partners ask for, when it has set no rules of its own. */
export const DEFAULT_POLICY = {
  who_may_ask: 'any',
  listed_partner_ids: [] as readonly string[],
  roles_allowed: [
    'msp_full',
    'msp_billing',
    'msp_support',
    'enterprise_hq',
    'auditor',
    'reseller',
    'delegate',
  ] as readonly LinkRole[],
  max_duration_days: MAXIMUM_DURATION_DAYS,
  dual_approval: false,
  acting_minutes: LONGEST_VISIT_MINUTES,
  sends_digest: true,
  conditions: {} as Partial<Conditions>,
  version: 1,
  proposed: null,
  proposed_by: null,
  proposed_by_name: null,
  proposed_at: null,
  proposed_until: null,
} as const

/** The part of a tenant's rules that a request must satisfy. */
export interface AskingRules {
  readonly who_may_ask: 'any' | 'listed' | 'unlisted' | 'none'
  readonly listed_partner_ids: readonly string[]
  readonly roles_allowed: readonly LinkRole[]
}

/** Whether a tenant's rules let this partner ask for this role. */
export function mayAsk(policy: AskingRules, partnerId: string, role: LinkRole): boolean {
  const isListed = policy.listed_partner_ids.includes(partnerId)
  const isWelcome = { any: true, listed: isListed, unlisted: !isListed, none: false }[policy.who_may_ask]
  return isWelcome && policy.roles_allowed.includes(role)
}

/** Whether a partner may ask for this role with a code that the tenant gave out: only one that it named as unwelcome may not. */
export function mayAskByCode(policy: AskingRules, partnerId: string, role: LinkRole): boolean {
  const isBarred = policy.who_may_ask === 'unlisted' && policy.listed_partner_ids.includes(partnerId)
  return !isBarred && policy.roles_allowed.includes(role)
}

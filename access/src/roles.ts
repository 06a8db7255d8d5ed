import { EMPTY_MASK, isSubset, maskOf, maskOfPlane, permissionsOf } from './mask.ts'
import type { Mask } from './mask.ts'
import type { PermissionOf } from './permissions.ts'

/** The roles a link can give. Source: B2, managed-tenants.md section 3. */
export const LINK_ROLES = [
  'msp_full',
  'msp_billing',
  'msp_support',
  'enterprise_hq',
  'auditor',
  'reseller',
  'delegate',
] as const

export type LinkRole = (typeof LINK_ROLES)[number]

/** What kind of working relation a link stands for; it bounds what any role in it may ever reach. */
export const RELATIONSHIP_TYPES = [
  'msp_managed',
  'enterprise_subsidiary',
  'reseller_channel',
  'audit_only',
] as const

export type RelationshipType = (typeof RELATIONSHIP_TYPES)[number]

/** The roles of a person within an organisation or on the platform. */
export const MEMBER_ROLES = [
  'PARTNER_OWNER',
  'PARTNER_STAFF',
  'TENANT_ADMIN',
  'TENANT_USER',
  'SUPER_ADMIN',
] as const

export type MemberRole = (typeof MEMBER_ROLES)[number]
export type PartnerRole = 'PARTNER_OWNER' | 'PARTNER_STAFF'
export type TenantRole = 'TENANT_ADMIN' | 'TENANT_USER'
export type PlatformRole = 'SUPER_ADMIN'

/** One version of a link role. A link stays on the version that its tenant saw. */
export interface RoleTemplate {
  readonly role: LinkRole
  readonly version: number
  /** What the role gives by itself. */
  readonly defaults: Mask
  /** What the role gives or may be granted; nothing outside is reachable in a link with this role. */
  readonly ceiling: Mask
}

type Sign = '●' | '○' | '–'
type Row = readonly [
  permission: PermissionOf<'delegation'>,
  signs: `${Sign} ${Sign} ${Sign} ${Sign} ${Sign} ${Sign} ${Sign}`,
]

// ● by default, ○ may be granted, – never; the columns are in the order of LINK_ROLES.
const VERSION_1: readonly Row[] = [
  ['partner.tenants.list', '● ● ● ● ● ● ●'],
  ['partner.tenants.read', '● ● ● ● ● ● ●'],
  ['partner.tenants.contacts.read', '● ○ ● ● ○ ● ○'],
  ['partner.tenants.switch_context', '● ● ● ● ● ● ●'],
  ['partner.billing.read', '● ● ○ ● ● ● ○'],
  ['partner.billing.summary.read', '● ● ○ ● ● ● ○'],
  ['partner.billing.invoices.read', '● ● ○ ● ● ● ○'],
  ['partner.billing.invoices.export', '● ● – ● ○ ○ ○'],
  ['partner.billing.payments.read', '● ● – ● ● ● ○'],
  ['partner.billing.disputes.create', '● ● – ● – – ○'],
  ['partner.billing.reminders.send', '● ● – ● – – ○'],
  ['partner.support.tickets.list', '● ○ ● ● ● ● ○'],
  ['partner.support.tickets.read', '● ○ ● ● ● ● ○'],
  ['partner.support.tickets.create', '● – ● ● – ○ ○'],
  ['partner.support.tickets.update', '● – ● ● – ○ ○'],
  ['partner.support.tickets.comment', '● – ● ● – ○ ○'],
  ['partner.support.tickets.assign', '● – ● ● – – ○'],
  ['partner.support.tickets.internal_notes.read', '● – ○ ● ○ – ○'],
  ['partner.provisioning.subscribers.list', '● – ○ ● ○ ● ○'],
  ['partner.provisioning.subscribers.read', '● – ○ ● ○ ● ○'],
  ['partner.provisioning.subscribers.activate', '● – – ● – ● ○'],
  ['partner.provisioning.subscribers.suspend', '● – – ● – ○ ○'],
  ['partner.provisioning.plans.assign', '● – – ● – ● ○'],
  ['partner.provisioning.orders.create', '● – – ● – ● ○'],
  ['partner.reports.usage.read', '● ○ ● ● ● ● ○'],
  ['partner.reports.sla.read', '● ● ● ● ● ● ○'],
  ['partner.reports.revenue.read', '● ● – ● ● ○ ○'],
  ['partner.reports.export', '● ● ○ ● ○ ○ ○'],
  ['partner.alerts.sla.read', '● ○ ● ● ● ● ○'],
  ['partner.alerts.billing.read', '● ● – ● ● ● ○'],
  ['partner.alerts.acknowledge', '● ● ● ● – ○ ○'],
  ['partner.alerts.config.write', '● ○ ○ ● – – ○'],
  ['partner.sla.policy.write', '– – – ● – – –'],
  ['partner.audit.read', '● ● ● ● ● ● ●'],
]

function maskOfSigns(rows: readonly Row[], role: LinkRole, signs: readonly string[]): Mask {
  const column = LINK_ROLES.indexOf(role)
  return maskOf(rows.filter((row) => signs.includes(row[1].split(' ')[column] ?? '')).map((row) => row[0]))
}

function compileTable(version: number, rows: readonly Row[]): readonly RoleTemplate[] {
  return LINK_ROLES.map((role) =>
    Object.freeze({
      role,
      version,
      defaults: maskOfSigns(rows, role, ['●']),
      ceiling: maskOfSigns(rows, role, ['●', '○']),
    }),
  )
}

const TEMPLATES: readonly RoleTemplate[] = compileTable(1, VERSION_1)

/** The template of a role at one version, or undefined when there is no such version. */
export function roleTemplate(role: LinkRole, version: number): RoleTemplate | undefined {
  return TEMPLATES.find((template) => template.role === role && template.version === version)
}

/** The newest template of a role. New links take it; existing links keep the version that their tenant accepted. */
export function newestRoleTemplate(role: LinkRole): RoleTemplate {
  const newest = TEMPLATES.findLast((template) => template.role === role)
  if (!newest) throw new Error(`The role ${role} has no template.`)
  return newest
}

/** What a relationship type allows whatever the role. */
export interface RelationshipBounds {
  /** Nothing outside it is reachable, not even by a grant. */
  readonly ceiling: Mask
  /** Never part of a role here; an approved grant or an elevation is needed. */
  readonly byGrantOnly: Mask
}

const EVERYTHING = maskOfPlane('delegation')

const AUDIT_ONLY = maskOf(
  permissionsOf(EVERYTHING).filter(
    (name) => /\.(list|read|export)$/.test(name) || name === 'partner.tenants.switch_context',
  ),
)

const BOUNDS: Readonly<Record<RelationshipType, RelationshipBounds>> = {
  msp_managed: { ceiling: EVERYTHING & ~maskOf(['partner.sla.policy.write']), byGrantOnly: EMPTY_MASK },
  enterprise_subsidiary: { ceiling: EVERYTHING, byGrantOnly: EMPTY_MASK },
  reseller_channel: {
    ceiling: EVERYTHING & ~maskOf(['partner.support.tickets.internal_notes.read']),
    byGrantOnly: maskOf(['partner.provisioning.subscribers.suspend']),
  },
  audit_only: { ceiling: AUDIT_ONLY, byGrantOnly: EMPTY_MASK },
}

/** The bounds of a relationship type. Source: managed-tenants.md section 3, "Ceilings". */
export function relationshipBounds(type: RelationshipType): RelationshipBounds {
  return BOUNDS[type]
}

/** Everything that a link of this role, version and type may ever reach; empty for an unknown version. */
export function ceilingOf(role: LinkRole, version: number, type: RelationshipType): Mask {
  return (roleTemplate(role, version)?.ceiling ?? EMPTY_MASK) & BOUNDS[type].ceiling
}

/** Whether all that a role gives by itself fits the relationship type, so that the role may be asked for in it. */
export function isRoleOffered(role: LinkRole, type: RelationshipType): boolean {
  return isSubset(newestRoleTemplate(role).defaults, BOUNDS[type].ceiling)
}

/**
 * Whether a role gives nothing that the other does not give. A member's own role in a link must be within the link's
 * role. Compares the newest templates.
 */
export function isWithin(inner: LinkRole, outer: LinkRole): boolean {
  return isSubset(newestRoleTemplate(inner).defaults, newestRoleTemplate(outer).defaults)
}

function isLinkRole(text: string): text is LinkRole {
  return LINK_ROLES.some((role) => role === text)
}

/** The link role that a text names; the source contract's names such as `partner_msp_full` are aliases. */
export function parseLinkRole(text: string): LinkRole | null {
  const name = text.startsWith('partner_') ? text.slice('partner_'.length) : text
  return isLinkRole(name) ? name : null
}

const MEMBER_MASKS: Readonly<Record<MemberRole, Mask>> = {
  PARTNER_OWNER: maskOfPlane('program'),
  PARTNER_STAFF: maskOf([
    'partner_org.profile.read',
    'partner_org.links.read',
    'partner_org.exports.read',
    'partner_org.agreements.read',
    'partner_org.codes.create',
    'partner_org.referrals.read',
    'partner_org.earnings.summary.read',
  ]),
  TENANT_ADMIN: maskOfPlane('tenant'),
  TENANT_USER: maskOf([
    'tenant.profile.read',
    'tenant.tickets.read',
    'tenant.tickets.write',
    'tenant.vouchers.read',
    'tenant.vouchers.issue',
    'tenant.vouchers.redeem',
  ]),
  SUPER_ADMIN: maskOfPlane('platform'),
}

/** What a person may do by a role in the own organisation or on the platform; never anything in another's data. */
export function memberMask(role: MemberRole): Mask {
  return MEMBER_MASKS[role]
}

import type { LinkStatus } from './facts.ts'
import { has } from './mask.ts'
import type { Mask } from './mask.ts'
import { PERMISSIONS } from './permissions.ts'
import type { PermissionEntry } from './permissions.ts'
import type { Plane } from './planes.ts'
import type { LinkRole, MemberRole, RelationshipType } from './roles.ts'

/** Titles of the link roles, as people read them: "Acting in Acme Fiber as MSP support". */
export const ROLE_TITLES: Readonly<Record<LinkRole, string>> = {
  msp_full: 'MSP full',
  msp_billing: 'MSP billing',
  msp_support: 'MSP support',
  enterprise_hq: 'Enterprise HQ',
  auditor: 'Auditor',
  reseller: 'Reseller',
  delegate: 'Delegate',
}

/** Titles of the members' roles. */
export const MEMBER_ROLE_TITLES: Readonly<Record<MemberRole, string>> = {
  PARTNER_OWNER: 'Owner',
  PARTNER_STAFF: 'Staff',
  TENANT_ADMIN: 'Admin',
  TENANT_USER: 'Member',
  SUPER_ADMIN: 'Platform admin',
}

/** Titles of the relationship types. */
export const RELATIONSHIP_TITLES: Readonly<Record<RelationshipType, string>> = {
  msp_managed: 'Managed by a service provider',
  enterprise_subsidiary: 'Subsidiary of an enterprise',
  reseller_channel: 'Reseller channel',
  audit_only: 'Audit only',
}

/** How pages colour a state; the word and the icon carry the meaning. Source: experience.md section 8. */
export type Tone = 'ok' | 'info' | 'attention' | 'bad' | 'off'

export interface StatusWord {
  readonly word: string
  readonly icon: string
  readonly tone: Tone
}

/** The words and icons of states, one list for screens, API and mails. Source: experience.md section 8. */
export const STATUS_WORDS = {
  starts_later: { word: 'Starts later', icon: 'hourglass', tone: 'info' },
  active: { word: 'Active', icon: 'check-circle', tone: 'ok' },
  awaiting_approval: { word: 'Awaiting approval', icon: 'hourglass', tone: 'info' },
  expires_soon: { word: 'Expires soon', icon: 'clock', tone: 'attention' },
  suspended: { word: 'Suspended', icon: 'bar-circle', tone: 'bad' },
  ended: { word: 'Ended', icon: 'dash-circle', tone: 'off' },
  withdrawn: { word: 'Withdrawn', icon: 'dash-circle', tone: 'off' },
  revoked: { word: 'Revoked', icon: 'dash-circle', tone: 'off' },
  ran_out: { word: 'Ran out', icon: 'clock-off', tone: 'off' },
  draft: { word: 'Draft', icon: 'pencil', tone: 'off' },
  in_review: { word: 'In review', icon: 'eye', tone: 'info' },
  signed: { word: 'Signed', icon: 'pen', tone: 'info' },
  declined: { word: 'Declined', icon: 'x-circle', tone: 'off' },
  failed: { word: 'Failed', icon: 'triangle', tone: 'bad' },
  paid: { word: 'Paid', icon: 'coin', tone: 'ok' },
  locked: { word: 'Locked', icon: 'lock', tone: 'ok' },
} as const satisfies Record<string, StatusWord>

export type StatusName = keyof typeof STATUS_WORDS

const LINK_STATUS_NAMES: Readonly<Record<LinkStatus, StatusName>> = {
  requested: 'awaiting_approval',
  approved: 'starts_later',
  active: 'active',
  suspended: 'suspended',
  expired: 'ran_out',
  revoked: 'revoked',
  declined: 'declined',
  withdrawn: 'withdrawn',
  lapsed: 'ran_out',
}

/** The time before its end in which a link is shown as expiring soon, in days. */
export const EXPIRES_SOON_DAYS = 30

const DAY_MS = 86_400_000

/** What the state of a link is called at an instant, whether or not a job has already noted that time has passed. */
export function linkStatusWord(
  link: { readonly status: LinkStatus; readonly starts_at: Date; readonly ends_at: Date | null },
  now: Date,
): StatusWord {
  const isAlive = link.status === 'active' || link.status === 'suspended' || link.status === 'approved'
  const msLeft = link.ends_at ? link.ends_at.getTime() - now.getTime() : Number.POSITIVE_INFINITY
  if (isAlive && msLeft <= 0) return STATUS_WORDS.ran_out
  if (link.status !== 'active') return STATUS_WORDS[LINK_STATUS_NAMES[link.status]]
  if (link.starts_at.getTime() > now.getTime()) return STATUS_WORDS.starts_later
  return msLeft <= EXPIRES_SOON_DAYS * DAY_MS ? STATUS_WORDS.expires_soon : STATUS_WORDS.active
}

/** Titles of the areas that pages group permissions by. */
const AREA_TITLES: Readonly<Record<string, string>> = {
  tenants: 'Account',
  billing: 'Bills and payments',
  support: 'Support',
  provisioning: 'Services',
  reports: 'Reports',
  alerts: 'Alerts',
  sla: 'Service levels',
  audit: 'Activity',
  profile: 'Profile',
  members: 'Members',
  teams: 'Teams',
  links: 'Links',
  assignments: 'Assignments',
  elevations: 'Elevations',
  groups: 'Groups',
  webhooks: 'Webhooks',
  exports: 'Exports',
  tickets: 'Tickets',
  partner_access: 'Partner access',
  partners: 'Partners',
  freezes: 'Freezes',
  explain: 'Explanations',
  orders: 'Orders',
  services: 'Services in use',
  accounts: 'Billing account',
  invoices: 'Invoices',
  clients: 'API clients',
  consents: 'Access of API clients',
  commercial: 'Who pays',
  gateways: 'Gateways',
  keys: 'Signing keys',
  ingest_keys: 'Data in',
  outbox: 'Events',
  persons: 'Persons',
  operations: 'Operations',
  agreements: 'Agreements',
  codes: 'Referral codes',
  referrals: 'Referrals',
  referral: 'How you were referred',
  earnings: 'Earnings',
  payouts: 'Payouts',
  payout_account: 'Payout account',
  risk: 'Warnings',
  agencies: 'Agencies',
  vouchers: 'Vouchers',
  voucher_types: 'Types of vouchers',
  assistance: 'Support access',
  applications: 'Applications',
  configuration: 'Configuration',
  features: 'Features',
  plans: 'Plans',
  realms: 'Own user bases of partners',
  branding: 'Branding',
  users: 'Users',
  realm: 'Own user base',
  subscriptions: 'Subscriptions',
  subscription: 'Subscription',
  kyc: 'Identity checks',
  identity_check: 'Identity check',
  service: 'Service',
}

/** The title of an area; its own name when it has none. */
export function areaTitle(area: string): string {
  return AREA_TITLES[area] ?? area
}

/** What an approval page says about one area: sentences for what becomes possible and for what stays impossible. */
export interface AreaWords {
  readonly area: string
  readonly title: string
  readonly can: readonly PermissionEntry[]
  readonly cannot: readonly PermissionEntry[]
}

/** Every permission of a plane, grouped by area in the order of the catalogue and split by whether the mask has it. */
export function describeMask(mask: Mask, plane: Plane = 'delegation'): AreaWords[] {
  const areas = Map.groupBy(
    PERMISSIONS.filter((entry) => entry.plane === plane && entry.holder === 'person'),
    (entry) => entry.area,
  )
  return [...areas].map(([area, entries]) => ({
    area,
    title: areaTitle(area),
    can: entries.filter((entry) => has(mask, entry.name)),
    cannot: entries.filter((entry) => !has(mask, entry.name)),
  }))
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** An instant in words, in UTC: "12 Mar 2027, 14:05 UTC". */
export function formatInstant(instant: Date): string {
  const time = instant.toISOString().slice(11, 16)
  const month = MONTHS[instant.getUTCMonth()] ?? ''
  return `${instant.getUTCDate()} ${month} ${instant.getUTCFullYear()}, ${time} UTC`
}
